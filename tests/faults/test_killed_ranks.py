"""A rank that dies, whenever and by whatever signal, takes the job with it and leaves no torn file."""

import contextlib
import os
import random
import re
import signal
import subprocess
import time

import pytest

from program import DATA, OLD

from thorough import THOROUGH

from faults import (
    command, ranks_of, result, run, said, same_model, side_by_side, started, temporary_files)

RANKS = 3
MOMENTS = 24 if THOROUGH else 10


def arguments(path, solver="lbfgs", iterations=60):
    return ["train", DATA / "adult.h5", "--model", path, "--solver", solver, "--tolerance", "0",
            "--max-iterations", iterations, "--threads", "1", "--quiet"]


def mpirun_is_stuck(job):
    """Open MPI 4.1.4's mpirun can lock itself up over a rank that dies while it makes itself known to
    it: one in 60 such kills. All ranks are ended by then."""
    return ranks_of(job) == [] and "PMIX ERROR" in said(job)[1]


def wait_for_ranks(job, count=RANKS):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and job.poll() is None:
        ranks = ranks_of(job)
        if len(ranks) == count:
            return ranks
        time.sleep(0.005)
    raise AssertionError("the ranks did not start")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The model, and how long its ranks live."""
    path = tmp_path_factory.mktemp("reference") / "model"
    with started(command(arguments(path), RANKS)) as job:
        wait_for_ranks(job)
        start = time.monotonic()
        done = result(job, 30)
    assert done.code in (0, 3), done.err
    return path, time.monotonic() - start


def test_killed_at_any_moment(tmp_path, reference):
    expected, life = reference
    stuck = []
    chance = random.Random(20240607)

    def kill(number):
        path = tmp_path / str(number) / "model"
        path.parent.mkdir()
        path.write_bytes(OLD)
        moment = life * (number + chance.random()) / MOMENTS
        victim = chance.randrange(RANKS)
        with started(command(arguments(path), RANKS)) as job:
            ranks = wait_for_ranks(job)
            time.sleep(moment)
            alive = job.poll() is None
            if alive:
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(ranks[victim], signal.SIGKILL)
            try:
                done = result(job, 10)
            except subprocess.TimeoutExpired:
                assert moment < 0.5 and mpirun_is_stuck(job), said(job)
                assert path.read_bytes() == OLD
                stuck.append(number)
                return None
        problem = f"rank {victim} after {moment:.2f} of {life:.2f} s: {done.code}, {done.seconds:.1f} s"
        if path.read_bytes() == OLD:
            fine = done.code not in (0, 3)
        else:
            fine = same_model(path, expected)
        # mpirun says who died; the program itself has nothing to say.
        if not fine or done.seconds > 5 or len(temporary_files(path)) > 1 or done.errors:
            return problem + done.err
        # In a rank's first moments mpirun may leave out whom it was.
        told = re.search("signal 9|job has been aborted", done.err) or done.code in (0, 3)
        return None if told else problem + done.err

    problems = [problem for problem in side_by_side(kill, range(MOMENTS)) if problem]
    assert not problems, "\n".join(problems)
    assert len(stuck) <= 2


@pytest.mark.parametrize("name, victims", [
    (name, range(RANKS) if THOROUGH else [number % RANKS])
    for number, name in enumerate(["SIGSEGV", "SIGABRT", "SIGKILL", "SIGBUS"])])
def test_crash_in_mid_training(tmp_path, name, victims):
    path = tmp_path / "model"
    path.write_bytes(OLD)
    endless = arguments(path, "gradient-descent", 10**8)

    def crash(victim):
        with started(command(endless, RANKS)) as job:
            ranks = wait_for_ranks(job)
            time.sleep(1.0)
            assert job.poll() is None
            os.kill(ranks[victim], getattr(signal, name))
            return result(job, 20)

    for done in map(crash, victims):
        assert done.code == 128 + getattr(signal, name), done.err
        assert done.seconds < 5
        assert re.search(rf"signal {int(getattr(signal, name))}\b", done.err)
        assert done.errors == []
        assert [p.name for p in tmp_path.iterdir()] == ["model"] and path.read_bytes() == OLD


def test_next_run_after_a_kill_is_right(tmp_path, reference):
    path = tmp_path / "model"
    path.write_bytes(OLD)
    with started(command(arguments(path), RANKS)) as job:
        ranks = wait_for_ranks(job)
        os.kill(ranks[0], signal.SIGKILL)
        assert result(job, 20).code != 0
    assert path.read_bytes() == OLD
    assert run(arguments(path), RANKS).code in (0, 3)
    assert same_model(path, reference[0])
