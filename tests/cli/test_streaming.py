"""Rows that do not fit in memory are read again in every pass, and nobody can tell from the results."""

import json
import os
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import MPIEXEC, PROGRAM, mpilogit, write_dense, write_sparse
from oracles import classes_sample

ROWS, FEATURES = 2400, 48


def figures(record):
    """All that the record says but times, traffic, memory and who computed it."""
    record = dict(record)
    for key in ("seconds", "allreduce", "memory", "timing", "ranks", "threads", "storage", "sparse", "nonzeros"):
        record.pop(key, None)
    for line in record.get("history", []):
        line.pop("seconds", None)
    if "provenance" in record:
        record["provenance"] = {key: value for key, value in record["provenance"].items()
                                if key not in ("files", "record_sha256")}
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
    ranks, threads = (1, 2) if FORMS.index(form) % 2 == 0 else (3, 1)
    run = mpilogit(*arguments, "--memory", budget(ranks, threads), "--threads", threads, ranks=ranks)
    assert run.code == whole.code, run.err
    assert figures(run.record) == figures(whole.record)
    assert streamed(run) > 0.5, run.record["memory"]
    assert run.record["memory"]["bytes_read"] > run.record["memory"]["streamed_bytes"]
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


@pytest.fixture(scope="module")
def trained(tmp_path_factory, sample):
    folder = tmp_path_factory.mktemp("trained")
    data = write(folder, "plain", *sample)[0]
    done = mpilogit("train", data, "--l2", "0.01", "--max-iterations", "3", "--model",
                    folder / "m.h5")
    assert done.code in (0, 3), done.err
    return folder / "m.h5", data


@pytest.mark.parametrize("form", ["gzip", "csr"])
def test_predict(tmp_path, sample, trained, form):
    model, _ = trained
    data = write(tmp_path, form, *sample)[0]
    answers = []
    for memory in ["auto", "450K"]:
        out = tmp_path / f"{memory}.h5"
        run = mpilogit("predict", model, data, "--output", out, "--memory", memory, "--json",
                       tmp_path / "r.json", ranks=2)
        assert run.code == 0, run.err
        with h5py.File(out) as file:
            answers.append((file["probability"][:], file["label"][:]))
    assert streamed(run) > 0.5
    assert all(np.array_equal(*pair) for pair in zip(*answers))


def test_evaluate_and_report(tmp_path, trained):
    model, data = trained
    runs = [mpilogit("evaluate", model, data, "--memory", memory, "--json", tmp_path / "r.json",
                     ranks=ranks) for memory, ranks in [("auto", 1), ("700K", 2)]]
    assert streamed(runs[1]) > 0.5, runs[1].err
    assert figures(runs[0].record) == figures(runs[1].record)
    pages = []
    for memory in ["auto", "700K"]:
        page = tmp_path / f"{memory}.html"
        run = mpilogit("report", model, "--data", data, "--memory", memory, "--output", page)
        assert run.code == 0, run.err
        pages.append(page.read_bytes())
    assert pages[0] == pages[1]


def test_a_checkpoint_goes_on_with_another_budget(tmp_path, sample):
    """Begun with streamed rows on three ranks, ended with rows in memory on one."""
    data = write(tmp_path, "csr", *sample)[0]
    arguments = ["train", data, "--labels", "two", "--solver", "gradient-descent", "--tolerance",
                 "1e-300", "--max-iterations", "700", "--model", tmp_path / "m.h5"]
    whole = mpilogit(*arguments, "--json", tmp_path / "w.json")
    checkpoint, record, events = tmp_path / "c", tmp_path / "r.json", tmp_path / "events"
    arguments += ["--checkpoint", checkpoint]
    errors = tmp_path / "errors"
    process = training_that_goes_on(
        [*arguments, "--memory", budget(3, 1), "--threads", "1"], errors, 3)
    try:
        process.send_signal(signal.SIGUSR2)
        assert process.wait(20) == 75, errors.read_text()
    finally:
        process.kill()
        process.wait()
    assert "are read again in every pass" in errors.read_text()
    again = mpilogit(*arguments, "--resume", "--json", record, "--events", events)
    assert again.code == whole.code, again.err
    assert '"event":"resume"' in events.read_text()
    assert again.record["memory"]["streamed_bytes"] == 0
    assert again.record["coefficients_sha256"] == whole.record["coefficients_sha256"]


def without_memory(text):
    return [line for line in text.splitlines() if line.startswith("mpilogit: error: ")]


@pytest.mark.parametrize("fault", ["nan", "nan-sparse", "unsorted", "out-of-range"])
def test_what_is_refused_in_memory_is_refused_in_passes(tmp_path, sample, fault):
    """By the same words: one fault among the first rows and two among the last."""
    x, y = sample
    x = x.copy()
    path = tmp_path / "d.h5"
    y = np.minimum(y, 1)
    if fault.startswith("nan"):
        x[[5, 2000, 2300], [1, 2, 3]] = np.nan
        write_dense(path, x, y) if fault == "nan" else write_sparse(path, scipy.sparse.csr_matrix(x), y)
    else:
        csr = scipy.sparse.csr_matrix(x)
        for row in (1700, 2100, 2399):
            start = csr.indptr[row]
            if fault == "unsorted":
                csr.indices[[start, start + 1]] = csr.indices[[start + 1, start]]
            else:
                csr.indices[csr.indptr[row + 1] - 1] = FEATURES
        write_sparse(path, csr, y)
    arguments = ["train", path, "--model", tmp_path / "m.h5"]
    whole = mpilogit(*arguments)
    assert whole.code == 2 and len(whole.errors) == 1
    assert ": 3 " in whole.errors[0]
    for ranks in (1, 3):
        run = mpilogit(*arguments, "--memory", budget(ranks, 1), "--threads", "1", ranks=ranks)
        assert run.code == 2
        assert run.errors == whole.errors


def training_that_goes_on(arguments, errors, ranks):
    """Started, and past its first iterations."""
    process = subprocess.Popen([MPIEXEC, "-n", str(ranks), PROGRAM, *map(str, arguments)],
                               stdout=subprocess.DEVNULL, stderr=errors.open("w"))
    deadline = time.monotonic() + 30
    while "\n        2 " not in errors.read_text():
        assert process.poll() is None and time.monotonic() < deadline, errors.read_text()
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("form, change", [("plain", "touched"), ("plain", "truncated"),
                                          ("csr-gzip", "replaced"), ("csr-gzip", "truncated")])
def test_a_file_that_changes_in_the_middle(tmp_path, sample, form, change):
    data = write(tmp_path, form, *sample)[0]
    errors = tmp_path / "errors"
    process = training_that_goes_on(
        ["train", data, "--labels", "two", "--solver", "gradient-descent", "--tolerance", "1e-300",
         "--max-iterations", "10000000", "--memory", budget(3, 1), "--threads", "1", "--model",
         tmp_path / "m.h5"], errors, 3)
    try:
        if change == "touched":
            os.utime(data)
        elif change == "truncated":
            os.truncate(data, os.path.getsize(data) // 2)
        else:
            (tmp_path / "other").write_bytes(data.read_bytes())
            os.replace(tmp_path / "other", data)
        assert process.wait(20) == 2
    finally:
        process.kill()
        process.wait()
    said = without_memory(errors.read_text())
    assert len(said) == 1 and str(data) in said[0], errors.read_text()
    assert "changed while it was being read" in said[0] or change == "truncated"
    assert not (tmp_path / "m.h5").exists()


def test_a_budget_that_is_too_small_even_for_streaming(tmp_path, sample):
    data = write(tmp_path, "plain", *sample)[0]
    for ranks in (1, 2):
        run = mpilogit("train", data, "--model", tmp_path / "m.h5", "--memory", "50K", ranks=ranks)
        assert run.code == 2 and len(run.errors) == 1, run.err
        assert str(data) in run.errors[0] and "limit from --memory" in run.errors[0]


@pytest.mark.parametrize("size", ["4X", "0", "-1G", "", "G"])
def test_no_amount_of_memory(tmp_path, size):
    run = mpilogit("train", "d.h5", "--model", tmp_path / "m.h5", "--memory", size)
    assert run.code == 2 and "--memory" in run.err
