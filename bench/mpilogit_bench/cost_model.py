"""What an allreduce costs: seconds of m bytes = α + β m (Hockney), fitted and projected."""

import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class AlphaBeta:
    alpha: float  # seconds that every message takes
    beta: float   # seconds for each byte

    def seconds(self, size):
        return self.alpha + self.beta * size


def fit(sizes, times):
    """Least squares of the relative errors, so that the short messages count: minimises
    Σ ((α + β m − t)/t)² over α, β ≥ 0."""
    sizes, times = np.asarray(sizes, float), np.asarray(times, float)
    design = np.stack([1.0 / times, sizes / times], axis=1)
    (alpha, beta), *_ = np.linalg.lstsq(design, np.ones(len(times)), rcond=None)
    if alpha < 0.0:  # the constraint binds: α = 0, and β alone is fitted
        alpha, beta = 0.0, (sizes / times).sum() / ((sizes / times) ** 2).sum()
    elif beta < 0.0:
        alpha, beta = (1.0 / times).sum() / (1.0 / times ** 2).sum(), 0.0
    return AlphaBeta(float(alpha), float(beta))


@dataclasses.dataclass(frozen=True)
class Network:
    """Assumed, not measured: a step of a reduction tree between nodes, and each node's link."""

    step_seconds: float = 3e-6
    bytes_per_second: float = 10e9

    def allreduce(self, nodes, size):
        """Rabenseifner's algorithm: 2 log2 N steps, and each byte twice over the link less 1/N."""
        if nodes == 1:
            return 0.0
        return (2 * math.ceil(math.log2(nodes)) * self.step_seconds
                + 2 * (nodes - 1) / nodes * size / self.bytes_per_second)


def project(seconds, allreduces, size, within_node, nodes, network=Network()):
    """Training on `nodes` nodes like the measured one: the passes divide, the allreduces do not.

    `seconds`: of training on one node with all its cores; `size`: mean bytes of an allreduce.
    """
    inside = allreduces * within_node.seconds(size)
    passes = max(seconds - inside, 0.0)
    return passes / nodes + inside + allreduces * network.allreduce(nodes, size)
