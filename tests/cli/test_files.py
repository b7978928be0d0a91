"""Files that we write are read by h5py, scikit-learn agrees with what is in them."""

import hashlib
import json

import h5py
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, log_loss, roc_auc_score

from conftest import DATA, logistic_sample, mpilogit, read_csr, write_dense


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "m.h5"
    assert mpilogit("train", DATA / "adult.h5", "--l2", "0.0001", "--model", path, ranks=2).code == 0
    return path


def test_model_is_read_by_h5py(model):
    with h5py.File(model) as file, h5py.File(DATA / "adult.h5") as data:
        assert file["coefficients"].shape == (1, 108)
        assert file["intercept"].shape == (1,)
        assert list(file["classes"]) == [0, 1]
        assert list(file["feature_names"].asstr()) == list(data["feature_names"].asstr())
        record = json.loads(file["record"].asstr()[()])
        assert record["rows"] == 32561
        digest = hashlib.sha256(
            file["coefficients"][:].tobytes() + file["intercept"][:].tobytes()).hexdigest()
        assert file.attrs["coefficients_sha256"] == digest == record["coefficients_sha256"]
        assert file.attrs["l2"] == 0.0001


def test_predictions_are_the_models(model, tmp_path):
    output = tmp_path / "p.h5"
    run = mpilogit("predict", model, DATA / "adult.test.h5", "--output", output, "--json",
                   tmp_path / "r.json", ranks=3)
    assert run.code == 0, run.err
    with h5py.File(model) as m, h5py.File(DATA / "adult.test.h5") as data, h5py.File(output) as p:
        z = data["X"][:].astype(float) @ m["coefficients"][0] + m["intercept"][0]
        assert p["probability"][:] == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-9)
        assert np.array_equal(p["label"][:], (z > 0).astype(int))
        assert run.record["predicted"] == [int((z <= 0).sum()), int((z > 0).sum())]
    assert [path.name for path in tmp_path.glob("p.h5*")] == ["p.h5"]


def test_predicting_needs_no_labels(model, tmp_path):
    with h5py.File(DATA / "adult.test.h5") as data:
        write_dense(tmp_path / "x.h5", data["X"][:100])
    output = tmp_path / "p.h5"
    assert mpilogit("predict", model, tmp_path / "x.h5", "--output", output, ranks=2).code == 0
    with h5py.File(output) as file:
        assert file["probability"].shape == (100,)


@pytest.mark.parametrize("labels", [
    np.array(["grün", "yes"], dtype=object), np.array([False, True]), np.array([-1.0, 1.0]),
    np.array([10, 50])])
def test_predicted_labels_are_of_the_kind_that_was_learnt(tmp_path, labels):
    x, y = logistic_sample(rows=120)
    data = tmp_path / "d.h5"
    with h5py.File(data, "w") as file:
        file["X"] = x
        if labels.dtype == object:
            file.create_dataset("y", data=labels[y], dtype=h5py.string_dtype())
        else:
            file["y"] = labels[y]
    assert mpilogit("train", data, "--l2", "0.1", "--model", tmp_path / "m.h5").code == 0
    run = mpilogit("predict", tmp_path / "m.h5", data, "--output", tmp_path / "p.h5", ranks=3)
    assert run.code == 0, run.err
    with h5py.File(tmp_path / "p.h5") as file:
        expected = labels[(file["probability"][:] > 0.5).astype(int)]
        if labels.dtype == object:
            found = file["label"].asstr()[:]
        else:
            found = file["label"][:]
            assert found.dtype.kind == labels.dtype.kind
        assert list(found) == list(expected)
    assert mpilogit("evaluate", tmp_path / "m.h5", data, ranks=2).code == 0


def test_evaluation_equals_scikit_learn(model, tmp_path):
    run = mpilogit("evaluate", model, DATA / "adult.test.h5", "--json", tmp_path / "e.json",
                   ranks=3)
    with h5py.File(model) as m, h5py.File(DATA / "adult.test.h5") as data:
        y = data["y"][:]
        z = data["X"][:].astype(float) @ m["coefficients"][0] + m["intercept"][0]
    p = 1 / (1 + np.exp(-z))
    assert run.record["roc_auc"] == pytest.approx(roc_auc_score(y, z), rel=1e-12)
    assert run.record["log_loss"] == pytest.approx(log_loss(y, p, eps=1e-300), rel=1e-9)
    assert run.record["accuracy"] == pytest.approx(np.mean((z > 0) == y), rel=1e-15)
    assert run.record["confusion"] == confusion_matrix(y, z > 0).tolist()
    assert "confusion" in run.out and "ROC AUC" in run.out


def test_weighted_evaluation_with_ties_equals_scikit_learn(tmp_path):
    """Few distinct rows, so that most margins are tied."""
    random = np.random.default_rng(11)
    x = random.integers(0, 3, size=(500, 2)).astype(float)
    y = (x.sum(axis=1) + random.logistic(size=500) > 2).astype(int)
    weights = random.exponential(size=500)
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    assert mpilogit("train", data, "--l2", "0.01", "--model", tmp_path / "m.h5").code == 0
    with h5py.File(tmp_path / "m.h5") as m:
        z = m["coefficients"][0, 0] * x[:, 0] + m["coefficients"][0, 1] * x[:, 1] + m["intercept"][0]
    for arguments, w in ((["--weights"], weights), ([], None)):
        run = mpilogit("evaluate", tmp_path / "m.h5", data, *arguments, "--json",
                       tmp_path / "e.json", ranks=4)
        auc = roc_auc_score(y, np.round(z, 12), sample_weight=w)
        assert run.record["roc_auc"] == pytest.approx(auc, rel=1e-11)
        assert run.record["log_loss"] == pytest.approx(
            log_loss(y, 1 / (1 + np.exp(-z)), sample_weight=w), rel=1e-9)
        assert run.record["accuracy"] == pytest.approx(
            np.average((z > 0) == y, weights=w), rel=1e-12)


def test_evaluating_one_class_only(model, tmp_path):
    with h5py.File(DATA / "adult.test.h5") as data:
        keep = data["y"][:] == 0
        write_dense(tmp_path / "d.h5", data["X"][:][keep], data["y"][:][keep])
    run = mpilogit("evaluate", model, tmp_path / "d.h5", "--json", tmp_path / "e.json", ranks=2)
    assert run.code == 0, run.err
    assert run.record["roc_auc"] is None and run.record["accuracy"] > 0.9


def test_anndata_layouts(train):
    """a9a as it is, in the layout that AnnData writes; other types of index: tests/data."""
    matrix, _ = read_csr(DATA / "a9a.h5")
    run = train(DATA / "a9a.h5", "--l2", "0.01", ranks=3)
    assert run.record["nonzeros"] == matrix.nnz and run.record["sparse"] is True


def test_an_old_model_is_replaced_only_by_a_new_one(tmp_path):
    """Training that fails leaves the model that was there."""
    model = tmp_path / "m.h5"
    x, y = logistic_sample()
    good = write_dense(tmp_path / "g.h5", x, y)
    bad = write_dense(tmp_path / "b.h5", np.where(x == x[0, 0], np.nan, x), y)
    assert mpilogit("train", good, "--l2", "0.1", "--model", model).code == 0
    before = model.read_bytes()
    assert mpilogit("train", bad, "--l2", "0.1", "--model", model, ranks=2).code == 2
    assert model.read_bytes() == before
    assert mpilogit("train", good, "--l2", "0.2", "--model", model).code == 0
    assert model.read_bytes() != before
