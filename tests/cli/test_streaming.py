"""Rows that do not fit in memory are read again in every pass, and nobody can tell from the results."""

import json
import os
import time

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import MPIEXEC, PROGRAM, mpilogit, write_dense, write_sparse
from oracles import classes_sample
import subprocess

ROWS, FEATURES = 2400, 48


def figures(record):
    """All that the record says but times, traffic, memory and who computed it."""
    record = dict(record)
    for key in ("seconds", "allreduce", "memory", "timing", "ranks", "threads", "storage", "sparse", "nonzeros"):
        record.pop(key, None)
    for line in record.get("history", []):
        line.pop("seconds")
    return json.dumps(record, sort_keys=True)


@pytest.fixture(scope="module")
def sample():
    x, y = classes_sample(rows=ROWS, features=FEATURES, classes=3, seed=4)
    x = np.where(np.abs(x) > 0.9, x, 0.0)
    x[:, 3] *= 100
    return x, y


def write(folder, form, x, y):
    """The same numbers in every form that a file may have."""
    path = folder / f"{form}.h5"
    csr = scipy.sparse.csr_matrix(x)
    extra = {"two": np.minimum(y, 1), "weights": 1.0 + np.arange(len(y)) % 3, "groups": np.arange(len(y)) // 7}
    if form == "plain":
        return [write_dense(path, x, y, **extra)]
    if form == "csr":
        return [write_sparse(path, csr, y, **extra)]
    if form == "csr-wide-indices":
        return [write_sparse(path, csr, y, index_type=np.int64, pointer_type=np.int32, **extra)]
    if form == "parts":
        return [write_dense(folder / f"{form}-{first}.h5", x[first:last], y[first:last],
                            **{name: values[first:last] for name, values in extra.items()})
                for first, last in [(0, 701), (701, 703), (703, len(y))]]
    options = {"chunked": {"chunks": (100, FEATURES)},
               "gzip": {"chunks": (77, 13), "compression": "gzip"}}
    with h5py.File(path, "w") as file:
        if form == "other-byte-order":
            file["X"] = x.astype(">f8")
        elif form == "csr-gzip":
            group = file.create_group("X")
            group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": x.shape})
            for name in ("data", "indices", "indptr"):
                group.create_dataset(name, data=getattr(csr, name), chunks=(500,), compression="gzip")
        elif form == "virtual":
            with h5py.File(folder / "source.h5", "w") as source:
                source["X"] = x
            layout = h5py.VirtualLayout(shape=x.shape, dtype="f8")
            layout[:] = h5py.VirtualSource("source.h5", "X", shape=x.shape)
            file.create_virtual_dataset("X", layout)
        else:
            file.create_dataset("X", data=x, **options[form])
        file["y"] = y
        for name, values in extra.items():
            file[name] = values
    return [path]


def budget(ranks, threads, columns=1, problems=1, features=FEATURES, share=0.3):
    """What the work is reckoned to take (docs/streaming.md), and so much of the rows."""
    rows = ROWS * (4 + 16 * problems + 32 * columns * problems)
    coefficients = 384 * columns * problems + (32 + 16 * threads) * columns * (features + 1) / 2
    return int(rows + ranks * (features + 1) * coefficients + share * ROWS * FEATURES * 8)


def streamed(run):
    """Of what the data takes, the share that is read again in every pass."""
    memory = run.record["memory"]
    return memory["streamed_bytes"] / (memory["streamed_bytes"] + memory["resident_bytes"])


FORMS = ["plain", "parts", "chunked", "gzip", "other-byte-order", "virtual", "csr", "csr-wide-indices",
         "csr-gzip"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_file(tmp_path, sample, form):
    files = write(tmp_path, form, *sample)
    arguments = ["train", *files, "--labels", "two", "--l2", "0.01", "--max-iterations", "4",
                 "--model", tmp_path / "m.h5", "--json", tmp_path / "r.json"]
    whole = mpilogit(*arguments)
    assert whole.code in (0, 3), whole.err
    assert whole.record["memory"]["streamed_bytes"] == 0
    for ranks, threads in [(1, 2), (3, 1)]:
        run = mpilogit(*arguments, "--memory", budget(ranks, threads), "--threads", threads, ranks=ranks)
        assert run.code == whole.code, run.err
        assert figures(run.record) == figures(whole.record)
        assert streamed(run) > 0.5, run.record["memory"]
        assert run.record["memory"]["bytes_read"] > 0
        assert "are read again in every pass" in run.err


JOBS = {
    "softmax-free": ("y", "train", ["--tolerance", "1e-5"]),
    "softmax-lbfgs": ("y", "train", ["--l2", "0.01", "--solver", "lbfgs", "--max-iterations", "5"]),
    "softmax-l1": ("y", "train", ["--l1", "0.03", "--standardize"]),
    "sgd": ("two", "train", ["--l2", "0.01", "--solver", "sgd", "--max-iterations", "2",
                             "--batch-size", "64"]),
    "gradient-descent": ("two", "train", ["--l2", "0.1", "--solver", "gradient-descent",
                                          "--max-iterations", "3"]),
    "owlqn": ("two", "train", ["--l1", "0.02", "--solver", "owlqn", "--max-iterations", "6"]),
    "box": ("two", "train", ["--l2", "0.01", "--lower", "0", "--upper", "0.4"]),
    "one-vs-rest": ("y", "train", ["--one-vs-rest", "--l2", "0.01", "--class-weight", "balanced"]),
    "inference": ("two", "train", ["--inference", "--clusters", "groups", "--weights"]),
    "estimates": ("two", "train", ["--l2", "0.01", "--inference=estimate", "--force", "--probes", "4"]),
    "firth": ("two", "train", ["--firth", "--max-iterations", "3"]),
    "products": ("two", "train", ["--interactions", "--l2", "0.1", "--max-iterations", "2"]),
    "path": ("two", "path", ["--lambdas", "4"]),
    "folds": ("two", "cross-validate", ["--lambdas", "3", "--folds", "3", "--groups"]),
}


@pytest.mark.parametrize("job", JOBS)
def test_every_kind_of_work(tmp_path, sample, job):
    labels, command, options = JOBS[job]
    number = list(JOBS).index(job)
    files = write(tmp_path, ["plain", "csr"][number % 2], *sample)
    arguments = [command, *files, "--labels", labels, *options, "--model", tmp_path / "m.h5",
                 "--json", tmp_path / "r.json"]
    whole = mpilogit(*arguments)
    assert whole.code in (0, 3), whole.err
    ranks, threads = [(2, 2), (3, 1), (1, 2), (7, 1)][number % 4]
    memory = budget(ranks, threads, 1 if labels == "two" else 3, 3 if job == "folds" else 1,
                    FEATURES * (FEATURES + 1) // 2 if job == "products" else FEATURES)
    run = mpilogit(*arguments, "--memory", memory, "--threads", threads, ranks=ranks)
    assert run.code == whole.code, run.err
    assert figures(run.record) == figures(whole.record)
    assert streamed(run) > 0.5, run.record["memory"]
