"""import coefficients: tables of R, of scikit-learn and of our own exports as models."""

import json

import h5py
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import export_models
from conftest import write_dense
from export_models import alone


def imported(table, *arguments):
    model = table.with_name(table.stem + "_imported.h5")
    run = alone("import", "coefficients", table, "--output", model, *arguments)
    assert run.code == 0, run.err
    return model


def refused(table, *arguments):
    """The message."""
    model = table.with_name("refused.h5")
    run = alone("import", "coefficients", table, "--output", model, *arguments)
    assert run.code == 2, run.err
    assert not model.exists()
    return run.err


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    found = export_models.all_models(tmp_path_factory.mktemp("models"))
    return {exportable.name: exportable for exportable in found}


def columns(path):
    with h5py.File(path) as file:
        names = ["coefficients", "intercept", "classes", "feature_names", "schema"]
        return {name: file[name][()] for name in names if name in file}


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("name", ["two", "two_texts", "boolean", "floating", "reference", "full",
                                  "one_vs_rest", "cubic", "awkward"])
def test_what_was_exported_comes_back(models, name, form, tmp_path):
    """The same bits; and predictions, where the table says how features are made of data."""
    exportable = models[name]
    table = tmp_path / f"{name}.{form}"
    assert alone("export", exportable.model, "--format", form, "--output", table).code == 0
    model = imported(table)
    before, after = columns(exportable.model), columns(model)
    for what in ("coefficients", "intercept", "classes"):
        np.testing.assert_array_equal(before[what], after[what])
    np.testing.assert_array_equal(before.get("feature_names"), after.get("feature_names"))
    if form == "json" or name != "cubic":
        labels, probabilities = export_models.predictions(model, exportable.data, tmp_path)
        assert labels == exportable.labels
        np.testing.assert_array_equal(probabilities, exportable.probabilities)


def test_a_schema_comes_back_from_json(tmp_path):
    exportable, _ = export_models.raw_model(tmp_path, "raw", "--degree", "2")
    table = tmp_path / "raw.json"
    assert alone("export", exportable.model, "--format", "json", "--output", table).code == 0
    before, after = columns(exportable.model), columns(imported(table))
    assert json.loads(before["schema"]) == json.loads(after["schema"])


@pytest.mark.parametrize("arguments", [["--firth"], ["--l1", "0.02", "--l2", "0.01", "--standardize"]])
def test_the_penalty_comes_back_from_json(arguments, tmp_path):
    x, y = export_models.classes_sample(2, 4)
    exportable = export_models.exportable(tmp_path, "penalised", x, y, *arguments)
    table = tmp_path / "penalised.json"
    assert alone("export", exportable.model, "--format", "json", "--output", table).code == 0
    exported = json.loads(table.read_text())
    with h5py.File(exportable.model) as before, h5py.File(imported(table)) as after:
        assert exported["penalty"] == {name: before.attrs[name] for name in ("l2", "l1", "standardized", "firth")}
        assert exported["solver"] == before.attrs["solver"]
        assert after.attrs["solver"] == "imported"
        for name in ("l2", "l1", "standardized", "firth"):
            assert after.attrs[name] == before.attrs[name]
        assert before.attrs["firth"] == ("--firth" in arguments)


def scikit_learn(tmp_path, x, y, **arguments):
    fit = LogisticRegression(**arguments).fit(x, y)
    table = tmp_path / "sklearn.json"
    table.write_text(json.dumps({name: np.asarray(getattr(fit, name)).tolist() for name in
                                 ("coef_", "intercept_", "classes_", "multi_class", "solver")}))
    return fit, table


@pytest.mark.parametrize("classes, arguments", [
    (2, {}), (2, {"multi_class": "multinomial"}), (4, {"multi_class": "multinomial"}), (4, {"multi_class": "ovr"}),
    (4, {"solver": "liblinear"}), (4, {"solver": "liblinear", "fit_intercept": False}), (4, {"fit_intercept": False})])
def test_scikit_learn(classes, arguments, tmp_path):
    x, y = export_models.classes_sample(classes)
    fit, table = scikit_learn(tmp_path, x, y, **arguments)
    data = write_dense(tmp_path / "data.h5", x)
    labels, probabilities = export_models.predictions(imported(table), data, tmp_path)
    assert labels == fit.predict(x).tolist()
    np.testing.assert_allclose(probabilities, fit.predict_proba(x), atol=1e-12)


def test_scikit_learn_as_a_table_of_two_columns(tmp_path):
    """One that speaks for "no", although "yes" is the greater label: signs change."""
    table = tmp_path / "table.csv"
    table.write_text("feature,coefficient\nage,-0.5\n\"a,b\",2\n(Intercept),1.5\n")
    with h5py.File(imported(table, "--classes", "yes,no")) as file:
        assert file["coefficients"][:].tolist() == [[0.5, -2.0]]
        assert file["intercept"][:].tolist() == [-1.5]
        assert [text.decode() for text in file["classes"][:]] == ["no", "yes"]
        assert [text.decode() for text in file["feature_names"][:]] == ["age", "a,b"]


GLMNET = '"","s0","s1","s2"\n"(Intercept)",0.5,0.25,-1\n"V1",0,0.5,1e-05\n"V2",0,NA,-2\n'


def test_a_class_that_is_named_alone_needs_the_other(tmp_path):
    table = tmp_path / "tidy.csv"
    table.write_text("class,feature,coefficient\nno,x,2\n")
    assert "--classes" in refused(table)
    assert "--classes" in refused(table, "--classes", "no,yes")
    with h5py.File(imported(table, "--classes", "yes,no")) as file:
        assert file["coefficients"][:].tolist() == [[-2.0]]
        assert [text.decode() for text in file["classes"][:]] == ["no", "yes"]


def test_the_mark_of_utf_8_is_nothing(tmp_path):
    for text in ['{"coef_": [[2]], "intercept_": 1}', "feature,coefficient\n(Intercept),1\ncolumn 0,2\n"]:
        table = tmp_path / "marked"
        table.write_bytes(b"\xef\xbb\xbf" + text.encode())
        with h5py.File(imported(table)) as file:
            assert (file["coefficients"][0, 0], file["intercept"][0]) == (2.0, 1.0)


def test_a_feature_may_be_called_as_the_intercept_is(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("feature,coefficient\n(Intercept),1\nconst,2\nIntercept,3\n")
    with h5py.File(imported(table)) as file:
        assert file["coefficients"][:].tolist() == [[2.0, 3.0]]
        assert file["intercept"][:].tolist() == [1.0]


def test_a_table_of_write_table(tmp_path):
    """R writes no name above the names of rows. Where there is one, a field more is a fault."""
    table = tmp_path / "r.csv"
    table.write_text('"coefficient"\n"(Intercept)",1\n"x",2\n')
    with h5py.File(imported(table)) as file:
        assert (file["coefficients"][0, 0], file["intercept"][0]) == (2.0, 1.0)
    table.write_text("feature,coefficient\nx,1,2\n")
    assert "3 fields" in refused(table)


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("labels", [[-2**63, 2**63 - 1], [-2.0**62, 2.0**62]])
def test_the_largest_labels_come_back(labels, form, tmp_path):
    x, y = export_models.classes_sample(2, 4)
    exportable = export_models.exportable(tmp_path, "far", x, np.array(labels)[y])
    table = tmp_path / f"far.{form}"
    assert alone("export", exportable.model, "--format", form, "--output", table).code == 0
    assert columns(imported(table))["classes"].tolist() == labels


def test_a_path_of_glmnet(tmp_path):
    table = tmp_path / "glmnet.csv"
    table.write_text(GLMNET)
    with h5py.File(imported(table, "--step", "2")) as file:
        assert file["coefficients"][:].tolist() == [[1e-5, -2.0]]
        assert file["intercept"][:].tolist() == [-1.0]
        assert file["classes"][:].tolist() == [0, 1]
    with h5py.File(imported(table, "--step", "1")) as file:
        assert file["coefficients"][:].tolist() == [[0.5, 0.0]]  # NA
    assert "--step" in refused(table)
    table.write_text(GLMNET.replace("s0", "s=1").replace("s1", "s=0.5").replace("s2", "s=0.1"))
    assert "--step" in refused(table)
    assert "0 to 2" in refused(table, "--step", "3")


def test_classes_of_glmnet(tmp_path):
    """A column per class in any order; the intercept's row has no name."""
    table = tmp_path / "multinomial.csv"
    table.write_text('"","10","9","-1"\n"",1,2,3\n"V1",4,5,6\n')
    with h5py.File(imported(table)) as file:
        assert file["classes"][:].tolist() == [-1, 9, 10]
        assert file["intercept"][:].tolist() == [3.0, 2.0, 1.0]
        assert file["coefficients"][:].tolist() == [[6.0], [5.0], [4.0]]
        assert file.attrs["objective"] == "softmax"


def test_two_columns_of_classes_are_their_difference(tmp_path):
    table = tmp_path / "two.csv"
    table.write_text("term,b,a\n(Intercept),1,2\nx,4,8\n")
    with h5py.File(imported(table)) as file:
        assert file["coefficients"][:].tolist() == [[-4.0]]
        assert file["intercept"][:].tolist() == [-1.0]
        assert file.attrs["objective"] == "logistic"


def test_a_reference_that_is_not_the_least_class(tmp_path):
    table = tmp_path / "nnet.csv"
    table.write_text("class,reference,feature,coefficient\n1,2,(Intercept),1\n1,2,x,3\n3,2,(Intercept),-1\n3,2,x,4\n")
    with h5py.File(imported(table)) as file:
        assert file["classes"][:].tolist() == [1, 2, 3]
        assert file["coefficients"][:].tolist() == [[3.0], [0.0], [4.0]]


def test_a_start_and_a_prior(models, tmp_path):
    """Training from imported coefficients of the optimum ends where it began, and inspect shows them."""
    x, y = export_models.classes_sample(2, 4)
    data = write_dense(tmp_path / "data.h5", x, y)
    first = tmp_path / "first.h5"
    assert alone("train", data, "--model", first, "--l2", "0.01").code == 0
    table = tmp_path / "first.csv"
    assert alone("export", first, "--format", "csv", "--output", table).code == 0
    start = imported(table)
    record = tmp_path / "record.json"
    run = alone("train", data, "--model", tmp_path / "again.h5", "--l2", "0.01", "--start", start,
                   "--json", record)
    assert run.code == 0, run.err
    assert json.loads(record.read_text())["history"][0]["estimated_gap"] < 1e-12
    run = alone("train", data, "--model", tmp_path / "near.h5", "--l2", "1e6", "--prior", start)
    assert run.code == 0, run.err
    np.testing.assert_allclose(columns(tmp_path / "near.h5")["coefficients"], columns(start)["coefficients"],
                               atol=1e-6)
    for command in (["inspect", start], ["report", start, "--output", tmp_path / "page.html"]):
        run = alone(*command)
        assert run.code == 0, run.err


@pytest.mark.parametrize("text, says", [
    ("", "no rows"),
    ("a,b\n", "no rows"),
    ("feature,coefficient\nx,one\n", "record 2 has 'one'"),
    ("feature,coefficient\nx,inf\n", "record 2"),
    ("feature,coefficient\nx,1,2,3\n", "record 2 has 4 fields"),
    ("feature,coefficient\n(Intercept),1\n", "no features"),
    ("feature,coefficient\n\"x,1\n", "not closed"),
    ("feature,coefficient\n\"x\"y,1\n", "closing quote"),
    ("feature\nx\n", "one column"),
    ("class,feature\n1,x\n", "'coefficient'"),
    ("class,feature,coefficient\n1,x,1\n2,y,1\n", "different features"),
    ("class,reference,feature,coefficient\n1,0,x,1\n1,2,y,1\n", "another reference"),
    ("class,reference,feature,coefficient\n1,1,x,1\n", "twice"),
    ("feature,a,a\nx,1,2\n", "twice"),
    ("{", "parse error"),
    ("{}", "'coef_'"),
    ('{"coef_": [], "intercept_": 0}', "no coefficients"),
    ('{"coef_": [[1, 2], [3]], "intercept_": 0, "classes_": [0, 1]}', "different features"),
    ('{"coef_": [[1], [2], [3]], "intercept_": 0}', "classes_"),
    ('{"coef_": [[1]], "intercept_": 0, "classes_": [0, 1, 2]}', "3 classes"),
    ('{"coef_": [[1]], "intercept_": 0, "classes_": [0.5, 1.5]}', "no whole number"),
    ('{"coef_": [[1]], "intercept_": 0, "classes_": [0, "a"]}', "several kinds"),
    ('{"coef_": [[1e999]], "intercept_": 0}', "overflow"),
    ('{"coef_": [["x"]], "intercept_": 0}', "type"),
    ('{"format": "mpilogit model", "format_version": 2}', "format"),
])
def test_what_is_no_table_is_refused(text, says, tmp_path):
    table = tmp_path / "bad.csv"
    table.write_text(text)
    message = refused(table)
    assert str(table) in message and says in message and "docs/export.md" in message


def test_options_without_effect_are_refused(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("feature,coefficient\nx,1\n")
    assert "--step" in refused(table, "--step", "0")
    assert "--classes" in refused(table, "--classes", "a,b,c")
    assert "--base" in refused(table, "--base", "1")
    assert "twice" in refused(table, "--classes", "a,a")
    table.write_text("class,reference,feature,coefficient\n1,0,x,1\n")
    assert "--classes" in refused(table, "--classes", "a,b")
    assert "missing" in refused(tmp_path / "none.csv")
