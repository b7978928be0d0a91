"""A rank that goes silent ends the job: soon, with exit code 86, and with its name in one message. A job that is
suspended as a whole, or a rank that is only slow, ends nothing."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import h5py
import numpy as np
import pytest

from conftest import DATA, MPIEXEC, command, mpilogit
from test_faults import children

TIMEOUT = 3


def program_of(pid):
    """Its path; nothing if there is no such process, or only its remains."""
    try:
        return str(pathlib.Path(f"/proc/{pid}/exe").readlink())
    except OSError:
        return None


def rank_of(pid):
    """Nothing if mpirun has not made a rank of it yet."""
    with contextlib.suppress(OSError):
        for entry in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if entry.startswith((b"OMPI_COMM_WORLD_RANK=", b"PMIX_RANK=")):
                return int(entry.split(b"=")[1])
    return None


class Job:
    """mpilogit under mpirun, with the process of each rank; killed at the end if it is still there."""

    def __init__(self, folder, command_line, ranks):
        self.log = folder / "log"
        self.out = folder / "out"
        with self.log.open("w") as log, self.out.open("w") as out:
            self.mpirun = subprocess.Popen(command_line, stdout=out, stderr=log)
        self.count = ranks
        self.program = os.path.realpath(command_line[3])
        self.ranks = {}

    def wait_until(self, condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, self.text()
            assert self.mpirun.poll() is None, self.text()
            time.sleep(0.02)

    def find_ranks(self):
        def all_there():
            self.ranks = {rank_of(pid): pid for pid in children(self.mpirun.pid) if program_of(pid) == self.program}
            return sorted(self.ranks, key=str) == list(range(self.count))

        self.wait_until(all_there)

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
        return [pid for pid in self.ranks.values() if program_of(pid) == self.program]

    def end(self):
        """Of what is still there, nothing but the own processes: a number may be another's by now."""
        left = set(self.living())
        if self.mpirun.poll() is None:
            left |= {pid for pid in children(self.mpirun.pid) if program_of(pid) == self.program}
            self.mpirun.kill()
            self.mpirun.wait()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def start(tmp_path):
    jobs = []

    def run(command_line, ranks=3):
        jobs.append(Job(tmp_path, command_line, ranks))
        return jobs[-1]

    yield run
    for job in jobs:
        job.end()


def training(tmp_path, *arguments, data="adult.h5"):
    return command(["train", DATA / data, "--model", tmp_path / "m.h5", "--stall-timeout", f"{TIMEOUT}s",
                    *arguments], 3)


def endless_training(tmp_path):
    """Without a tolerance gradient descent goes on for minutes, pass after pass."""
    return training(tmp_path, "--solver", "gradient-descent", "--tolerance", "0", "--max-iterations", "100000000")


def require_end(job, what, phase, within=TIMEOUT + 5):
    """In time; by the code of mpirun and one message."""
    begin = time.monotonic()
    assert job.mpirun.wait(timeout=60) == 86, job.text()
    assert time.monotonic() - begin < within, job.text()
    deadline = time.monotonic() + 2
    while job.living():
        assert time.monotonic() < deadline, job.living()
        time.sleep(0.02)
    errors = job.errors()
    assert len(errors) == 1, job.text()
    assert re.fullmatch(
        rf"mpilogit: error: {what}\. Waiting: {phase}, collective \d+\. All ranks end with exit code 86\. "
        r"Start again.*", errors[0]), errors[0]


def silent(*ranks):
    numbers = ", ".join(map(str, ranks))
    return (rf"rank{'s' if len(ranks) > 1 else ''} {numbers} on host {re.escape(socket.gethostname())} "
            r"did not answer for \d+ s \(stopped, swapped out, or cut off\)")


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_a_stopped_rank_ends_the_job(start, tmp_path, rank):
    job = start(endless_training(tmp_path))
    job.wait_for_training()
    job.signal(signal.SIGSTOP, [rank])
    require_end(job, silent(rank), "training")
    assert list(tmp_path.glob("m.h5*")) == []


def test_all_stopped_ranks_are_named(start, tmp_path):
    job = start(endless_training(tmp_path))
    job.wait_for_training()
    job.signal(signal.SIGSTOP, [0, 1])
    require_end(job, silent(0, 1), "training", within=TIMEOUT + 5)


def test_a_rank_that_stops_while_it_reads(start, tmp_path):
    """Compressed, so that reading takes a while."""
    rows = np.random.default_rng(1).normal(size=(200_000, 60)).astype(np.float32)
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("X", data=rows, chunks=(1000, 60), compression="gzip", compression_opts=1)
        file["y"] = (rows[:, 0] > rows[:, 1]).astype(np.int32)
    job = start(command(["train", path, "--model", tmp_path / "m.h5", "--io", "posix",
                         "--stall-timeout", str(TIMEOUT)], 3))
    job.find_ranks()
    job.wait_until(lambda: has_open(job.ranks[2], path))
    job.signal(signal.SIGSTOP, [2])
    require_end(job, silent(2), "reading the data")


def has_open(pid, path):
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if entry.readlink() == path:
                return True
    return False


def test_a_job_that_is_suspended_as_a_whole_goes_on(start, tmp_path):
    """For longer than the timeout; to the same bits."""
    arguments = ["--solver", "gradient-descent", "--l2", "1e-3", "--tolerance", "1e-5"]
    record = tmp_path / "record.json"
    undisturbed = mpilogit("train", DATA / "a9a.h5", "--model", tmp_path / "m.h5", *arguments, "--json", record)
    assert undisturbed.code == 0, undisturbed.err
    job = start(training(tmp_path, *arguments, "--json", tmp_path / "again.json", data="a9a.h5"))
    job.wait_for_training()
    job.signal(signal.SIGSTOP)
    time.sleep(2 * TIMEOUT)
    assert len(job.living()) == 3  # and so it was stopped in mid-training
    job.signal(signal.SIGCONT)
    assert job.mpirun.wait(timeout=60) == 0, job.text()
    again = json.loads((tmp_path / "again.json").read_text())
    assert again["seconds"]["total"] > 2 * TIMEOUT
    assert again["coefficients_sha256"] == undisturbed.record["coefficients_sha256"]


def test_a_rank_that_stops_for_less_than_the_timeout_is_waited_for(start, tmp_path):
    job = start(endless_training(tmp_path))
    job.wait_for_training()
    for _ in range(3):
        job.signal(signal.SIGSTOP, [1])
        time.sleep(0.7 * TIMEOUT)
        job.signal(signal.SIGCONT, [1])
        time.sleep(0.3)
    assert job.mpirun.poll() is None, job.text()
    assert job.errors() == []


def scene(*arguments):
    return [MPIEXEC, "-n", "3", os.environ["MPILOGIT_SILENT_RANKS"], *arguments]


@pytest.mark.parametrize("name", ["slow passes", "slower and slower"])
def test_slow_passes_end_nothing(start, name):
    job = start(scene(name))
    assert job.mpirun.wait(timeout=60) == 0, job.text()
    assert job.text() == ""


def test_a_rank_that_stops_before_the_ranks_know_of_each_other(start):
    job = start(scene("stopped at the start"))
    job.find_ranks()
    require_end(job, r"a rank kept the others waiting for \d+ s at the start, before they know which one it is "
                     r"\(stopped, cut off, or out of memory\)", "starting")


def test_a_rank_that_lives_but_keeps_the_others_waiting(start):
    job = start(scene("writing"))
    job.find_ranks()
    require_end(job, rf"rank 0 on host {re.escape(socket.gethostname())} answered but kept the others waiting for "
                     r"\d+ s \(writing the model, after collective \d+: .*\)", "writing the model", within=15)


@pytest.mark.parametrize("code", ["0", "2"])
def test_the_last_meeting_of_the_ranks_is_watched(start, code):
    job = start(scene("stopped after the work", *([code] if code != "0" else [])))
    job.find_ranks()
    require_end(job, silent(1), "leaving", within=15)


@pytest.mark.parametrize("value", ["soon", "-1", "0.5", "1d", ""])
def test_a_timeout_that_is_none_is_refused(tmp_path, value):
    run = mpilogit("train", DATA / "adult.h5", "--model", tmp_path / "m.h5", f"--stall-timeout={value}", ranks=2)
    assert run.code == 2
    assert len(run.errors) == 1 and "--stall-timeout" in run.errors[0]


@pytest.mark.parametrize("value", ["0", "90", "90s", "1.5m"])
def test_timeouts_as_one_may_write_them(tmp_path, value):
    run = mpilogit("train", DATA / "adult.h5", "--model", tmp_path / "m.h5", "--stall-timeout", value, ranks=2)
    assert run.code == 0, run.err
