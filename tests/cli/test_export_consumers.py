"""Exported ONNX and PMML in programs of others: onnxruntime, and JPMML where there is Java. They come by pip into
an environment of the build folder; where that is not possible the tests are skipped."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

import export_forms as forms
import export_models
from conftest import SOURCE
from test_export import NAMES, export, onnx_inputs, same

HERE = pathlib.Path(__file__).parent


def environment(package):
    """A Python that has the package; made once for a build folder."""
    folder = pathlib.Path(os.environ["MPILOGIT_CONSUMERS"])
    python = folder / "bin" / "python"
    installed = folder / f"installed-{package}"
    if not installed.exists():
        for command in ([sys.executable, "-m", "venv", "--system-site-packages", folder],
                        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1",
                         "--timeout", "10", package]):
            try:
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)
            except (OSError, subprocess.TimeoutExpired) as error:
                pytest.skip(f"{package} cannot be installed: {error}")
            if done.returncode != 0:
                pytest.skip(f"{package} cannot be installed: {done.stderr.strip()[-200:]}")
        installed.touch()
    return python


def run(package, script, *arguments):
    done = subprocess.run([environment(package), HERE / script, *map(str, arguments)], capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """All models, those of raw tables with their rows."""
    folder = tmp_path_factory.mktemp("models")
    found = [(exportable, None) for exportable in export_models.all_models(folder)]
    assert [exportable.name for exportable, _ in found] == NAMES
    return [*found, export_models.raw_model(folder, "raw"),
            export_models.raw_model(folder, "raw_products", "--degree", "2")]


def as_lists(inputs):
    return {name: [str(value.dtype), value.tolist()] for name, value in inputs.items()}


def test_onnxruntime(cases, tmp_path):
    """All in one process: its start is what takes time. NaN is JSON's own to Python."""
    environment("onnxruntime")
    requests = []
    for exportable, rows in cases:
        inputs = {"X": exportable.x.astype(exportable.onnx_type)} if rows is None else onnx_inputs(rows)
        requests.append([str(export(exportable, "onnx", tmp_path, ".onnx")), as_lists(inputs)])
    file = tmp_path / "requests.json"
    file.write_text(json.dumps(requests))
    for (exportable, _), (labels, probabilities) in zip(cases, run("onnxruntime", "consumer_onnx.py", file)):
        same(exportable, (labels, probabilities))


def test_the_document_on_onnxruntime(tmp_path):
    """The block of docs/python.md."""
    python = environment("onnxruntime")
    text = (SOURCE / "docs" / "python.md").read_text()
    block = re.search(r"^```python\n(import onnxruntime\n.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1)
    x, y = export_models.classes_sample(2, 4)
    exportable = export_models.exportable(tmp_path, "two", x, y)
    export(exportable, "onnx", tmp_path, ".onnx").rename(tmp_path / "model.onnx")
    np.save(tmp_path / "x.npy", x)
    program = f"import json, numpy\nX = numpy.load('x.npy')\n{block}print(json.dumps(probabilities.tolist()))"
    done = subprocess.run([python, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(json.loads(done.stdout), exportable.probabilities, rtol=0, atol=1e-12)


def test_onnxruntime_refuses_a_level_that_it_does_not_know(cases, tmp_path):
    """By a message that names the column."""
    python = environment("onnxruntime")
    exportable, rows = cases[-2]
    requests = [[str(export(exportable, "onnx", tmp_path, ".onnx")), as_lists(onnx_inputs([{**rows[0], "class": "3"}]))]]
    file = tmp_path / "requests.json"
    file.write_text(json.dumps(requests))
    done = subprocess.run([python, HERE / "consumer_onnx.py", file], capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode != 0 and "known values of class" in done.stderr, done.stderr


def require_java():
    if shutil.which("java") is None:
        pytest.skip("JPMML needs Java, and there is none")
    environment("jpmml-evaluator")


def test_pmml_is_valid(cases, tmp_path):
    """By the standard's XML schema; a file that is not shows that it looks."""
    require_java()
    paths = [export(exportable, "pmml", tmp_path, ".pmml") for exportable, _ in cases]
    wrong = tmp_path / "wrong.pmml"
    wrong.write_text(paths[0].read_text().replace('functionName="classification"', 'functionName="guess"'))
    file = tmp_path / "paths.json"
    file.write_text(json.dumps([str(path) for path in [*paths, wrong]]))
    *found, of_wrong = run("jpmml-evaluator", "consumer_pmml_schema.py", file)
    assert found == [""] * len(paths)
    assert "guess" in of_wrong


def test_jpmml(cases, tmp_path):
    require_java()
    requests = []
    for exportable, rows in cases:
        path = export(exportable, "pmml", tmp_path, ".pmml")
        fields = forms.pmml_inputs(forms.pmml_root(path))
        table = rows or [dict(zip(fields, row)) for row in exportable.x.tolist()]
        requests.append([str(path), table, exportable.probabilities.shape[1]])
    file = tmp_path / "requests.json"
    file.write_text(json.dumps(requests))
    for (exportable, _), (labels, probabilities) in zip(cases, run("jpmml-evaluator", "consumer_pmml.py", file)):
        same(exportable, (labels, probabilities))
