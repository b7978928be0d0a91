"""scripts/slurm/train.sbatch: on preemption and at the time limit back into the queue, and on to the same
bits."""

import pytest

from jobs import seconds_until
from program import DATA, LONG, PROGRAM, SOURCE, STOPPED_BY_ITERATIONS, coefficients, options_of_training


@pytest.fixture
def job(slurm, tmp_path):
    """job(): submits a training of four ranks on both nodes; its number."""
    slurm.environment |= {"MPILOGIT": PROGRAM, "MPILOGIT_SCRIPTS": str(SOURCE / "scripts")}

    def submit():
        return slurm.submit(
            SOURCE / "scripts/slurm/train.sbatch", DATA / "adult.h5", tmp_path / "m.h5",
            *options_of_training(LONG),
            options=["--nodes=2", "--ntasks=4", "--cpus-per-task=2", "--output", tmp_path / "log"])
    return submit


def log_of(tmp_path):
    log = tmp_path / "log"
    return log.read_text() if log.exists() else ""


def in_training(tmp_path):
    """Whether the training has begun to show its iterations."""
    return log_of(tmp_path).count("\n") > 10


def check_the_end(slurm, number, tmp_path, digest):
    job = slurm.wait_for(number, "FAILED", timeout=90)
    assert job["ExitCode"] == f"{STOPPED_BY_ITERATIONS}:0", log_of(tmp_path)
    assert coefficients(tmp_path / "m.h5") == digest
    return int(job["Restarts"])


def test_a_preempted_job_comes_back_and_goes_on(slurm, job, long_training, tmp_path):
    number = job()
    seconds_until(lambda: in_training(tmp_path), 30)
    done = slurm.run("srun", "--partition=urgent", "--nodes=2", "--exclusive", "true")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m.h5.checkpoint").exists()
    assert check_the_end(slurm, number, tmp_path, long_training) == 1


# What Slurm does two minutes before the time limit (#SBATCH --signal), without the wait for it.
def test_a_job_that_nears_its_time_limit_comes_back_and_goes_on(slurm, job, long_training, tmp_path):
    number = job()
    seconds_until(lambda: in_training(tmp_path), 30)
    slurm.run("scancel", "--batch", "--signal=USR1", number)
    assert check_the_end(slurm, number, tmp_path, long_training) == 1


def test_a_cancelled_job_leaves_a_checkpoint_and_does_not_come_back(slurm, job, long_training, tmp_path):
    number = job()
    seconds_until(lambda: in_training(tmp_path), 30)
    slurm.run("scancel", number)
    assert slurm.wait_for(number, "CANCELLED")["Restarts"] == "0"
    seconds_until((tmp_path / "m.h5.checkpoint").exists, 10)
    # The same command again goes on from there.
    assert check_the_end(slurm, job(), tmp_path, long_training) == 0
    assert "going on from" in log_of(tmp_path)
