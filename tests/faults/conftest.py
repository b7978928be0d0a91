"""Faults of disks, kernels and administrators: what must hold after each (docs/faults.md)."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(os.environ["MPILOGIT_SOURCE"]) / "tests" / "support"))

from program import DATA  # noqa: E402

from faults import run  # noqa: E402


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A model of adult.h5 that other commands can be given."""
    path = tmp_path_factory.mktemp("model") / "model.h5"
    done = run(["train", DATA / "adult.h5", "--model", path])
    assert done.code == 0, done.err
    return path
