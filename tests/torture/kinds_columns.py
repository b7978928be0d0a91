"""Kinds whose difficulty is in the columns: where they lie, how large they are, how alike."""

import numpy

from problem import Draws, Problem, labels_of, sample, with_overlap

SECONDS = 1.7e9  # of Unix time
JULIAN = 2460000.5


def moved(Z, ratios):
    """Column j at ratios[j] spreads from zero; rounded, which is then what the data are."""
    return Z + numpy.asarray(ratios, float)


def shift(seed):
    """Columns far from zero."""
    draws = Draws(seed)
    plain = [(4e3,), (1e5, 0.0), (1e6, -1e6), (1e7, 1.0), (1e8, 1e4), (1e9, 0.0), (-1e10, 2.0),
             (1e11, 1e11), (1e12, 0.0), (1e12, -1e12, 1e12)]
    for number, ratios in enumerate(plain):
        Z, y = sample(draws, 24 + 3 * number, len(ratios), slope=1.5)
        X, y = with_overlap(moved(Z, ratios), y)
        yield Problem("shift", f"ratio-{number}", X, y)
    seconds = numpy.sort(draws.whole(0, 3600, 60)).astype(float)
    y = labels_of(draws, 0.0025 * (seconds - 1800.0))
    stamps = SECONDS + seconds
    yield Problem("shift", "hour", stamps[:, None], y)
    yield Problem("shift", "hour-int64", stamps[:, None].astype(numpy.int64), y)
    yield Problem("shift", "milliseconds", (1000.0 * stamps)[:, None], y, weights=draws.uniform(60))
    nano = 1700000000000000000 + draws.whole(0, 10**9, 60)
    yield Problem("shift", "nanoseconds-int64", nano[:, None],
                  labels_of(draws, 3e-9 * (nano - 1700000000500000000).astype(float)))
    days = JULIAN + 30.0 * draws.uniform(50)
    beside = draws.normal(50)
    y = labels_of(draws, 0.1 * (days - JULIAN - 15.0) + beside)
    X = numpy.c_[days, beside]
    yield Problem("shift", "julian", X, y)
    yield Problem("shift", "julian-csr", X, y, sparse=True)
    yield Problem("shift", "julian-l2", X, y, l2=1e-3)
    yield Problem("shift", "julian-standardised", X, y, l2=1e-3, standardize=True)
    yield Problem("shift", "julian-l1", X, y, l1=1e-2, standardize=True)
    yield Problem("shift", "julian-bounds", X, y, lower=-0.05, upper=0.05)
    yield Problem("shift", "julian-offsets", X, y, offsets=2.0 * draws.normal(50))
    years = draws.whole(1980, 2021, 80).astype(float)
    yield Problem("shift", "years", numpy.c_[years, draws.normal(80)],
                  labels_of(draws, 0.05 * (years - 2000.0)))
    Z, y = sample(draws, 60, 2, classes=3)
    X, y = with_overlap(moved(Z, (1e7, 1e5)), y)
    yield Problem("shift", "softmax", X, y)
    yield Problem("shift", "softmax-l2", X, y, l2=1e-2)
    yield Problem("shift", "one-vs-rest", X, y, one_vs_rest=True)
    Z, y = sample(draws, 40, 2)
    X, y = with_overlap(moved(Z, (5e3, 2e3)).astype(numpy.float32), y)
    yield Problem("shift", "float32", X, y)


def scale(seed):
    """Columns of any size."""
    draws = Draws(seed)
    exponents = [(-200,), (200,), (-200, 200), (-100, 0), (150, 0, -150), (-30, 30), (-300, 300),
                 (-305, 0), (305, 0), (-12, 12, 3), (8, -8), (200, -200, 0, 100)]
    for number, powers in enumerate(exponents):
        Z, y = sample(draws, 30 + number, len(powers), slope=1.5)
        X, y = with_overlap(Z * numpy.array([float(f"1e{power}") for power in powers]), y)
        yield Problem("scale", "powers-" + "_".join(str(power) for power in powers), X, y)
        if number in (2, 4, 9):
            yield Problem("scale", f"standardised-{number}", X, y, l2=1e-2, standardize=True)
            yield Problem("scale", f"l1-{number}", X, y, l1=3e-2, standardize=True)
    Z, y = sample(draws, 40, 3)
    X, y = with_overlap(Z * numpy.array([1e-6, 1.0, 1e6]), y)
    yield Problem("scale", "l2-raw", X, y, l2=1e-3)
    yield Problem("scale", "csr", numpy.where(X > 0, X, 0.0), y, sparse=True)
    X = (Z * numpy.array([1e-30, 1e30, 1.0])).astype(numpy.float32)
    X, y = with_overlap(X, y[:40])
    yield Problem("scale", "float32", X, y)


def collinear(seed):
    """Nearly collinear columns, of which the optimum still takes both."""
    draws = Draws(seed)
    for delta in (1e-4, 1e-5, 1e-6, 1e-7):
        for signal in (0.0, 1.0):
            Z = draws.normal(36, 3)
            y = labels_of(draws, Z[:, 0] + signal * Z[:, 1] - 0.5 * Z[:, 2])
            X, y = with_overlap(numpy.c_[Z[:, 0], Z[:, 0] + delta * Z[:, 1], Z[:, 2]], y)
            yield Problem("collinear", f"pair-{delta:.0e}-{signal:g}", X, y)
    for delta in (1e-5, 1e-7):
        Z, y = sample(draws, 44, 3)
        X, y = with_overlap(numpy.c_[Z[:, 0], Z[:, 1], Z[:, 0] - Z[:, 1] + delta * Z[:, 2]], y)
        yield Problem("collinear", f"three-{delta:.0e}", X, y)
        yield Problem("collinear", f"three-{delta:.0e}-l2", X, y, l2=1e-8)
        yield Problem("collinear", f"three-{delta:.0e}-scaled", X * numpy.array([1e9, 1e-9, 1.0]), y)
    Z, y = sample(draws, 40, 2)
    X, y = with_overlap(numpy.c_[Z[:, 0] + 1e4, Z[:, 0] + 1e-6 * Z[:, 1] + 1e4], y)
    yield Problem("collinear", "shifted", X, y)
    Z, y = sample(draws, 60, 2, classes=3)
    X, y = with_overlap(numpy.c_[Z[:, 0], Z[:, 0] + 1e-5 * Z[:, 1]], y)
    yield Problem("collinear", "softmax", X, y)
    yield Problem("collinear", "l1", X, (y > 0).astype(numpy.int64), l1=1e-9)
    for delta in (5e-8, 2e-8):
        Z, y = sample(draws, 36, 2)
        X, y = with_overlap(numpy.c_[Z[:, 0], Z[:, 0] + delta * Z[:, 1]], y)
        yield Problem("collinear", f"between-{delta:.0e}", X, y, promise="may_stop")


def alias(seed):
    """Columns that others already hold, exactly or to less than 1e-8 of their spread."""
    draws = Draws(seed)
    Z, y = sample(draws, 40, 3)
    Z = numpy.floor(64 * Z) / 64
    Z, y = with_overlap(Z, y)
    a, b, c = Z.T
    yield Problem("alias", "copy", numpy.c_[a, a, b], y)
    yield Problem("alias", "scaled-copy", numpy.c_[a, b, -3.0 * a], y)
    yield Problem("alias", "sum", numpy.c_[a, b, a + b, c], y)
    yield Problem("alias", "with-intercept", numpy.c_[a, 5.0 - a, b], y)
    yield Problem("alias", "constant", numpy.c_[a, numpy.full(len(y), 7.0), b], y)
    yield Problem("alias", "constant-far", numpy.c_[numpy.full(len(y), 1e9 + 0.1), a], y)
    yield Problem("alias", "zeros", numpy.c_[numpy.zeros(len(y)), a], y)
    yield Problem("alias", "far-copy", numpy.c_[a + 1048576.0, a, b], y)
    yield Problem("alias", "copy-l2", numpy.c_[a, a, b], y, l2=1e-2)
    yield Problem("alias", "sum-l2-weak", numpy.c_[a, b, a + b], y, l2=1e-9)
    yield Problem("alias", "copy-offsets", numpy.c_[a, 2.0 * a], y, offsets=b)
    levels = numpy.eye(4)[draws.whole(0, 4, len(y))]
    yield Problem("alias", "levels", levels, y, sparse=True)
    yield Problem("alias", "levels-beside", numpy.c_[levels, a], y, sparse=True)
    yield Problem("alias", "levels-standardised", levels, y, sparse=True, l2=1e-3, standardize=True)
    y3 = labels_of(draws, numpy.c_[a, b, 0.0 * a])
    yield Problem("alias", "softmax-copy", numpy.c_[a, b, a], y3)
    yield Problem("alias", "one-vs-rest-sum", numpy.c_[a, b, a + b], y3, one_vs_rest=True)
    for delta in (5e-9, 1e-9, 1e-11):
        yield Problem("alias", f"near-{delta:.0e}", numpy.c_[a, a + delta * c, b], y,
                      promise="alias", aliases=(0, 1))


def products(seed):
    """Products of columns, of years above all."""
    draws = Draws(seed)
    years = numpy.repeat(numpy.arange(1980, 2021), 3).astype(float)
    s = (years - 2000.0) / 20.0
    for degree in (2, 3, 4):
        y = labels_of(draws, s - 2.0 * s * s + 3.0 * s * s * s)
        yield Problem("products", f"years-{degree}", years[:, None], y, degree=degree)
    for degree in (2, 3):
        beside = draws.normal(len(years))
        y = labels_of(draws, s - s * s + beside)
        yield Problem("products", f"years-beside-{degree}", numpy.c_[years, beside], y, degree=degree)
        yield Problem("products", f"years-int64-{degree}", years[:, None].astype(numpy.int64), y,
                      degree=degree)
    yield Problem("products", "years-interaction", numpy.c_[years, beside], y, degree=2,
                  interactions=True)
    yield Problem("products", "years-offsets", years[:, None], y, degree=2, offsets=beside)
    hours = SECONDS + draws.whole(0, 3600, 70).astype(float)
    t = (hours - SECONDS) / 1800.0 - 1.0
    y = labels_of(draws, t - 1.5 * t * t)
    yield Problem("products", "hour-2", hours[:, None], y, degree=2)
    days = JULIAN + 300.0 * draws.uniform(70)
    d = (days - JULIAN) / 150.0 - 1.0
    yield Problem("products", "julian-2", days[:, None], labels_of(draws, 2.0 * d * d), degree=2)
    ages = draws.whole(18, 80, 70).astype(float)
    yield Problem("products", "ages-3", ages[:, None], labels_of(draws, (ages - 50.0) / 15.0), degree=3)
    Z, y = sample(draws, 90, 3)
    yield Problem("products", "normal-2", Z, y, degree=2)
    yield Problem("products", "normal-2-l2", Z, y, degree=2, l2=1e-2)
    yield Problem("products", "normal-3-l1", Z, y, degree=3, l1=1e-2, standardize=True)
    marks = (draws.uniform(90, 4) < 0.4).astype(float)
    y = labels_of(draws, marks[:, 0] - marks[:, 1] * marks[:, 2])
    yield Problem("products", "marks-interactions", marks, y, sparse=True, degree=2,
                  interactions=True)
    yield Problem("products", "marks-2", marks, y, sparse=True, degree=2)
    Z, y = sample(draws, 60, 2)
    yield Problem("products", "scaled-2", Z * numpy.array([1e-60, 1e60]), y, degree=2)
    Z, y = sample(draws, 80, 2)
    X, y = with_overlap(Z, y)
    yield Problem("products", "away-3", X + numpy.array([0.0, 200.0]), y, degree=3)
    yield Problem("products", "away-3-csr", X + numpy.array([2.0, 150.0]), y, degree=3, sparse=True)
    yield Problem("products", "alike-3", numpy.c_[X[:, 0], X[:, 0] + 0.01 * X[:, 1]], y, degree=3)


def standardised(seed):
    """Penalties of standardised columns."""
    draws = Draws(seed)
    for number, l2 in enumerate((1e-6, 1e-4, 1e-2, 1.0, 30.0)):
        Z, y = sample(draws, 30 + 5 * number, 3)
        X = Z * numpy.array([1e-3, 1.0, 1e4]) + numpy.array([0.0, 3.0, -2e4])
        yield Problem("standardised", f"l2-{l2:g}", X, y, l2=l2, standardize=True)
        yield Problem("standardised", f"weights-{l2:g}", X, y, l2=l2, standardize=True,
                      weights=draws.uniform(len(y)))
    for number, l1 in enumerate((1e-5, 1e-2, 5e-2)):
        Z, y = sample(draws, 40, 4)
        X = Z * numpy.array([1e-3, 1.0, 1e3, 10.0]) + numpy.array([0.0, 500.0, 0.0, 10.0])
        yield Problem("standardised", f"l1-{l1:g}", X, y, l1=l1, standardize=True)
        yield Problem("standardised", f"elastic-{l1:g}", X, y, l1=l1, l2=l1, standardize=True)
    marks = numpy.where(draws.uniform(60, 4) < 0.2, draws.normal(60, 4), 0.0)
    y = labels_of(draws, marks[:, 0] - marks[:, 1])
    yield Problem("standardised", "csr", marks, y, sparse=True, l2=1e-3, standardize=True)
    Z, y = sample(draws, 50, 2, classes=3)
    yield Problem("standardised", "softmax", Z * 7.0, y, l2=1e-3, standardize=True)
