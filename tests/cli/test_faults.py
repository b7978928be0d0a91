"""A rank that dies takes the job with it: soon, with a code that is not 0, without a model."""

import os
import pathlib
import signal
import subprocess
import time

import pytest

from conftest import DATA, command


def children(pid):
    """Process ids of the direct children of `pid`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_killed_rank_ends_the_job(tmp_path, victim):
    model = tmp_path / "m.h5"
    log = (tmp_path / "log").open("w+")
    # Without a tolerance gradient descent goes on for minutes: the kill comes in mid-training.
    job = subprocess.Popen(
        command(["train", DATA / "adult.h5", "--model", model, "--solver", "gradient-descent",
                 "--tolerance", "0", "--max-iterations", "100000000"], 3),
        stdout=subprocess.DEVNULL, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while len((tmp_path / "log").read_text().splitlines()) < 10:
            assert time.monotonic() < deadline and job.poll() is None
            time.sleep(0.05)
        ranks = children(job.pid)
        assert len(ranks) == 3
        os.kill(sorted(ranks)[victim], signal.SIGKILL)
        start = time.monotonic()
        assert job.wait(timeout=10) != 0
        assert time.monotonic() - start < 5
    finally:
        if job.poll() is None:
            job.kill()
    assert list(tmp_path.glob("m.h5*")) == []
