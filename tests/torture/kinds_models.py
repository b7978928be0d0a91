"""Kinds whose difficulty is in the model: penalties, bounds, classes, and rows that are told apart."""

import numpy

from problem import Draws, Problem, labels_of, sample, with_overlap


def wide(seed):
    """More columns than rows."""
    draws = Draws(seed)
    for number, (n, p) in enumerate(((6, 10), (8, 20), (12, 15), (15, 40), (20, 30), (10, 60))):
        Z, y = sample(draws, n, p)
        yield Problem("wide", f"l2-{n}x{p}", Z, y, l2=(1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6)[number])
        yield Problem("wide", f"l1-{n}x{p}", Z, y, l1=(1e-1, 3e-2, 1e-2)[number % 3])
        yield Problem("wide", f"elastic-{n}x{p}", Z, y, l1=1e-2, l2=1e-2,
                      standardize=number % 2 == 1)
    few = numpy.where(draws.uniform(14, 30) < 0.2, draws.normal(14, 30), 0.0)
    y = labels_of(draws, 2.0 * few[:, 0])
    yield Problem("wide", "csr", few, y, sparse=True, l2=1e-2)
    yield Problem("wide", "bounds", draws.normal(10, 14), y[:10] * 0 + numpy.arange(10) % 2, l2=1e-2,
                  lower=-0.1, upper=0.3)
    Z, y = sample(draws, 15, 20, classes=3)
    yield Problem("wide", "softmax", Z, y, l2=1e-2)


def bounds(seed):
    """Bounds that bind."""
    draws = Draws(seed)
    for number in range(5):
        Z, y = sample(draws, 30 + 2 * number, 3 + number % 3, slope=2.0)
        X, y = with_overlap(Z, y)
        size = (0.05, 0.2, 0.5, 1.0, 0.01)[number]
        yield Problem("bounds", f"lower-0-{number}", X, y, lower=0.0)
        yield Problem("bounds", f"box-{number}", X, y, lower=-size, upper=size)
        yield Problem("bounds", f"box-l2-{number}", X, y, lower=-size, upper=size, l2=1e-3)
    Z, y = sample(draws, 40, 4, slope=2.0)
    X, y = with_overlap(Z, y)
    yield Problem("bounds", "upper-0", X, y, upper=0.0)
    yield Problem("bounds", "away-from-0", X, y, lower=0.5, upper=1.5)
    yield Problem("bounds", "own", X, y, lower=numpy.array([-0.1, 0.2, -3.0, -0.5]),
                  upper=numpy.array([0.1, 0.9, 0.0, 5.0]))
    yield Problem("bounds", "fixed", X, y, lower=numpy.array([0.3, -1.0, -1.0, 0.0]),
                  upper=numpy.array([0.3, 1.0, 1.0, 0.0]))
    yield Problem("bounds", "l1", X, y, lower=-0.2, upper=0.4, l1=1e-2)
    yield Problem("bounds", "standardised", X * numpy.array([1e3, 1.0, 1e-3, 1.0]), y, l2=1e-2,
                  standardize=True, lower=0.0)
    yield Problem("bounds", "csr", numpy.where(X > 0, X, 0.0), y, sparse=True, lower=0.0)
    Z, y = sample(draws, 60, 2, classes=3)
    yield Problem("bounds", "softmax-l2", Z, y, lower=-0.3, upper=0.3, l2=1e-3)
    # A shift of all classes' coefficients changes nothing but which of them a bound stops.
    for number, size in enumerate((1.0, 1e4, 1e8)):
        Z, y = sample(draws, 40 + 5 * number, 1 + number, classes=3)
        yield Problem("bounds", f"softmax-box-{number}", Z * size, y, lower=-1.0, upper=0.1)


def l1(seed):
    """L1 penalties, alone and with L2."""
    draws = Draws(seed)
    for number, strength in enumerate((1e-7, 1e-5, 1e-3, 1e-2, 5e-2, 0.15)):
        Z, y = sample(draws, 36 + number, 5)
        X, y = with_overlap(Z, y)
        yield Problem("l1", f"strength-{strength:g}", X, y, l1=strength)
        yield Problem("l1", f"elastic-{strength:g}", X, y, l1=strength, l2=strength / 2.0)
    Z, y = sample(draws, 44, 4)
    X, y = with_overlap(Z, y)
    yield Problem("l1", "all-zero", X, y, l1=10.0)
    yield Problem("l1", "factors", X, y, l1=2e-2, factors=numpy.array([0.0, 1.0, 3.0, 0.1]))
    yield Problem("l1", "factors-elastic", X, y, l1=1e-2, l2=1e-2,
                  factors=numpy.array([0.0, 1.0, 3.0, 0.1]))
    near = numpy.c_[X[:, 0], X[:, 0] + 1e-4 * X[:, 1], X[:, 2]]
    yield Problem("l1", "nearly-collinear", near, y, l1=1e-3)
    yield Problem("l1", "copies-elastic", X[:, [0, 0, 1, 1]], y, l1=1e-2, l2=1e-3)
    Z, y = sample(draws, 60, 3, classes=3)
    yield Problem("l1", "softmax", Z, y, l1=1e-2)
    yield Problem("l1", "one-vs-rest", Z, y, l1=1e-2, one_vs_rest=True)
    for number, strength in enumerate((3e-6, 5e-6)):
        Z, y = sample(draws, 30, 2, slope=0.3)
        X, y = with_overlap(Z, y)
        # About 2^-30u, by operations that are the same on every machine: numpy.power is not.
        down, halved = numpy.divmod(30.0 * draws.uniform(len(y)), 1.0)
        light = numpy.ldexp(1.0 - 0.5 * halved, -down.astype(int))
        yield Problem("l1", f"weak-weights-{number}", X * (1.0, 4e12)[number], y, l1=strength, weights=light)
    # A shift of all classes' coefficients changes only the penalty.
    for number, strength in enumerate((4e-6, 2.5e-6, 3e-7)):
        Z, y = sample(draws, 50 + 5 * number, 1 + number, classes=3, slope=0.5)
        yield Problem("l1", f"softmax-weak-{number}", Z, y, l1=strength)


def rare(seed):
    """Softmax with classes of one row."""
    draws = Draws(seed)
    for number in range(5):
        n = 20 + 4 * number
        Z = draws.normal(n, 2)
        y = labels_of(draws, Z[:, 0])
        alone = draws.whole(4, n, 1)[0]
        y[alone] = 2
        yield Problem("rare", f"l2-{number}", Z, y, l2=(1e-4, 1e-3, 1e-2, 0.1, 1.0)[number])
        # In the middle of the others, who are of both classes there: finite without a penalty.
        X = numpy.concatenate([Z, -Z])
        X[alone] = 0.0
        both = numpy.concatenate([y, numpy.where(y < 2, 1 - y, 0)])
        yield Problem("rare", f"inside-{number}", X, both)
        if number < 3:
            yield Problem("rare", f"two-alone-{number}", numpy.r_[X, [[0.1, 0.1]]],
                          numpy.r_[both, 3], l2=1e-3, standardize=number == 1)
            yield Problem("rare", f"l1-{number}", Z, y, l1=1e-2)
    yield Problem("rare", "all-alone", draws.normal(6, 2), numpy.arange(6), l2=1e-2)
    yield Problem("rare", "light", X, both, weights=numpy.where(both == 2, 1e-6, 1.0))


def softmax(seed):
    """More than two classes."""
    draws = Draws(seed)
    for number, classes in enumerate((3, 3, 4, 5, 7)):
        Z, y = sample(draws, 60 + 10 * number, 2 + number % 2, classes=classes)
        X, y = with_overlap(Z, y)
        yield Problem("softmax", f"plain-{number}", X, y)
        yield Problem("softmax", f"l2-{number}", X, y, l2=10.0 ** (-1 - number))
        yield Problem("softmax", f"weights-{number}", X * 10.0 ** (number - 2), y,
                      weights=0.1 + draws.uniform(len(y)))
    yield Problem("softmax", "balanced", X, y, balanced=True)
    yield Problem("softmax", "start", X, y, l2=1e-3,
                  start=(200.0 * draws.normal(7, X.shape[1]), 100.0 * draws.normal(7)))
    yield Problem("softmax", "elastic", X, y, l1=3e-3, l2=3e-3)


def one_vs_rest(seed):
    """A model of each class against all others."""
    draws = Draws(seed)
    for number, classes in enumerate((3, 4, 5, 3, 6)):
        Z, y = sample(draws, 60 + 10 * number, 2 + number % 2, classes=classes)
        X, y = with_overlap(Z, y)
        yield Problem("one_vs_rest", f"plain-{number}", X, y, one_vs_rest=True)
        yield Problem("one_vs_rest", f"l2-{number}", X, y, one_vs_rest=True, l2=10.0 ** (-1 - number))
        yield Problem("one_vs_rest", f"scaled-{number}", X * 10.0 ** (4 * number - 8), y,
                      one_vs_rest=True, weights=0.1 + draws.uniform(len(y)))
    yield Problem("one_vs_rest", "elastic", X, y, one_vs_rest=True, l1=3e-3, l2=3e-3)


def near(seed):
    """Classes that one or two rows keep from being told apart."""
    draws = Draws(seed)
    for number, (size, light) in enumerate(((2.0, 1.0), (5.0, 1.0), (20.0, 1.0), (1.0, 1e-2),
                                            (1.0, 1e-4), (1.0, 1e-6), (1.0, 1e-8), (3.0, 1e-3))):
        y = (numpy.arange(30) % 2).astype(numpy.int64)
        x = size * (2.0 * y - 1.0) + draws.uniform(30) * size
        Z = numpy.c_[x, draws.normal(30)]
        # Rows of the wrong class, across the gap, at both ends of the other column.
        wrong = numpy.array([[size, 1.0], [-size, -1.0], [size, -1.0], [-size, 1.0]])
        X = numpy.r_[Z, wrong]
        y = numpy.r_[y, [0, 1, 0, 1]]
        w = numpy.r_[numpy.ones(30), numpy.full(4, light)]
        yield Problem("near", f"gap-{number}", X, y, weights=None if light == 1.0 else w)
        if number % 2 == 0:
            yield Problem("near", f"gap-{number}-l2", X, y, weights=w, l2=1e-9)
            yield Problem("near", f"gap-{number}-l1", X, y, weights=w, l1=1e-6)
    line = numpy.arange(24.0)[:, None]
    late = (line[:, 0] > 11).astype(numpy.int64)
    late[[11, 12]] = [1, 0]
    yield Problem("near", "one-pair-crossed", line, late)
    yield Problem("near", "one-pair-crossed-far", line + 1e5, late)


def separated(seed):
    """Told apart, wholly or some rows of them: no finite coefficients."""
    draws = Draws(seed)
    for number in range(5):
        y = (numpy.arange(16 + 4 * number) % 2).astype(numpy.int64)
        gap = (1.0, 0.1, 1e-2, 1e-4, 10.0)[number]
        Z = numpy.c_[(2 * y - 1) * (gap + draws.uniform(len(y))), draws.normal(len(y))]
        yield Problem("separated", f"whole-{number}", Z, y, promise="separated")
    yield Problem("separated", "whole-far", Z + 1e6, y, promise="separated")
    yield Problem("separated", "whole-csr", numpy.where(Z > 0, Z, 0.0)[:, :1], y, sparse=True,
                  promise="separated")
    yield Problem("separated", "more-columns", draws.normal(6, 9), numpy.arange(6) % 2,
                  promise="separated")
    yield Problem("separated", "three-classes", numpy.arange(9.0)[:, None],
                  numpy.arange(9) // 3, promise="separated")
    yield Problem("separated", "two-rows", numpy.array([[1.0], [2.0]]), numpy.array([0, 1]),
                  promise="separated")
    for number in range(6):
        Z, y = sample(draws, 40, 2)
        X, y = with_overlap(Z, y)
        told = (y == 1) & (draws.uniform(len(y)) < 0.4)
        told[:2] = False
        options = {}
        if number == 1:
            options["sparse"] = True
        if number == 2:
            options["weights"] = 0.5 + draws.uniform(len(y))
        if number == 3:
            options["offsets"] = draws.normal(len(y))
        X = numpy.c_[X, told * (1e3 if number == 4 else 1.0)]
        yield Problem("separated", f"some-{number}", X, y, promise="quasi", certain=told, **options)
