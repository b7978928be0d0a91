"""Exported models at work: each form's scores(text or path, x) gives labels and probabilities of the rows,
by a reader of the form that has nothing to do with the writer."""

import csv
import ctypes
import importlib.util
import io
import itertools
import json
import math
import subprocess
import xml.etree.ElementTree as ElementTree

import numpy as np


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def products(x, degree, interactions_only):
    pick = itertools.combinations if interactions_only else itertools.combinations_with_replacement
    return np.stack([x[:, list(chosen)].prod(axis=1) for d in range(1, degree + 1)
                     for chosen in pick(range(x.shape[1]), d)], axis=1)


def json_scores(path, x):
    model = json.loads(path.read_text())
    expansion = model["expansion"]
    x = x - np.array(model.get("centre", 0.0))
    if expansion:
        x = products(x, expansion["degree"], expansion["interactions_only"])
    coefficients = model.get("coefficients_at_centre", model["coefficients"])
    margins = x @ np.array(coefficients).T + model.get("intercept_at_centre", model["intercept"])
    classes = model["classes"]
    if len(model["class_of_row"]) < len(classes):
        margins = np.hstack([np.zeros((len(x), 1)), margins])
    labels = np.array(classes)[margins.argmax(axis=1)]
    if model["link"].startswith("logit of each"):
        shares = sigmoid(margins)
        return labels, shares / shares.sum(axis=1, keepdims=True)
    return labels, softmax(margins)


def yaml_model(path):
    import yaml

    return yaml.safe_load(path.read_text(encoding="utf-8"))


def yaml_scores(path, x):
    model = yaml_model(path)
    column = "coefficient_at_centre" if "centre" in model else "coefficient"
    x = x - np.array(model.get("centre", 0.0))
    if "degree" in model:
        x = products(x, model["degree"], model["interactions_only"])
    rows, classes = model["rows"], model["classes"]
    values = np.array([[entry[column] for entry in row["coefficients"]] for row in rows])
    margins = x @ values.T + [row.get("intercept_at_centre", row["intercept"]) for row in rows]
    if len(rows) < len(classes):
        assert all(row["reference"] == classes[0] for row in rows)
        margins = np.hstack([np.zeros((len(x), 1)), margins])
    assert [row["class"] for row in rows] == classes[len(classes) - len(rows):]
    labels = np.array(classes)[margins.argmax(axis=1)]
    if model["objective"] == "one-vs-rest":
        shares = sigmoid(margins)
        return labels, shares / shares.sum(axis=1, keepdims=True)
    return labels, softmax(margins)


def csv_rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(), newline="")))


def csv_scores(path, x, expanded=lambda x: x):
    """Of the names of the classes; `expanded` makes of x the columns of the coefficients."""
    rows = csv_rows(path)
    classes = list(dict.fromkeys(row["class"] for row in rows))
    column = "coefficient"
    if "centre" in rows[0]:
        x = x - np.array([float(row["centre"]) for row in rows if row["centre"]])[:x.shape[1]]
        column = "coefficient_at_centre"
    values = np.array([float(row[column]) for row in rows]).reshape(len(classes), -1)
    margins = values[:, 0] + expanded(x) @ values[:, 1:].T
    reference = rows[0]["reference"]
    if reference == "(all others)":
        shares = sigmoid(margins)
        return np.array(classes)[margins.argmax(axis=1)], shares / shares.sum(axis=1, keepdims=True)
    if reference:
        classes.insert(0, reference)
        margins = np.hstack([np.zeros((len(x), 1)), margins])
    return np.array(classes)[margins.argmax(axis=1)], softmax(margins)


def python_module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def python_scores(path, x):
    """Of the functions of one row, which must say the same as those of many."""
    module = python_module(path)
    labels = [module.predict(row) for row in x.tolist()]
    probabilities = np.array([module.probabilities(row) for row in x.tolist()])
    assert module.predict_rows(x).tolist() == labels
    np.testing.assert_allclose(module.probabilities_of_rows(x), probabilities, rtol=0, atol=1e-13)
    return labels, probabilities


SHIM = """
#include "{name}.h"
int predict(const double *features, double *probabilities);
const char *class_name(int k);
int predict(const double *features, double *probabilities) {{ return {name}_predict(features, probabilities); }}
const char *class_name(int k) {{ return {name}_class_name(k); }}
{more}
"""

STRICT = ["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]


def c_library(path, more=""):
    """The header compiled as strictly as it must allow, as C99 and as C++; what C99 makes of it."""
    source = path.with_suffix(".c")
    source.write_text(SHIM.format(name=path.stem, more=more))
    library = path.with_suffix(".so")
    subprocess.run(["g++", "-std=c++11", *STRICT, "-fsyntax-only", "-x", "c++", source], check=True)
    subprocess.run(["gcc", "-std=c99", *STRICT, "-O1", "-shared", "-fPIC", "-o", library, source, "-lm"],
                   check=True)
    loaded = ctypes.CDLL(str(library))
    loaded.class_name.restype = ctypes.c_char_p
    return loaded


def c_scores(path, x, classes, more=""):
    library = c_library(path, more)
    labels = []
    probabilities = np.zeros((len(x), classes))
    pointer = ctypes.POINTER(ctypes.c_double)
    for row, out in zip(np.ascontiguousarray(x, dtype=float), probabilities):
        k = library.predict(row.ctypes.data_as(pointer), out.ctypes.data_as(pointer))
        labels.append(library.class_name(k).decode())
    return labels, probabilities


# PMML: the elements that we write, as the standard defines them.

PMML = "{http://www.dmg.org/PMML-4_4}"


def pmml_root(path):
    return ElementTree.parse(path).getroot()


def pmml_children(element, name):
    return element.findall(PMML + name)


def pmml_expression(element, fields):
    kind = element.tag.removeprefix(PMML)
    if kind == "Constant":
        return float(element.text)
    if kind == "FieldRef":
        return fields[element.get("field")]
    if kind == "NormDiscrete":
        value = fields[element.get("field")]
        return float(element.get("mapMissingTo")) if value is None else float(value == element.get("value"))
    assert kind == "Apply"
    if element.get("function") == "-":
        return pmml_expression(element[0], fields) - pmml_expression(element[1], fields)
    if element.get("function") == "isMissing":
        return pmml_expression(element[0], fields) is None
    assert element.get("function") == "if"
    return pmml_expression(element[1 if pmml_expression(element[0], fields) else 2], fields)


def pmml_margin(table, fields):
    margin = float(table.get("intercept"))
    for term in pmml_children(table, "NumericPredictor"):
        margin += float(term.get("coefficient")) * fields[term.get("name")]
    for term in pmml_children(table, "PredictorTerm"):
        margin += float(term.get("coefficient")) * math.prod(fields[ref.get("field")] for ref in term)
    return margin


def pmml_regression(model, fields):
    tables = pmml_children(model, "RegressionTable")
    margins = [pmml_margin(table, fields) for table in tables]
    kind = model.get("normalizationMethod")
    if model.get("functionName") == "regression":
        assert kind == "logit"
        return 1.0 / (1.0 + math.exp(-margins[0]))
    if kind == "logit":
        first = 1.0 / (1.0 + math.exp(-margins[0]))
        assert len(margins) == 2 and margins[1] == 0.0
        values = [first, 1.0 - first]
    elif kind == "softmax":
        values = [math.exp(margin - max(margins)) for margin in margins]
    else:
        assert kind == "simplemax"
        values = margins
    return {table.get("targetCategory"): value / sum(values) for table, value in zip(tables, values)}


def pmml_model(model, fields):
    if model.tag == PMML + "RegressionModel":
        return pmml_regression(model, fields)
    segmentation, = pmml_children(model, "Segmentation")
    assert segmentation.get("multipleModelMethod") == "modelChain"
    for segment in segmentation:
        inner, = pmml_children(segment, "RegressionModel")
        result = pmml_regression(inner, fields)
        if isinstance(result, float):
            fields[inner.find(f"{PMML}Output/{PMML}OutputField").get("name")] = result
    return result


def pmml_inputs(root):
    """The names of the fields that are to be given, in their order."""
    model = root[-1]
    schema, = pmml_children(model, "MiningSchema")
    return [field.get("name") for field in schema if field.get("usageType") != "target"]


def pmml_row_scores(root, given):
    """Of a row as a dictionary; texts that mean "missing" become None."""
    fields = {}
    for field in root.find(PMML + "DataDictionary"):
        if field.get("name") not in given:
            continue
        missing = {value.get("value") for value in field if value.get("property") == "missing"}
        value = given[field.get("name")]
        fields[field.get("name")] = None if value is None or value in missing else value
    for transformation in root.iter(PMML + "DerivedField"):
        fields[transformation.get("name")] = pmml_expression(transformation[0], fields)
    probabilities = pmml_model(root[-1], fields)
    target = root.find(PMML + "DataDictionary")[0]
    ordered = [probabilities[value.get("value")] for value in target]
    labels = [value.get("value") for value in target]
    return labels[int(np.argmax(ordered))], ordered


def pmml_scores(path, x):
    root = pmml_root(path)
    names = pmml_inputs(root)
    assert len(set(names)) == x.shape[1]
    scores = [pmml_row_scores(root, dict(zip(names, row))) for row in x.tolist()]
    return [label for label, _ in scores], np.array([row for _, row in scores])


# ONNX: the operators that we write, as the standard defines them, by NumPy.

def onnx_model(path):
    import onnx

    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    return model


def onnx_attribute(node, name):
    import onnx

    return next(onnx.helper.get_attribute_value(a) for a in node.attribute if a.name == name)


def onnx_label_encoder(node, values):
    keys = [key.decode() for key in onnx_attribute(node, "keys_strings")]
    places = dict(zip(keys, onnx_attribute(node, "values_int64s")))
    default = onnx_attribute(node, "default_int64")
    return np.array([[places.get(value, default) for value in row] for row in values])


ONNX_OPERATORS = {
    "Cast": lambda node, a: a.astype({11: np.float64}[onnx_attribute(node, "to")]),
    "Concat": lambda node, *parts: np.concatenate(parts, axis=onnx_attribute(node, "axis")),
    "IsNaN": lambda node, a: np.isnan(a),
    "Where": lambda node, condition, a, b: np.where(condition, a, b),
    "LabelEncoder": onnx_label_encoder,
    "Equal": lambda node, a, b: a == b,
    "Mul": lambda node, a, b: a * b,
    "Add": lambda node, a, b: a + b,
    "Neg": lambda node, a: -a,
    "MatMul": lambda node, a, b: a @ b,
    "Sub": lambda node, a, b: a - b,
    "Min": lambda node, a, b: np.minimum(a, b),
    "Abs": lambda node, a: np.abs(a),
    "Exp": lambda node, a: np.exp(a),
    "Log": lambda node, a: np.log(a),
    "Softmax": lambda node, a: softmax(a),
    "ArgMax": lambda node, a: a.argmax(axis=onnx_attribute(node, "axis")),
}


def onnx_run(model, inputs):
    """The graph's outputs by name."""
    from onnx import numpy_helper

    values = dict(inputs)
    for tensor in model.graph.initializer:
        values[tensor.name] = numpy_helper.to_array(tensor)
    for node in model.graph.node:
        operands = [values[name] for name in node.input]
        if node.op_type == "Gather":
            axis = next((a.i for a in node.attribute if a.name == "axis"), 0)
            result = np.take(*operands, axis=axis)
        else:
            result = ONNX_OPERATORS[node.op_type](node, *operands)
        values[node.output[0]] = result
    return {output.name: values[output.name] for output in model.graph.output}


def onnx_scores(path, x, onnx_type=np.float32):
    model = onnx_model(path)
    assert {1: np.float32, 11: np.float64}[model.graph.input[0].type.tensor_type.elem_type] == onnx_type
    outputs = onnx_run(model, {"X": x.astype(onnx_type)})
    return outputs["label"].tolist(), outputs["probabilities"]
