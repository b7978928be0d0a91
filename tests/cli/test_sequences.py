"""Paths of penalties and cross-validation, against separate runs and a second implementation of the folds."""

import json

import h5py
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import oracles
from conftest import logistic_sample, mpilogit, write_dense
from oracles import classes_sample, read_model, read_steps


def run(command, tmp_path, data, *arguments, ranks=1):
    result = mpilogit(command, data, *arguments, "--model", tmp_path / f"{command}.h5", "--json",
                      tmp_path / f"{command}.json", ranks=ranks)
    result.model = tmp_path / f"{command}.h5"
    return result


@pytest.mark.parametrize("alpha", [1.0, 0.4, 0.0])
def test_each_step_of_a_path_is_a_model_of_its_own(train, tmp_path, alpha):
    x, y = logistic_sample(rows=250, features=6)
    data = write_dense(tmp_path / "d.h5", x, y)
    path = run("path", tmp_path, data, "--lambdas", "7", "--lambda-ratio", "1e-3", "--alpha", alpha,
               ranks=2)
    assert path.code == 0, path.err
    models, table, attributes, record = read_steps(path.model)
    assert attributes["format"] == "mpilogit path" and len(models) == 7
    assert len(path.out.splitlines()) >= 8
    ratios = table["lambda"][1:] / table["lambda"][:-1]
    assert ratios == pytest.approx(np.full(6, 1e-3 ** (1 / 6)), rel=1e-12)
    assert table["l1"] == pytest.approx(alpha * table["lambda"])
    assert table["l2"] == pytest.approx((1 - alpha) * table["lambda"])
    null = oracles.log_loss(x, y, oracles.as_model(np.zeros(6), np.log(y.mean() / (1 - y.mean()))))
    for step, model in enumerate(models):
        alone = train(data, "--lambda", repr(table["lambda"][step]), "--alpha", alpha)
        assert table["objective"][step] == pytest.approx(alone.record["objective"], rel=1e-8)
        assert model.coefficients == pytest.approx(read_model(alone.model).coefficients, abs=1e-5)
        assert table["nonzeros"][step] == np.count_nonzero(model.coefficients)
        explained = 1 - oracles.log_loss(x, y, model) / null
        assert table["deviance_explained"][step] == pytest.approx(explained, abs=1e-10)
        assert record["steps"][step]["lambda"] == table["lambda"][step]
    if alpha > 0:
        # λ_max: all zero there, and just below it not.
        assert not models[0].coefficients.any() and models[1].coefficients.any()
        gradient, _ = oracles.gradient(x, y, models[0])
        assert table["lambda"][0] * alpha == pytest.approx(np.abs(gradient).max(), rel=1e-8)
    assert sum(table["data_passes"]) <= path.record["data_passes"]


def test_a_path_of_three_classes_with_free_and_excluded_features(tmp_path):
    x, y = classes_sample(rows=240, features=5, classes=3)
    data = write_dense(tmp_path / "d.h5", x, y, penalty_factors=[0.0, 1.0, 2.0, np.inf, 1.0])
    path = run("path", tmp_path, data, "--lambdas", "5", "--penalty-factors")
    assert path.code == 0, path.err
    models, table, _, _ = read_steps(path.model)
    assert np.count_nonzero(models[0].coefficients) == 3  # the free feature, in each class
    for step, model in enumerate(models):
        assert not model.coefficients[:, 3].any()
        l1 = table["l1"][step] * np.array([0.0, 1.0, 2.0, 1e9, 1.0])
        assert oracles.optimality(x, y, model, l1=l1) < 1e-6


def test_a_path_ends_when_nothing_is_gained(tmp_path):
    x, y = logistic_sample(rows=250, features=3)
    data = write_dense(tmp_path / "d.h5", x, y)
    early = run("path", tmp_path, data, "--lambdas", "60")
    assert early.record["ended"] == "nothing is gained any more"
    explained = [step["deviance_explained"] for step in early.record["steps"]]
    assert len(explained) < 60
    assert explained[-1] - explained[-2] < 1e-5 * explained[-1]
    assert explained[-2] - explained[-3] >= 1e-5 * explained[-2]
    enough = run("path", tmp_path, data, "--lambdas", "60", "--enough", "0.1")
    assert enough.record["ended"] == "the deviance is explained"
    last = [step["deviance_explained"] for step in enough.record["steps"]]
    assert last[-1] > 0.1 and (last[-2] <= 0.1 or len(last) == 5)


def test_one_step_of_a_path_is_used_like_a_model(train, tmp_path):
    x, y = logistic_sample(rows=200, features=4)
    data = write_dense(tmp_path / "d.h5", x, y)
    path = run("path", tmp_path, data, "--lambdas", "6")
    models, _, _, _ = read_steps(path.model)
    predictions = tmp_path / "p.h5"
    assert mpilogit("predict", path.model, data, "--step", 3, "--output", predictions).code == 0
    z = x @ models[3].coefficients[0] + models[3].intercept[0]
    with h5py.File(predictions) as file:
        assert file["probability"][:] == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12)
    scores = mpilogit("evaluate", path.model, data, "--step", 3, "--json", tmp_path / "e.json")
    assert scores.record["log_loss"] == pytest.approx(oracles.log_loss(x, y, models[3]), rel=1e-10)
    shown = mpilogit("inspect", path.model, "--step", 3)
    assert f"{models[3].intercept[0]:.6g}" in shown.out
    assert "path of 6 models" in mpilogit("inspect", path.model).out


# The folds as the documentation has them: every class dealt out, `folds` rows at a time, in an order
# that SplitMix64 draws from seed, class and number of the hand.
def split_mix(state):
    mask = (1 << 64) - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def mix(a, b):
    return next(split_mix(next(split_mix(a)) ^ b))


def folds_of(labels, folds, seed):
    dealt = {}
    result = []
    for label in labels:
        number = dealt.get(label, 0)
        dealt[label] = number + 1
        order = list(range(folds))
        random = split_mix(mix(mix(seed, int(label)), number // folds))
        for i in range(folds, 1, -1):
            k = next(random) % i
            order[i - 1], order[k] = order[k], order[i - 1]
        result.append(order[number % folds])
    return np.array(result)


@pytest.mark.parametrize("classes", [2, 3])
def test_cross_validation_equals_folds_trained_by_hand(train, tmp_path, classes):
    x, y = classes_sample(rows=230, features=5, classes=classes, seed=3)
    weights = np.random.default_rng(1).integers(1, 4, size=len(y)).astype(float)
    fold = folds_of(y, 3, 7)
    masks = {f"without{f}": weights * (fold != f) for f in range(3)}
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights, **masks)
    cv = run("cross-validate", tmp_path, data, "--weights", "--folds", 3, "--seed", 7, "--lambdas", 4,
             "--lambda-ratio", "0.02", "--alpha", "0.5,1", "--standardize", ranks=2)
    assert cv.code == 0, cv.err
    assert cv.record["fold_rows"] == np.bincount(fold).tolist()
    candidates = cv.record["candidates"]
    assert [c["l1_ratio"] for c in candidates] == [0.5] * 4 + [1.0] * 4
    for candidate in candidates[1::3]:
        for f, scores in enumerate(candidate["folds"]):
            alone = train(data, f"--weights=without{f}", "--lambda", repr(candidate["lambda"]),
                          "--alpha", candidate["l1_ratio"], "--standardize")
            model = read_model(alone.model)
            out = fold == f
            loss = oracles.log_loss(x[out], y[out], model, weights[out])
            assert scores["log_loss"] == pytest.approx(loss, abs=1e-7)
            p = oracles.probabilities(x[out], model, classes)
            if classes == 2:
                p = 1 / (1 + np.exp(-(x[out] @ model.coefficients[0] + model.intercept[0])))
                p = np.column_stack([1 - p, p])
                auc = roc_auc_score(y[out], p[:, 1], sample_weight=weights[out])
                assert scores["roc_auc"] == pytest.approx(auc, abs=1e-3)
                assert scores["log_loss"] == pytest.approx(
                    -np.average(np.log(p[np.arange(out.sum()), y[out]]), weights=weights[out]),
                    abs=1e-7)
            accuracy = np.average(p.argmax(axis=1) == y[out], weights=weights[out])
            assert scores["accuracy"] == pytest.approx(accuracy, abs=1e-9)


def test_means_errors_and_choices(tmp_path):
    x, y = logistic_sample(rows=300, features=8, seed=5, noise=2.0)
    data = write_dense(tmp_path / "d.h5", x, y)
    record = run("cross-validate", tmp_path, data, "--lambdas", 12).record
    fold_rows = np.array(record["fold_rows"])
    assert fold_rows.sum() == 300 and np.ptp(fold_rows) <= 2
    losses = np.array([[f["log_loss"] for f in c["folds"]] for c in record["candidates"]])
    mean = np.average(losses, axis=1, weights=fold_rows)
    spread = np.average((losses - mean[:, None]) ** 2, axis=1, weights=fold_rows)
    errors = np.sqrt(spread / 4)
    assert [c["log_loss"] for c in record["candidates"]] == pytest.approx(mean, rel=1e-12)
    assert [c["standard_error"] for c in record["candidates"]] == pytest.approx(errors, rel=1e-9)
    assert record["minimum"] == record["chosen"] == mean.argmin()
    simplest = int(np.argmax(mean <= mean.min() + errors[mean.argmin()]))
    assert record["one_standard_error"] == simplest < mean.argmin()
    other = run("cross-validate", tmp_path, data, "--lambdas", 12, "--choose", "1se").record
    assert other["chosen"] == simplest and other["lambda"] == record["candidates"][simplest]["lambda"]


def test_the_refit_has_the_bits_of_a_training_run(train, tmp_path):
    x, y = logistic_sample(rows=200, features=5)
    data = write_dense(tmp_path / "d.h5", x, y)
    cv = run("cross-validate", tmp_path, data, "--lambdas", 5, "--alpha", "0.7", "--standardize")
    printed = cv.out.split("(train ")[1].split(")")[0].split()
    alone = train(data, *printed, "--standardize")
    assert alone.record["coefficients_sha256"] == cv.record["coefficients_sha256"]
    assert read_model(cv.model).coefficients.tobytes() == read_model(alone.model).coefficients.tobytes()


def test_groups_stay_together(tmp_path):
    # Labels are noise that is copied within a group: only whole groups give honest scores.
    random = np.random.default_rng(2)
    group = np.repeat(np.arange(60), 6)
    x = random.normal(size=(60, 40))[group]
    y = random.integers(0, 2, size=60)[group]
    data = write_dense(tmp_path / "d.h5", x, y, groups=[f"g{g}" for g in group])
    leaky = run("cross-validate", tmp_path, data, "--lambdas", 6, ranks=2).record
    honest = run("cross-validate", tmp_path, data, "--lambdas", 6, "--groups", ranks=2).record
    assert honest["fold_rows"] == [72] * 5 and not honest["stratified"]
    assert min(c["log_loss"] for c in leaky["candidates"]) < 0.4
    assert min(c["log_loss"] for c in honest["candidates"]) > 0.6


def test_cross_validation_costs_less_than_separate_runs(train, tmp_path):
    x, y = logistic_sample(rows=400, features=6)
    data = write_dense(tmp_path / "d.h5", x, y)
    record = run("cross-validate", tmp_path, data, "--lambdas", 8).record
    alone = train(data, "--lambda", repr(record["candidates"][4]["lambda"])).record["data_passes"]
    assert record["fold_data_passes"] < 40 * alone / 3
    assert json.dumps(record)  # a record is plain JSON
