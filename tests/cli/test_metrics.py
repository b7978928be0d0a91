"""What `evaluate` measures, against scikit-learn and against definitions written down in numpy."""

import json

import h5py
import numpy as np
import pytest
from sklearn import metrics

from conftest import DATA, mpilogit, read_csr, write_dense
from oracles import classes_sample, margins, read_model

RANKS = (1, 2, 3, 7)
TOLERANCE = {"rel": 1e-10, "abs": 1e-10}


def evaluate(tmp_path, *arguments, ranks=1):
    run = mpilogit("evaluate", *arguments, "--json", tmp_path / "e.json", ranks=ranks)
    assert run.code == 0, run.err
    return run


def read_tree(path):
    """Every data set of a file, by name."""
    with h5py.File(path) as file:
        found = {}
        file.visititems(lambda name, item: found.update({name: item[:]})
                        if isinstance(item, h5py.Dataset) else None)
        return found, dict(file.attrs)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def a9a(tmp_path_factory):
    """A model, its margins for the test rows, and their labels (0, 1)."""
    model = tmp_path_factory.mktemp("a9a") / "m.h5"
    assert mpilogit("train", DATA / "a9a.h5", "--l2", "1e-4", "--model", model).code == 0
    x, y = read_csr(DATA / "a9a.test.h5")
    return model, margins(x, read_model(model), 2)[:, 1], np.searchsorted(np.unique(y), y)


@pytest.fixture(scope="module")
def four_classes(tmp_path_factory):
    """Tied and weighted rows of four classes: a folder with data and model, x, y, weights, P."""
    folder = tmp_path_factory.mktemp("four")
    x, y = classes_sample(rows=900, features=3, classes=4, seed=3)
    x = np.round(x)
    weights = np.random.default_rng(2).integers(0, 9, size=len(y)) / 4
    by = np.random.default_rng(3).integers(-2, 3, size=len(y))
    write_dense(folder / "d.h5", x, y, weights=weights, by=by)
    run = mpilogit("train", folder / "d.h5", "--l2", "0.01", "--model", folder / "m.h5")
    assert run.code == 0, run.err
    return folder, y, weights, softmax(margins(x, read_model(folder / "m.h5"), 4)), by


def delong_interval(z, y, weights=None):
    """Straight from the definition: every positive row against every negative one."""
    weights = np.ones(len(y)) if weights is None else weights
    s1, s0 = weights[y == 1], weights[y == 0]
    difference = z[y == 1][:, None] - z[y == 0][None, :]
    pairs = (difference > 0) + 0.5 * (difference == 0)
    v10, v01 = pairs @ s0 / s0.sum(), s1 @ pairs / s1.sum()
    auc = s1 @ v10 / s1.sum()
    variance = (s1 @ (v10 - auc) ** 2 / (s1.sum() - 1) / s1.sum()
                + s0 @ (v01 - auc) ** 2 / (s0.sum() - 1) / s0.sum())
    half = 1.959963984540054 * np.sqrt(variance)
    return [max(0, auc - half), min(1, auc + half)]


def lift_in_top_decile(z, y, weights):
    """Row by row: how much of each lies in the top tenth of the weight, rows of one score sharing the cut."""
    top, hits = 0.1 * weights.sum(), 0.0
    for score in np.unique(z)[::-1]:
        tied = z == score
        if weights[tied].sum() > 0:
            inside = min(1.0, max(0.0, (top - weights[z > score].sum()) / weights[tied].sum()))
            hits += inside * (weights * y)[tied].sum()
    return (hits / top) / ((weights * y).sum() / weights.sum())


def reliability(p, came_true, weights, bins):
    """Bins (a, b], the first with 0: weight, mean prediction, share that came true."""
    at = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], p)
    table = []
    for b in range(bins):
        own = weights * (at == b)
        table.append((own.sum(), own @ p / own.sum(), own @ came_true / own.sum())
                     if own.sum() > 0 else (0.0, None, None))
    return table


def check_reliability(record, expected):
    assert len(record["reliability"]) == len(expected)
    error, total = 0.0, sum(weight for weight, _, _ in expected)
    for found, (weight, predicted, observed) in zip(record["reliability"], expected):
        assert found["weight"] == pytest.approx(weight)
        if predicted is None:
            assert found["mean_predicted"] is None and found["observed"] is None
            continue
        assert found["mean_predicted"] == pytest.approx(predicted, **TOLERANCE)
        assert found["observed"] == pytest.approx(observed, **TOLERANCE)
        error += weight / total * abs(predicted - observed)
    assert record["calibration_error"] == pytest.approx(error, **TOLERANCE)


def test_two_classes_are_scikit_learns(a9a, tmp_path):
    model, z, y = a9a
    run = evaluate(tmp_path, model, DATA / "a9a.test.h5", ranks=2)
    p, label = sigmoid(z), (z > 0).astype(int)
    expected = {
        "roc_auc": metrics.roc_auc_score(y, z),
        "average_precision": metrics.average_precision_score(y, z),
        "log_loss": metrics.log_loss(y, p),
        "brier": metrics.brier_score_loss(y, p),
        "accuracy": metrics.accuracy_score(y, label),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, label),
        "precision": metrics.precision_score(y, label),
        "recall": metrics.recall_score(y, label),
        "f1": metrics.f1_score(y, label),
        "mcc": metrics.matthews_corrcoef(y, label),
        "lift_top_decile": lift_in_top_decile(z, y, np.ones(len(y)))}
    for name, value in expected.items():
        assert run.record[name] == pytest.approx(value, **TOLERANCE), name
    assert run.record["roc_auc_interval"] == pytest.approx(delong_interval(z, y), **TOLERANCE)
    check_reliability(run.record, reliability(p, y, np.ones(len(y)), 10))
    assert [bin["rows"] for bin in run.record["reliability"]] == [
        bin["weight"] for bin in run.record["reliability"]]
    zero, one = run.record["per_class"]
    assert (zero["weight"], one["weight"]) == ((y == 0).sum(), (y == 1).sum())
    assert zero["average_precision"] == pytest.approx(
        metrics.average_precision_score(y == 0, -z), **TOLERANCE)
    assert zero["recall"] == pytest.approx(metrics.recall_score(y, label, pos_label=0), **TOLERANCE)
    assert zero["roc_auc"] == run.record["roc_auc"] == one["roc_auc"]
    assert run.record["best_threshold"] is None and run.record["by"] is None
    for shown in ("ROC AUC", "AUC, 95 %", "avg. precision", "Brier score", "MCC", "lift, top 10 %", "confusion"):
        assert shown in run.out


def test_weighted_ties_of_two_classes(tmp_path):
    random = np.random.default_rng(8)
    x = random.integers(-3, 4, size=(400, 2)).astype(float)
    y = (x @ [1.0, -0.5] + random.logistic(size=400) > 0).astype(int)
    weights = random.integers(0, 6, size=400).astype(float)
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    assert mpilogit("train", data, "--l2", "0.1", "--model", tmp_path / "m.h5").code == 0
    z = margins(x, read_model(tmp_path / "m.h5"), 2)[:, 1]
    record = evaluate(tmp_path, tmp_path / "m.h5", data, "--weights", "--bins", 7, ranks=3).record
    label = (z > 0).astype(int)
    # Margins that tie up to rounding would not in numpy.
    tied = np.round(z, 9)
    expected = {
        "roc_auc": metrics.roc_auc_score(y, tied, sample_weight=weights),
        "average_precision": metrics.average_precision_score(y, tied, sample_weight=weights),
        "log_loss": metrics.log_loss(y, sigmoid(z), sample_weight=weights),
        "brier": metrics.brier_score_loss(y, sigmoid(z), sample_weight=weights),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, label, sample_weight=weights),
        "precision": metrics.precision_score(y, label, sample_weight=weights),
        "recall": metrics.recall_score(y, label, sample_weight=weights),
        "f1": metrics.f1_score(y, label, sample_weight=weights),
        "mcc": metrics.matthews_corrcoef(y, label, sample_weight=weights),
        "lift_top_decile": lift_in_top_decile(tied, y, weights)}
    for name, value in expected.items():
        assert record[name] == pytest.approx(value, **TOLERANCE), name
    repeated = np.repeat(np.arange(400), weights.astype(int))
    for interval in (delong_interval(tied, y, weights), delong_interval(tied[repeated], y[repeated])):
        assert record["roc_auc_interval"] == pytest.approx(interval, **TOLERANCE)
    check_reliability(record, reliability(sigmoid(z), y, weights, 7))


def test_trials_count_as_rows(tmp_path):
    random = np.random.default_rng(4)
    x = random.normal(size=(120, 2)).round(1)
    trials = random.integers(0, 5, size=120)
    successes = random.binomial(trials, sigmoid(x @ [1.0, 2.0]))
    aggregated = write_dense(tmp_path / "a.h5", x, successes, trials=trials)
    rows = np.repeat(np.arange(120), trials)
    y = np.concatenate([[1] * s + [0] * (t - s) for s, t in zip(successes, trials)]).astype(int)
    single = write_dense(tmp_path / "s.h5", x[rows], y)
    model = tmp_path / "m.h5"
    assert mpilogit("train", single, "--l2", "0.01", "--model", model).code == 0
    found = evaluate(tmp_path, model, aggregated, "--trials", "--cost", "1:2", ranks=2).record
    expected = evaluate(tmp_path, model, single, "--cost", "1:2").record
    for key in ("roc_auc", "roc_auc_interval", "average_precision", "brier", "calibration_error", "mcc",
                "f1"):
        assert found[key] == pytest.approx(expected[key], rel=1e-13), key
    assert found["reliability"][4]["rows"] == expected["reliability"][4]["rows"]
    assert found["best_threshold"]["cost"] == pytest.approx(expected["best_threshold"]["cost"])


@pytest.mark.parametrize("weighted", [False, True])
def test_several_classes_are_scikit_learns(four_classes, tmp_path, weighted):
    folder, y, weights, p, _ = four_classes
    s = weights if weighted else np.ones(len(y))
    run = evaluate(tmp_path, folder / "m.h5", folder / "d.h5", *["--weights"] * weighted, ranks=3)
    record, label = run.record, p.argmax(axis=1)
    tied = np.round(p, 12)
    auc = [metrics.roc_auc_score(y == k, tied[:, k], sample_weight=s) for k in range(4)]
    ap = [metrics.average_precision_score(y == k, tied[:, k], sample_weight=s) for k in range(4)]
    macro = {"average": "macro", "sample_weight": s}
    expected = {
        "roc_auc": np.mean(auc),
        "average_precision": np.mean(ap),
        "log_loss": metrics.log_loss(y, p, sample_weight=s),
        "brier": np.average(((p - np.eye(4)[y]) ** 2).sum(axis=1), weights=s),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, label, sample_weight=s),
        "precision": metrics.precision_score(y, label, **macro),
        "recall": metrics.recall_score(y, label, **macro),
        "f1": metrics.f1_score(y, label, **macro),
        "mcc": metrics.matthews_corrcoef(y, label, sample_weight=s),
        "lift_top_decile": np.mean([lift_in_top_decile(tied[:, k], y == k, s) for k in range(4)])}
    for name, value in expected.items():
        assert record[name] == pytest.approx(value, **TOLERANCE), name
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(y, label, sample_weight=s)
    for k, found in enumerate(record["per_class"]):
        assert found["class"] == str(k)
        assert found["weight"] == pytest.approx(s[y == k].sum())
        assert [found["precision"], found["recall"], found["f1"], found["roc_auc"],
                found["average_precision"]] == pytest.approx(
                    [precision[k], recall[k], f1[k], auc[k], ap[k]], **TOLERANCE)
        assert found["roc_auc_interval"] == pytest.approx(
            delong_interval(tied[:, k], (y == k).astype(int), s), **TOLERANCE)
        assert found["lift_top_decile"] == pytest.approx(lift_in_top_decile(tied[:, k], y == k, s), **TOLERANCE)
    assert record["roc_auc_interval"] is None
    check_reliability(record, reliability(p.max(axis=1), label == y, s, 10))
    assert "avg. precision" in run.out.splitlines()[-5]  # the head of the table of classes


def test_a_class_that_does_not_occur(four_classes, tmp_path):
    """scikit-learn leaves it out of macro means; what needs its rows is null."""
    folder, y, _, p, _ = four_classes
    with h5py.File(folder / "d.h5") as file:
        x = file["X"][:]
    label = p.argmax(axis=1)
    keep = (y != 2) & (label != 2)
    data = write_dense(tmp_path / "d.h5", x[keep], y[keep])
    record = evaluate(tmp_path, folder / "m.h5", data, ranks=2).record
    y, label = y[keep], label[keep]
    assert record["precision"] == pytest.approx(
        metrics.precision_score(y, label, average="macro"), **TOLERANCE)
    assert record["f1"] == pytest.approx(metrics.f1_score(y, label, average="macro"), **TOLERANCE)
    assert record["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(y, label), **TOLERANCE)
    assert record["mcc"] == pytest.approx(metrics.matthews_corrcoef(y, label), **TOLERANCE)
    absent = record["per_class"][2]
    assert absent["weight"] == 0.0
    assert all(absent[key] is None for key in absent if key not in ("class", "weight"))
    assert record["roc_auc"] is None and record["average_precision"] is None


def test_one_class_alone_has_no_curve(a9a, tmp_path):
    model, z, y = a9a
    data = tmp_path / "d.h5"
    x, _ = read_csr(DATA / "a9a.test.h5")
    with h5py.File(DATA / "a9a.test.h5") as file:
        labels = file["y"][:]
        names = file["feature_names"][:] if "feature_names" in file else None
    write_dense(data, x[y == 0].toarray().astype(np.float32), labels[y == 0],
                **({} if names is None else {"feature_names": names}))
    run = evaluate(tmp_path, model, data, "--curves", tmp_path / "c.h5", "--cost", "1:1", ranks=2)
    for key in ("roc_auc", "roc_auc_interval", "average_precision", "recall", "mcc", "lift_top_decile", "best_threshold"):
        assert run.record[key] is None, key
    assert run.record["precision"] == 0.0
    assert "NaN" not in (tmp_path / "e.json").read_text()
    assert set(name.split("/")[0] for name in read_tree(tmp_path / "c.h5")[0]) == {"reliability"}


def check_points(found, expected):
    """Every point that is drawn is one of scikit-learn's, at its threshold."""
    thresholds, *points = expected
    for threshold, *point in zip(*found):
        nearest = np.argmin(np.abs(thresholds - threshold))
        assert thresholds[nearest] == pytest.approx(threshold, abs=1e-12)
        assert point == pytest.approx([p[nearest] for p in points], rel=1e-12, abs=1e-15)


def test_curves_are_thinned_scikit_learns(a9a, tmp_path):
    model, z, y = a9a
    path = tmp_path / "c.h5"
    run = evaluate(tmp_path, model, DATA / "a9a.test.h5", "--curves", path, ranks=3)
    tree, attributes = read_tree(path)
    assert attributes["format"] == "mpilogit curves"
    roc = [tree[f"class_1/roc/{name}"] for name in ("threshold", "fpr", "tpr")]
    pr = [tree[f"class_1/pr/{name}"] for name in ("threshold", "recall", "precision")]
    assert 300 < len(roc[0]) <= 1002 and len(pr[0]) == len(roc[0])
    assert [row[0] for row in roc] == [np.inf, 0, 0] and [row[-1] for row in roc][1:] == [1, 1]
    assert [row[0] for row in pr] == [np.inf, 0, 1] and pr[1][-1] == 1
    assert np.all(np.diff(roc[0][1:]) < 0)

    tied = np.round(z, 12)
    fpr, tpr, margin = metrics.roc_curve(y, tied, drop_intermediate=False)
    precision, recall, of_pr = metrics.precision_recall_curve(y, tied)
    check_points([row[1:] for row in roc], (sigmoid(margin[1:]), fpr[1:], tpr[1:]))
    check_points([row[1:] for row in pr], (sigmoid(of_pr), recall[:-1], precision[:-1]))
    # No step between neighbours is larger than a 500th and a tie: the area is nearly the whole's.
    assert max(np.diff(roc[1]).max(), np.diff(roc[2]).max()) < 0.01
    assert np.trapz(roc[2], roc[1]) == pytest.approx(run.record["roc_auc"], abs=1e-4)

    p, edges = sigmoid(z), tree["class_1/histogram/edges"]
    assert edges == pytest.approx(np.linspace(0, 1, 51))
    for name, label in (("negatives", 0), ("positives", 1)):
        counts = np.bincount(np.searchsorted(edges[1:-1], p[y == label]), minlength=50)
        assert tree[f"class_1/histogram/{name}"].tolist() == counts.tolist()
    assert tree["reliability/observed"] == pytest.approx(
        [bin["observed"] for bin in run.record["reliability"]])


def test_small_curves_are_whole(four_classes, tmp_path):
    folder, y, weights, p, _ = four_classes
    path = tmp_path / "c.h5"
    evaluate(tmp_path, folder / "m.h5", folder / "d.h5", "--weights", "--curves", path, ranks=2)
    tree, _ = read_tree(path)
    for k in range(4):
        fpr, tpr, _ = metrics.roc_curve(y == k, np.round(p[:, k], 12), sample_weight=weights,
                                        drop_intermediate=False)
        # Every threshold that moves either rate by more than a 500th is there.
        found = np.column_stack([tree[f"class_{k}/roc/fpr"], tree[f"class_{k}/roc/tpr"]])
        steps = np.maximum(np.diff(fpr), np.diff(tpr))
        for point in np.column_stack([fpr, tpr])[1:][steps > 1 / 500]:
            assert np.abs(found - point).max(axis=1).min() < 1e-12


@pytest.mark.parametrize("cost", [(1, 1), (1, 5), (40, 1), (0.25, 3.5), (1e9, 1)])
def test_best_threshold(a9a, tmp_path, cost):
    model, z, y = a9a
    record = evaluate(tmp_path, model, DATA / "a9a.test.h5", "--cost", "%r:%r" % cost, ranks=2).record
    own = np.round(z, 12)
    candidates = np.append(np.unique(own)[::-1], np.inf)
    descending = np.argsort(-own, kind="stable")
    positives = np.append(np.cumsum(y[descending]), 0)
    called = np.append(np.searchsorted(-own[descending], -candidates[:-1], side="right"), 0)
    hits = np.where(called > 0, positives[called - 1], 0)
    costs = (cost[0] * (called - hits) + cost[1] * (y.sum() - hits)) / len(y)
    best = record["best_threshold"]
    assert best["cost"] == pytest.approx(costs.min(), **TOLERANCE)
    at = np.flatnonzero(costs <= costs.min() * (1 + 1e-12))
    highest = at[np.argmax(candidates[at])]
    if np.isinf(candidates[highest]):
        assert best["margin"] is None and best["probability"] is None
    else:
        assert best["margin"] == pytest.approx(candidates[highest], abs=1e-9)
        assert best["probability"] == pytest.approx(sigmoid(candidates[highest]), abs=1e-9)
    assert best["true_positive_rate"] == pytest.approx(hits[highest] / y.sum())
    assert best["false_positive_rate"] == pytest.approx(
        (called[highest] - hits[highest]) / (y == 0).sum())


def check_group(found, y, z, s):
    p = sigmoid(z)
    assert found["log_loss"] == pytest.approx(
        metrics.log_loss(y, p, sample_weight=s, labels=[0, 1]), **TOLERANCE)
    assert found["accuracy"] == pytest.approx(
        metrics.accuracy_score(y, z > 0, sample_weight=s), **TOLERANCE)
    assert found["brier"] == pytest.approx(
        np.average((p - y) ** 2, weights=s), **TOLERANCE)
    assert found["observed"] == pytest.approx(np.average(y, weights=s), **TOLERANCE)
    assert found["mean_predicted"] == pytest.approx(np.average(p, weights=s), **TOLERANCE)
    if len(np.unique(y[s > 0])) < 2:
        assert found["roc_auc"] is None
    else:
        assert found["roc_auc"] == pytest.approx(
            metrics.roc_auc_score(y, np.round(z, 9), sample_weight=s), **TOLERANCE)


@pytest.mark.parametrize("text", [False, True])
def test_by_group(tmp_path, text):
    random = np.random.default_rng(5)
    x = random.integers(-4, 5, size=(500, 2)) / 2
    y = (x @ [1.0, -0.5] + random.logistic(size=500) > 0).astype(int)
    weights = random.integers(0, 4, size=500).astype(float)
    group = random.integers(-1, 6, size=500) ** 3
    group[7], weights[group == 64] = 1000, 0.0  # one of one row, one without weight
    names = np.array([f"group {g:+}" for g in group]) if text else group
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights,
                       region=names.astype("S") if text else names)
    assert mpilogit("train", data, "--l2", "0.1", "--model", tmp_path / "m.h5").code == 0
    z = margins(x, read_model(tmp_path / "m.h5"), 2)[:, 1]
    run = evaluate(tmp_path, tmp_path / "m.h5", data, "--weights", "--by", "region", ranks=7)
    assert [entry["group"] for entry in run.record["by"]] == [str(g) for g in np.unique(names)]
    for entry, value in zip(run.record["by"], np.unique(names)):
        own = names == value
        assert entry["rows"] == own.sum()
        if weights[own].sum() == 0:
            assert all(entry[key] is None for key in entry if key not in ("group", "rows"))
            continue
        check_group(entry, y[own], z[own], weights[own])
        assert entry["group"] in run.out


def test_by_group_of_several_classes(four_classes, tmp_path):
    folder, y, _, p, by = four_classes
    record = evaluate(tmp_path, folder / "m.h5", folder / "d.h5", "--by", "by", ranks=3).record
    assert [entry["group"] for entry in record["by"]] == ["-2", "-1", "0", "1", "2"]
    for entry, value in zip(record["by"], range(-2, 3)):
        own, q = by == value, p[by == value]
        assert entry["roc_auc"] == pytest.approx(np.mean(
            [metrics.roc_auc_score(y[own] == k, np.round(q[:, k], 12)) for k in range(4)]), **TOLERANCE)
        assert entry["log_loss"] == pytest.approx(metrics.log_loss(y[own], q), **TOLERANCE)
        assert entry["brier"] == pytest.approx(
            ((q - np.eye(4)[y[own]]) ** 2).sum(axis=1).mean(), **TOLERANCE)
        assert entry["observed"] is None and entry["mean_predicted"] is None


def test_the_same_bits_on_any_ranks(a9a, four_classes, tmp_path):
    model, _, _ = a9a
    folder = four_classes[0]
    for data, arguments in (
            (folder / "d.h5", [folder / "m.h5", "--weights", "--by", "by"]),
            (DATA / "a9a.test.h5", [model, "--cost", "1:3"])):
        records, curves = set(), set()
        for ranks in RANKS:
            run = evaluate(tmp_path, arguments[0], data, *arguments[1:], "--curves",
                           tmp_path / "c.h5", "--threads", 1 + ranks % 2, ranks=ranks)
            for key in ("ranks", "threads", "seconds", "memory"):
                del run.record[key]
            records.add(json.dumps(run.record))
            curves.add(str({name: values.tobytes()
                            for name, values in read_tree(tmp_path / "c.h5")[0].items()}))
        assert len(records) == 1 and len(curves) == 1


@pytest.mark.parametrize("arguments,part", [
    (["--cost", "3"], "--cost is '3', not two numbers above 0"),
    (["--cost", "1:-2"], "not two numbers above 0"),
    (["--cost", "0:1"], "not two numbers above 0"),
    (["--bins", "0"], "--bins"),
    (["--bins", "10001"], "--bins is above 10000"),
    (["--by", "absent"], "there is no 'absent'"),
    (["--curves", "/nowhere/c.h5"], "/nowhere"),
])
def test_refused(a9a, arguments, part):
    run = mpilogit("evaluate", a9a[0], DATA / "a9a.test.h5", *arguments, ranks=2)
    assert run.code == 2 and len(run.errors) == 1 and part in run.errors[0]


def test_cost_needs_two_classes(four_classes):
    folder = four_classes[0]
    run = mpilogit("evaluate", folder / "m.h5", folder / "d.h5", "--cost", "1:2", ranks=2)
    assert run.code == 2 and "has 4 classes" in run.errors[0] and "--cost" in run.errors[0]


def test_too_many_groups(tmp_path, four_classes):
    folder = four_classes[0]
    x, y = classes_sample(rows=10001, features=3, classes=4, seed=3)
    data = write_dense(tmp_path / "d.h5", x, y, most=np.minimum(np.arange(10001), 9999),
                       all=np.arange(10001))
    run = mpilogit("evaluate", folder / "m.h5", data, "--by", "all", ranks=2)
    assert run.code == 2
    assert "has 10001 different values" in run.errors[0] and "/all" in run.errors[0]
    record = evaluate(tmp_path, folder / "m.h5", data, "--by", "most", ranks=2).record
    assert len(record["by"]) == 10000 and record["by"][-1]["rows"] == 2
