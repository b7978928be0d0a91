"""Trained models against known optima, scikit-learn and statsmodels."""

import warnings

import h5py
import numpy as np
import pytest
import scipy.sparse
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression

from conftest import (DATA, logistic_sample, mpilogit, read_csr, write_dense, write_sparse)

# Optima of J = sum of log-losses + ½ ‖w‖², intercept free, found to full precision in float64 by an
# independent Newton method; divided by the 32,561 rows.
A9A_OPTIMUM = 0.3233491732607508
ADULT_OPTIMUM = 0.316625982209
PENALTY = repr(1 / 32561)


def coefficients(model):
    with h5py.File(model) as file:
        return np.concatenate([file["intercept"][:], file["coefficients"][0]])


def mean_objective(x, y, weights, intercept_and_coefficients, l2):
    """The definition, in numpy."""
    b, w = intercept_and_coefficients[0], intercept_and_coefficients[1:]
    z = x @ w + b
    losses = np.logaddexp(0, z) - y * z
    return np.average(losses, weights=weights) + 0.5 * l2 * (w @ w)


def test_a9a_reaches_the_known_optimum_and_predicts_as_it_should(train, tmp_path):
    run = train(DATA / "a9a.h5", "--l2", PENALTY, "--tolerance", "1e-10", ranks=2)
    assert run.code == 0, run.err
    assert run.record["objective"] == pytest.approx(A9A_OPTIMUM, rel=1e-9)
    assert run.record["converged"] is True
    assert run.record["estimated_gap"] <= 1e-10

    score = mpilogit("evaluate", run.model, DATA / "a9a.test.h5", "--json", tmp_path / "e.json",
                     ranks=3)
    assert score.code == 0
    assert score.record["accuracy"] == pytest.approx(0.84976, abs=1e-5)
    assert score.record["roc_auc"] == pytest.approx(0.902217, abs=1e-6)
    assert score.record["log_loss"] == pytest.approx(0.324065, abs=1e-6)


def test_unscaled_columns_converge(train):
    """Columns of size 1e5 beside zeros and ones: lbfgs and newton-cg of scikit-learn stop far off."""
    run = train(DATA / "adult.h5", "--l2", PENALTY)
    assert run.code == 0, run.err
    assert run.record["objective"] == pytest.approx(ADULT_OPTIMUM, rel=1e-8)
    assert run.record["iterations"] < 20


def test_reported_objective_is_that_of_the_written_model(train):
    run = train(DATA / "a9a.h5", "--l2", "0.001", "--max-iterations", "2")
    assert run.code == 3
    x, y = read_csr(DATA / "a9a.h5")
    y = (y == y.max()).astype(float)
    expected = mean_objective(x, y, None, coefficients(run.model), 0.001)
    assert run.record["objective"] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("solver,tolerance", [("newton", 1e-10), ("lbfgs", 1e-8),
                                              ("gradient-descent", 1e-6), ("sgd", 1e-3)])
def test_every_solver_keeps_its_tolerance(train, solver, tolerance):
    """The tolerance bounds the relative distance from the optimum, whatever the solver."""
    run = train(DATA / "a9a.h5", "--l2", "0.01", "--solver", solver, "--tolerance",
                repr(tolerance), ranks=2)
    assert run.code == 0, run.err
    optimum = train(DATA / "a9a.h5", "--l2", "0.01", "--tolerance", "1e-14").record["objective"]
    assert run.record["stop_reason"] == "tolerance reached"
    assert optimum * (1 - 1e-14) <= run.record["objective"] <= optimum * (1 + 3 * tolerance)


def test_fixed_learning_rate_is_the_textbook_gradient_descent(train, tmp_path):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y)
    run = train(data, "--solver", "gradient-descent", "--learning-rate", "0.5",
                "--max-iterations", "25", "--l2", "0.1", ranks=3)
    assert run.code == 3
    w = np.zeros(4)
    b = np.log(y.mean() / (1 - y.mean()))
    for _ in range(25):
        residual = 1 / (1 + np.exp(-(x @ w + b))) - y
        w, b = w - 0.5 * (x.T @ residual / len(y) + 0.1 * w), b - 0.5 * residual.mean()
    assert coefficients(run.model) == pytest.approx(np.concatenate([[b], w]), rel=1e-12)


def test_unpenalised_fit_equals_statsmodels(train, tmp_path):
    x, y = logistic_sample(rows=500, features=6)
    data = write_dense(tmp_path / "d.h5", x * [1e-3, 1, 1e4, 1, 1, 1], y)
    run = train(data, ranks=3)
    assert run.code == 0, run.err
    design = sm.add_constant(x * [1e-3, 1, 1e4, 1, 1, 1])
    expected = sm.GLM(y, design, family=sm.families.Binomial()).fit(tol=1e-15, maxiter=100).params
    assert coefficients(run.model) == pytest.approx(expected, rel=1e-8)


def test_spector_and_mazzeo_as_published(train, tmp_path):
    """Spector & Mazzeo (1980), as in Greene's Econometric Analysis: 32 rows, unpenalised; R 4.2.2's glm with
    epsilon 1e-15."""
    spector = sm.datasets.spector.load()
    data = write_dense(tmp_path / "d.h5", spector.exog.to_numpy(), spector.endog.to_numpy())
    run = train(data, ranks=2)
    assert coefficients(run.model) == pytest.approx(
        [-13.0213468581157, 2.82611259488932, 0.0951576613179092, 2.37868765509335], rel=1e-8)


def test_weights_equal_statsmodels_frequency_weights(train, tmp_path):
    x, y = logistic_sample(rows=200, features=3)
    weights = np.random.default_rng(2).integers(0, 5, size=200)
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    run = train(data, "--weights", ranks=3)
    expected = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(),
                      freq_weights=weights).fit(tol=1e-15, maxiter=100).params
    assert coefficients(run.model) == pytest.approx(expected, rel=1e-8)


def test_weights_are_repetitions(train, tmp_path):
    """Weight 2 is the row twice, weight 0 is no row; the penalty sees the mean loss."""
    x, y = logistic_sample(rows=90, features=3)
    weights = np.arange(90) % 3
    weighted = write_dense(tmp_path / "w.h5", x, y, importance=weights)
    repeated = write_dense(tmp_path / "r.h5", np.repeat(x, weights, axis=0), np.repeat(y, weights))
    a = train(weighted, "--weights=importance", "--l2", "0.05", "--tolerance", "1e-14")
    b = train(repeated, "--l2", "0.05", "--tolerance", "1e-14")
    assert coefficients(a.model) == pytest.approx(coefficients(b.model), rel=1e-12)


def test_scaling_all_weights_changes_nothing(train, tmp_path):
    x, y = logistic_sample()
    weights = np.random.default_rng(3).uniform(0.5, 2.0, size=len(y))
    hashes = set()
    for scale in (1.0, 2.0**40, 2.0**-40):
        data = write_dense(tmp_path / f"{scale}.h5", x, y, weights=weights * scale)
        hashes.add(train(data, "--weights", "--l2", "0.01").record["coefficients_sha256"])
    assert len(hashes) == 1


def test_offsets_equal_statsmodels(train, tmp_path):
    x, y = logistic_sample(rows=250, features=3)
    offsets = np.random.default_rng(4).normal(size=250)
    data = write_dense(tmp_path / "d.h5", x, y, exposure=offsets)
    run = train(data, "--offsets=exposure", ranks=2)
    expected = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(),
                      offset=offsets).fit(tol=1e-15, maxiter=100).params
    assert coefficients(run.model) == pytest.approx(expected, rel=1e-8)


def test_penalised_fit_equals_scikit_learn(train, tmp_path):
    x, y = logistic_sample(rows=400, features=5)
    data = write_dense(tmp_path / "d.h5", x, y)
    l2 = 0.02
    run = train(data, "--l2", repr(l2), "--tolerance", "1e-13")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=1 / (l2 * len(y)), tol=1e-12, max_iter=10000,
                                   solver="newton-cg").fit(x, y)
    assert coefficients(run.model)[1:] == pytest.approx(model.coef_[0], rel=1e-5)
    assert coefficients(run.model)[0] == pytest.approx(model.intercept_[0], rel=1e-5)


def test_aliased_and_constant_columns_do_not_disturb(train, tmp_path):
    """A copy of a column and a constant column: the fit is that without them."""
    x, y = logistic_sample(rows=200, features=3)
    wide = np.column_stack([x, x[:, 0], np.full(200, 7.0)])
    plain = train(write_dense(tmp_path / "p.h5", x, y), "--tolerance", "1e-12")
    run = train(write_dense(tmp_path / "w.h5", wide, y), "--tolerance", "1e-12", ranks=2)
    assert run.code == 0, run.err
    assert run.record["objective"] == pytest.approx(plain.record["objective"], rel=1e-12)
    assert np.abs(coefficients(run.model)).max() < 100


@pytest.mark.parametrize("solver", ["newton", "lbfgs", "gradient-descent", "sgd"])
def test_separated_classes_are_said_to_be_and_end(train, tmp_path, solver):
    x = np.concatenate([np.linspace(-1, -0.5, 30), np.linspace(0.5, 1, 30)]).reshape(-1, 1)
    data = write_dense(tmp_path / "d.h5", x, (x[:, 0] > 0).astype(int))
    limit = ["--max-iterations", "3000", "--decay", "0"] if solver == "sgd" else []
    run = train(data, "--solver", solver, *limit, ranks=2)
    assert run.code == 3
    assert run.record["stop_reason"] == "classes completely separated"
    assert "--l2" in run.err
    assert run.model.exists()
    assert train(data, "--solver", solver, "--l2", "0.1", "--tolerance", "1e-2").code == 0


def test_extreme_columns(train, tmp_path):
    """One huge column, one of 1e-30, weights of 1e12: the same fit in other units."""
    x, y = logistic_sample(rows=300, features=3)
    units = np.array([1e30, 1e-30, 1.0])
    plain = train(write_dense(tmp_path / "p.h5", x, y), "--tolerance", "1e-13")
    extreme = train(write_dense(tmp_path / "e.h5", x * units, y, weights=np.full(300, 1e12)),
                    "--weights", "--tolerance", "1e-13", ranks=3)
    assert extreme.code == 0, extreme.err
    assert coefficients(extreme.model)[1:] * units == pytest.approx(
        coefficients(plain.model)[1:], rel=1e-9)


def test_ranks_without_rows_or_with_one_class(train, tmp_path):
    """Five rows on seven ranks; sorted labels: most ranks see one class or nothing."""
    x = np.array([[0.0], [1.0], [2.0], [3.0], [1.5]])
    y = np.array([0, 0, 1, 1, 0])
    y[1], y[2] = 1, 0  # overlapping
    small = write_dense(tmp_path / "s.h5", x, y)
    few = {train(small, "--l2", "0.1", ranks=n).record["coefficients_sha256"] for n in (1, 7)}
    assert len(few) == 1
    x, y = logistic_sample(rows=400)
    order = np.argsort(y, kind="stable")
    sorted_labels = write_dense(tmp_path / "o.h5", x[order], y[order])
    many = {train(sorted_labels, ranks=n).record["coefficients_sha256"] for n in (1, 2, 4)}
    assert len(many) == 1


@pytest.mark.parametrize("labels,names", [
    (np.array(["no", "yes"], dtype=object), ["no", "yes"]),
    (np.array([b"ham", b"spam"]), ["ham", "spam"]),
    (np.array([False, True]), ["false", "true"]),
    (np.array([-1.0, 1.0]), ["-1", "1"]),
    (np.array([10, 50], dtype=np.uint8), ["10", "50"]),
])
def test_labels_of_every_kind_give_the_same_model(train, tmp_path, labels, names):
    x, y = logistic_sample(rows=150)
    plain = train(write_dense(tmp_path / "p.h5", x, y), "--l2", "0.1")
    path = tmp_path / "l.h5"
    with h5py.File(path, "w") as file:
        file["X"] = x
        values = labels[y]
        if values.dtype == object:
            file.create_dataset("y", data=values, dtype=h5py.string_dtype())
        else:
            file["y"] = values
    run = train(path, "--l2", "0.1", ranks=3)
    assert run.code == 0, run.err
    assert run.record["class_names"] == names
    assert run.record["coefficients_sha256"] == plain.record["coefficients_sha256"]


def test_wide_sparse_text_like_data_converges(train, tmp_path):
    """More columns than a Hessian matrix is built for: conjugate gradients without one."""
    random = np.random.default_rng(5)
    matrix = scipy.sparse.random(600, 5000, density=0.01, random_state=7, format="csr")
    y = (matrix @ random.normal(size=5000) + 0.2 * random.logistic(size=600) > 0).astype(int)
    data = write_sparse(tmp_path / "s.h5", matrix, y)
    run = train(data, "--l2", "0.001", "--tolerance", "1e-11", ranks=2)
    assert run.code == 0, run.err
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=1 / (0.001 * 600), tol=1e-13, max_iter=100000,
                                   solver="newton-cg").fit(matrix, y)
    expected = mean_objective(matrix, y, None,
                              np.concatenate([model.intercept_, model.coef_[0]]), 0.001)
    assert run.record["objective"] == pytest.approx(expected, rel=1e-9)
