"""Models of every kind that can be exported, small, each with rows to score."""

import dataclasses
import pathlib

import h5py
import numpy as np

from conftest import logistic_sample, mpilogit, write_dense


@dataclasses.dataclass
class Exportable:
    name: str
    model: pathlib.Path
    data: pathlib.Path
    x: np.ndarray            # the data's features
    labels: list             # as predict writes them
    probabilities: np.ndarray  # a column per class


# What trips up one language or another. Two are the same to a C compiler.
AWKWARD_NAMES = [
    "*/ int x;", 'say "hi"', "new\nline\ttab", "class", "élan & <b>", "a,b;c'd", "??=\\", "", "label", "a b",
    "a_b", "日本 😀", "]]>", "{brace} @at@"]

# "explicitly true" of two classes whose names are numbers, of more whose names are texts.
CLASS_TEXTS = ["Ängste", 'so "so"', "z, <&>"]


def predictions(model, data, folder, *arguments):
    output = folder / f"{model.stem}-predictions.h5"
    run = mpilogit("predict", model, data, "--output", output, *arguments)
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
    run = mpilogit("train", data, "--model", model, "--quiet", *arguments)
    assert run.code == 0, run.err
    return Exportable(name, model, data, np.asarray(x, dtype=float), *predictions(model, data, folder))


def classes_sample(classes, features=3, rows=120, seed=3):
    """Overlapping classes; features are small multiples of 1/8, exact in float32."""
    random = np.random.default_rng(seed)
    x = np.round(random.normal(size=(rows, features)) * 8) / 8
    margins = x @ random.normal(size=(features, classes)) + random.gumbel(size=(rows, classes))
    return x, margins.argmax(axis=1)


def all_models(folder):
    x, y = classes_sample(2, 4)
    many, four = classes_sample(4)
    awkward, _ = classes_sample(2, len(AWKWARD_NAMES), 200)
    signs = (awkward[:, 0] - awkward[:, 3] + np.random.default_rng(1).logistic(size=200) > 0)
    texts = np.array(CLASS_TEXTS, dtype=h5py.string_dtype())
    names = np.array(AWKWARD_NAMES, dtype=h5py.string_dtype())
    return [
        exportable(folder, "two", x, y),
        exportable(folder, "two_texts", x, np.array(["no", "yes"], dtype="S3")[y]),
        exportable(folder, "boolean", x, y.astype(bool), "--l1", "0.02"),
        exportable(folder, "floating", x, y * 2.0 - 1.0),
        exportable(folder, "reference", many, four),
        exportable(folder, "full", many, texts[np.minimum(four, 2)], "--l2", "0.01"),
        exportable(folder, "one_vs_rest", many, four * 10 - 20, "--one-vs-rest"),
        exportable(folder, "cubic", many, four > 1, "--degree", "3", "--l2", "0.01"),
        exportable(folder, "interactions", x, y, "--interactions", "--l2", "0.01",
                   feature_names=np.array(["a", "b", "c", "d"], dtype="S1")),
        exportable(folder, "awkward", awkward, signs, "--l2", "0.01", feature_names=names),
    ]
