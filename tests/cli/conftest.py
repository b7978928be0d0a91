"""What the tests of this folder share: the helpers of tests/support/program.py, and `train`."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(os.environ["MPILOGIT_SOURCE"]) / "tests" / "support"))

from program import (  # noqa: E402, F401: the tests import them from here
    DATA, MPIEXEC, PROGRAM, SOURCE, Run, command, logistic_sample, mpilogit, read_csr, write_dense,
    write_sparse)


@pytest.fixture
def train(tmp_path):
    """train(data, ..., ranks=n): trains, returns the Run; its record is read, model at run.model."""
    counter = iter(range(1000))

    def run(*arguments, **keywords):
        number = next(counter)
        model = tmp_path / f"model-{number}.h5"
        result = mpilogit("train", *arguments, "--model", model, "--json",
                          tmp_path / f"record-{number}.json", **keywords)
        result.model = model
        return result

    return run
