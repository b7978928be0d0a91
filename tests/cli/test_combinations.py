"""Options together: what each means alone it means beside the others."""

import json

import h5py
import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.preprocessing import PolynomialFeatures

import oracles
from conftest import logistic_sample, mpilogit, write_dense
from oracles import as_model, classes_sample, read_model, read_steps
from test_sequences import folds_of, run


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
def test_softmax_with_free_and_excluded_features(train, tmp_path, solver):
    """Of a free feature only the differences between classes matter; they sum to 0."""
    x, y = classes_sample(rows=400, features=4, classes=3)
    factors = np.array([0.0, 1.0, np.inf, 3.0])
    weights = np.random.default_rng(1).exponential(size=400)
    data = write_dense(tmp_path / "d.h5", x, y, penalty_factors=factors, weights=weights)
    result = train(data, "--penalty-factors", "--weights", "--l2", "0.05", "--solver", solver,
                   "--tolerance", "1e-13", ranks=2)
    assert result.code == 0, result.err
    found = read_model(result.model)
    assert not found.coefficients[:, 2].any()
    kept = as_model(found.coefficients[:, [0, 1, 3]], found.intercept)
    l2 = 0.05 * factors[[0, 1, 3]]
    assert oracles.optimality(x[:, [0, 1, 3]], y, kept, l2=l2, weights=weights) < 1e-6
    assert np.abs(found.coefficients[:, 0].sum()) < 1e-10
    assert np.abs(found.coefficients[:, 0]).max() > 0.1


@pytest.mark.parametrize("classes", [2, 3])
def test_elastic_net_standardised_with_factors_and_bounds(train, tmp_path, classes):
    x, y = classes_sample(rows=400, features=5, classes=classes, seed=classes)
    x = x * [1, 100, 0.01, 1, 1] + [0, 50, 0, 3, 0]
    factors = np.array([0.5, 1.0, 2.0, 0.0, 1.0])
    data = write_dense(tmp_path / "d.h5", x, y, penalty_factors=factors)
    result = train(data, "--lambda", "0.04", "--alpha", "0.5", "--standardize", "--lower", "-0.4",
                   "--upper", "0.3", "--penalty-factors", "--tolerance", "1e-13", ranks=2)
    assert result.code == 0, result.err
    scale = x.std(axis=0)
    found = read_model(result.model)
    # In standardised columns all conditions are of one size.
    scaled = as_model(found.coefficients * scale,
                      found.intercept + found.coefficients @ x.mean(axis=0))
    assert oracles.optimality(
        (x - x.mean(axis=0)) / scale, y, scaled, l1=0.02 * factors, l2=0.02 * factors,
        lower=-0.4 * scale, upper=0.3 * scale) < 1e-6
    assert np.isin(found.coefficients, (-0.4, 0.3)).any()
    assert result.record["objective"] == pytest.approx(
        oracles.objective(x, y, found, l1=0.02 * factors * scale, l2=0.02 * factors * scale**2),
        rel=1e-12)


@pytest.mark.parametrize("solver", ["proximal-newton", "owlqn"])
def test_offsets_with_l1_are_a_column_of_coefficient_one(train, tmp_path, solver):
    x, y = logistic_sample(rows=300, features=5)
    offsets = np.random.default_rng(2).normal(size=300)
    data = write_dense(tmp_path / "d.h5", x, y, offsets=offsets)
    result = train(data, "--offsets", "--l1", "0.05", "--solver", solver, "--tolerance", "1e-13",
                   ranks=2)
    assert result.code == 0, result.err
    found = read_model(result.model)
    whole = as_model(np.append(found.coefficients, [[1.0]], axis=1), found.intercept)
    bound = np.append(np.full(5, np.inf), 1.0)
    fixed = np.append(np.full(5, -np.inf), 1.0)
    assert oracles.optimality(np.column_stack([x, offsets]), y, whole,
                              l1=np.append(np.full(5, 0.05), 0.0), lower=fixed, upper=bound) < 1e-7
    assert 0 < (found.coefficients == 0).sum() < 5


def test_a_standardised_prior(train, tmp_path):
    """The distance to the prior is measured in standardised units too."""
    x, y = logistic_sample(rows=300, features=3)
    x = x * [1, 30, 0.1]
    prior = train(write_dense(tmp_path / "p.h5", x[:100], y[:100]), "--l2", "0.01")
    result = train(write_dense(tmp_path / "d.h5", x, y), "--standardize", "--l2", "0.2", "--prior",
                   prior.model, "--tolerance", "1e-13", ranks=2)
    found, centre = read_model(result.model), read_model(prior.model)
    of_w, of_b = oracles.gradient(x, y, found)
    of_w = of_w / x.std(axis=0) + 0.2 * x.std(axis=0) * (found.coefficients - centre.coefficients)
    assert max(np.abs(of_w).max(), np.abs(of_b).max()) < 1e-8


def test_evaluating_trials_is_evaluating_rows(train, tmp_path):
    random = np.random.default_rng(3)
    x = random.normal(size=(80, 3)).round(1)
    trials = random.integers(0, 9, size=80)
    y = random.binomial(trials, 1 / (1 + np.exp(-x @ [1.0, -1.0, 0.5])))
    weights = random.exponential(size=80)
    data = write_dense(tmp_path / "d.h5", x, y, trials=trials, weights=weights)
    model = train(data, "--trials", "--l2", "0.01").model
    rows = np.repeat(np.arange(80), trials)
    labels = np.concatenate([np.repeat([1, 0], [s, n - s]) for s, n in zip(y, trials)])
    fit = read_model(model)
    p = 1 / (1 + np.exp(-(x @ fit.coefficients[0] + fit.intercept[0])))[rows]
    for option, weight in ([], None), (["--weights"], weights[rows]):
        score = mpilogit("evaluate", model, data, "--trials", *option, "--json",
                         tmp_path / "e.json", ranks=3).record
        assert score["log_loss"] == pytest.approx(log_loss(labels, p, sample_weight=weight),
                                                  rel=1e-11)
        assert score["roc_auc"] == pytest.approx(roc_auc_score(labels, p, sample_weight=weight),
                                                 rel=1e-11)
        assert score["accuracy"] == pytest.approx(np.average((p > 0.5) == labels, weights=weight),
                                                  rel=1e-12)
    assert np.sum(score["confusion"]) == trials.sum()


def test_cross_validating_trials_with_offsets(train, tmp_path):
    """Rows of counts are dealt to the folds as one class; each fold against a run by hand."""
    random = np.random.default_rng(4)
    x = random.normal(size=(90, 4))
    offsets = random.normal(size=90)
    trials = random.integers(1, 9, size=90)
    y = random.binomial(trials, 1 / (1 + np.exp(-x @ [1.0, -1.0, 0.5, 0.0] - offsets)))
    fold = folds_of(np.zeros(90, dtype=int), 3, 0)
    masks = {f"without{f}": (fold != f).astype(float) for f in range(3)}
    data = write_dense(tmp_path / "d.h5", x, y, trials=trials, offsets=offsets, **masks)
    cv = run("cross-validate", tmp_path, data, "--trials", "--offsets", "--folds", 3, "--lambdas",
             3, "--lambda-ratio", "0.05", ranks=2)
    assert cv.code == 0, cv.err
    assert cv.record["fold_rows"] == np.bincount(fold).tolist()
    candidate = cv.record["candidates"][1]
    for f, scores in enumerate(candidate["folds"]):
        alone = read_model(train(data, "--trials", "--offsets", f"--weights=without{f}", "--lambda",
                                 repr(candidate["lambda"])).model)
        z = (x @ alone.coefficients[0] + alone.intercept[0] + offsets)[fold == f]
        n, s = trials[fold == f], y[fold == f]
        assert scores["log_loss"] == pytest.approx((n * np.logaddexp(0, z) - s * z).sum() / n.sum(),
                                                   abs=1e-7)
        right = np.where(z > 0, s, n - s).sum() / n.sum()
        assert scores["accuracy"] == pytest.approx(right, abs=1e-9)
    # The mean weighs the folds by their trials.
    totals = np.bincount(fold, trials)
    assert candidate["log_loss"] == pytest.approx(
        np.average([f["log_loss"] for f in candidate["folds"]], weights=totals), rel=1e-12)


def test_ridge_and_class_weights_in_the_folds(train, tmp_path):
    """alpha 0 by newton and lbfgs; class weights change the training, not what rows count as in the score."""
    x, y = classes_sample(rows=240, features=4, classes=3, seed=5)
    fold = folds_of(y, 4, 3)
    by_hand = (fold != 1) * np.array([3.0, 1.0, 0.5])[y]
    data = write_dense(tmp_path / "d.h5", x, y, by_hand=by_hand)
    records = []
    for solver in ("newton", "lbfgs"):
        cv = run("cross-validate", tmp_path, data, "--alpha", 0, "--lambdas", 4, "--folds", 4,
                 "--seed", 3, "--class-weight", "0=3,2=0.5", "--solver", solver, ranks=2)
        assert cv.code == 0, cv.err
        records.append(cv.record)
    for one, other in zip(*(record["candidates"] for record in records)):
        assert one["log_loss"] == pytest.approx(other["log_loss"], abs=1e-5)
    candidate = records[0]["candidates"][2]
    alone = train(data, "--weights=by_hand", "--lambda", repr(candidate["lambda"]), "--alpha", 0)
    model, out = read_model(alone.model), fold == 1
    assert candidate["folds"][1]["log_loss"] == pytest.approx(
        oracles.log_loss(x[out], y[out], model), abs=1e-6)
    p = oracles.probabilities(x[out], model, 3)
    assert candidate["folds"][1]["roc_auc"] == pytest.approx(
        roc_auc_score(y[out], p, multi_class="ovr"), abs=2e-3)


def test_folds_and_paths_of_products_are_those_of_stored_columns(tmp_path):
    x, y = make_moons(n_samples=200, noise=0.3, random_state=1)
    data = write_dense(tmp_path / "d.h5", x, y)
    stored = write_dense(tmp_path / "s.h5",
                         PolynomialFeatures(3, include_bias=False).fit_transform(x), y)
    for command in ("path", "cross-validate"):
        made = run(command, tmp_path, data, "--degree", 3, "--standardize", "--lambdas", 6, ranks=2)
        assert made.code == 0, made.err
        kept = run(command, tmp_path, stored, "--standardize", "--lambdas", 6)
        key = "steps" if command == "path" else "candidates"
        for one, other in zip(made.record[key], kept.record[key], strict=True):
            # PolynomialFeatures may round a product otherwise than from its first factor on.
            assert one["lambda"] == pytest.approx(other["lambda"], rel=1e-12)
            figure = "objective" if command == "path" else "log_loss"
            assert one[figure] == pytest.approx(other[figure], rel=1e-8)
            assert one["nonzeros"] == other["nonzeros"]
    assert made.record["model_features"] == 9
    best = made.record["candidates"][made.record["chosen"]]
    assert best["accuracy"] > 0.85


def test_starting_products_from_a_linear_model(train, tmp_path):
    x, y = logistic_sample(rows=200, features=2)
    data = write_dense(tmp_path / "d.h5", x, y, feature_names=[b"age", b"hours"])
    linear = train(data, "--l2", "0.01")
    begun = train(data, "--degree", 2, "--l2", "0.01", "--start", linear.model, "--max-iterations",
                  0)
    found = read_model(begun.model)
    assert found.names == ["age", "hours", "age^2", "age:hours", "hours^2"]
    assert found.coefficients[0].tolist() == [*read_model(linear.model).coefficients[0], 0, 0, 0]


def test_a_step_of_three_classes_predicts(tmp_path):
    x, y = classes_sample(rows=200, features=3, classes=3, seed=6)
    data = write_dense(tmp_path / "d.h5", x, np.array([b"x", b"y", b"z"])[y])
    path = run("path", tmp_path, data, "--lambdas", 5, "--solver", "owlqn", ranks=2)
    assert path.code == 0, path.err
    models, table, _, record = read_steps(path.model)
    assert record["class_names"] == ["x", "y", "z"]
    expected = oracles.probabilities(x, models[4], 3)
    output = tmp_path / "p.h5"
    assert mpilogit("predict", path.model, data, "--step", 4, "--output", output,
                    ranks=3).code == 0
    with h5py.File(output) as file:
        assert file["probability"][:] == pytest.approx(expected, rel=1e-9)
        assert list(file["label"].asstr()) == ["xyz"[k] for k in expected.argmax(axis=1)]
    score = mpilogit("evaluate", path.model, data, "--step", 0, "--json", tmp_path / "e.json")
    shares = np.bincount(y) / 200  # step 0 knows only how many there are of each
    assert score.record["log_loss"] == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-8)
    assert score.record["roc_auc"] == pytest.approx(0.5, abs=1e-12)
    for step, model in enumerate(models):
        assert oracles.optimality(x, y, model, l1=table["l1"][step]) < 1e-5


def test_more_features_than_rows(tmp_path):
    """Separable: the path stops at a hundredth, and each step meets its conditions."""
    random = np.random.default_rng(7)
    x = random.normal(size=(40, 120))
    y = (x[:, 0] + 0.3 * random.normal(size=40) > 0).astype(int)
    path = run("path", tmp_path, write_dense(tmp_path / "d.h5", x, y), "--lambdas", 8, "--alpha",
               "0.9", "--tolerance", "1e-12", ranks=2)
    assert path.code == 0, path.err
    models, table, _, _ = read_steps(path.model)
    assert len(models) == 8
    assert table["lambda"][-1] / table["lambda"][0] == pytest.approx(1e-2, rel=1e-12)
    assert np.all(np.diff(table["objective"]) < 0)
    for step, model in enumerate(models):
        assert oracles.optimality(x, y, model, table["l1"][step], table["l2"][step]) < 1e-6
    assert json.loads((tmp_path / "path.json").read_text())["steps"][7]["nonzeros"] < 40


@pytest.mark.parametrize("solver", ["proximal-newton", "owlqn"])
def test_copies_constants_and_columns_of_extreme_size(train, tmp_path, solver):
    """L1 with a column twice, a constant, an empty one, and units of 1e100 and 1e-100."""
    x, y = logistic_sample(rows=200, features=4)
    wide = np.column_stack([x, x[:, 0], np.full(200, 5.0), np.zeros(200)])
    plain = train(write_dense(tmp_path / "p.h5", x, y), "--l1", "0.01", "--tolerance", "1e-12")
    result = train(write_dense(tmp_path / "w.h5", wide, y), "--l1", "0.01", "--solver", solver,
                   "--tolerance", "1e-12", ranks=2)
    assert result.code == 0, result.err
    assert result.record["objective"] == pytest.approx(plain.record["objective"], rel=1e-11)
    found = read_model(result.model).coefficients[0]
    assert found[5] == found[6] == 0
    assert found[0] + found[4] == pytest.approx(read_model(plain.model).coefficients[0, 0], abs=1e-5)
    units = np.array([1e100, 1.0, 1e-100, 1.0])
    extreme = train(write_dense(tmp_path / "e.h5", x * units, y), "--l1", "0.01", "--standardize",
                    "--solver", solver, "--tolerance", "1e-12")
    same = train(write_dense(tmp_path / "s.h5", x, y), "--l1", "0.01", "--standardize",
                 "--tolerance", "1e-12")
    assert extreme.code == 0, extreme.err
    assert read_model(extreme.model).coefficients[0] * units == pytest.approx(
        read_model(same.model).coefficients[0], abs=1e-6)
