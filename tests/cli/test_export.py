"""export: what each form computes, against predict."""

import numpy as np
import pytest

import export_forms as forms
import export_models
from conftest import mpilogit


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    found = export_models.all_models(tmp_path_factory.mktemp("models"))
    return {exportable.name: exportable for exportable in found}


NAMES = ["two", "two_texts", "boolean", "floating", "reference", "full", "one_vs_rest", "cubic",
         "interactions", "awkward"]


def export(exportable, form, folder, suffix, *arguments):
    path = folder / f"{exportable.name}{suffix}"
    run = mpilogit("export", exportable.model, "--format", form, "--output", path, *arguments)
    assert run.code == 0, run.err
    assert str(path) in run.out
    return path


def texts(labels):
    """As C, CSV and PMML write them."""
    return [{True: "true", False: "false"}.get(label, str(label)) if isinstance(label, bool)
            else str(int(label)) if isinstance(label, float) else str(label) for label in labels]


def same(exportable, scores, tolerance=1e-12, as_texts=False):
    labels, probabilities = scores
    expected = texts(exportable.labels) if as_texts else exportable.labels
    assert list(labels) == expected
    np.testing.assert_allclose(probabilities, exportable.probabilities, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_json(models, name, tmp_path):
    model = models[name]
    same(model, forms.json_scores(export(model, "json", tmp_path, ".json"), model.x))


@pytest.mark.parametrize("name", NAMES)
def test_csv(models, name, tmp_path):
    model = models[name]
    x = {"cubic": lambda: forms.products(model.x, 3, False),
         "interactions": lambda: forms.products(model.x, 2, True)}.get(name, lambda: model.x)()
    same(model, forms.csv_scores(export(model, "csv", tmp_path, ".csv"), x), as_texts=True)


@pytest.mark.parametrize("name", NAMES)
def test_python(models, name, tmp_path):
    model = models[name]
    same(model, forms.python_scores(export(model, "python", tmp_path, ".py"), model.x))


@pytest.mark.parametrize("name", NAMES)
def test_c(models, name, tmp_path):
    model = models[name]
    scores = forms.c_scores(export(model, "c", tmp_path, ".h"), model.x, model.probabilities.shape[1])
    same(model, scores, as_texts=True)


@pytest.mark.parametrize("name", NAMES)
def test_pmml(models, name, tmp_path):
    model = models[name]
    same(model, forms.pmml_scores(export(model, "pmml", tmp_path, ".pmml"), model.x), as_texts=True)


@pytest.mark.parametrize("name", NAMES)
def test_onnx(models, name, tmp_path):
    model = models[name]
    same(model, forms.onnx_scores(export(model, "onnx", tmp_path, ".onnx"), model.x))
