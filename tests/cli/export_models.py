"""Models of every kind that can be exported, small, each with rows to score."""

import concurrent.futures
import dataclasses
import pathlib
import subprocess
from fractions import Fraction

import h5py
import numpy as np

import centred_models
from conftest import PROGRAM, Run, write_dense


def alone(*arguments):
    """The program as one process, without mpirun: a tenth of the time."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False,
                          errors="surrogateescape", timeout=60)
    return Run(done.returncode, done.stdout, done.stderr, 0.0, {})


@dataclasses.dataclass
class Exportable:
    name: str
    model: pathlib.Path
    data: pathlib.Path
    x: np.ndarray            # the data's features
    labels: list             # as predict writes them
    probabilities: np.ndarray  # a column per class
    onnx_type: type = np.float32  # of the features, in ONNX


# What trips up one language or another. Two are the same to a C compiler.
AWKWARD_NAMES = [
    "*/ int x;", 'say "hi"', "new\nline\ttab", "class", "élan & <b>", "a,b;c'd", "??=\\", "", "label", "a b",
    "a_b", "日本 😀", "]]>", "{brace} @at@"]

CLASS_TEXTS = ["Ängste", 'so "so"', "z, <&>"]


def predictions(model, data, folder, *arguments):
    output = folder / f"{model.stem}-predictions.h5"
    run = alone("predict", model, data, "--output", output, *arguments)
    assert run.code == 0, run.err
    with h5py.File(output) as file:
        probability = file["probability"][:]
        label = file["label"][:]
    if probability.ndim == 1:
        probability = np.stack([1.0 - probability, probability], axis=1)
    if label.dtype.kind == "S":
        label = [text.decode() for text in label]
        return label, probability
    return label.tolist(), probability


def exportable(folder, name, x, y, *arguments, **datasets):
    data = write_dense(folder / f"{name}.h5", x, y, **datasets)
    model = folder / f"{name}_model.h5"
    run = alone("train", data, "--model", model, "--quiet", *arguments)
    assert run.code == 0, run.err
    return Exportable(name, model, data, np.asarray(x, dtype=float), *predictions(model, data, folder))


def classes_sample(classes, features=3, rows=120, seed=3):
    """Overlapping classes; features are small multiples of 1/8, exact in float32."""
    random = np.random.default_rng(seed)
    x = np.round(random.normal(size=(rows, features)) * 8) / 8
    margins = x @ random.normal(size=(features, classes)) + random.gumbel(size=(rows, classes))
    return x, margins.argmax(axis=1)


def of_centred(model):
    """What is expected are exact fractions, not what predict says."""
    labels = model.probabilities.argmax(axis=1).tolist()
    return Exportable(model.name, model.model, model.data, model.x, labels, model.probabilities, np.float64)


def all_models(folder):
    x, y = classes_sample(2, 4)
    many, four = classes_sample(4)
    awkward, _ = classes_sample(2, len(AWKWARD_NAMES), 200)
    signs = (awkward[:, 0] - awkward[:, 3] + np.random.default_rng(1).logistic(size=200) > 0)
    texts = np.array(CLASS_TEXTS, dtype=h5py.string_dtype())
    names = np.array(AWKWARD_NAMES, dtype=h5py.string_dtype())
    few_names = np.array(["a", "b", "c", "d"], dtype="S1")
    # Side by side: a program that starts waits more than it computes.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        def begin(*arguments, **datasets):
            return pool.submit(exportable, folder, *arguments, **datasets)

        begun = [
            begin("two", x, y),
            begin("two_texts", x, np.array(["no", "yes"], dtype="S3")[y]),
            begin("boolean", x, y.astype(bool), "--l1", "0.02"),
            begin("floating", x, y * 2.0 - 1.0),
            begin("reference", many, four),
            begin("full", many, texts[np.minimum(four, 2)], "--l2", "0.01"),
            begin("one_vs_rest", many, four * 10 - 20, "--one-vs-rest"),
            begin("cubic", many, four > 1, "--degree", "3", "--l2", "0.01"),
            begin("interactions", x, y, "--interactions", "--l2", "0.01", feature_names=few_names),
            begin("awkward", awkward, signs, "--l2", "0.01", feature_names=names),
        ]
        return [model.result() for model in begun] + list(map(of_centred, centred_models.all_centred(folder)))


# A table with a column of each kind. What a row lacks is None.
SCHEMA = {
    "version": 1, "label": "bought", "missing": "mean", "missing_texts": ["", "NA", "?"], "header": True,
    "delimiter": ",", "quote": '"',
    "columns": [
        {"name": "age", "kind": "number", "mean": 38.25, "indicates_missing": True},
        {"name": "colour of \"car\"", "kind": "category", "levels": ["blue", "grün", "red <&>"],
         "dropped": "blue", "indicates_missing": False},
        {"name": "when", "kind": "date", "mean": 1.6e9, "indicates_missing": False},
        {"name": "class", "kind": "category", "levels": ["1", "2", "x\ny"], "indicates_missing": True},
        {"name": "label", "kind": "number", "mean": 0.5, "indicates_missing": False},
    ],
}


def raw_rows(rows=150, seed=5):
    random = np.random.default_rng(seed)

    def lacking(value, share):
        return None if random.random() < share else value

    def pick(values):
        return values[random.integers(len(values))]

    return [{"age": lacking(round(random.normal(40, 10), 1), 0.2),
             "colour of \"car\"": pick(["blue", "grün", "red <&>"]),
             "when": lacking(1.6e9 + 1000.0 * random.integers(1000), 0.1),
             "class": lacking(pick(["1", "2", "x\ny"]), 0.2),
             "label": lacking(round(random.random(), 3), 0.1)} for _ in range(rows)]


def encoded(schema, row):
    """The features of a raw row, as docs/formats.md defines a schema."""
    features = []
    for column in schema["columns"]:
        value = row[column["name"]]
        if column["kind"] in ("number", "date"):
            features.append(column["mean"] if value is None else value)
        else:
            features += [float(value == level) for level in column["levels"] if level != column.get("dropped")]
        if column["indicates_missing"]:
            features.append(float(value is None))
    return features


def raw_model(folder, name, *arguments, schema=None):
    """A model of raw rows, and the rows."""
    import json

    rows = raw_rows()
    schema = schema or SCHEMA
    x = np.array([encoded(SCHEMA, row) for row in rows])
    x[:, 4] -= 1.6e9
    x[:, 4] *= 1e-6
    y = (x[:, 2] - x[:, 3] + 2 * x[:, 6] + np.random.default_rng(6).logistic(size=len(x)) > 0).astype(int)
    x[:, 4] = x[:, 4] * 1e6 + 1.6e9
    text = np.array(json.dumps(schema), dtype=h5py.string_dtype())
    return exportable(folder, name, x, y, "--l2", "0.01", "--standardize", *arguments, schema=text), rows


def at_centre(model, column, centre):
    """The same model as its file holds it where a column is far from zero."""
    with h5py.File(model.model, "r+") as file:
        if "centre" not in file:
            weights, intercept = file["coefficients"][0], file["intercept"][0]
            centres = np.zeros(len(weights))
            centres[column] = centre
            there = [float(Fraction(intercept) + Fraction(centre) * Fraction(weights[column]))]
            file["centre"], file["intercept_at_centre"] = centres, there
            file.attrs["centre_sha256"] = centred_models.sha256(centres, there)
    labels, probabilities = predictions(model.model, model.data, model.model.parent)
    return dataclasses.replace(model, labels=labels, probabilities=probabilities)
