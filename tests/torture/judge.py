"""What a model file is worth: F at its coefficients, in pairs of long doubles (128 bits).

Apart from the program and from the solver of oracle.py: margins are sums of the data's own values
times the written coefficients, with or without centres, in an arithmetic in which that loses nothing.
"""

import numpy

import oracle

SPLITTER = numpy.longdouble(2**32 + 1)


class Pair:
    """high + low, both long double."""

    def __init__(self, high, low=None):
        self.high = numpy.asarray(high).astype(numpy.longdouble)
        self.low = numpy.zeros_like(self.high) if low is None else low

    def __add__(self, other):
        s = self.high + other.high
        back = s - self.high
        error = (self.high - (s - back)) + (other.high - back) + self.low + other.low
        high = s + error
        return Pair(high, error - (high - s))

    def __neg__(self):
        return Pair(-self.high, -self.low)

    def __sub__(self, other):
        return self + (-other)

    def __mul__(self, other):
        def halves(a):
            c = a * SPLITTER
            high = c - (c - a)
            return high, a - high

        product = self.high * other.high
        (a, b), (c, d) = halves(self.high), halves(other.high)
        error = ((a * c - product) + a * d + b * c) + b * d
        error = error + self.high * other.low + self.low * other.high
        high = product + error
        return Pair(high, error - (high - product))

    def __getitem__(self, place):
        return Pair(self.high[place], self.low[place])

    @property
    def shape(self):
        return self.high.shape

    def rounded(self):
        return self.high + self.low


def expand(X, degree, interactions_only):
    """Of a Pair, as oracle.expand of an array."""
    import itertools

    choose = itertools.combinations if interactions_only else itertools.combinations_with_replacement
    columns = []
    for size in range(1, degree + 1):
        for chosen in choose(range(X.shape[1]), size):
            column = X[:, chosen[0]]
            for j in chosen[1:]:
                column = column * X[:, j]
            columns.append(column)
    return columns


def margins(problem, model):
    """A list of Pairs, one per row of coefficients."""
    X, centred = Pair(problem.X), "centre" in model
    if centred:
        centre = Pair(numpy.broadcast_to(model["centre"], problem.X.shape))
        X = X - centre
    columns = expand(X, problem.degree, problem.interactions)
    slopes = model["coefficients"]
    if centred and "coefficients_at_centre" in model:
        slopes = model["coefficients_at_centre"].reshape(slopes.shape)
    starts = model["intercept_at_centre" if centred else "intercept"]
    told = []
    for row, start in zip(slopes, starts):
        z = Pair(numpy.full(len(problem.y), start))
        if problem.offsets is not None:
            z = z + Pair(problem.offsets)
        for column, slope in zip(columns, row):
            if slope != 0.0:
                z = z + column * Pair(numpy.full(len(problem.y), slope))
        told.append(z)
    return told


def softplus(z):
    return numpy.maximum(z, 0) + numpy.log1p(numpy.exp(-abs(z)))


def binary(z, failures, successes):
    z = z.rounded()
    with numpy.errstate(invalid="ignore"):
        return (numpy.where(successes > 0, successes * softplus(-z), 0).sum() +
                numpy.where(failures > 0, failures * softplus(z), 0).sum())


def softmax(Z, y, s):
    total = numpy.longdouble(0)
    for k in range(len(Z)):
        rows = numpy.flatnonzero((y == k) & (s > 0))
        others = numpy.stack([(Z[q][rows] - Z[k][rows]).rounded() for q in range(len(Z)) if q != k],
                             axis=1)
        top = numpy.maximum(others.max(axis=1, initial=-numpy.inf), 0)
        rest = numpy.exp(others - top[:, None]).sum(axis=1)
        total += (s[rows] * (top + numpy.log1p(numpy.expm1(-top) + rest))).sum()
    return total


def penalty(problem, model, s):
    if problem.l1 == 0.0 and problem.l2 == 0.0:
        return numpy.longdouble(0)
    p = model["coefficients"].shape[1]
    f = numpy.ones(p) if problem.factors is None else numpy.asarray(problem.factors)
    f = f.astype(numpy.longdouble)
    deviation = numpy.ones(p, numpy.longdouble)
    if problem.standardize:
        X = Pair(problem.X)
        X = X - Pair(numpy.broadcast_to(problem.X[len(problem.y) // 2], problem.X.shape))
        shares = s / s.sum()
        # Products of centred factors have other deviations than raw ones: those are meant.
        if problem.degree > 1:
            X = Pair(problem.X)
        columns = expand(X, problem.degree, problem.interactions)
        for j, column in enumerate(columns):
            away = column - Pair(numpy.full(len(s), (shares * column.rounded()).sum()))
            mean = (shares * away.rounded()).sum()
            deviation[j] = numpy.sqrt((shares * (away.rounded() - mean) ** 2).sum())
    w = model["coefficients"].astype(numpy.longdouble) * deviation
    return problem.l1 * (f * abs(w)).sum() + problem.l2 / numpy.longdouble(2) * (f * w * w).sum()


def objective(problem, model):
    """F at the model, of one-vs-rest the sum over the classes; long double."""
    s = oracle.row_weights(problem)
    Z = margins(problem, model)
    y, total = problem.y, s.sum()
    with numpy.errstate(over="ignore", invalid="ignore"):
        if problem.trials is not None:
            done, tried = y.astype(numpy.longdouble), problem.trials.astype(numpy.longdouble)
            total = (s * tried).sum()
            loss = binary(Z[0], s * (tried - done), s * done)
        elif problem.one_vs_rest:
            loss = sum(binary(Z[k], s * (y != k), s * (y == k)) for k in range(problem.classes))
        elif problem.classes == 2:
            loss = binary(Z[0], s * (y == 0), s * (y == 1))
        else:
            if len(Z) == problem.classes - 1:  # class 0 is the reference
                Z = [Pair(numpy.zeros(len(y)))] + Z
            loss = softmax(Z, y, s)
        return loss / total + penalty(problem, model, s)


def inside_bounds(problem, model):
    w = model["coefficients"]
    low = -numpy.inf if problem.lower is None else problem.lower
    high = numpy.inf if problem.upper is None else problem.upper
    return bool(((w >= low) & (w <= high)).all())
