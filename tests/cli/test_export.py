"""export: what each form computes, against predict."""

import re

import h5py
import numpy as np
import pytest

import export_forms as forms
import export_models
from export_models import alone


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    found = export_models.all_models(tmp_path_factory.mktemp("models"))
    return {exportable.name: exportable for exportable in found}


NAMES = ["two", "two_texts", "boolean", "floating", "reference", "full", "one_vs_rest", "cubic",
         "interactions", "awkward", "hour", "softmax_spreads", "one_vs_rest_spreads", "years"]


def export(exportable, form, folder, suffix, *arguments):
    path = folder / f"{exportable.name}{suffix}"
    run = alone("export", exportable.model, "--format", form, "--output", path, *arguments)
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
def test_yaml(models, name, tmp_path):
    model = models[name]
    same(model, forms.yaml_scores(export(model, "yaml", tmp_path, ".yaml"), model.x))


@pytest.mark.parametrize("name", NAMES)
def test_csv(models, name, tmp_path):
    model = models[name]
    expanded = {"cubic": lambda x: forms.products(x, 3, False), "interactions": lambda x: forms.products(x, 2, True),
                "years": lambda x: forms.products(x, 2, False)}.get(name, lambda x: x)
    same(model, forms.csv_scores(export(model, "csv", tmp_path, ".csv"), model.x, expanded), as_texts=True)


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
    same(model, forms.onnx_scores(export(model, "onnx", tmp_path, ".onnx"), model.x, model.onnx_type))


# Models of raw tables: each form takes raw rows.

@pytest.fixture(scope="module", params=["plain", "products", "centred"])
def raw(request, tmp_path_factory):
    arguments = ("--degree", "2") if request.param == "products" else ()
    model, rows = export_models.raw_model(tmp_path_factory.mktemp("raw"), "raw", *arguments)
    return (export_models.at_centre(model, 4, 1.6e9 + 5e5) if request.param == "centred" else model), rows


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
  row.column_age = age;
  row.column_colour_of__car_ = colour;
  row.column_when = when;
  row.column_class = level;
  row.column_label = label;
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


def test_onnx_refuses_a_level_that_it_does_not_know(raw, tmp_path):
    """Gather must refuse an index out of range, and is called so that a runtime's message says why."""
    model, rows = raw
    graph = forms.onnx_model(export(model, "onnx", tmp_path, ".onnx"))
    for column, value in [("class", "3"), ("colour of \"car\"", "")]:
        with pytest.raises(IndexError):
            forms.onnx_run(graph, onnx_inputs([*rows, {**rows[0], column: value}]))
        assert f"known values of {column}" in [node.name for node in graph.graph.node if node.op_type == "Gather"]


def test_any_number_of_ranks_writes_the_same(models, tmp_path):
    from conftest import mpilogit

    one = export(models["full"], "json", tmp_path, ".json")
    three = tmp_path / "three.json"
    run = mpilogit("export", models["full"].model, "--format", "json", "--output", three, ranks=3)
    assert run.code == 0, run.err
    assert one.read_bytes() == three.read_bytes()


def test_a_step_of_a_path(models, tmp_path):
    import json

    import h5py

    data, path, output = models["two"].data, tmp_path / "path.h5", tmp_path / "step.json"
    assert alone("path", data, "--model", path, "--lambdas", "5", "--quiet").code == 0
    run = alone("export", path, "--format", "json", "--output", output)
    assert run.code == 2 and "--step" in run.err
    assert alone("export", path, "--step", "3", "--format", "json", "--output", output).code == 0
    with h5py.File(path) as file:
        assert json.loads(output.read_text())["coefficients"] == file["coefficients"][3].tolist()


def test_inference_in_json_and_csv(models, tmp_path):
    """The figures of summarize --json, one by one."""
    import json

    data, model = models["reference"].data, tmp_path / "model.h5"
    summary, as_json, as_csv = (tmp_path / name for name in ("summary.json", "model.json", "model.csv"))
    assert alone("train", data, "--model", model, "--inference", "--covariance", "--quiet").code == 0
    assert alone("summarize", model, "--json", summary).code == 0
    assert alone("export", model, "--format", "json", "--output", as_json).code == 0
    assert alone("export", model, "--format", "csv", "--output", as_csv).code == 0
    expected = json.loads(summary.read_text())["coefficients"]
    inference = json.loads(as_json.read_text())["inference"]
    assert len(inference["covariance"]) == 12
    for figure in ("standard_error", "z", "p", "log10_p", "lower", "upper"):
        values = [entry[figure] for entry in expected]
        if figure != "log10_p":
            assert [float(row[figure]) for row in forms.csv_rows(as_csv)] == values
        packed = inference[figure]
        flat = [value for b, w in zip(packed["intercept"], packed["coefficients"]) for value in [b, *w]]
        assert flat == values
    assert [row["feature"] for row in forms.csv_rows(as_csv)[:2]] == ["(intercept)", "column 0"]


def test_a_coefficient_that_was_not_estimated_has_no_figures(tmp_path):
    import json

    x, y = export_models.classes_sample(2, 4)
    model = export_models.exportable(tmp_path, "aliased", np.hstack([x, x[:, :1]]), y, "--inference")
    inference = json.loads(export(model, "json", tmp_path, ".json").read_text())["inference"]
    rows = forms.csv_rows(export(model, "csv", tmp_path, ".csv"))
    for figure in ("standard_error", "z", "p", "lower", "upper"):
        found = inference[figure]["coefficients"][0]
        assert None not in found[:4] and found[4] is None
        assert [row[figure] == "" for row in rows] == [False] * 5 + [True]


def test_names_come_through(models, tmp_path):
    """Awkward names, by the readers of the languages."""
    import json

    model = models["awkward"]
    names = export_models.AWKWARD_NAMES
    assert json.loads(export(model, "json", tmp_path, ".json").read_text())["feature_names"] == names
    assert [row["feature"] for row in forms.csv_rows(export(model, "csv", tmp_path, ".csv"))][1:] == names
    yaml = forms.yaml_model(export(model, "yaml", tmp_path, ".yaml"))
    assert [entry["feature"] for entry in yaml["rows"][0]["coefficients"]] == names
    assert forms.python_module(export(model, "python", tmp_path, ".py")).FEATURE_NAMES == names
    pmml = forms.pmml_inputs(forms.pmml_root(export(model, "pmml", tmp_path, ".pmml")))
    assert pmml == [{"": "unnamed", "label": "label_2"}.get(name, name) for name in names]
    more = """
const char *feature_name(int j);
const char *feature_name(int j) { return awkward_feature_name(j); }
"""
    import ctypes

    library = forms.c_library(export(model, "c", tmp_path, ".h"), more)
    library.feature_name.restype = ctypes.c_char_p
    assert [library.feature_name(j).decode() for j in range(len(names))] == names
    metadata = {entry.key: entry.value
                for entry in forms.onnx_model(export(model, "onnx", tmp_path, ".onnx")).metadata_props}
    assert json.loads(metadata["feature_names"]) == names


def test_characters_that_yaml_has_no_place_for(tmp_path):
    """What readers refuse, or take for the end of a line, and a colon, a dash and a hash for good measure."""
    names = ["\x7f", "a\x85b", "\x9f", "\xa0", "\u2028", "\u2029", "\ufffe", "\uffff", "\U0001f600", "- a: b # c", "null", "1e5",
             "\u203f\xbf", "\t"]
    x, y = export_models.classes_sample(2, len(names))
    model = export_models.exportable(tmp_path, "strange", x, y, feature_names=np.array(names, dtype=h5py.string_dtype()))
    read = forms.yaml_model(export(model, "yaml", tmp_path, ".yaml"))
    assert [entry["feature"] for entry in read["rows"][0]["coefficients"]] == names


def labelled(folder, name, labels, **datasets):
    x, y = export_models.classes_sample(2, 4)
    return export_models.exportable(folder, name, x, np.array(labels)[y], **datasets)


BYTES = [b"a\xff", b"a\xfe", b"c\x01", b"c\x02"]  # neither UTF-8 nor characters of XML


def test_bytes_that_are_no_characters(tmp_path):
    """In names they become U+FFFD where the form holds characters; names of fields differ all the same."""
    import ctypes
    import json

    model = labelled(tmp_path, "bytes", [b"no", b"yes"], feature_names=np.array(BYTES))
    replaced = ["a\ufffd", "a\ufffd", "c\x01", "c\x02"]
    yaml = forms.yaml_model(export(model, "yaml", tmp_path, ".yaml"))
    assert [entry["feature"] for entry in yaml["rows"][0]["coefficients"]] == replaced
    assert json.loads(export(model, "json", tmp_path, ".json").read_bytes())["feature_names"] == replaced
    assert forms.python_module(export(model, "python", tmp_path, ".py")).FEATURE_NAMES == replaced
    pmml = export(model, "pmml", tmp_path, ".pmml")
    assert forms.pmml_inputs(forms.pmml_root(pmml)) == ["a\ufffd", "a\ufffd_2", "c\ufffd", "c\ufffd_2"]
    same(model, forms.pmml_scores(pmml, model.x), as_texts=True)
    lines = export(model, "csv", tmp_path, ".csv").read_bytes().splitlines()
    assert [line.split(b",")[2].strip(b'"') for line in lines[2:]] == BYTES
    library = forms.c_library(export(model, "c", tmp_path, ".h"), """
const char *feature_name(int j);
const char *feature_name(int j) { return bytes_feature_name(j); }
""")
    library.feature_name.restype = ctypes.c_char_p
    assert [library.feature_name(j) for j in range(4)] == BYTES


@pytest.mark.parametrize("labels, can", [
    ([b"M\xfcller", b"M\xf6ller"], {"csv"}), ([b"a\x01", b"a\x02"], {"csv", "json"}), ([b"", b"yes"], {"json", "pmml"}),
    ([b"(all others)", b"yes"], {"json", "pmml"})])
def test_labels_that_a_form_cannot_hold_are_refused(labels, can, tmp_path):
    x, y = export_models.classes_sample(2, 4)
    data = export_models.write_dense(tmp_path / "data.h5", x, np.array(labels)[y])
    model = tmp_path / "model.h5"
    assert alone("train", data, "--model", model, "--quiet").code == 0
    for form in ["csv", "json", "pmml"]:
        output = tmp_path / f"out.{form}"
        run = alone("export", model, "--format", form, "--output", output)
        assert (run.code == 0) == output.exists() == (form in can), (form, run.err)
        assert run.code == 0 or (run.code == 2 and "called '" in run.err)


def test_a_text_that_is_no_utf_8_in_onnx(tmp_path):
    """A label and the file's own name, which ONNX holds as characters."""
    import os

    import onnx

    x, y = export_models.classes_sample(2, 4)
    data = export_models.write_dense(tmp_path / "data.h5", x, np.array([b"M\xfcller", b"no"])[y])
    model = tmp_path / "model.h5"
    assert alone("train", data, "--model", model, "--quiet").code == 0
    output = os.fsencode(tmp_path) + b"/\xff.onnx"
    assert alone("export", model, "--format", "onnx", "--output", os.fsdecode(output)).code == 0
    graph = onnx.load(output).graph
    assert graph.name == "\ufffd"
    outputs = forms.onnx_run(onnx.load(output), {"X": x.astype(np.float32)})
    assert set(outputs["label"]) == {"M\ufffdller", "no"}


def test_numbers_come_through(tmp_path):
    """The least, the largest and other doubles, bit by bit."""
    import ctypes
    import json

    from onnx import numpy_helper

    values = [5e-324, -1.7976931348623157e308, -0.0, 0.1, 1e22, 123456789.0, 2.2250738585072014e-308, 1 / 3, 1e-5]
    table, model = tmp_path / "table.json", tmp_path / "numbers_model.h5"
    table.write_text(json.dumps({"coef_": [values], "intercept_": [1e-300]}))
    assert alone("import", "coefficients", table, "--output", model).code == 0
    numbers = export_models.Exportable("numbers", model, None, None, None, None)

    def exactly(found):
        assert np.array(found, dtype=float).tobytes() == np.array(values).tobytes()

    exactly(json.loads(export(numbers, "json", tmp_path, ".json").read_text())["coefficients"][0])
    exactly([row["coefficient"] for row in forms.csv_rows(export(numbers, "csv", tmp_path, ".csv"))[1:]])
    yaml = forms.yaml_model(export(numbers, "yaml", tmp_path, ".yaml"))
    exactly([entry["coefficient"] for entry in yaml["rows"][0]["coefficients"]])
    exactly(forms.python_module(export(numbers, "python", tmp_path, ".py")).COEFFICIENTS[0])
    root = forms.pmml_root(export(numbers, "pmml", tmp_path, ".pmml"))
    found = {term.get("name"): term.get("coefficient") for term in root.iter(forms.PMML + "NumericPredictor")}
    exactly([found.get(f"column {j}", -0.0) for j in range(len(values))])
    graph = forms.onnx_model(export(numbers, "onnx", tmp_path, ".onnx")).graph
    exactly(numpy_helper.to_array(next(t for t in graph.initializer if t.name == "coefficients"))[:, 1])
    library = forms.c_library(export(numbers, "c", tmp_path, ".h"), """
double coefficient(int j);
double coefficient(int j) { return numbers_coefficients_(0)[j]; }
""")
    library.coefficient.restype = ctypes.c_double
    exactly([library.coefficient(j) for j in range(len(values))])


def test_a_row_of_other_length_is_refused_in_python(models, tmp_path):
    module = forms.python_module(export(models["two"], "python", tmp_path, ".py"))
    for count in (3, 5):
        with pytest.raises(ValueError, match=f"{count} features, not 4"):
            module.predict([1.0] * count)


def test_columns_that_no_member_can_be_called(tmp_path):
    """Keywords, macros of any header and names of the compiler's own: the beginning of a member is ours."""
    names = ["double", "M_PI", "_Bool", "__FILE__", "NULL", "a b", "a_b", "", "2nd", "row", "features", "odd_row", "É",
             "HUGE_VALF", "EXIT_SUCCESS", "RAND_MAX", "math_errhandling", "assert", "isnan", "strcmp", "class", "BUFSIZ"]
    schema = {**export_models.SCHEMA, "columns": [
        {"name": name, "kind": "number", "mean": 0.5, "indicates_missing": False} for name in names]}
    import json

    import h5py

    x = np.random.default_rng(0).normal(size=(60, len(names)))
    y = x[:, 0] + np.random.default_rng(1).logistic(size=60) > 0
    model = export_models.exportable(tmp_path, "odd", x, y, "--l2", "0.1",
                                     schema=np.array(json.dumps(schema), dtype=h5py.string_dtype()))
    path = export(model, "c", tmp_path, ".h")
    headers = "#include <assert.h>\n#include <errno.h>\n#include <limits.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
    path.write_text(headers + path.read_text())
    forms.c_library(path)
    members = re.search(r"struct odd_row {\n(.*?)};", path.read_text(), re.DOTALL).group(1)
    assert re.findall(r"  double (\w+);", members) == [
        "column_" + name for name in ["double", "M_PI", "_Bool", "__FILE__", "NULL", "a_b", "a_b_2", "_", "_2nd", "row",
                                      "features", "odd_row", "__", *names[13:]]]


@pytest.mark.parametrize("name", ["two", "hour"])
def test_sparse_rows_in_c(models, name, tmp_path):
    import ctypes

    more = f"""
int predict_sparse(size_t count, const size_t *columns, const double *values, double *probabilities);
int predict_sparse(size_t count, const size_t *columns, const double *values, double *probabilities) {{
  return {name}_predict_sparse(count, columns, values, probabilities);
}}
"""
    model = models[name]
    library = forms.c_library(export(model, "c", tmp_path, ".h"), more)
    for row, expected in zip(model.x, model.probabilities):
        columns = np.flatnonzero(row)
        found = np.zeros(2)
        library.predict_sparse(ctypes.c_size_t(len(columns)), columns.astype(np.uint64).ctypes, row[columns].ctypes,
                               found.ctypes)
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("form", ["onnx", "pmml"])
def test_a_hashed_column_is_refused(form, tmp_path):
    import copy

    schema = copy.deepcopy(export_models.SCHEMA)
    schema["columns"][1] = {"name": "word", "kind": "hashed", "buckets": 2, "indicates_missing": False}
    exportable, _ = export_models.raw_model(tmp_path, "hashed", schema=schema)
    output = tmp_path / "out"
    run = alone("export", exportable.model, "--format", form, "--output", output)
    assert run.code == 2 and "word" in run.err and not output.exists()


def test_a_schema_of_other_features_is_refused(tmp_path):
    import json

    import h5py

    model, _ = export_models.raw_model(tmp_path, "raw")
    fewer = {**export_models.SCHEMA, "columns": export_models.SCHEMA["columns"][:2]}
    with h5py.File(model.model, "r+") as file:
        del file["schema"]
        file["schema"] = json.dumps(fewer)
    for form in ["onnx", "pmml", "c", "python"]:
        output = tmp_path / "out"
        run = alone("export", model.model, "--format", form, "--output", output)
        assert run.code == 2 and "the schema has 4 features" in run.err and not output.exists(), run.err


STRICT_SHIM = """
int encode(const char *word, double size, double *features);
int encode(const char *word, double size, double *features) {
  struct strict_row row;
  row.column_word = word;
  row.column_size = size;
  return strict_encode(&row, features);
}
"""


@pytest.mark.parametrize("kind", ["hashed", "category"])
def test_no_value_where_the_schema_fills_none_in(kind, tmp_path):
    """Refused by C and Python as by predict, no missing value in PMML; in ONNX refused as a level, NaN as a number."""
    import ctypes
    import json

    import h5py

    word = {"name": "word", "kind": kind, "indicates_missing": False}
    word |= {"buckets": 2} if kind == "hashed" else {"levels": ["a", "b"]}
    schema = {**export_models.SCHEMA, "missing": "error", "columns": [
        word, {"name": "size", "kind": "number", "mean": 0.0, "indicates_missing": False}]}
    x, y = export_models.classes_sample(2)
    model = export_models.exportable(tmp_path, "strict", x, y, "--l2", "0.1",
                                     schema=np.array(json.dumps(schema), dtype=h5py.string_dtype()))
    library = forms.c_library(export(model, "c", tmp_path, ".h"), STRICT_SHIM)
    number, text = ctypes.c_double, ctypes.c_char_p
    library.encode.argtypes = [text, number, ctypes.POINTER(number)]
    features = (number * 3)()
    given = [(b"a", 1.0), (b"NA", 1.0), (None, 1.0), (b"a", float("nan")), (b"", float("nan"))]
    assert [library.encode(*row, features) for row in given] == [0, 1, 1, 2, 1]
    module = forms.python_module(export(model, "python", tmp_path, ".py"))
    assert sum(module.encode({"word": "a", "size": 1.0})[:2]) == 1.0
    for row in ({"word": "NA", "size": 1.0}, {"word": None, "size": 1.0}, {"word": "a", "size": None}):
        with pytest.raises(KeyError):
            module.encode(row)
    if kind == "hashed":
        return
    root = forms.pmml_root(export(model, "pmml", tmp_path, ".pmml"))
    assert not [value for value in root.iter(forms.PMML + "Value") if value.get("property")]
    graph = forms.onnx_model(export(model, "onnx", tmp_path, ".onnx"))
    with pytest.raises(IndexError):
        forms.onnx_run(graph, {"word": np.array([["NA"]], dtype=object), "size": np.ones((1, 1))})
    outputs = forms.onnx_run(graph, {"word": np.array([["a"]], dtype=object), "size": np.full((1, 1), np.nan)})
    assert np.isnan(outputs["probabilities"]).all()


TABLE = """word,size,place,day,bought
a,1.5,here,2020-01-01,yes
b,,there,2020-02-01,no
grün,3.25,here,2021-01-01,no
a,2,,2020-01-05,yes
b,2.5,here,2020-06-01,no
c,-1,there,2019-01-01,yes
grün,1.75,there,2020-03-01,yes
,1,here,2020-01-03,no
"""

TABLE_SHIM = """
int encode(const char *word, double size, const char *place, double day, double *features);
int encode(const char *word, double size, const char *place, double day, double *features) {
  struct table_row row;
  row.column_word = word;
  row.column_size = size;
  row.column_place = place;
  row.column_day = day;
  return table_encode(&row, features);
}
"""


def imported_table(folder):
    """A table as `import csv` reads it, with a column of each kind."""
    import h5py

    raw, data, model = folder / "raw.csv", folder / "data.h5", folder / "table_model.h5"
    raw.write_text(TABLE)
    run = alone("import", "csv", raw, "--output", data, "--label", "bought", "--missing", "mean", "--hash", "word",
                "--buckets", "3", "--dates", "day", "--storage", "float64", "--form", "dense")
    assert run.code == 0, run.err
    run = alone("train", data, "--model", model, "--l2", "0.1", "--standardize", "--quiet")
    assert run.code == 0, run.err
    with h5py.File(data) as file:
        x = file["X"][:]
    return export_models.Exportable("table", model, raw, x, *export_models.predictions(model, raw, folder))


def table_rows():
    """As Python reads them: numbers, and dates as seconds."""
    import csv
    import datetime
    import io

    def seconds(text):
        return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()

    return [{"word": row["word"], "size": float(row["size"] or "nan"), "place": row["place"],
             "day": seconds(row["day"])} for row in csv.DictReader(io.StringIO(TABLE))]


def test_an_imported_table_with_a_hash(tmp_path):
    """Encoded by Python and by C as by import csv, hash included; scored as predict scores the raw table."""
    import ctypes

    model = imported_table(tmp_path)
    module = forms.python_module(export(model, "python", tmp_path, ".py"))
    features = np.array([module.encode(row) for row in table_rows()])
    np.testing.assert_array_equal(features, model.x)
    same(model, (module.predict_rows(features).tolist(), module.probabilities_of_rows(features)))
    library = forms.c_library(export(model, "c", tmp_path, ".h"), TABLE_SHIM)
    number, text = ctypes.c_double, ctypes.c_char_p
    library.encode.argtypes = [text, number, text, number, ctypes.POINTER(number)]
    found = np.zeros_like(model.x)
    for row, out in zip(table_rows(), found):
        given = [value.encode() if isinstance(value, str) else value for value in row.values()]
        assert library.encode(*given, out.ctypes.data_as(ctypes.POINTER(number))) == 0
    np.testing.assert_array_equal(found, model.x)


def test_usage(models, tmp_path):
    model, output = models["two"].model, tmp_path / "out"
    for arguments, says in [
            ((model, "--output", output), "--format FORM is missing"),
            ((model, "--format", "json"), "--output FILE is missing"),
            ((model, "--format", "toml", "--output", output), "'toml'"),
            ((model, model, "--format", "json", "--output", output), "one model"),
            ((model, "--format", "json", "--output", model), "is a file that is read"),
            ((model, "--format", "json", "--output", output, "--step", "0"), "step"),
            ((models["two"].data, "--format", "json", "--output", output), "not a model"),
            ((tmp_path / "none.h5", "--format", "json", "--output", output), "none.h5")]:
        run = alone("export", *arguments)
        assert run.code == 2 and says in run.err, run.err
        assert not output.exists()
