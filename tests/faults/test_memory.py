"""Too little memory: refused before anything large is allocated, or a clean end in the middle."""

import contextlib
import os
import pathlib
import subprocess

import h5py
import numpy as np
import pytest

from faults import run

GIBIBYTE = 2**30


def large(path, rows, features):
    """Contiguous and never written: the file system stores holes."""
    with h5py.File(path, "w") as file:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
        space = h5py.h5s.create_simple((rows, features))
        h5py.h5d.create(file.id, b"X", h5py.h5t.NATIVE_FLOAT, space, plist)
        labels = np.zeros(rows, dtype=np.uint8)
        labels[::2] = 1
        file["y"] = labels
    assert path.stat().st_blocks * 512 < path.stat().st_size / 10
    return path


def needs(done, path):
    assert done.code == 2, done.err
    assert len(done.errors) == 1, done.err
    message = done.errors[0]
    assert str(path) in message and " needs " in message and "may be used (limit from " in message
    return message


@pytest.mark.parametrize("ranks", [1, 3])
def test_more_than_the_host_has(tmp_path, ranks):
    """4 TB of holes, in blocks of which none fits: there is nothing to stream."""
    path = large(tmp_path / "data.h5", 10**6, 10**6)
    done = run(["train", path, "--model", tmp_path / "model.h5"], ranks)
    message = needs(done, path)
    assert f"on this host for {ranks} rank" in message and "Use more hosts" in message
    assert done.seconds < 5
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("ranks", [1, 3])
def test_more_than_a_process_may_have(tmp_path, ranks):
    path = large(tmp_path / "data.h5", 17_000, 4 * 10**5)  # blocks of 1024 rows: 1.5 GiB
    done = run(["train", path, "--model", tmp_path / "model.h5"], ranks,
               ["prlimit", f"--as={GIBIBYTE}"])
    message = needs(done, path)
    assert "limit from ulimit -v" in message
    assert "needs 1." in message


def memory_group(limit):
    """A control group of this process's own, below the one it is in; nothing if none can be made."""
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0":
            parent, name = pathlib.Path("/sys/fs/cgroup" + path), "memory.max"
        elif "memory" in controllers.split(","):
            parent, name = pathlib.Path("/sys/fs/cgroup/memory" + path), "memory.limit_in_bytes"
        else:
            continue
        group = parent / f"mpilogit-test-{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            try:
                (group / name).write_text(str(limit))
                return group
            except OSError:
                group.rmdir()
    return None


@pytest.mark.parametrize("ranks", [1, 2])
def test_more_than_the_control_group_has(tmp_path, ranks):
    group = memory_group(GIBIBYTE)
    if group is None:
        pytest.skip("no control group with a limit of memory can be made here")
    try:
        path = large(tmp_path / "data.h5", 17_000, 2 * 10**6)
        done = run(["train", path, "--model", tmp_path / "model.h5"], ranks,
                   preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())))
        message = needs(done, path)
        assert "limit from the control group" in message
    finally:
        subprocess.run(["rmdir", str(group)], check=True)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Few rows of so many features that their information matrix has 200 MB."""
    generator = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("wide") / "data.h5"
    with h5py.File(path, "w") as file:
        file["X"] = generator.normal(size=(400, 7000)).astype(np.float32)
        file["y"] = generator.integers(0, 2, 400).astype(np.uint8)
    return path


@pytest.mark.parametrize("ranks, threads", [(1, 1), (1, 2), (3, 1)])
@pytest.mark.parametrize("megabytes", [300, 400])
def test_memory_that_runs_out_in_the_middle(tmp_path, wide, ranks, threads, megabytes):
    """On all ranks at once: one of them speaks, and nobody waits for another."""
    done = run(["train", wide, "--model", tmp_path / "model.h5", "--l2", "1e-3", "--inference",
                "--force", "--threads", str(threads)], ranks,
               ["prlimit", f"--as={megabytes << 20}"])
    assert done.code in (1, 2), done.err
    assert len(done.errors) == 1 and "out of memory" in done.errors[0], done.err
    assert done.seconds < 10
    assert list(tmp_path.iterdir()) == []


def test_memory_that_runs_out_on_one_rank(tmp_path, wide):
    wrapper = tmp_path / "wrapper"
    wrapper.write_text("#!/bin/sh\n"
                       'test "$OMPI_COMM_WORLD_RANK" = 1 || exec "$@"\n'
                       f'exec prlimit --as={300 << 20} "$@"\n')
    wrapper.chmod(0o755)
    done = run(["train", wide, "--model", tmp_path / "model.h5", "--l2", "1e-3", "--inference",
                "--force", "--threads", "1"], 3, [wrapper])
    assert done.code == 1, done.err
    assert len(done.errors) == 1 and "rank 1: out of memory" in done.errors[0], done.err
    assert done.seconds < 10
    assert list(tmp_path.iterdir()) == [wrapper]
