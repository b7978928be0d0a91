"""What the tests of scripts/launch share: a machine of stand-ins, and jobs under the real mpirun."""

import os
import pathlib
import shlex
import signal
import subprocess
import time

import pytest

LAUNCH = pathlib.Path(os.environ["MPILOGIT_SOURCE"]) / "scripts" / "launch"
VERSIONS = {
    "openmpi4": "mpirun (Open MPI) 4.1.4",
    "openmpi5": "mpirun (Open MPI) 5.0.3",
    "mpich": "HYDRA build details:\n    Version: 4.0.2",
}
# What words mean only the program knows, and the launcher asks it: so do the stand-ins.
ANSWERS = f"""if [[ $1 == --value-of ]]; then exec {shlex.quote(os.environ['MPILOGIT_PROGRAM'])} "$@"; fi\n"""
# Two sockets, each a NUMA node, of two cores with two threads each: CPU 0 and 4 are the same core.
LSCPU = "# CPU,Core,Socket,Node\n" + "".join(
    f"{cpu},{cpu % 4},{cpu % 4 // 2},{cpu % 4 // 2}\n" for cpu in range(8))
# What Slurm 22.05 prints.
MPI_LIST = "MPI plugin types are...\n\tpmix\n\tnone\n\tpmi2\nspecific pmix plugin versions available: pmix_v4\n"


class Machine:
    """A folder of stand-ins, first on the PATH."""

    def __init__(self, tools):
        self.tools = tools
        self.tools.mkdir()

    def tool(self, name, body):
        (self.tools / name).write_text("#!/bin/bash\n" + body)
        (self.tools / name).chmod(0o755)
        return self.tools / name


class Launcher:
    """scripts/launch on four cores, with a stand-in for mpirun, srun, lscpu and the program."""

    def __init__(self, machine, mpi="openmpi4", cpus="0-7", mpi_list=MPI_LIST, lscpu=LSCPU):
        self.tools = machine.tools
        self.mpirun = machine.tool("mpirun", f"""
if [[ $1 == --version ]]; then printf '%s\\n' {shlex.quote(VERSIONS.get(mpi, mpi))}; exit; fi
printf '%s\\n' "$@"
exit "${{FAKE_STATUS:-0}}"
""")
        self.srun = machine.tool("srun", f"""
if [[ $1 == --mpi=list ]]; then printf '%s' {shlex.quote(mpi_list)}; exit; fi
printf '%s\\n' "$@"
exit "${{FAKE_STATUS:-0}}"
""")
        machine.tool("lscpu", f"cat <<'END'\n{lscpu}END\n")
        # The CPUs that the kernel allows: the script reads them with this sed, and has no limit in time.
        machine.tool("sed", f"""
if [[ $* == *Cpus_allowed_list* ]]; then echo {cpus}; else exec /usr/bin/env -i PATH=/usr/bin:/bin sed "$@"; fi
""")
        self.program = machine.tool("mpilogit", ANSWERS)
        self.environment = {
            "PATH": f"{self.tools}:/usr/bin:/bin",
            "MPILOGIT": str(self.program),
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        }

    def run(self, *arguments, **environment):
        return subprocess.run(
            [LAUNCH, *arguments], capture_output=True, text=True, check=False, timeout=60,
            env={**self.environment, **environment})

    def command(self, *arguments, **environment):
        """What --dry-run prints, as words."""
        result = self.run("--dry-run", *arguments, **environment)
        assert result.returncode == 0, result.stderr
        return shlex.split(result.stdout)

    def refusal(self, *arguments, **environment):
        result = self.run(*arguments, **environment)
        assert result.returncode == 2
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("mpilogit launch: error: ")
        return result.stderr


def has(command, *words):
    """Whether these words stand in the command side by side."""
    return any(tuple(command[i:i + len(words)]) == words for i in range(len(command)))


def limited_in_time():
    """Whether a control group of this machine grants fewer than four CPUs' time."""
    try:
        quota, period = pathlib.Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return quota != "max" and int(quota) < 4 * int(period)
    except (OSError, ValueError):
        return False


four_cores = pytest.mark.skipif(limited_in_time(), reason="a control group limits the time of CPUs")


def eventually(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def is_alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class RealJobs:
    """Jobs of a stand-in for the program under the real mpirun. Each rank leaves its process's number
    and its mpirun's in a file, and none of them outlives the test."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        self.pids = folder / "pids"
        self.pids.touch()

    def program(self, body):
        path = self.folder / "program"
        path.write_text(f"#!/bin/bash\n{ANSWERS}echo $$ $PPID >>{self.pids}\nrank=${{OMPI_COMM_WORLD_RANK:-}}\n"
                        f"cd {self.folder}\n{body}")
        path.chmod(0o755)

    def environment(self, **more):
        return {**os.environ, "MPILOGIT": str(self.folder / "program"), "OMPI_ALLOW_RUN_AS_ROOT": "1",
                "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", **more}

    def start(self, *arguments, ranks=2):
        """The launcher, all of its ranks started."""
        job = subprocess.Popen(
            [LAUNCH, "-n", str(ranks), "--oversubscribe", *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment())
        self.started.append(job)
        assert eventually(lambda: len(self.ranks()) >= ranks), "the ranks do not start"
        time.sleep(0.3)  # for their traps
        return job

    def run(self, *arguments, ranks=2):
        job = self.start(*arguments, ranks=ranks)
        return self.finish(job)

    @staticmethod
    def finish(job, timeout=60):
        stdout, stderr = job.communicate(timeout=timeout)
        return subprocess.CompletedProcess(job.args, job.returncode, stdout, stderr)

    def ranks(self):
        return [int(line.split()[0]) for line in self.pids.read_text().splitlines()]

    def nothing_left(self):
        return not any(is_alive(int(pid)) for pid in self.pids.read_text().split())

    def clear(self):
        for job in self.started:
            if job.poll() is None:
                job.kill()
                job.wait()
            job.stdout.close()
            job.stderr.close()
        for pid in {int(word) for word in self.pids.read_text().split()}:
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                if str(self.folder).encode() in words:
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
