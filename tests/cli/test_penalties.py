"""L1, elastic net, factors, bounds, standardising, class weights and trials: the conditions of the optimum
checked in numpy, and scikit-learn, statsmodels and scipy."""

import warnings

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
import statsmodels.api as sm
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import oracles
from conftest import logistic_sample, write_dense, write_sparse
from oracles import as_model, classes_sample, read_model


def sparse_sample(classes, rows=400, features=30, seed=1):
    """Few stored entries, of which few features matter."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, features)) * (random.random(size=(rows, features)) < 0.3)
    truth = random.normal(size=(features, classes)) * (np.arange(features) < 6)[:, None]
    y = np.argmax(2 * x @ truth + random.gumbel(size=(rows, classes)), axis=1)
    return x, y


def write(path, x, y, storage, **datasets):
    if storage == "sparse":
        return write_sparse(path, scipy.sparse.csr_matrix(x), y, **datasets)
    return write_dense(path, x, y, **datasets)


def largest_l1(x, y):
    """The least L1 penalty that makes all coefficients zero: intercepts alone fit the classes."""
    shares = np.bincount(y) / len(y)
    logs = np.log(shares)
    if len(shares) == 2:
        null = as_model(np.zeros((1, x.shape[1])), logs[1] - logs[0])
    else:
        null = as_model(np.zeros((len(shares), x.shape[1])), logs)
    return np.abs(oracles.gradient(x, y, null)[0]).max()


@pytest.mark.parametrize("l2", [0.0, 0.01])
@pytest.mark.parametrize("classes,storage,solver", [
    (2, "dense", "proximal-newton"), (2, "sparse", "owlqn"), (3, "sparse", "proximal-newton"),
    (3, "dense", "owlqn")])
def test_l1_meets_the_conditions_of_its_optimum(train, tmp_path, classes, storage, solver, l2):
    x, y = sparse_sample(classes)
    l1 = 0.1 * largest_l1(x, y)
    data = write(tmp_path / "d.h5", x, y, storage)
    run = train(data, "--l1", repr(l1), "--l2", l2, "--solver", solver, "--tolerance", "1e-13",
                ranks=2)
    assert run.code == 0, run.err
    found = read_model(run.model)
    assert (run.record["l1"], run.record["l2"]) == (l1, l2)
    assert run.record["objective"] == pytest.approx(oracles.objective(x, y, found, l1, l2),
                                                    rel=1e-13)
    assert oracles.optimality(x, y, found, l1, l2) < 1e-5 * l1
    zeros = (found.coefficients == 0).sum()
    assert found.coefficients.size * 0.3 < zeros < found.coefficients.size * 0.95
    assert run.record["nonzero_coefficients"] == found.coefficients.size - zeros


@pytest.mark.parametrize("classes,ratio", [(2, 1.0), (2, 0.3), (3, 1.0), (3, 0.3)])
def test_l1_equals_sklearn(train, tmp_path, classes, ratio):
    x, y = sparse_sample(classes, seed=2)
    data = write_dense(tmp_path / "d.h5", x, y)
    c = ratio / (0.1 * largest_l1(x, y) * len(y))
    run = train(data, "--C", repr(c), "--l1-ratio", ratio, "--tolerance", "1e-12", ranks=2)
    assert run.code == 0, run.err
    fit = LogisticRegression(penalty="elasticnet", C=c, l1_ratio=ratio, solver="saga", tol=1e-12,
                             max_iter=100000, multi_class="multinomial" if classes > 2 else "ovr",
                             random_state=0).fit(x, y)
    expected = as_model(fit.coef_, fit.intercept_)
    l1, l2 = ratio / (c * len(y)), (1 - ratio) / (c * len(y))
    optimum = oracles.objective(x, y, expected, l1, l2)
    assert run.record["objective"] == pytest.approx(optimum, rel=1e-9)
    found = read_model(run.model)
    assert np.array_equal(found.coefficients != 0, np.abs(expected.coefficients) > 1e-12)
    assert found.coefficients == pytest.approx(expected.coefficients, abs=1e-5)


def test_both_solvers_and_storages_agree_on_the_support(train, tmp_path):
    x, y = sparse_sample(2, seed=3)
    runs = [train(write(tmp_path / f"{storage}.h5", x, y, storage), "--l1", "0.01", "--solver",
                  solver, "--tolerance", "1e-12")
            for storage in ("dense", "sparse") for solver in ("proximal-newton", "owlqn")]
    models = [read_model(run.model).coefficients for run in runs]
    assert np.array_equal(models[0], models[2]) and np.array_equal(models[1], models[3])
    assert np.array_equal(models[0] != 0, models[1] != 0)
    assert runs[0].record["objective"] == pytest.approx(runs[1].record["objective"], rel=1e-11)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("solver", ["proximal-newton", "owlqn"])
def test_at_the_largest_penalty_all_are_zero(train, tmp_path, classes, solver):
    x, y = sparse_sample(classes, seed=4)
    data = write_dense(tmp_path / "d.h5", x, y)
    largest = largest_l1(x, y)
    at = train(data, "--l1", repr(largest * (1 + 1e-8)), "--solver", solver)
    assert at.code == 0, at.err
    found = read_model(at.model)
    assert np.all(found.coefficients == 0)
    logs = np.log(np.bincount(y))
    expected = logs[1:] - logs[0] if classes == 2 else logs - logs.mean()
    assert found.intercept == pytest.approx(expected, abs=1e-6)
    below = train(data, "--l1", repr(largest * 0.99), "--solver", solver)
    assert 1 <= below.record["nonzero_coefficients"] <= 3


@pytest.mark.parametrize("strength,spelling", [
    (["--l1", "0.02"], ["--lambda", "0.02"]),
    (["--l1", "0", "--l2", "0.02"], ["--lambda", "0.02", "--alpha", "0"]),
    (["--l1", "0.005", "--l2", "0.015"], ["--lambda", "0.02", "--alpha", "0.25"]),
    (["--l1", "0.0078125", "--l2", "0.0234375"], ["--C", "0.125", "--l1-ratio", "0.25"])])
def test_other_spellings_have_the_same_bits(train, tmp_path, strength, spelling):
    x, y = logistic_sample(rows=256)
    data = write_dense(tmp_path / "d.h5", x, y)
    runs = [train(data, *options) for options in (strength, spelling)]
    assert runs[1].code == 0, runs[1].err
    for key in ("l1", "l2", "solver", "objective", "coefficients_sha256"):
        assert runs[0].record[key] == runs[1].record[key], key


@pytest.mark.parametrize("penalty", [["--l2", "0.03"], ["--l1", "0.02"]])
def test_factors_are_columns_rescaled(train, tmp_path, penalty):
    """A factor f of L2 is the column divided by √f, of L1 by f; inf is no column, 0 no penalty."""
    x, y = logistic_sample(rows=400, features=5)
    factors = np.array([0.0, 1.0, np.inf, 4.0, 0.25])
    data = write_dense(tmp_path / "d.h5", x, y, penalty_factors=factors)
    run = train(data, *penalty, "--penalty-factors", "--tolerance", "1e-13", ranks=2)
    assert run.code == 0, run.err
    found = read_model(run.model)
    assert found.coefficients[0, 2] == 0.0
    kept = [0, 1, 3, 4]
    strength = float(penalty[1])
    l1 = strength * factors[kept] if penalty[0] == "--l1" else np.zeros(4)
    l2 = strength * factors[kept] if penalty[0] == "--l2" else np.zeros(4)
    model = as_model(found.coefficients[:, kept], found.intercept)
    assert oracles.optimality(x[:, kept], y, model, l1, l2) < 1e-7
    assert run.record["objective"] == pytest.approx(
        oracles.objective(x[:, kept], y, model, l1, l2), rel=1e-13)

    finite = np.array([2.0, 1.0, 1.0, 4.0, 0.25])
    scale = np.sqrt(finite) if penalty[0] == "--l2" else finite
    direct = train(write_dense(tmp_path / "f.h5", x, y, f=finite), *penalty, "--penalty-factors",
                   "f", "--tolerance", "1e-13")
    rescaled = train(write_dense(tmp_path / "r.h5", x / scale, y), *penalty, "--tolerance",
                     "1e-13")
    assert direct.record["objective"] == pytest.approx(rescaled.record["objective"], rel=1e-12)
    assert read_model(direct.model).coefficients[0] == pytest.approx(
        read_model(rescaled.model).coefficients[0] / scale, abs=1e-6)


def bounded_optimum(x, y, l2, lower, upper):
    """scipy's L-BFGS-B, two classes."""
    def value_and_slope(v):
        model = as_model(v[:-1], v[-1])
        of_w, of_b = oracles.gradient(x, y, model)
        return (oracles.objective(x, y, model, l2=l2), np.append(of_w[0] + l2 * v[:-1], of_b))

    bounds = [*zip(np.broadcast_to(lower, x.shape[1]), np.broadcast_to(upper, x.shape[1])),
              (None, None)]
    start = np.append(np.clip(np.zeros(x.shape[1]), lower, upper), 0.0)
    return scipy.optimize.minimize(
        value_and_slope, start, jac=True, bounds=bounds, method="L-BFGS-B",
        options={"ftol": 1e-16, "gtol": 1e-10, "maxiter": 5000, "maxcor": 20})


@pytest.mark.parametrize("solver", ["proximal-newton", "owlqn"])
@pytest.mark.parametrize("bounds", ["non-negative", "per feature"])
def test_bounds_equal_scipy(train, tmp_path, solver, bounds):
    x, y = logistic_sample(rows=300, features=6, seed=5)
    lower, upper = 0.0, np.inf
    options = ["--lower", "0"]
    if bounds == "per feature":  # one cannot move, one is away from zero, one has no bound
        lower = np.array([-0.2, -0.1, 0.3, -np.inf, -1.0, -0.5])
        upper = np.array([0.0, 0.1, 0.3, np.inf, 0.5, 0.6])
        options = ["--lower", "floor", "--upper", "ceiling"]
    data = write_dense(tmp_path / "d.h5", x, y, floor=np.broadcast_to(lower, 6),
                       ceiling=np.broadcast_to(upper, 6))
    run = train(data, *options, "--l2", "0.01", "--solver", solver, "--tolerance", "1e-13",
                ranks=2)
    assert run.code == 0, run.err
    found = read_model(run.model)
    expected = bounded_optimum(x, y, 0.01, lower, upper)
    assert oracles.optimality(x, y, found, 0.0, 0.01, lower=lower, upper=upper) < 1e-6
    assert run.record["objective"] == pytest.approx(expected.fun, rel=1e-10)
    assert found.coefficients[0] == pytest.approx(expected.x[:-1], abs=1e-5)
    active = (found.coefficients[0] == lower) | (found.coefficients[0] == upper)
    assert 1 <= active.sum() < 6


def test_bounds_with_l1_and_without_any_penalty(train, tmp_path):
    x, y = logistic_sample(rows=300, features=6, seed=5)
    data = write_dense(tmp_path / "d.h5", x, y)
    run = train(data, "--lower", "-0.3", "--upper", "0.6", "--l1", "0.03", "--tolerance", "1e-13")
    assert run.code == 0, run.err
    found = read_model(run.model)
    assert oracles.optimality(x, y, found, 0.03, lower=-0.3, upper=0.6) < 1e-6
    assert len({-0.3, 0.0, 0.6} & set(found.coefficients[0])) == 3
    free = train(data, "--upper", "0.5", "--tolerance", "1e-13")
    assert free.code == 0, free.err
    assert oracles.optimality(x, y, read_model(free.model), upper=0.5) < 1e-6


def test_bounds_of_more_classes(train, tmp_path):
    x, y = classes_sample(rows=400, features=4, classes=3, seed=6)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--lower", "0", "--l2", "0.01",
                "--tolerance", "1e-13", ranks=2)
    assert run.code == 0, run.err
    found = read_model(run.model)
    assert found.coefficients.shape == (3, 4)
    assert oracles.optimality(x, y, found, l2=0.01, lower=0.0) < 1e-6


@pytest.mark.parametrize("penalty", [["--l2", "0.01"], ["--l1", "0.01"],
                                     ["--lambda", "0.02", "--alpha", "0.5"]])
def test_standardising_equals_scaled_data(train, tmp_path, penalty):
    """Fitted to StandardScaler's columns and mapped back; a constant column has the coefficient 0."""
    x, y = load_wine(return_X_y=True)
    x, y = x[:, :6] * [1, 1e3, 1, 1, 1e-4, 1], (y == 1).astype(int)
    data = write_dense(tmp_path / "d.h5", np.insert(x, 2, 7.0, axis=1), y)
    scaler = StandardScaler().fit(x)
    scaled = write_dense(tmp_path / "s.h5", scaler.transform(x), y)
    run = train(data, "--standardize", *penalty, "--tolerance", "1e-13", ranks=2)
    assert run.code == 0, run.err
    expected = train(scaled, *penalty, "--tolerance", "1e-13")
    assert run.record["objective"] == pytest.approx(expected.record["objective"], rel=1e-12)
    assert run.record["standardized"] is True
    found, of_scaled = read_model(run.model), read_model(expected.model)
    assert found.coefficients[0, 2] == 0.0
    assert np.delete(found.coefficients[0], 2) * scaler.scale_ == pytest.approx(
        of_scaled.coefficients[0], rel=1e-5, abs=1e-7)
    mapped = of_scaled.coefficients[0] / scaler.scale_
    assert found.intercept == pytest.approx(of_scaled.intercept - scaler.mean_ @ mapped, rel=1e-5)


def test_standardising_with_weights_and_classes(train, tmp_path):
    """Moments are weighted as the rows are; softmax."""
    x, y = load_wine(return_X_y=True)
    weights = np.random.default_rng(7).integers(0, 4, size=len(y))
    run = train(write_dense(tmp_path / "d.h5", x, y, weights=weights), "--weights",
                "--standardize", "--l2", "0.1", "--tolerance", "1e-13", ranks=3)
    assert run.code == 0, run.err
    scale = StandardScaler().fit(np.repeat(x, weights, axis=0)).scale_
    found = read_model(run.model)
    of_w, of_b = oracles.gradient(x, y, found, weights)
    assert np.abs((of_w + 0.1 * scale**2 * found.coefficients) / scale).max() < 1e-7
    assert np.abs(of_b).max() < 1e-7


@pytest.mark.parametrize("penalty", [["--l2", "0.02"], ["--l1", "0.02"]])
def test_standardised_sparse_data_has_the_bits_of_dense(train, tmp_path, penalty):
    x, y = sparse_sample(3, rows=300, features=12, seed=8)
    x = x * 10.0 ** np.arange(-3, 9)
    x[:, 5] = 0.0
    runs = [train(write(tmp_path / f"{storage}.h5", x, y, storage), "--standardize", *penalty,
                  ranks=ranks) for storage, ranks in (("dense", 1), ("sparse", 2))]
    assert runs[0].code == 0, runs[0].err
    assert runs[0].record["coefficients_sha256"] == runs[1].record["coefficients_sha256"]
    found = read_model(runs[0].model)
    assert np.all(found.coefficients[:, 5] == 0) and np.any(found.coefficients != 0)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("weight", ["balanced", {0: 1.0, 1: 3.5, 2: 0.25}])
def test_class_weights_equal_sklearn(train, tmp_path, weight, weighted):
    """balanced: the weight of all rows over that of the class's, not their numbers."""
    x, y = classes_sample(rows=300, features=3, classes=3, seed=9, strength=2.0)
    samples = np.random.default_rng(10).integers(0, 4, size=300) if weighted else np.ones(300)
    data = write_dense(tmp_path / "d.h5", x, y, weights=samples)
    spelt = weight if weight == "balanced" else ",".join(f"{k}={v}" for k, v in weight.items())
    if weight == "balanced":
        totals = np.bincount(y, samples)
        factors = samples.sum() / (3 * totals)
    else:
        factors = np.array(list(weight.values()))
    combined = samples * factors[y]
    l2 = 0.02
    run = train(data, "--class-weight", spelt, *(["--weights"] if weighted else []), "--l2", l2,
                "--tolerance", "1e-14", ranks=2)
    assert run.code == 0, run.err
    assert run.record["total_weight"] == pytest.approx(combined.sum(), rel=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Repeated rows instead of weights: scikit-learn's `balanced` counts rows.
        rows = np.repeat(np.arange(300), samples.astype(int))
        fit = LogisticRegression(C=1 / (l2 * combined.sum()), class_weight=weight, tol=1e-11,
                                 multi_class="multinomial", solver="newton-cg",
                                 max_iter=1000).fit(x[rows], y[rows])
    found = read_model(run.model)
    assert found.coefficients == pytest.approx(fit.coef_, abs=1e-6)
    assert run.record["objective"] == pytest.approx(
        oracles.objective(x, y, found, l2=l2, weights=combined), rel=1e-12)


def test_class_weight_names_text_labels_and_leaves_others(train, tmp_path):
    """A label may hold an equals sign; a class that is not named keeps its weight."""
    x, y = logistic_sample(rows=200)
    labels = np.array([b"a=b", b"no"])[y]
    run = train(write_dense(tmp_path / "d.h5", x, labels), "--class-weight", "a=b=2.5", "--l2",
                "0.1", ranks=2)
    assert run.code == 0, run.err
    weights = np.array([2.5, 1.0])[y]
    by_weight = train(write_dense(tmp_path / "w.h5", x, y, weights=weights), "--weights", "--l2",
                      "0.1")
    assert run.record["coefficients_sha256"] == by_weight.record["coefficients_sha256"]


def trials_sample():
    random = np.random.default_rng(11)
    x = random.normal(size=(60, 3))
    trials = random.integers(0, 12, size=60)
    y = random.binomial(trials, 1 / (1 + np.exp(-(x @ [0.5, -1.0, 0.2] + 0.3))))
    return x, y, trials


def test_trials_equal_statsmodels(train, tmp_path):
    x, y, trials = trials_sample()
    data = write_dense(tmp_path / "d.h5", x, y, trials=trials)
    run = train(data, "--trials", "--tolerance", "1e-14", ranks=3)
    assert run.code == 0, run.err
    keep = trials > 0
    fit = sm.GLM(np.column_stack([y, trials - y])[keep], sm.add_constant(x[keep]),
                 family=sm.families.Binomial()).fit(tol=1e-15, maxiter=100)
    found = read_model(run.model)
    assert np.append(found.intercept, found.coefficients[0]) == pytest.approx(fit.params, rel=1e-8)
    assert run.record["total_weight"] == trials.sum()
    assert run.record["class_names"] == ["0", "1"]


@pytest.mark.parametrize("options", [
    ["--l2", "0.01"], ["--C", "2", "--weights"], ["--l1", "0.01", "--standardize", "--weights"],
    ["--l2", "0.1", "--class-weight", "balanced", "--weights"]])
def test_trials_are_rows_expanded(train, tmp_path, options):
    x, y, trials = trials_sample()
    weights = np.random.default_rng(12).exponential(size=60)
    data = write_dense(tmp_path / "d.h5", x, y, trials=trials, weights=weights)
    rows = np.repeat(np.arange(60), trials)
    labels = np.concatenate([np.repeat([1, 0], [s, n - s]) for s, n in zip(y, trials)])
    expanded = write_dense(tmp_path / "e.h5", x[rows], labels, weights=weights[rows])
    run = train(data, "--trials", *options, "--tolerance", "1e-13", ranks=2)
    assert run.code == 0, run.err
    expected = train(expanded, *options, "--tolerance", "1e-13")
    assert run.record["objective"] == pytest.approx(expected.record["objective"], rel=1e-12)
    assert read_model(run.model).coefficients[0] == pytest.approx(
        read_model(expected.model).coefficients[0], abs=1e-6)


def test_breast_cancer_over_six_decades_of_columns(train, tmp_path):
    """30 columns of sizes 1e-3 to 1e3, L1 on the standardised ones: exact zeros in the data's units."""
    x, y = load_breast_cancer(return_X_y=True)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--standardize", "--l1", "0.01",
                "--tolerance", "1e-12", ranks=2)
    assert run.code == 0, run.err
    found, scale = read_model(run.model), x.std(axis=0)
    scaled = as_model(found.coefficients * scale,
                      found.intercept + found.coefficients @ x.mean(axis=0))
    assert oracles.optimality(StandardScaler().fit_transform(x), y, scaled, 0.01) < 1e-6
    assert 5 < run.record["nonzero_coefficients"] < 15
