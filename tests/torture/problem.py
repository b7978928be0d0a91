"""A problem of the suite: data, options, and what the program may answer.

Random numbers are sums and products of RandomState.random_sample, whose stream NumPy has frozen:
the same bits on every machine. `digest` shows it.
"""

import dataclasses
import hashlib

import numpy


@dataclasses.dataclass
class Problem:
    kind: str
    name: str
    X: numpy.ndarray  # float64, float32 or int64: as it is stored
    y: numpy.ndarray  # class of each row from 0, or with trials the successes
    sparse: bool = False  # stored as CSR, without its zeros
    weights: object = None
    offsets: object = None
    trials: object = None
    l1: float = 0.0
    l2: float = 0.0
    standardize: bool = False
    factors: object = None  # of the penalty, one per column
    lower: object = None  # a number or one per column
    upper: object = None
    degree: int = 1
    interactions: bool = False
    one_vs_rest: bool = False
    balanced: bool = False
    start: object = None  # coefficients (rows x columns) and intercepts of a model
    ranks: tuple = (1, 3)
    # optimum: finite, to be found. alias: one of `aliases` may be left out. may_stop: right or
    # exit 3. separated: no optimum. quasi: an infimum, that of the rows that are not `certain`.
    promise: str = "optimum"
    aliases: tuple = ()
    certain: object = None

    @property
    def classes(self):
        return 2 if self.trials is not None else int(self.y.max()) + 1

    @property
    def boxed(self):
        return self.lower is not None or self.upper is not None

    @property
    def smooth(self):
        return self.l1 == 0.0 and not self.boxed

    def options(self):
        """The words of the command line that belong to the problem, but for files."""
        words = []
        for name in ("l1", "l2"):
            if getattr(self, name) > 0.0:
                words += [f"--{name}", repr(float(getattr(self, name)))]
        for name in ("standardize", "interactions", "one_vs_rest", "trials", "weights", "offsets"):
            value = getattr(self, name)
            if value is not None and value is not False:
                words.append("--" + name.replace("_", "-"))
        for name in ("lower", "upper"):
            value = getattr(self, name)
            if value is not None:
                text = name if numpy.ndim(value) else repr(float(value))
                words.append(f"--{name}={text}")
        if self.factors is not None:
            words.append("--penalty-factors")
        if self.degree > 1:
            words += ["--degree", str(self.degree)]
        if self.balanced:
            words += ["--class-weight", "balanced"]
        return words

    def digest(self):
        """Of all that decides about the optimum, and of the start."""
        told = hashlib.sha256(" ".join(self.options() + [self.promise]).encode())
        for name in ("X", "y", "weights", "offsets", "trials", "factors", "lower", "upper"):
            value = getattr(self, name)
            if value is not None:
                told.update(name.encode() + numpy.ascontiguousarray(value).tobytes())
        if self.start is not None:
            for part in self.start:
                told.update(numpy.asarray(part, float).tobytes())
        return told.hexdigest()[:16]


class Draws:
    """A stream of random numbers."""

    def __init__(self, seed):
        self.state = numpy.random.RandomState(seed)

    def uniform(self, *shape):
        return self.state.random_sample(shape)

    def normal(self, *shape):
        """Nearly: a sum of twelve, added in their order."""
        total = self.uniform(*shape)
        for _ in range(11):
            total = total + self.uniform(*shape)
        return total - 6.0

    def whole(self, low, high, *shape):
        """Whole numbers from low to high - 1."""
        return numpy.floor(low + (high - low) * self.uniform(*shape)).astype(numpy.int64)

    def pick(self, choices):
        return choices[int(self.whole(0, len(choices), 1)[0])]


def labels_of(draws, margins):
    """Classes drawn from the logistic model: of one column of margins 0 and 1, else softmax."""
    margins = numpy.asarray(margins)
    if margins.ndim == 1:
        y = (draws.uniform(len(margins)) < 1.0 / (1.0 + numpy.exp(-margins))).astype(numpy.int64)
        return with_all_classes(y, 2)
    share = numpy.exp(margins - margins.max(axis=1, keepdims=True))
    edges = numpy.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    y = (draws.uniform(len(margins), 1) > edges[:, :-1]).sum(axis=1).astype(numpy.int64)
    return with_all_classes(y, margins.shape[1])


def with_all_classes(y, classes):
    """The first rows are given classes that nobody has."""
    for k in range(classes):
        if k not in y:
            y[k] = k
    return y


def with_overlap(X, y, *others):
    """The first rows again with another label: then the optimum is finite and unique, where the
    columns are independent there. Further arrays of a value per row are continued alike."""
    rows = min(len(y), X.shape[1] + 1)
    classes = int(y.max()) + 1
    doubled = [numpy.concatenate([X, X[:rows]]), numpy.concatenate([y, (y[:rows] + 1) % classes])]
    return doubled + [numpy.concatenate([other, other[:rows]]) for other in others]


def sample(draws, rows, columns, slope=1.0, classes=2):
    """Columns of spread 1 about 0, labels that depend on them, and the margins' coefficients."""
    Z = draws.normal(rows, columns)
    if classes == 2:
        w = slope * draws.normal(columns) / numpy.sqrt(columns)
        return Z, labels_of(draws, Z @ w)
    w = slope * draws.normal(columns, classes) / numpy.sqrt(columns)
    return Z, labels_of(draws, Z @ w)
