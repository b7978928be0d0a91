"""What Slurm asks of a training by signals: a checkpoint, an end, an end for now."""

import os
import shutil
import signal
import time

import pytest

from jobs import in_training, running, seconds_until
from program import CHECKPOINTED, ENDLESS, LONG, STOPPED_BY_ITERATIONS, coefficients, training
from slurm_rig import END_WITH_A_RANK, srun
from thorough import some


@pytest.fixture
def checkpoint(tmp_path):
    return tmp_path / "checkpoint.h5"


def step(tasks, tmp_path, checkpoint, iterations=LONG):
    return srun(tasks, training(tmp_path / "m.h5", iterations, "--checkpoint", checkpoint), *END_WITH_A_RANK)


def test_usr1_makes_a_checkpoint_and_the_training_goes_on(slurm, long_training, tmp_path, checkpoint):
    log = tmp_path / "log"
    with running(slurm, step(3, tmp_path, checkpoint), log) as job:
        in_training(job, log, lines=5)
        assert not checkpoint.exists()
        slurm.run("scancel", "--signal=USR1", slurm.only_job())
        seconds_until(checkpoint.exists, 5)
        shutil.copy(checkpoint, tmp_path / "copy.h5")
        assert job.wait(timeout=60) == STOPPED_BY_ITERATIONS, log.read_text()
    assert coefficients(tmp_path / "m.h5") == long_training
    # What was kept on the way is good for the rest of the way.
    (tmp_path / "m.h5").unlink()
    done = slurm.run(*step(2, tmp_path, tmp_path / "copy.h5"))
    assert done.returncode == STOPPED_BY_ITERATIONS and str(tmp_path / "copy.h5") in done.stderr, done.stderr
    assert coefficients(tmp_path / "m.h5") == long_training


@pytest.fixture
def interrupted(slurm, tmp_path, checkpoint):
    """interrupted(words of scancel): a training of five ranks is ended by them, and leaves a checkpoint."""
    def interrupt(*scancel):
        log = tmp_path / "log"
        with running(slurm, step(5, tmp_path, checkpoint), log) as job:
            in_training(job, log, lines=5)
            slurm.run("scancel", *scancel, slurm.only_job())
            assert job.wait(timeout=10) == CHECKPOINTED, log.read_text()
        assert not (tmp_path / "m.h5").exists()
        assert checkpoint.exists()
    return interrupt


def resumed(slurm, tasks, tmp_path, checkpoint):
    """The digest after so many tasks went on from a copy of the checkpoint."""
    copy = shutil.copy(checkpoint, tmp_path / "copy.h5")
    done = slurm.run(*step(tasks, tmp_path, copy))
    assert done.returncode == STOPPED_BY_ITERATIONS and copy.name in done.stderr, done.stderr
    return coefficients(tmp_path / "m.h5")


def test_any_number_of_tasks_goes_on_to_the_same_bits(
        slurm, interrupted, long_training, tmp_path, checkpoint):
    interrupted("--signal=USR2")
    for tasks in some([1, 2, 3, 5, 7], [1, 5]):
        assert resumed(slurm, tasks, tmp_path, checkpoint) == long_training


# A plain scancel is a SIGTERM, and a SIGKILL after half a minute.
@pytest.mark.parametrize("words", [["--signal=TERM"], ["--signal=XCPU"], []])
def test_what_ends_the_job_leaves_a_checkpoint(
        slurm, interrupted, long_training, tmp_path, checkpoint, words):
    interrupted(*words)
    assert resumed(slurm, 2, tmp_path, checkpoint) == long_training


def test_a_killed_rank_ends_the_step(slurm, tmp_path, checkpoint):
    log = tmp_path / "log"
    with running(slurm, step(5, tmp_path, checkpoint, ENDLESS), log) as job:
        in_training(job, log)
        os.kill(slurm.ranks()[4], signal.SIGKILL)
        start = time.monotonic()
        assert job.wait(timeout=5) != 0
        seconds_until(lambda: not slurm.ranks(), 5 - (time.monotonic() - start))
