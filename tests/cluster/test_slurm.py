"""The program as a step and as a batch job of a real Slurm with two nodes."""

import os
import signal
import time

import pytest

from abandoned import kill_in_mid_test
from jobs import in_training, running, seconds_until
from program import ENDLESS, SHORT, STOPPED_BY_ITERATIONS, coefficients, training, words
from slurm_rig import END_WITH_A_RANK, NODES, srun
from thorough import some


def test_tasks_go_to_both_nodes(slurm):
    done = slurm.run("srun", "--nodes=2", "--ntasks=4", "printenv", "SLURMD_NODENAME")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 4 and set(done.stdout.split()) == set(NODES)


def test_nothing_stays_of_a_killed_test(slurm):
    kill_in_mid_test("slurm_rig", "Slurm", ["srun", "--nodes=2", "--ntasks=2", "sleep", "1000"], 2)


@pytest.mark.parametrize("tasks", some([1, 2, 3, 5, 7], [1, 5]))
def test_srun_trains_to_the_bits_of_one_rank(slurm, short_training, tmp_path, tasks):
    model = tmp_path / "m.h5"
    done = slurm.run(*srun(tasks, training(model, SHORT)))
    assert done.returncode == STOPPED_BY_ITERATIONS, done.stderr
    assert coefficients(model) == short_training


# Slurm ends the other tasks by SIGTERM when the first has ended with 3: their code must stay what it is.
def test_the_exit_code_survives_kill_on_bad_exit(slurm, tmp_path):
    for _ in range(3):
        done = slurm.run(*srun(5, training(tmp_path / "m.h5", 1), "--kill-on-bad-exit=1"))
        assert done.returncode == STOPPED_BY_ITERATIONS, done.stderr


@pytest.mark.parametrize("tasks", some([1, 2, 3, 5, 7], [1, 5]))
def test_a_batch_job_trains_to_the_bits_of_one_rank(slurm, short_training, tmp_path, tasks):
    model, script = tmp_path / "m.h5", tmp_path / "job"
    script.write_text("#!/bin/sh\nexec " + " ".join(words(srun(tasks, training(model, SHORT)))))
    number = slurm.submit(
        script, options=[f"--nodes={min(tasks, 2)}", f"--ntasks={tasks}", "--output", tmp_path / "out"])
    job = slurm.wait_for(number, "FAILED")
    assert job["ExitCode"] == f"{STOPPED_BY_ITERATIONS}:0", (tmp_path / "out").read_text()
    assert coefficients(model) == short_training


def test_mpirun_learns_the_nodes_from_the_allocation(slurm, short_training, tmp_path):
    model = tmp_path / "m.h5"
    done = slurm.run("salloc", "--nodes=2", "--ntasks=4", "mpirun", *training(model, SHORT))
    assert done.returncode == STOPPED_BY_ITERATIONS, done.stderr
    assert coefficients(model) == short_training


# Without any such option a step whose last rank on a node is killed goes on for ever: the last of these
# five is alone on its node.
@pytest.mark.parametrize("options", [["--kill-on-bad-exit=1"], END_WITH_A_RANK])
@pytest.mark.parametrize("victim", [0, 2, 4])
def test_a_killed_rank_ends_the_step(slurm, tmp_path, options, victim):
    model, log = tmp_path / "m.h5", tmp_path / "log"
    model.write_bytes(b'{"format": "mpilogit model"}')
    with running(slurm, srun(5, training(model, ENDLESS), *options), log) as job:
        in_training(job, log)
        os.kill(slurm.ranks()[victim], signal.SIGKILL)
        start = time.monotonic()
        assert job.wait(timeout=5) != 0
        seconds_until(lambda: not slurm.ranks(), 5 - (time.monotonic() - start))
    assert "Killed" in log.read_text()
    assert model.read_bytes() == b'{"format": "mpilogit model"}'
    assert [path.name for path in tmp_path.glob("m.h5*")] == ["m.h5"]
