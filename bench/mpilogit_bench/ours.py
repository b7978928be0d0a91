"""Our program as the comparisons run it."""

import dataclasses
import json
import pathlib
import tempfile

import h5py

from .setting import mpi_run

ITERATION_LIMIT = 3  # exit code: stopped before the tolerance, the model is written


@dataclasses.dataclass(frozen=True)
class Layout:
    ranks: int
    threads: int

    def __str__(self):
        return f"{self.ranks} × {self.threads}"

    @property
    def cores(self):
        return self.ranks * self.threads


def train(build, path, l2, tolerance, layout, iterations=None, limit=600):
    """The run record, coefficients and intercept of one training, of so many iterations at most."""
    most = [] if iterations is None else ["--max-iterations", iterations]
    with tempfile.TemporaryDirectory(prefix="mpilogit-bench-") as folder:
        model, record = pathlib.Path(folder, "model.h5"), pathlib.Path(folder, "record.json")
        mpi_run(layout.ranks,
                [build / "bin" / "mpilogit", "train", path, "--model", model, "--json", record,
                 "--l2", repr(l2), "--tolerance", repr(tolerance), "--threads", layout.threads,
                 "--quiet", *most],
                codes=(0,) if iterations is None else (0, ITERATION_LIMIT), timeout=limit)
        with h5py.File(model) as file:
            return (json.loads(record.read_text()), file["coefficients"][0], file["intercept"][0])
