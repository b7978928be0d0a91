"""Kinds whose difficulty is in the rows: their number, weights, offsets, and where a fit starts."""

import numpy

from problem import Draws, Problem, labels_of, sample, with_overlap

MANY_RANKS = (1, 3, 8)


def saturated(seed):
    """All rows are certain, and wrong, at the start."""
    draws = Draws(seed)
    for number, offset in enumerate((20.0, -50.0, 60.0, 100.0, -300.0, 700.0)):
        Z, y = sample(draws, 24 + number, 2)
        X, y = with_overlap(Z, y)
        options = {"l2": 1e-2} if number % 2 else {}
        yield Problem("saturated", f"offset{offset:+g}", X, y, offsets=numpy.full(len(y), offset),
                      **options)
    for number, size in enumerate((20.0, 60.0, 200.0, 700.0)):
        Z, y = sample(draws, 30, 2)
        X, y = with_overlap(Z, y)
        wrong = size * (1.0 - 2.0 * y) + draws.normal(len(y))
        options = {"l2": 1e-2} if number % 2 else {}
        yield Problem("saturated", f"against-{size:g}", X, y, offsets=wrong, **options)
    for number, start in enumerate((30.0, 200.0, 1000.0, -1000.0, 1e5)):
        Z, y = sample(draws, 26, 2)
        X, y = with_overlap(Z, y)
        begin = ([[start, -start]], [start / 2.0])
        yield Problem("saturated", f"start{start:+g}", X, y, start=begin)
        if number < 3:
            yield Problem("saturated", f"start{start:+g}-l2", X, y, start=begin, l2=1e-3)
    Z, y = sample(draws, 30, 2)
    X, y = with_overlap(Z, y)
    far = numpy.full(len(y), 80.0)
    yield Problem("saturated", "l1-offset", X, y, offsets=far, l1=1e-2)
    yield Problem("saturated", "bounds-offset", X, y, offsets=-far, lower=-0.2, upper=0.2)
    yield Problem("saturated", "l1-start", X, y, start=([[500.0, 500.0]], [-300.0]), l1=1e-2)
    yield Problem("saturated", "csr-offset", numpy.where(X > 0, X, 0.0), y, offsets=far, sparse=True)
    done = numpy.minimum(y * 3 + draws.whole(0, 5, len(y)), 10)
    yield Problem("saturated", "trials-offset", X, done, trials=numpy.full(len(y), 10), offsets=-far)
    large = X * numpy.array([1e8, 1.0])
    begin = ([[3e3, -20.0]], [50.0])
    yield Problem("saturated", "start-large-column", large, y, start=begin)
    yield Problem("saturated", "start-large-column-l2", large, y, start=begin, l2=1e-2, standardize=True)
    yield Problem("saturated", "start-large-column-trials", large, done, start=begin,
                  trials=numpy.full(len(y), 10))


def offsets(seed):
    """Numbers that are added to the margins."""
    draws = Draws(seed)
    for number, spread in enumerate((0.5, 2.0, 5.0, 10.0, 20.0, 40.0)):
        Z, y = sample(draws, 30 + number, 2)
        X, y = with_overlap(Z, y)
        yield Problem("offsets", f"spread-{spread:g}", X, y, offsets=spread * draws.normal(len(y)))
        yield Problem("offsets", f"l2-{spread:g}", X, y, offsets=spread * draws.normal(len(y)), l2=0.1)
    Z, y = sample(draws, 40, 2)
    X, y = with_overlap(Z, y)
    yield Problem("offsets", "known-part", X, y, offsets=3.0 * X[:, 0])
    for size in (100.0, 1e4):
        one = numpy.zeros(len(y))
        one[5] = size * (1.0 - 2.0 * y[5])
        yield Problem("offsets", f"one-row-{size:g}", X, y, offsets=one)
    yield Problem("offsets", "weights", X, y, offsets=draws.normal(len(y)),
                  weights=draws.uniform(len(y)))
    yield Problem("offsets", "l1", X, y, offsets=4.0 * draws.normal(len(y)), l1=2e-2)
    yield Problem("offsets", "bounds", X, y, offsets=4.0 * draws.normal(len(y)), lower=0.0)


def weights(seed):
    """Weights of rows, from the least number to the largest."""
    draws = Draws(seed)
    n = 36
    Z, y = sample(draws, n, 2)
    X, y = with_overlap(Z, y)
    n = len(y)
    some = 0.5 + draws.uniform(n)
    for size in ("1e-320", "1e-310", "1e-300", "1e-100", "1e100", "1e300", "1e305"):
        yield Problem("weights", f"all-{size}", X, y, weights=float(size) * numpy.round(2 * some))
    yield Problem("weights", "tiny-l2", X, y, weights=1e-310 * numpy.round(2 * some), l2=1e-2)
    for ratio in (1e6, 1e9, 1e12):
        rare = numpy.where(draws.uniform(n) < 0.5, 1.0 / ratio, 1.0) * some
        yield Problem("weights", f"ratio-{ratio:g}", X, y, weights=rare)
        yield Problem("weights", f"ratio-{ratio:g}-l1", X, y, weights=rare, l1=1e-3)
    first = numpy.where(numpy.arange(n) % 5 == 0, 1e-320, 1.0)
    yield Problem("weights", "some-1e-320", X, y, weights=first)
    yield Problem("weights", "zeros", X, y, weights=numpy.where(numpy.arange(n) % 3 == 1, 0.0, some))
    # A column that is constant but for rows of weight 0: no alias of anything, but undetermined.
    still = numpy.where(numpy.arange(n) % 3 == 1, X[:, 1], 2.0)
    yield Problem("weights", "constant-where-weighted", numpy.c_[X[:, 0], still], y,
                  weights=numpy.where(numpy.arange(n) % 3 == 1, 0.0, some))
    yield Problem("weights", "balanced", X, y, balanced=True)
    spread = numpy.power(2.0, draws.whole(-40, 41, n).astype(float))
    doubled = [numpy.concatenate([part, part]) for part in (X, spread)]
    yield Problem("weights", "powers-of-2", doubled[0], numpy.concatenate([y, 1 - y]),
                  weights=doubled[1] * (0.5 + draws.uniform(2 * n)))


def contradict(seed):
    """Few points, each with rows of both classes."""
    draws = Draws(seed)
    for number in range(6):
        points = draws.normal(4 + number, 2)
        at = numpy.concatenate([numpy.arange(len(points))] * 2 + [draws.whole(0, len(points), 20)])
        y = numpy.concatenate([numpy.zeros(len(points)), numpy.ones(len(points)),
                               draws.uniform(20) < 0.3]).astype(numpy.int64)
        yield Problem("contradict", f"points-{number}", points[at], y)
        if number < 3:
            yield Problem("contradict", f"points-{number}-l1", points[at], y, l1=1e-3)
    Z = draws.normal(15, 3)
    both = numpy.concatenate([Z, Z])
    y = numpy.repeat(numpy.arange(2), 15)
    yield Problem("contradict", "all-even", both, y)
    yield Problem("contradict", "all-even-l2", both, y, l2=1e-2)
    yield Problem("contradict", "nearly-even", both, y, weights=1.0 + 1e-9 * draws.uniform(30))
    yield Problem("contradict", "one-point", numpy.full((12, 2), 3.5), (numpy.arange(12) < 5) * 1)
    grid = draws.whole(0, 2, 60, 3).astype(float)
    yield Problem("contradict", "marks", grid, labels_of(draws, grid[:, 0] - grid[:, 1]), sparse=True)
    yield Problem("contradict", "three-classes", numpy.concatenate([Z[:8]] * 3),
                  numpy.repeat(numpy.arange(3), 8), weights=draws.uniform(24))


def few(seed):
    """One row to ten."""
    draws = Draws(seed)
    yield Problem("few", "one-row-trials", numpy.array([[2.0]]), numpy.array([3]),
                  trials=numpy.array([10]), ranks=MANY_RANKS)
    for n in (2, 3, 4, 5, 7, 10):
        X = draws.normal(n, 2)
        y = (numpy.arange(n) % 2).astype(numpy.int64)
        yield Problem("few", f"rows-{n}-l2", X, y, l2=1e-2, ranks=MANY_RANKS)
        yield Problem("few", f"rows-{n}-l1", X, y, l1=1e-2, ranks=MANY_RANKS)
        yield Problem("few", f"rows-{n}-trials", X[:, :1], numpy.minimum(1 + draws.whole(0, 5, n), 5),
                      trials=numpy.full(n, 7), ranks=MANY_RANKS)
    x = numpy.array([[1.0], [2.0], [1.0], [2.0]])
    yield Problem("few", "two-points", x, numpy.array([0, 1, 1, 0]), ranks=MANY_RANKS)
    yield Problem("few", "known-values", numpy.array([[1.0], [2], [3], [4], [2], [3]]),
                  numpy.array([0, 0, 1, 1, 1, 0]), ranks=MANY_RANKS)
    yield Problem("few", "three-classes", draws.normal(5, 1), numpy.array([0, 1, 2, 1, 0]), l2=1e-1,
                  ranks=MANY_RANKS)


def ranks(seed):
    """More ranks than blocks of rows, or than rows."""
    draws = Draws(seed)
    for number, n in enumerate((3, 6, 9, 17, 40, 260)):
        Z, y = sample(draws, n, 2)
        X, y = with_overlap(Z, y)
        yield Problem("ranks", f"dense-{n}", X, y, ranks=MANY_RANKS)
        yield Problem("ranks", f"csr-{n}", numpy.where(X > 0.3, X, 0.0), y, sparse=True, l2=1e-3,
                      ranks=MANY_RANKS)
    Z, y = sample(draws, 300, 3, classes=3)
    yield Problem("ranks", "sorted-softmax", Z, numpy.sort(y), ranks=MANY_RANKS)
    yield Problem("ranks", "sorted-one-vs-rest", Z, numpy.sort(y), one_vs_rest=True, ranks=MANY_RANKS)
    yield Problem("ranks", "weight-in-one-block", Z, (y > 1).astype(numpy.int64),
                  weights=numpy.where(numpy.arange(300) < 40, 1.0, 0.0), ranks=MANY_RANKS)
    yield Problem("ranks", "trials", Z[:5, :1], numpy.array([1, 2, 3, 2, 4]),
                  trials=numpy.full(5, 6), ranks=MANY_RANKS)


def trials(seed):
    """Rows that stand for several."""
    draws = Draws(seed)
    for number, size in enumerate((2, 10, 50, 1000, 10**6, 10**9)):
        n = 6 + 3 * number
        Z = draws.normal(n, 2)
        share = 1.0 / (1.0 + numpy.exp(-Z[:, 0]))
        done = numpy.floor((size - 1) * share + draws.uniform(n)).astype(numpy.int64)
        tried = numpy.full(n, size)
        yield Problem("trials", f"size-{size}", Z, done, trials=tried)
        yield Problem("trials", f"offsets-{size}", Z, done, trials=tried, offsets=draws.normal(n))
        if number in (1, 3):
            yield Problem("trials", f"l1-{size}", Z, done, trials=tried, l1=1e-2)
            yield Problem("trials", f"weights-{size}", Z, done, trials=tried, weights=draws.uniform(n))
            yield Problem("trials", f"csr-{size}", numpy.where(Z > 0, Z, 0.0), done, trials=tried,
                          sparse=True, l2=1e-3)
    tried = draws.whole(0, 6, 30)
    done = numpy.floor((tried + 1) * 0.999 * draws.uniform(30)).astype(numpy.int64)
    yield Problem("trials", "some-none", draws.normal(30, 2), done, trials=tried)


def csr(seed):
    """Rows stored without their zeros."""
    draws = Draws(seed)
    for number, density in enumerate((0.05, 0.1, 0.3, 0.7, 1.0)):
        columns = 8 if density < 0.2 else 4
        values = draws.normal(80, columns)
        X = numpy.where(draws.uniform(80, columns) < density, values, 0.0)
        y = labels_of(draws, X[:, 0] - X[:, 1])
        X, y = with_overlap(X, y)
        if density >= 0.3:
            yield Problem("csr", f"density-{density:g}", X, y, sparse=True)
        yield Problem("csr", f"l2-{density:g}", X, y, sparse=True, l2=1e-4)
        yield Problem("csr", f"l1-{density:g}", X, y, sparse=True, l1=1e-3)
    marks = (draws.uniform(90, 3) < 0.5).astype(float)
    y = labels_of(draws, marks[:, 0] - marks[:, 1])
    # Far from zero where they are not zero: no shift may be made of these.
    far = numpy.where(marks > 0, marks + 1e6, 0.0)
    yield Problem("csr", "far-or-zero", far, y, sparse=True)
    yield Problem("csr", "far-or-zero-dense", far, y)
    full = numpy.c_[draws.normal(90) + 1e7, marks[:, 0]]
    yield Problem("csr", "one-column-full-and-far", full, y, sparse=True)
    yield Problem("csr", "softmax", marks * 2.5, labels_of(draws, marks - 0.5), sparse=True)
