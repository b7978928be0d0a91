"""docs/python.md: its commands and its Python, run one after the other."""

import pathlib
import re
import shlex
import subprocess

import numpy as np
import pytest

import export_models
from conftest import PROGRAM, SOURCE, write_dense
from export_models import alone


def blocks():
    text = (SOURCE / "docs" / "python.md").read_text()
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run_commands(text):
    for line in text.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "mpilogit"
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def train(name, x, y, *arguments):
    data = write_dense(pathlib.Path("data.h5" if name == "model" else f"{name}-data.h5"), x, y)
    assert alone("train", data, "--model", f"{name}.h5", "--quiet", *arguments).code == 0
    return export_models.predictions(pathlib.Path(f"{name}.h5"), data, pathlib.Path("."))


def test_the_document(folder):
    x, y = export_models.classes_sample(2, 4)
    labels, probabilities = train("model", x, y)
    many, three = export_models.classes_sample(3)
    three_labels, three_probabilities = train("three", many, three)
    curved_probabilities = train("curved", x, y, "--degree", "2", "--l2", "0.01")[1]
    names = {"X": x, "y": y}
    ran = 0
    for language, text in blocks():
        if language == "sh":
            run_commands(text)
        elif "onnxruntime" not in text:  # that is test_export_consumers.py's
            exec(compile(text, "docs/python.md", "exec"), names)
            ran += 1
    assert ran == 6

    def same(found, expected):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)

    same(names["fit"].predict_proba(x), probabilities)
    assert names["fit"].predict(x).tolist() == labels
    same(names["three"].predict_proba(many), three_probabilities)
    assert names["three"].predict(many).tolist() == three_labels
    same(names["pipeline"].predict_proba(x), curved_probabilities)
    same(names["probability"], probabilities[:, 1])
    assert abs(names["strongest"]["coefficient"]).is_monotonic_decreasing
    assert names["label"] == labels[0]
    same(names["likely"], probabilities[0])
    same(names["all_rows"], probabilities)
    same(export_models.predictions(pathlib.Path("start.h5"), "data.h5", pathlib.Path("."))[1],
         names["again"].predict_proba(x))
    assert pathlib.Path("better.h5").exists()
