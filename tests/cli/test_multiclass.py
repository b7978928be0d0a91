"""More than two classes: softmax and one-vs-rest against scikit-learn and statsmodels."""

import warnings

import h5py
import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss, roc_auc_score

import oracles
from conftest import mpilogit, write_dense
from oracles import as_model, classes_sample, read_model


def sklearn_softmax(x, y, c, weights=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its line search reached the last bit
        fit = LogisticRegression(C=c, multi_class="multinomial", solver="newton-cg", tol=1e-11,
                                 max_iter=1000).fit(x, y, weights)
    return as_model(fit.coef_, fit.intercept_)


def read_predictions(path):
    with h5py.File(path) as file:
        label = file["label"]
        label = label.asstr()[:] if label.dtype.kind in "SO" else label[:]
        names = file["probability_of"] if "probability_of" in file else None
        return file["probability"][:], label, None if names is None else list(names.asstr())


@pytest.mark.parametrize("load,c", [(load_iris, 1.0), (load_wine, 0.01), (load_digits, 0.1)])
def test_softmax_equals_sklearn(train, tmp_path, load, c):
    x, y = load(return_X_y=True)
    x, y = x[:600], y[:600]
    if load is load_digits:
        x = x / 16
    data = write_dense(tmp_path / "d.h5", x, y)
    run = train(data, "--C", c, "--tolerance", "1e-14", ranks=2)
    assert run.code == 0, run.err
    found, expected = read_model(run.model), sklearn_softmax(x, y, c)
    classes = y.max() + 1
    assert found.coefficients.shape == (classes, x.shape[1])
    assert found.attributes["objective"] == "softmax"
    assert found.coefficients == pytest.approx(expected.coefficients, rel=1e-6, abs=1e-6)
    # Only differences of intercepts matter; ours sum to 0.
    assert found.intercept == pytest.approx(expected.intercept - expected.intercept.mean(),
                                            rel=1e-6, abs=1e-5)
    assert abs(found.intercept.sum()) < 1e-9 * np.abs(found.intercept).max()
    assert np.abs(found.coefficients.sum(axis=0)).max() < 1e-9
    l2 = 1 / (c * len(y))
    assert run.record["l2"] == pytest.approx(l2, rel=1e-15)
    assert run.record["objective"] == pytest.approx(oracles.objective(x, y, expected, l2=l2),
                                                    rel=1e-9)
    # What is reported is the objective of what is written.
    assert run.record["objective"] == pytest.approx(oracles.objective(x, y, found, l2=l2),
                                                    rel=1e-13)
    assert run.record["log_loss"] == pytest.approx(oracles.log_loss(x, y, found), rel=1e-12)


def test_c_is_a_spelling_of_l2(train, tmp_path):
    x, y = load_iris(return_X_y=True)
    weights = np.random.default_rng(4).integers(0, 3, size=150)
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    by_c = train(data, "--weights", "--C", "0.5")
    by_l2 = train(data, "--weights", "--l2", repr(1 / (0.5 * weights.sum())))
    assert by_c.record["coefficients_sha256"] == by_l2.record["coefficients_sha256"]
    assert read_model(by_c.model).coefficients == pytest.approx(
        sklearn_softmax(x, y, 0.5, weights).coefficients, rel=1e-4, abs=1e-4)


def test_unpenalised_equals_statsmodels(train, tmp_path):
    x, y = classes_sample(rows=500, features=3, classes=4)
    x = x * [1e-3, 1, 1e4]
    data = write_dense(tmp_path / "d.h5", x, y)
    run = train(data, "--tolerance", "1e-14", ranks=3)
    assert run.code == 0, run.err
    design = sm.add_constant(x / [1e-3, 1, 1e4])  # its Newton method needs columns of one size
    expected = sm.MNLogit(y, design).fit(method="newton", tol=1e-14, maxiter=100, disp=False)
    found = read_model(run.model)
    assert found.coefficients.shape == (3, 3)
    assert found.coefficients.T * np.array([[1e-3], [1], [1e4]]) == pytest.approx(
        expected.params[1:], rel=1e-7)
    assert found.intercept == pytest.approx(expected.params[0], rel=1e-7)
    assert -500 * run.record["objective"] == pytest.approx(expected.llf, rel=1e-12)


def test_weights_are_rows_repeated(train, tmp_path):
    x, y = classes_sample(rows=200, features=3, classes=3, seed=2)
    weights = np.random.default_rng(3).integers(0, 4, size=200)
    weighted = train(write_dense(tmp_path / "w.h5", x, y, weights=weights), "--weights",
                     "--tolerance", "1e-13", ranks=2)
    repeated = train(write_dense(tmp_path / "r.h5", np.repeat(x, weights, axis=0),
                                 np.repeat(y, weights)), "--tolerance", "1e-13")
    assert weighted.record["objective"] == pytest.approx(repeated.record["objective"], rel=1e-12)
    assert read_model(weighted.model).coefficients == pytest.approx(
        read_model(repeated.model).coefficients, rel=1e-6)


def test_one_vs_rest_is_a_model_of_each_class(train, tmp_path):
    x, y = load_wine(return_X_y=True)
    data = write_dense(tmp_path / "d.h5", x, y)
    run = train(data, "--one-vs-rest", "--C", "1", "--tolerance", "1e-14", ranks=3)
    assert run.code == 0, run.err
    found = read_model(run.model)
    assert found.attributes["objective"] == "one-vs-rest"
    total = 0.0
    for k in range(3):
        expected = sklearn_binary(x, y == k)
        assert found.coefficients[k] == pytest.approx(expected.coefficients[0], rel=1e-5, abs=1e-6)
        assert found.intercept[k] == pytest.approx(expected.intercept[0], rel=1e-5)
        total += oracles.objective(x, (y == k).astype(int), expected, l2=1 / len(y))
    assert run.record["objective"] == pytest.approx(total, rel=1e-9)
    # Each alone, as two classes, has the same bits.
    alone = train(write_dense(tmp_path / "1.h5", x, (y == 1).astype(int)), "--C", "1",
                  "--tolerance", "1e-14")
    assert np.array_equal(read_model(alone.model).coefficients[0], found.coefficients[1])
    sigma = 1 / (1 + np.exp(-(x @ found.coefficients.T + found.intercept)))
    expect_predictions_and_scores(run.model, data, tmp_path, y,
                                  sigma / sigma.sum(axis=1, keepdims=True))


def sklearn_binary(x, y):
    """Columns of very different size: scaled for the fit by a penalty of each column's own."""
    import scipy.optimize

    y = y.astype(int)
    l2 = 1 / len(y)
    scale = np.append(x.std(axis=0), 1.0)

    def model(v):
        w = v / scale
        return as_model(w[:-1] , w[-1] - x.mean(axis=0) @ w[:-1])

    def value(v):
        return oracles.objective(x, y, model(v), l2=l2)

    def slope(v):
        of_w, of_b = oracles.gradient(x, y, model(v))
        of_w = of_w[0] + l2 * model(v).coefficients[0] - of_b[0] * x.mean(axis=0)
        return np.append(of_w, of_b) / scale

    def curvature(v):
        p = oracles.probabilities(x, model(v), 2)[:, 1]
        design = np.column_stack([x - x.mean(axis=0), np.ones(len(x))]) / scale
        return design.T @ (design * (p * (1 - p) / len(x))[:, None]) + np.diag(
            np.append(np.full(x.shape[1], l2), 0.0) / scale**2)

    v = np.zeros(len(scale))
    v[-1] = np.log(y.mean() / (1 - y.mean()))
    v = scipy.optimize.minimize(value, v, jac=slope, hess=curvature, method="trust-exact",
                                options={"gtol": 1e-9, "maxiter": 500}).x
    for _ in range(3):  # to the last bit
        v = v - np.linalg.solve(curvature(v), slope(v))
    return model(v)


@pytest.mark.parametrize("kind", ["strings", "floats", "bytes"])
def test_labels_of_other_kinds(train, tmp_path, kind):
    x, y = load_iris(return_X_y=True)
    plain = train(write_dense(tmp_path / "p.h5", x, y), "--l2", "0.1")
    labels = {"strings": np.array(["jaune", "noir", "été"], dtype=object),
              "floats": np.array([-3.0, 0.0, 7.0]),
              "bytes": np.array([b"setosa", b"versicolor", b"virginica"])}[kind]
    data = tmp_path / "d.h5"
    with h5py.File(data, "w") as file:
        file["X"] = x
        if kind == "strings":
            file.create_dataset("y", data=labels[y], dtype=h5py.string_dtype())
        else:
            file["y"] = labels[y]
    run = train(data, "--l2", "0.1", ranks=2)
    assert run.code == 0, run.err
    assert run.record["coefficients_sha256"] == plain.record["coefficients_sha256"]
    names = {"floats": ["-3", "0", "7"], "strings": list(labels),
             "bytes": [label.decode() for label in labels if kind == "bytes"]}[kind]
    assert run.record["class_names"] == names
    predicted = mpilogit("predict", run.model, data, "--output", tmp_path / "out.h5", "--json",
                         tmp_path / "p.json", ranks=3)
    assert predicted.code == 0, predicted.err
    probability, found, named = read_predictions(tmp_path / "out.h5")
    best = probability.argmax(axis=1)
    expected = labels[best] if kind == "floats" else np.array(names, dtype=object)[best]
    assert list(found) == list(expected)
    assert named == names
    assert predicted.record["predicted"] == np.bincount(best).tolist()


def test_a_class_of_two_rows(train, tmp_path):
    x, y = classes_sample(rows=300, features=3, classes=3, seed=5)
    y[[7, 205]] = 3
    data = write_dense(tmp_path / "d.h5", x, y)
    runs = [train(data, "--C", "1", "--tolerance", "1e-14", ranks=ranks) for ranks in (1, 4)]
    assert runs[0].code == 0, runs[0].err
    assert runs[0].record["coefficients_sha256"] == runs[1].record["coefficients_sha256"]
    expected = sklearn_softmax(x, y, 1.0)
    assert read_model(runs[0].model).coefficients == pytest.approx(expected.coefficients, abs=1e-6)


def test_ranks_that_see_one_class_or_no_row(train, tmp_path):
    """Sorted by label: each rank has one class, and the last of seven ranks have none of 5 rows."""
    x, y = classes_sample(rows=900, features=3, classes=3, seed=6)
    order = np.argsort(y, kind="stable")
    data = write_dense(tmp_path / "d.h5", x[order], y[order])
    seen = {train(data, ranks=ranks).record["coefficients_sha256"] for ranks in (1, 3, 7)}
    assert len(seen) == 1
    small = write_dense(tmp_path / "s.h5", x[:5], np.array([2, 0, 1, 1, 0]))
    runs = [train(small, "--l2", "0.1", "--tolerance", "1e-14", ranks=ranks) for ranks in (1, 7)]
    assert runs[0].code == 0, runs[0].err
    assert runs[0].record["coefficients_sha256"] == runs[1].record["coefficients_sha256"]
    expected = sklearn_softmax(x[:5], np.array([2, 0, 1, 1, 0]), 2.0)
    assert read_model(runs[0].model).coefficients == pytest.approx(expected.coefficients, abs=1e-6)


@pytest.mark.parametrize("solver,tolerance", [("newton", 1e-12), ("lbfgs", 1e-10),
                                              ("gradient-descent", 1e-6), ("sgd", 1e-3)])
def test_every_solver_keeps_its_tolerance(train, tmp_path, solver, tolerance):
    x, y = classes_sample(rows=2000, features=5, classes=4, seed=7)
    data = write_dense(tmp_path / "d.h5", x, y)
    run = train(data, "--l2", "0.01", "--solver", solver, "--tolerance", repr(tolerance), ranks=2)
    assert run.code == 0, run.err
    assert run.record["stop_reason"] == "tolerance reached"
    assert run.record["solver"] == solver
    optimum = oracles.objective(x, y, sklearn_softmax(x, y, 1 / 20), l2=0.01)
    assert optimum * (1 - 1e-12) <= run.record["objective"] <= optimum * (1 + 3 * tolerance)


def test_wide_problem_without_a_hessian_matrix(train, tmp_path):
    """600 features × 10 classes: conjugate gradients by products with the Hessian."""
    random = np.random.default_rng(8)
    x = random.normal(size=(250, 600)) * (random.random(size=(250, 600)) < 0.1)
    y = np.argmax(x @ random.normal(size=(600, 10)) + random.gumbel(size=(250, 10)), axis=1)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--l2", "0.01", "--tolerance", "1e-12",
                ranks=2)
    assert run.code == 0, run.err
    found = read_model(run.model)
    of_w, of_b = oracles.gradient(x, y, found)
    assert np.abs(of_w + 0.01 * found.coefficients).max() < 1e-7
    assert np.abs(of_b).max() < 1e-7


def expect_predictions_and_scores(model, data, tmp_path, y, probability):
    """predict and evaluate against numpy's probabilities and scikit-learn's scores."""
    output = tmp_path / "predictions.h5"
    assert mpilogit("predict", model, data, "--output", output, ranks=2).code == 0
    found, label, names = read_predictions(output)
    assert found == pytest.approx(probability, rel=1e-8, abs=1e-15)
    assert np.array_equal(label, probability.argmax(axis=1))
    assert names == [str(k) for k in range(probability.shape[1])]
    score = mpilogit("evaluate", model, data, "--json", tmp_path / "e.json", ranks=3)
    assert score.code == 0, score.err
    assert score.record["log_loss"] == pytest.approx(log_loss(y, probability, eps=1e-300),
                                                     rel=1e-9)
    assert score.record["accuracy"] == pytest.approx(accuracy_score(y, label), rel=1e-12)
    auc = roc_auc_score(y, probability, multi_class="ovr", average="macro")
    assert score.record["roc_auc"] == pytest.approx(auc, abs=1e-9)
    assert score.record["confusion"] == confusion_matrix(y, label).tolist()


@pytest.mark.parametrize("penalty", [["--l2", "0.01"], []])
def test_predictions_and_scores(train, tmp_path, penalty):
    """Symmetric and with a reference class; labels are those of the model, on other rows."""
    x, y = classes_sample(rows=600, features=4, classes=5, seed=9)
    data = write_dense(tmp_path / "d.h5", x[:300], y[:300])
    other = write_dense(tmp_path / "o.h5", x[300:], y[300:])
    run = train(data, *penalty)
    assert run.code == 0, run.err
    model = read_model(run.model)
    assert model.coefficients.shape == ((5, 4) if penalty else (4, 4))
    expect_predictions_and_scores(run.model, other, tmp_path, y[300:],
                                  oracles.probabilities(x[300:], model, 5))


def test_a_class_that_the_test_rows_lack(train, tmp_path):
    x, y = classes_sample(rows=400, features=3, classes=3, seed=10)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--l2", "0.01")
    rows = y != 1
    model = read_model(run.model)
    score = mpilogit("evaluate", run.model, write_dense(tmp_path / "t.h5", x[rows], y[rows]),
                     "--json", tmp_path / "e.json", ranks=2)
    assert score.code == 0, score.err
    probability = oracles.probabilities(x[rows], model, 3)
    assert score.record["log_loss"] == pytest.approx(
        log_loss(y[rows], probability, labels=[0, 1, 2]), rel=1e-12)
    assert score.record["roc_auc"] is None
    assert score.record["confusion"] == confusion_matrix(
        y[rows], probability.argmax(axis=1), labels=[0, 1, 2]).tolist()


def test_evaluation_with_weights(train, tmp_path):
    x, y = classes_sample(rows=300, features=3, classes=3, seed=11)
    weights = np.random.default_rng(1).exponential(size=300)
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    run = train(data, "--weights", "--l2", "0.01", ranks=2)
    probability = oracles.probabilities(x, read_model(run.model), 3)
    score = mpilogit("evaluate", run.model, data, "--weights", "--json", tmp_path / "e.json")
    assert score.record["log_loss"] == pytest.approx(
        log_loss(y, probability, sample_weight=weights), rel=1e-12)
    assert score.record["accuracy"] == pytest.approx(
        accuracy_score(y, probability.argmax(axis=1), sample_weight=weights), rel=1e-12)
    aucs = [roc_auc_score(y == k, probability[:, k], sample_weight=weights) for k in range(3)]
    assert score.record["roc_auc"] == pytest.approx(np.mean(aucs), rel=1e-10)
