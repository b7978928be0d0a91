"""Rows that are in the page cache are looked at where they are. Files that go away meanwhile end a run
as they do where rows are read."""

import os
import pathlib
import subprocess
import time

import h5py
import numpy as np
import pytest

from conftest import MPIEXEC, PROGRAM, logistic_sample, mpilogit

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def tells_what_is_in_memory(tmp_path):
    path = tmp_path / "probe"
    path.write_bytes(b"some")
    with open(path, "rb") as file:
        try:
            assert os.preadv(file.fileno(), [bytearray(1)], 0, os.RWF_NOWAIT) == 1
        except OSError as error:
            pytest.skip(f"the file system does not tell what is in the page cache: {error}")


def data(path, kind="f4", rows=20_000, features=100, before=0):
    """Of 8 MB in `f4`."""
    x, y = logistic_sample(rows, features, noise=3)
    x = (x * 20).astype(kind)
    with h5py.File(path, "w") as file:
        for number in range(before):
            file[f"before{number}"] = np.zeros(4097, "i1")
        file["X"] = x
        place = file["X"].id.get_offset()
        file["y"] = y
    return path, place


def arguments_of(path, tmp_path, *more):
    return ["train", path, "--l2", "0.01", "--solver", "lbfgs", "--max-iterations", "3", "--model",
            tmp_path / "m.h5", "--json", tmp_path / "r.json", *more]


@pytest.mark.parametrize("kind, ranks, threads", [("f4", 0, 2), ("f8", 3, 1), ("i1", 2, 2)])
def test_rows_in_the_page_cache_are_not_copied(tmp_path, kind, ranks, threads):
    path, _ = data(tmp_path / "d.h5", kind)
    arguments = arguments_of(path, tmp_path)
    whole = mpilogit(*arguments, ranks=0)
    run = mpilogit(*arguments, "--memory", 3 * MEGABYTE, "--threads", threads, ranks=ranks)
    assert run.code == whole.code == 3, run.err
    memory = run.record["memory"]
    assert memory["bytes_mapped"] == memory["bytes_read"] > 3 * memory["streamed_bytes"] > 0
    assert whole.record["memory"]["bytes_mapped"] == 0
    assert run.record["coefficients_sha256"] == whole.record["coefficients_sha256"]


def test_rows_at_odd_places_are_copied(tmp_path):
    path, place = next(found for found in (data(tmp_path / f"{n}.h5", before=n) for n in range(1, 9))
                       if found[1] % 4 != 0)
    assert place % 4 != 0
    arguments = arguments_of(path, tmp_path)
    whole = mpilogit(*arguments, ranks=0)
    run = mpilogit(*arguments, "--memory", 3 * MEGABYTE, ranks=0)
    assert run.record["memory"]["bytes_mapped"] == 0 < run.record["memory"]["bytes_read"]
    assert run.record["coefficients_sha256"] == whole.record["coefficients_sha256"]


def test_what_is_mapped_stays_within_the_budget(tmp_path):
    path, _ = data(tmp_path / "d.h5", rows=150_000)
    budget = 12 * MEGABYTE
    bare = mpilogit(*arguments_of(data(tmp_path / "small.h5", rows=1000)[0], tmp_path, "--threads", "1"), ranks=0)
    run = mpilogit(*arguments_of(path, tmp_path, "--memory", budget, "--threads", "1"), ranks=0)
    memory = run.record["memory"]
    assert memory["bytes_mapped"] == memory["bytes_read"] > 0
    assert memory["peak_bytes_total"] < bare.record["memory"]["peak_bytes_total"] + 1.1 * budget


def maps_it(pid, path):
    try:
        return str(path) in pathlib.Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def children_of(pid):
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()]


@pytest.mark.parametrize("ranks, left", [(1, 0.01), (3, 0.5), (3, 0.01)])
def test_a_file_that_is_cut_off_under_its_windows(tmp_path, ranks, left):
    path, _ = data(tmp_path / "d.h5")
    errors = tmp_path / "errors"
    with errors.open("w") as output:
        process = subprocess.Popen(
            [MPIEXEC, "-n", str(ranks), PROGRAM, *map(str, [
                "train", path, "--solver", "gradient-descent", "--l2", "0.01", "--tolerance", "1e-300",
                "--max-iterations", "10000000", "--memory", 3 * MEGABYTE, "--threads", "2", "--model",
                tmp_path / "m.h5"])], stdout=subprocess.DEVNULL, stderr=output)
    try:
        deadline = time.monotonic() + 30
        while "\n        2 " not in errors.read_text() or not any(
                maps_it(child, path) for child in children_of(process.pid)):
            assert process.poll() is None and time.monotonic() < deadline, errors.read_text()
        os.truncate(path, int(path.stat().st_size * left))
        assert process.wait(20) == 2, errors.read_text()
    finally:
        process.kill()
        process.wait()
    said = [line for line in errors.read_text().splitlines() if line.startswith("mpilogit: error: ")]
    assert len(said) == 1 and str(path) in said[0], errors.read_text()
    assert "became shorter" in said[0] or "changed while it was being read" in said[0]
    assert not (tmp_path / "m.h5").exists()
