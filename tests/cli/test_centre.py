"""Models whose columns are far from zero: what predict, evaluate, report, inspect and summarize say of them, against
exact fractions. (Their exports: test_export.py.)"""

import json
import re

import h5py
import numpy as np
import pytest
import scipy.sparse

import centred_models
from centred_models import margins_of, probabilities, sha256
from conftest import mpilogit, write_dense, write_sparse
from export_models import alone
from inference_files import write_inference


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return {model.name: model for model in centred_models.all_centred(tmp_path_factory.mktemp("centred"))}


NAMES = ["hour", "softmax_spreads", "one_vs_rest_spreads", "years"]


def predicted(model, data, output, *arguments, ranks=0):
    run = mpilogit("predict", model, data, "--output", output, "--quiet", *arguments, ranks=ranks)
    assert run.code == 0, run.err
    with h5py.File(output) as file:
        return file["probability"][:]


def as_predicted(shares):
    return shares[:, 1] if shares.shape[1] == 2 else shares


@pytest.mark.parametrize("name", NAMES)
def test_predict(models, name, tmp_path):
    """Right, and the same bits on three ranks and of compressed rows."""
    model = models[name]
    found = predicted(model.model, model.data, tmp_path / "one.h5")
    np.testing.assert_allclose(found, as_predicted(model.probabilities), rtol=0, atol=1e-12)
    assert 0.01 < found.std() and 0.05 < found.mean() < 0.95
    csr = write_sparse(tmp_path / "csr.h5", scipy.sparse.csr_matrix(model.x))
    dense_again = [(model.data, 3)] if name == "hour" else []
    for data, ranks in [(csr, 3), (csr, 0), *dense_again]:
        again = predicted(model.model, data, tmp_path / "again.h5", ranks=ranks)
        assert again.tobytes() == found.tobytes(), (data, ranks)


def test_rows_that_do_not_fit_in_memory(models, tmp_path):
    model = models["softmax_spreads"]
    data = write_dense(tmp_path / "long.h5", np.tile(model.x, (40, 1)))
    whole = predicted(model.model, data, tmp_path / "whole.h5")
    run = alone("predict", model.model, data, "--output", tmp_path / "parts.h5", "--memory", "300K")
    assert run.code == 0 and "are read again in every pass" in run.err, run.err
    with h5py.File(tmp_path / "parts.h5") as file:
        assert file["probability"][:].tobytes() == whole.tobytes()


def test_an_entry_that_is_not_there_is_zero(models, tmp_path):
    """Of a feature with a centre, too: in a row of old data, say."""
    model = models["years"]
    x = model.x[:12].copy()
    x[3, 0] = x[5, 2] = x[7, 1] = x[7, 2] = x[8, 1] = x[8, 0] = 0.0
    margins = margins_of(x, model.centre, model.degree, model.weights, model.intercepts)
    expected = as_predicted(probabilities(margins, 2, model.objective))
    dense = predicted(model.model, write_dense(tmp_path / "dense.h5", x), tmp_path / "p.h5")
    csr = write_sparse(tmp_path / "csr.h5", scipy.sparse.csr_matrix(x))
    assert predicted(model.model, csr, tmp_path / "p.h5").tobytes() == dense.tobytes()
    np.testing.assert_allclose(dense, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [np.int64, np.uint64])
def test_integers_that_no_double_holds(kind, tmp_path):
    """Nanoseconds: neighbours differ by 1, doubles there by 256."""
    x = (np.uint64(1_700_000_000_000_000_000) + np.arange(40, dtype=np.uint64)).astype(kind).reshape(-1, 1)
    centre = [float(1_700_000_000_000_000_000)]
    model = centred_models.write_model(tmp_path / "m.h5", centre, 1, [[0.1]], [-2.0], 2, "logistic")
    margins = margins_of(x, centre, 1, [[0.1]], [-2.0])
    found = predicted(model, write_dense(tmp_path / "x.h5", x), tmp_path / "p.h5")
    np.testing.assert_allclose(found, as_predicted(probabilities(margins, 2, "logistic")), rtol=0, atol=1e-12)
    assert len(set(found.tolist())) == 40


@pytest.mark.parametrize("name", NAMES)
def test_evaluate(models, name, tmp_path):
    model = models[name]
    records = []
    for ranks in (0, 3) if name == "years" else (0,):
        run = mpilogit("evaluate", model.model, model.data, "--json", tmp_path / f"{ranks}.json", ranks=ranks)
        assert run.code == 0, run.err
        records.append(run.record)
    assert records[0]["log_loss"] == pytest.approx(model.log_loss, abs=1e-12)
    assert records[0]["accuracy"] == np.mean(model.probabilities.argmax(axis=1) == model.y)
    for key in ("log_loss", "accuracy", "brier", "roc_auc"):
        assert records[0][key] == records[-1][key]


def test_report(models, tmp_path):
    """The page's number is the right one, and it names the centre."""
    model = models["hour"]
    page = tmp_path / "page.html"
    run = alone("report", model.model, "--data", model.data, "--output", page)
    assert run.code == 0, run.err
    text = re.sub(r"<[^>]*>", "", page.read_text())
    assert f"{model.log_loss:.4g}" in text
    assert "At column 0 = 1700001800.5 it is 0.3" in re.sub(r"\s+", " ", text)


def test_a_step_of_a_path(models, tmp_path):
    """One centre for all steps, an intercept at it for each."""
    model = models["hour"]
    path = tmp_path / "path.h5"
    with h5py.File(model.model) as source, h5py.File(path, "w") as file:
        for name in ("classes", "record", "centre"):
            source.copy(name, file)
        for key, value in source.attrs.items():
            if key not in ("l1", "l2"):
                file.attrs[key] = value
        weights = [0.0, 1.0]
        coefficients = np.array([source["coefficients"][:] * weight for weight in weights])
        at_centre = np.array([[0.5], source["intercept_at_centre"][:]])
        intercept = np.array([[0.5], source["intercept"][:]])
        file["coefficients"], file["intercept"], file["intercept_at_centre"] = coefficients, intercept, at_centre
        file.attrs.update({"format": "mpilogit path", "coefficients_sha256": sha256(coefficients, intercept),
                           "centre_sha256": sha256(model.centre, at_centre)})
        for name in ("lambda", "l1", "l2", "objective", "deviance_explained"):
            file[f"steps/{name}"] = [0.2, 0.1]
        for name in ("nonzeros", "data_passes"):
            file[f"steps/{name}"] = [0, 2]
    found = predicted(path, model.data, tmp_path / "p.h5", "--step", "1")
    np.testing.assert_allclose(found, as_predicted(model.probabilities), rtol=0, atol=1e-12)
    flat = predicted(path, model.data, tmp_path / "p.h5", "--step", "0")
    np.testing.assert_allclose(flat, 1 / (1 + np.exp(-0.5)), rtol=0, atol=1e-15)


SCALARS = {
    "covariance_kind": "model", "method": "exact", "weights": "none", "penalised": 0, "firth": 0, "confidence": 0.95,
    "estimate_error": 0.0, "clusters": 0, "observations": 100.0, "parameters": 3, "log_likelihood": -50.0,
    "null_log_likelihood": -60.0, "null_deviance": 120.0, "residual_deviance": 100.0, "null_degrees": 99.0,
    "residual_degrees": 97.0, "aic": 106.0, "bic": 113.0, "mcfadden": 0.1667, "likelihood_ratio_statistic": 20.0,
    "likelihood_ratio_degrees": 2, "likelihood_ratio_log_p": -10.0}


def test_inspect_and_summarize(models, tmp_path):
    """The raw intercept as ever, and below the table the one at the centre."""
    model = models["hour"]
    run = alone("inspect", model.model)
    assert run.code == 0, run.err
    with h5py.File(model.model) as file:
        raw = float(file["intercept"][0])
    below = r"at the centre of what is far from zero:\n\(intercept\) +0.3\ncolumn 0 +1700001800.5\n"
    assert re.search(rf"\(intercept\) +{re.escape(f'{raw:.6g}')} *\n.*{below}", run.out, re.DOTALL)
    copy = tmp_path / "m.h5"
    copy.write_bytes(model.model.read_bytes())
    write_inference(copy, [[0.5, 0.001, 0.2]], SCALARS)
    run = alone("summarize", copy, "--json", tmp_path / "s.json")
    assert run.code == 0 and re.search(below, run.out), run.err
    record = json.loads((tmp_path / "s.json").read_text())
    assert record["centre"] == model.centre and record["intercept_at_centre"] == model.intercepts
    assert record["coefficients"][0]["coefficient"] == raw


@pytest.mark.parametrize("name", NAMES)
def test_back_from_json(models, name, tmp_path):
    """With the centre; what somebody has changed is refused."""
    model = models[name]
    table, copy = tmp_path / "m.json", tmp_path / "m.h5"
    assert alone("export", model.model, "--format", "json", "--output", table).code == 0
    run = alone("import", "coefficients", table, "--output", copy)
    assert run.code == 0, run.err
    with h5py.File(model.model) as before, h5py.File(copy) as after:
        for part in ("coefficients", "intercept", "centre", "intercept_at_centre", "coefficients_at_centre"):
            assert (part in before) == (part in after)
            assert part not in before or before[part][:].tobytes() == after[part][:].tobytes()
    changed = json.loads(table.read_text())
    changed["centre"][0] += 1.0
    table.write_text(json.dumps(changed))
    run = alone("import", "coefficients", table, "--output", tmp_path / "n.h5")
    assert run.code == 2 and "are not those at its centre" in run.err


def test_a_file_that_contradicts_itself_is_refused(models, tmp_path):
    """One bit of the centre, an intercept that somebody edited, a part that is gone."""
    model = models["years"]
    changes = {
        "its centre does not match its SHA-256": lambda file: file["centre"].write_direct(np.array([2007.5, 1.7e9, 0])),
        "are not those at its centre": edit_intercept,
        "has no coefficients_at_centre beside its centre": lambda file: file.pop("coefficients_at_centre"),
    }
    for message, change in changes.items():
        copy = tmp_path / "m.h5"
        copy.write_bytes(model.model.read_bytes())
        with h5py.File(copy, "r+") as file:
            change(file)
        run = alone("predict", copy, model.data, "--output", tmp_path / "p.h5")
        assert run.code == 2 and message in run.err, run.err
        assert not (tmp_path / "p.h5").exists()


def edit_intercept(file):
    """With a SHA of its own: as far from the right one as a raw form by single steps is."""
    intercept = file["intercept"][:] * (1 + 1e-14)
    file["intercept"][:] = intercept
    file.attrs["coefficients_sha256"] = sha256(file["coefficients"][:], intercept)
