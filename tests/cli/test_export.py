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


# Models of raw tables: each form takes raw rows.

@pytest.fixture(scope="module", params=[(), ("--degree", "2")], ids=["plain", "products"])
def raw(request, tmp_path_factory):
    return export_models.raw_model(tmp_path_factory.mktemp("raw"), "raw", *request.param)


def test_raw_python(raw, tmp_path):
    model, rows = raw
    module = forms.python_module(export(model, "python", tmp_path, ".py"))
    features = [module.encode(row) for row in rows]
    np.testing.assert_array_equal(features, model.x)
    same(model, ([module.predict(row) for row in features], module.probabilities_of_rows(np.array(features))))
    texts_for_none = [{name: "NA" if value is None else value for name, value in row.items()} for row in rows]
    assert [module.encode(row) for row in texts_for_none] == features
    with pytest.raises(KeyError):
        module.encode({**rows[0], "class": "3"})


RAW_SHIM = """
int encode(double age, const char *colour, double when, const char *level, double label, double *features);
int encode(double age, const char *colour, double when, const char *level, double label, double *features) {
  struct raw_row row;
  row.age = age;
  row.colour_of__car_ = colour;
  row.when = when;
  row.class_ = level;
  row.label = label;
  return raw_encode(&row, features);
}
"""


def test_raw_c(raw, tmp_path):
    import ctypes

    model, rows = raw
    path = export(model, "c", tmp_path, ".h")
    library = forms.c_library(path, RAW_SHIM)
    number, text = ctypes.c_double, ctypes.c_char_p
    library.encode.argtypes = [number, text, number, text, number, ctypes.POINTER(number)]

    def encode(row, features):
        given = [None if value is None else value.encode() if isinstance(value, str) else value
                 for value in row.values()]
        for place in (0, 2, 4):
            given[place] = float("nan") if given[place] is None else given[place]
        return library.encode(*given, features.ctypes.data_as(ctypes.POINTER(number)))

    x = np.full_like(model.x, 7.0)
    assert [encode(row, features) for row, features in zip(rows, x)] == [0] * len(rows)
    np.testing.assert_array_equal(x, model.x)
    same(model, forms.c_scores(path, x, 2, RAW_SHIM), as_texts=True)
    assert encode({**rows[0], "class": "3"}, x[0]) == 4
    assert not x[0][5:9].any()


def test_raw_pmml(raw, tmp_path):
    model, rows = raw
    root = forms.pmml_root(export(model, "pmml", tmp_path, ".pmml"))
    assert forms.pmml_inputs(root) == list(rows[0])
    scores = [forms.pmml_row_scores(root, {k: "NA" if v is None else v for k, v in row.items()}) for row in rows]
    same(model, ([label for label, _ in scores], [row for _, row in scores]), as_texts=True)


def onnx_inputs(rows):
    """A column each: texts, or doubles with NaN for what is not there."""
    inputs = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        if any(isinstance(value, str) for value in values):
            inputs[name] = np.array([["NA" if value is None else value] for value in values], dtype=object)
        else:
            inputs[name] = np.array(values, dtype=np.float64).reshape(-1, 1)
    inputs["label_2"] = inputs.pop("label")  # one of the outputs is called so
    return inputs


def test_raw_onnx(raw, tmp_path):
    model, rows = raw
    graph = forms.onnx_model(export(model, "onnx", tmp_path, ".onnx"))
    outputs = forms.onnx_run(graph, onnx_inputs(rows))
    same(model, (outputs["label"].tolist(), outputs["probabilities"]))
