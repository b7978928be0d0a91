"""The peers: how each is asked for F's minimum. Each runs in a process of its own (peer_worker)."""

import importlib
import time
import warnings

import numpy as np
import scipy.sparse

from .objective import narrow, widened
from .text_peers import LiblinearTrain, VowpalWabbit

FALLING = tuple(10.0 ** -k for k in range(2, 10))


class Peer:
    """A program that minimises F, with what makes it stop.

    `variants`: settings to try one after the other until one reaches the gap; `tolerances`: within
    each, from loose to tight. `module`: what must be importable.
    """

    name = ""
    module = ""
    variants = ({"dtype": "float32"}, {"dtype": "float64"})
    tolerances = FALLING

    def absent(self):
        """Why the peer cannot run on this machine, or None."""
        try:
            importlib.import_module(self.module)
        except Exception as error:  # a broken installation raises anything
            return f"not importable ({type(error).__name__})"
        return None

    def unsuitable(self, rows, features, entries, sparse):
        """Why the peer is not asked for data of this shape, or None."""
        del rows, features, entries, sparse

    def prepare(self, x, y, l2):
        """Everything before the clock starts."""
        self.x, self.y, self.l2 = narrow(x), y, l2
        self.rows = x.shape[0]

    def fit(self, tolerance, dtype="float32", **variant):
        """Seconds of training, coefficients, intercept."""
        if dtype == "float64":
            self.x = widened(self.x)
        model = self.model(tolerance, **variant)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            start = time.perf_counter()
            model.fit(self.x, self.y)
            seconds = time.perf_counter() - start
        return seconds, np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])

    def model(self, tolerance, **variant):
        raise NotImplementedError


class ScikitLearn(Peer):
    module = "sklearn.linear_model"
    solver = ""
    arguments = {}

    def __init__(self, solver, tolerances=FALLING):
        self.solver = solver
        self.name = f"sklearn {solver}"
        self.tolerances = tolerances

    def unsuitable(self, rows, features, entries, sparse):
        if self.solver == "newton-cholesky" and features > 5000:
            return f"a Hessian of {features}² numbers"
        return None

    def model(self, tolerance, **variant):
        linear_model = importlib.import_module(self.module)
        return linear_model.LogisticRegression(
            C=1.0 / (self.l2 * self.rows), solver=self.solver, tol=tolerance, max_iter=100_000,
            random_state=0, **self.arguments, **variant)


class ScikitLearnSums(ScikitLearn):
    """Solvers whose tolerance bounds the gradient, in some versions of the sum over the rows."""

    def __init__(self, solver):
        super().__init__(solver, tuple(10.0 ** -k for k in range(-3, 10)))


class Liblinear(ScikitLearn):
    """It penalises its intercept; the larger `intercept_scaling`, the less. The gap tells whether it
    matters."""

    variants = ({"intercept_scaling": 1.0}, {"intercept_scaling": 10.0})

    def __init__(self, dual):
        super().__init__("liblinear", tuple(10.0 ** -k for k in range(1, 9)))
        self.arguments = {"dual": dual}
        self.name = "sklearn liblinear" + (" (dual)" if dual else "")


class IntelExtension(ScikitLearn):
    module = "sklearnex.linear_model"

    def __init__(self, solver):
        super().__init__(solver, tuple(10.0 ** -k for k in range(-3, 10)))
        self.name = f"sklearnex {solver}"


class Glum(Peer):
    name = module = "glum"

    def unsuitable(self, rows, features, entries, sparse):
        if features > 5000:
            return f"a Hessian of {features}² numbers"
        return None

    def model(self, tolerance, **variant):
        return importlib.import_module("glum").GeneralizedLinearRegressor(
            family="binomial", alpha=self.l2, l1_ratio=0.0, gradient_tol=tolerance, max_iter=100,
            **variant)


class SnapMl(Peer):
    """Penalises its intercept likewise."""

    module = "snapml"
    variants = ({"intercept_scaling": 1.0}, {"intercept_scaling": 10.0})

    def __init__(self, dual):
        self.dual = dual
        self.name = "snapml" + (" (dual)" if dual else " (primal)")

    def prepare(self, x, y, l2):
        super().prepare(x, y.astype(np.float64), l2)
        if scipy.sparse.issparse(self.x):
            self.x.sort_indices()

    def model(self, tolerance, **variant):
        return importlib.import_module("snapml").LogisticRegression(
            regularizer=self.l2 * self.rows, dual=self.dual, tol=tolerance, max_iter=10_000, n_jobs=2,
            fit_intercept=True, normalize=False, random_state=0, **variant)


PEERS = (
    ScikitLearnSums("newton-cholesky"),
    ScikitLearnSums("newton-cg"),
    ScikitLearnSums("lbfgs"),
    Liblinear(dual=False),
    Liblinear(dual=True),
    ScikitLearn("sag"),
    ScikitLearn("saga"),
    LiblinearTrain(),
    Glum(),
    SnapMl(dual=False),
    SnapMl(dual=True),
    IntelExtension("lbfgs"),
    IntelExtension("newton-cg"),
    VowpalWabbit(),
)


def by_name(name):
    return next(peer for peer in PEERS if peer.name == name)
