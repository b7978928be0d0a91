"""scripts/launch's words for MPICH under a real Hydra, if the machine has it beside Open MPI."""

import shutil
import subprocess

import pytest

from launching import LAUNCH


@pytest.mark.parametrize("options", [
    ["-n", "2", "--oversubscribe"], ["-n", "1"], ["--rank-per", "numa"], ["--rank-per", "socket"], ["--rank-per", "host"],
    ["-n", "1", "--hosts", "localhost:1"]])
def test_hydra_takes_these_words(machine, jobs, options):
    mpiexec = shutil.which("mpiexec.mpich") or shutil.which("mpiexec.hydra")
    if mpiexec is None:
        pytest.skip("there is no MPICH")
    (machine.tools / "mpirun").symlink_to(mpiexec)
    jobs.program('echo "rank $PMI_RANK: $OMP_NUM_THREADS threads"\n')
    environment = jobs.environment()
    environment["PATH"] = f"{machine.tools}:{environment['PATH']}"
    result = subprocess.run([LAUNCH, *options, "--threads", "1", "train"], capture_output=True, text=True, check=False,
                            timeout=60, env=environment)
    assert result.returncode == 0, result.stderr
    ranks = int(result.stderr.split(" ranks × ")[0].rsplit(" ", 1)[1])
    assert sorted(result.stdout.splitlines()) == [f"rank {rank}: 1 threads" for rank in range(ranks)]
