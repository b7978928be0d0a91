"""A rank is stopped, as by a hung file system: the others find out, and Slurm ends what is left."""

import os
import signal
import time

import pytest

from jobs import in_training, running, seconds_until
from program import ENDLESS, training
from slurm_rig import END_WITH_A_RANK, srun

TIMEOUT = 3


@pytest.mark.parametrize("victim", [0, 4])
def test_a_stopped_rank_ends_the_step(slurm, tmp_path, victim):
    log = tmp_path / "log"
    command = training(tmp_path / "m.h5", ENDLESS, "--stall-timeout", TIMEOUT)
    with running(slurm, srun(5, command, *END_WITH_A_RANK), log) as job:
        in_training(job, log)
        os.kill(slurm.ranks()[victim], signal.SIGSTOP)
        start = time.monotonic()
        # Two seconds to hear who answers, and three until Slurm kills the one that does not leave.
        assert job.wait(timeout=TIMEOUT + 8) != 0
        seconds_until(lambda: not slurm.ranks(), TIMEOUT + 8 - (time.monotonic() - start))
    assert f"mpilogit: error: rank {victim} " in log.read_text()
