"""A rank that goes silent ends the job: soon, with exit code 86, and with its name in one message. A job that is
suspended as a whole, or a rank that is only slow, ends nothing."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import pytest

from conftest import DATA, command, mpilogit, write_dense, logistic_sample
from test_faults import children

TIMEOUT = 3


def parent_of(pid):
    """0 if there is no such process, or only its remains."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[1])


def rank_of(pid):
    environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    for entry in environment:
        if entry.startswith((b"OMPI_COMM_WORLD_RANK=", b"PMIX_RANK=")):
            return int(entry.split(b"=")[1])
    raise AssertionError(f"{pid} is no rank")


class Job:
    """mpilogit under mpirun, with the process of each rank; killed at the end if it is still there."""

    def __init__(self, folder, arguments, ranks):
        self.log = folder / "log"
        self.out = folder / "out"
        with self.log.open("w") as log, self.out.open("w") as out:
            self.mpirun = subprocess.Popen(command(arguments, ranks), stdout=out, stderr=log)
        self.count = ranks
        self.ranks = {}

    def wait_until(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.text()
            assert self.mpirun.poll() is None, self.text()
            time.sleep(0.02)

    def find_ranks(self):
        self.wait_until(lambda: len(children(self.mpirun.pid)) == self.count)
        self.ranks = {rank_of(pid): pid for pid in children(self.mpirun.pid)}
        assert sorted(self.ranks) == list(range(self.count))

    def wait_for_training(self):
        self.wait_until(lambda: len(self.text().splitlines()) >= 10)
        self.find_ranks()

    def signal(self, number, ranks=None):
        for rank in self.ranks if ranks is None else ranks:
            os.kill(self.ranks[rank], number)

    def text(self):
        return self.log.read_text()

    def errors(self):
        return [line for line in self.text().splitlines() if line.startswith("mpilogit: error: ")]

    def living(self):
        return [pid for pid in self.ranks.values() if parent_of(pid) != 0]

    def end(self):
        for pid in [self.mpirun.pid, *self.ranks.values()]:
            if pid == self.mpirun.pid and self.mpirun.poll() is not None:
                continue
            if pid == self.mpirun.pid or parent_of(pid) in (self.mpirun.pid, 1):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.mpirun.wait()


@pytest.fixture
def start(tmp_path):
    jobs = []

    def run(*arguments, ranks=3):
        jobs.append(Job(tmp_path, arguments, ranks))
        return jobs[-1]

    yield run
    for job in jobs:
        job.end()


def long_training(tmp_path, iterations=100_000_000):
    """Without a tolerance gradient descent goes on for minutes, pass after pass."""
    return ["train", DATA / "adult.h5", "--model", tmp_path / "m.h5", "--solver", "gradient-descent",
            "--tolerance", "0", "--max-iterations", iterations, "--stall-timeout", f"{TIMEOUT}s"]


def require_end(job, stopped, phase):
    """Within the timeout and 5 s; by the code of mpirun and one message that names the rank."""
    begin = time.monotonic()
    assert job.mpirun.wait(timeout=60) == 86, job.text()
    assert time.monotonic() - begin < TIMEOUT + 5
    deadline = time.monotonic() + 2
    while job.living():
        assert time.monotonic() < deadline, job.living()
        time.sleep(0.02)
    errors = job.errors()
    assert len(errors) == 1, job.text()
    names = f"rank {stopped[0]} " if len(stopped) == 1 else f"ranks {', '.join(map(str, stopped))} "
    assert errors[0].startswith(f"mpilogit: error: {names}on host {socket.gethostname()} did not answer for 3 s")
    assert re.search(rf"Waiting: rank \d, {phase}, collective \d+\. All ranks end with exit code 86\.", errors[0])
    return errors[0]


@pytest.mark.parametrize("stopped", [[0], [1], [2], [0, 1]])
def test_stopped_ranks_end_the_job(start, tmp_path, stopped):
    job = start(*long_training(tmp_path))
    job.wait_for_training()
    job.signal(signal.SIGSTOP, stopped)
    error = require_end(job, stopped, "training")
    assert "Start again" in error
    assert list(tmp_path.glob("m.h5*")) == []
