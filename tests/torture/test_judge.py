"""The suite's own judge, oracle and reports, against values by hand, SciPy and scikit-learn."""

import json
import math
import pathlib
import sys
from fractions import Fraction

import numpy
import pytest
import scipy.optimize
import sklearn.linear_model

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import certify_optimum  # noqa: E402
import compositions  # noqa: E402
import judge  # noqa: E402
import kinds  # noqa: E402
import oracle  # noqa: E402
import report  # noqa: E402
import running  # noqa: E402
import verdict  # noqa: E402

KNOWN = json.loads((HERE / "optima.json").read_text())
PROBLEMS = {problem.name: problem for problem in kinds.all_problems()}


def value(name):
    return float(KNOWN[name]["value"])


def entropy(share):
    return -share * math.log(share) - (1.0 - share) * math.log(1.0 - share)


def test_every_kind_has_its_number_and_problems_are_those_whose_optimum_is_known():
    counts = {kind.__name__: 0 for kind in kinds.KINDS}
    for problem in PROBLEMS.values():
        counts[problem.kind] += 1
        assert problem.digest() == KNOWN[problem.name]["digest"]
    assert min(counts.values()) >= 12 and sum(counts.values()) >= 300
    assert set(KNOWN) == set(PROBLEMS)


def test_every_optimum_has_its_certificate():
    for name, known in KNOWN.items():
        if PROBLEMS[name].promise != "separated":
            assert known["decrement"] < 1e-14 and known["reach"] < 1e-6


# Each by hand: of a column that says nothing, the entropy of the classes; of even labels ln 2.
@pytest.mark.parametrize("name, right", [
    ("few.one-row-trials", entropy(0.3)),
    ("few.two-points", math.log(2.0)),
    ("contradict.all-even", math.log(2.0)),
    ("contradict.one-point", entropy(5.0 / 12.0)),
    ("few.known-values", 4.0 / 6.0 * math.log(5.0 / 4.0) + 0.0),
])
def test_optima_by_hand(name, right):
    if name == "few.known-values":  # 2 and 3 with two rows each of either class, 1 and 4 beyond
        right = known_values()
    assert value(name) == pytest.approx(right, rel=1e-12)


def known_values():
    """By one variable: of 6 rows symmetric about 2.5 the slope alone is free."""
    def f(w):
        terms = [numpy.logaddexp(0.0, -1.5 * w)] * 2
        terms += [numpy.logaddexp(0.0, side * 0.5 * w) for side in (-1, 1)] * 2
        return sum(terms) / 6.0
    return scipy.optimize.minimize_scalar(f, bracket=(0.0, 3.0), tol=1e-14).fun


@pytest.mark.parametrize("name", ["softmax.plain-0", "offsets.spread-2", "trials.size-10", "bounds.own",
                                  "weights.ratio-1e+06", "standardised.l2-0.01", "rare.inside-1",
                                  "products.normal-2-l2", "one_vs_rest.l2-0", "bounds.softmax-l2"])
def test_optima_by_scipy(name):
    assert value(name) == pytest.approx(by_scipy(PROBLEMS[name]), rel=1e-9)


def by_scipy(problem):
    """F* by L-BFGS-B on the formula of docs/penalties.md, in double precision."""
    X = problem.X.astype(float)
    if problem.degree > 1:
        X = oracle.expand(X, problem.degree, problem.interactions)
    n, p = X.shape
    s = numpy.ones(n) if problem.weights is None else problem.weights
    o = numpy.zeros(n) if problem.offsets is None else problem.offsets
    sd = numpy.sqrt(numpy.average((X - numpy.average(X, axis=0, weights=s)) ** 2, axis=0, weights=s))
    sd = sd if problem.standardize else numpy.ones(p)
    unit = numpy.maximum(X.std(axis=0), 1e-300)  # SciPy is given columns of spread 1 about 0
    X, sd = (X - X.mean(axis=0)) / unit, sd / unit
    low = numpy.full(p, -numpy.inf) if problem.lower is None else numpy.broadcast_to(problem.lower, p)
    high = numpy.full(p, numpy.inf) if problem.upper is None else numpy.broadcast_to(problem.upper, p)

    def minimum(rows, loss):
        def f(v):
            V = v.reshape(rows, p + 1)
            Z = X @ V[:, 1:].T + V[:, 0]
            return loss(Z) + problem.l2 / 2.0 * ((V[:, 1:] * sd) ** 2).sum()

        box = [(None, None)] + [(a if numpy.isfinite(a) else None, b if numpy.isfinite(b) else None)
                                for a, b in zip(low * unit, high * unit)]
        v = numpy.zeros(rows * (p + 1))
        for _ in range(3):  # begun again, for the gradient is of differences
            v = scipy.optimize.minimize(f, v, method="L-BFGS-B", bounds=box * rows, jac="3-point",
                                        options={"ftol": 1e-16, "gtol": 1e-10, "maxiter": 5000,
                                                 "maxfun": 10**6}).x
        return f(v)

    if problem.trials is not None:
        y, t = s * problem.y, s * problem.trials
        return minimum(1, lambda Z: (y * numpy.logaddexp(0, -Z[:, 0] - o) + (t - y) * numpy.logaddexp(
            0, Z[:, 0] + o)).sum() / t.sum())
    y = problem.y
    if problem.one_vs_rest or problem.classes == 2:
        total = 0.0
        for k in range(problem.classes) if problem.one_vs_rest else (1,):
            sign = numpy.where(y == k, 1.0, -1.0)
            total += minimum(1, lambda Z, sign=sign: numpy.average(
                numpy.logaddexp(0, -sign * (Z[:, 0] + o)), weights=s))
        return total
    K = problem.classes

    def loss(Z):
        top = Z.max(axis=1)
        log_sum = top + numpy.log(numpy.exp(Z - top[:, None]).sum(axis=1))
        return numpy.average(log_sum - Z[numpy.arange(n), y], weights=s)

    return minimum(K, loss)


@pytest.mark.parametrize("name", ["l1.strength-0.01", "l1.elastic-0.001", "wide.l1-8x20"])
def test_optima_by_scikit_learn(name):
    problem = PROBLEMS[name]
    n = len(problem.y)
    whole = problem.l1 + problem.l2
    fit = sklearn.linear_model.LogisticRegression(
        penalty="elasticnet", solver="saga", C=1.0 / (n * whole), l1_ratio=problem.l1 / whole,
        tol=1e-13, max_iter=10**6).fit(problem.X, problem.y)
    model = {"coefficients": fit.coef_, "intercept": fit.intercept_}
    assert float(judge.objective(problem, model)) == pytest.approx(value(name), rel=1e-9)


def test_the_judge_needs_no_digits_where_the_columns_are_far():
    problem = PROBLEMS["shift.nanoseconds-int64"]
    slope = float(KNOWN[problem.name]["slopes"][0])
    centre = int(problem.X[0, 0])
    z = (problem.X[:, 0] - centre).astype(float) * slope  # exact differences of whole numbers
    sign = 2.0 * problem.y - 1.0
    best = scipy.optimize.minimize_scalar(lambda b: numpy.logaddexp(0, -sign * (z + b)).mean(),
                                          bracket=(-5.0, 5.0), tol=1e-15)
    model = {"coefficients": numpy.array([[slope]]), "intercept": numpy.array([0.0]),
             "centre": numpy.array([float(centre)]), "intercept_at_centre": numpy.array([best.x])}
    # The centre as a double is another whole number than the first value: the same, for the test.
    model["intercept_at_centre"] += (float(centre) - centre) * slope
    told = float(judge.objective(problem, model))
    assert told == pytest.approx(best.fun, rel=1e-12)
    assert told == pytest.approx(value(problem.name), rel=1e-12)


@pytest.mark.parametrize("name", ["shift.ratio-9", "products.julian-2", "scale.powers--200_200"])
def test_margins_are_as_exact_as_fractions(name):
    problem = PROBLEMS[name]
    X = oracle.expand(problem.X, problem.degree, problem.interactions)  # for its number of columns
    slopes = [1e9 * (1.3 + j) / abs(X[:, j]).max() for j in range(X.shape[1])]

    def terms(i):
        x = [Fraction(float(value)) for value in problem.X[i]]
        products = x if problem.degree == 1 else [x[0], x[0] ** 2]
        return sum(Fraction(float(slope)) * product for slope, product in zip(slopes, products))

    start = -float(terms(3))  # so that large terms cancel
    model = {"coefficients": numpy.array([slopes]), "intercept": numpy.array([start])}
    told = judge.margins(problem, model)[0].rounded()
    for i in (0, 5, 11):
        right = terms(i) + Fraction(start)
        assert abs(Fraction(*told[i].as_integer_ratio()) / right - 1) < Fraction(1, 10**18)


class Ended(running.Run):
    """A run as it might have ended."""

    def __init__(self, problem, model, code=0, gap=1e-12, solver="newton", ranks=1):
        record = {"estimated_gap": gap, "stop_reason": "", "coefficients_sha256": str(model),
                  "objective": float(judge.objective(problem, model))}
        super().__init__(problem, solver, ranks, code=code, record=record, model=model)


def model_near(problem, off):
    """At the optimum, but for a slope that is off by a share."""
    slope = float(KNOWN[problem.name]["slopes"][0]) * (1.0 + off)
    z, sign = problem.X[:, 0] * slope, 2.0 * problem.y - 1.0
    start = scipy.optimize.minimize_scalar(lambda b: numpy.logaddexp(0, -sign * (z + b)).mean(),
                                           bracket=(-5.0, 5.0), tol=1e-15).x
    return {"coefficients": numpy.array([[slope]]), "intercept": numpy.array([start])}


def test_verdicts():
    problem = PROBLEMS["few.known-values"]
    known = KNOWN[problem.name]

    def word(run):
        return verdict.verdict(run, known)[0]

    assert word(Ended(problem, model_near(problem, 0.0))) == "right"
    assert word(Ended(problem, model_near(problem, 1e-3))) == "wrong"
    assert word(Ended(problem, model_near(problem, 1e-4), solver="lbfgs")) == "right"
    assert word(Ended(problem, model_near(problem, 1e-4))) == "wrong"
    assert word(Ended(problem, model_near(problem, 1e-3), code=3)) == "understated"
    assert word(Ended(problem, model_near(problem, 1e-3), code=3, gap=1e-5)) == "honest"
    assert word(Ended(problem, model_near(problem, 1e-3), code=3, gap=math.nan)) == "vague"
    run = Ended(problem, model_near(problem, 0.0))
    run.record["objective"] *= 1.0 + 1e-6
    assert word(run) == "misstated"
    run.model["coefficients"][0, 0] = math.nan
    assert word(run) == "wrong"
    for code, meant in ((2, "refused"), ("hang", "hang"), (86, "hang"), ("crash", "crash"), (-11, "crash")):
        assert word(running.Run(problem, "newton", 1, code=code)) == meant


def test_demands():
    problem = PROBLEMS["few.known-values"]
    right, other = model_near(problem, 0.0), model_near(problem, 1e-6)
    results = [(Ended(problem, right), "right", "")] * 98
    assert report.failures(results) == []
    assert report.failures(results + [(Ended(problem, right, ranks=3), "right", "")]) == []
    assert "other bits" in report.failures(results + [(Ended(problem, other, ranks=3), "right", "")])[0]
    assert "wrong" in report.failures(results + [(Ended(problem, other), "wrong", "")])[0]
    many = results + [(Ended(problem, right, code=0), "honest", "")] * 4
    assert "98 of 102" in report.failures(many)[0]


def test_random_compositions_are_certain():
    problems, known = compositions.problems(20, 7)
    assert len({problem.digest() for problem in problems}) == 20
    again, _ = compositions.problems(20, 7)
    assert [problem.digest() for problem in again] == [problem.digest() for problem in problems]
    plain = [problem for problem in problems if problem.classes == 2 and problem.smooth and
             problem.degree == 1 and abs(problem.X).max() < 1e3 and
             numpy.linalg.cond(problem.X - problem.X.mean(axis=0)) < 100.0]
    assert plain
    for problem in plain[:3]:
        assert float(known[problem.name]["value"]) == pytest.approx(by_scipy(problem), rel=1e-8)
    assert certify_optimum.optimum(PROBLEMS["softmax.l2-0"], oracle.LongDouble()).value == pytest.approx(
        value("softmax.l2-0"), rel=1e-15)
