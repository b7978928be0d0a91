"""Running the program as a user would, and data to run it on; for the tests of several folders. Run by
ctest, which sets the environment (tests/cmake/Tests.cmake)."""

import dataclasses
import json
import os
import pathlib
import subprocess
import time

import h5py
import numpy as np

from thorough import THOROUGH

PROGRAM = os.environ["MPILOGIT_PROGRAM"]
MPIEXEC = os.environ["MPILOGIT_MPIEXEC"]
SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])
DATA = SOURCE / "data"

# A file that the program takes for one of its own, and so replaces without being asked to.
OLD = b'{"format": "mpilogit model", "note": "what was there before"}'


@dataclasses.dataclass
class Run:
    code: int
    out: str
    err: str
    seconds: float
    record: dict

    @property
    def errors(self):
        """What the program (not mpirun) said went wrong."""
        return [line for line in self.err.splitlines() if line.startswith("mpilogit: error: ")]


def command(arguments, ranks):
    """One rank without mpirun, which takes a second to end a refused run; with it in scripts/check-all. 0: never
    with it."""
    if ranks == 0 or ranks == 1 and not THOROUGH:
        return [PROGRAM, *map(str, arguments)]
    return [MPIEXEC, "-n", str(ranks), PROGRAM, *map(str, arguments)]


def mpilogit(*arguments, within=None, **keywords):
    """Runs the program; reads the record that --json names, if any. Where `within` says how many
    seconds it may take, one run of three must: a busy machine is slow now and then, a slow program always."""
    if within is None:
        return run_once(*arguments, **keywords)
    runs = []
    while len(runs) < 3:
        runs.append(run_once(*arguments, **keywords))
        if runs[-1].seconds < within:
            return runs[-1]
    raise AssertionError(f"took {[round(run.seconds, 1) for run in runs]} s, of {within} s\n{runs[-1].err}")


def run_once(*arguments, ranks=1, timeout=120, cwd=None):
    start = time.monotonic()
    done = subprocess.run(
        command(arguments, ranks), capture_output=True, text=True, timeout=timeout, cwd=cwd,
        check=False)
    seconds = time.monotonic() - start
    assert "HDF5-DIAG" not in done.stderr + done.stdout
    record = {}
    if "--json" in arguments:
        path = pathlib.Path(arguments[arguments.index("--json") + 1])
        if path.exists():
            record = json.loads(path.read_text())
    return Run(done.returncode, done.stdout, done.stderr, seconds, record)


def write_dense(path, x, y=None, **datasets):
    with h5py.File(path, "w") as file:
        file["X"] = x
        if y is not None:
            file["y"] = y
        for name, values in datasets.items():
            file[name] = values
    return path


def write_sparse(path, matrix, y=None, index_type=np.int32, pointer_type=np.int64, **datasets):
    """AnnData's CSR layout."""
    with h5py.File(path, "w") as file:
        group = file.create_group("X")
        group.attrs["encoding-type"] = "csr_matrix"
        group.attrs["encoding-version"] = "0.1.0"
        group.attrs["shape"] = np.array(matrix.shape, dtype=np.int64)
        group["data"] = matrix.data
        group["indices"] = matrix.indices.astype(index_type)
        group["indptr"] = matrix.indptr.astype(pointer_type)
        if y is not None:
            file["y"] = y
        for name, values in datasets.items():
            file[name] = values
    return path


def read_csr(path):
    import scipy.sparse

    with h5py.File(path) as file:
        group = file["X"]
        return (
            scipy.sparse.csr_matrix(
                (group["data"][:], group["indices"][:], group["indptr"][:]),
                shape=tuple(group.attrs["shape"])),
            file["y"][:],
        )


def logistic_sample(rows=300, features=4, seed=1, noise=1.0):
    """Rows whose classes overlap, so that the unpenalised optimum is finite."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, features))
    truth = np.linspace(-1.0, 1.5, features)
    y = (x @ truth + 0.3 + noise * random.logistic(size=rows) > 0).astype(np.int32)
    return x, y
