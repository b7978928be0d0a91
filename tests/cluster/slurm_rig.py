"""A Slurm of its own: a controller and two nodes, all on this machine, all under one folder."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

from program import environment
from undertaker import MARK, Undertaker, name_of, processes

NODES = ("n1", "n2")
PROGRAMS = ("slurmctld", "slurmd", "srun", "sbatch", "scontrol", "setsid")

# - auth/none, cred/none: no munge daemon, whose key the system owns.
# - config_overrides: nodes may say that they have more CPUs than the machine, so that seven tasks fit.
# - TmpFS with %n: the nodes share a machine, and PMIx of one would find the other's folder.
# - cred_expire is also the time that a requeued job has to wait; two minutes by default.
CONFIGURATION = """\
ClusterName=rig
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
MpiDefault=pmix
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/spool-%n
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmdLogFile={folder}/slurmd-%n.log
TmpFS={folder}/tmp-%n
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=0,bf_interval=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=8
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=8
PartitionName=normal Nodes=n1,n2 Default=YES PriorityTier=1 GraceTime=20
PartitionName=urgent Nodes=n1,n2 PriorityTier=2 PreemptMode=OFF
"""


def skip_unless_possible():
    missing = [name for name in PROGRAMS if not shutil.which(name, path=search_path())]
    if missing:
        pytest.skip(f"no Slurm here: {', '.join(missing)} not found (scripts/setup --tests installs it)")
    if os.geteuid() != 0:
        pytest.skip("Slurm's daemons start jobs as root only")


# How a step ends soon after one of its ranks was killed. --kill-on-bad-exit=1 would do for a program that
# a SIGTERM ends; a training with a checkpoint takes it as a request that the ranks left cannot agree on,
# and goes on until Slurm's KillWait of half a minute is over.
END_WITH_A_RANK = ["--kill-on-bad-exit=0", "--wait=3"]


def srun(tasks, command, *options):
    """The words that start so many tasks on both nodes, or one."""
    return ["srun", "--mpi=pmix", "--nodes", min(tasks, len(NODES)), "--ntasks", tasks, *options, *command]


def rank_of(pid):
    try:
        variables = pathlib.Path("/proc", str(pid), "environ").read_bytes().split(b"\0")
    except OSError:  # gone in the meantime
        return -1
    return next((int(text[13:]) for text in variables if text.startswith(b"SLURM_PROCID=")), -1)


def search_path():
    return f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin:/sbin"


def free_ports(count):
    """Ports that nobody listens on now. All are held until all are found, so that none comes twice."""
    held = [socket.create_server(("", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in held]
    for server in held:
        server.close()
    return ports


class Slurm:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mpilogit-slurm-"))
        self._undertaker = Undertaker(self.folder, f"rm -rf {self.folder}")
        for name in ("state", "tmp", *(f"{kind}-{node}" for kind in ("spool", "tmp") for node in NODES)):
            (self.folder / name).mkdir()
        configuration = self.folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(
            host=socket.gethostname(), folder=self.folder, ports=free_ports(3)))
        self.environment = environment() | {
            "PATH": search_path(), MARK: str(self.folder), "SLURM_CONF": str(configuration),
            "TMPDIR": str(self.folder / "tmp"),
            # Both nodes have the machine's name: shared memory would be tried between them.
            "OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo"}
        self._daemons = []

    def start(self):
        self._start_daemon("slurmctld", "-D", "-c")
        for node in NODES:
            self._start_daemon("slurmd", "-D", "-N", node)
        self._wait_until(lambda: self.output("sinfo", "-h", "-o", "%t %D") == f"idle {len(NODES)}",
                         30, "the nodes are not idle")

    def _start_daemon(self, *command):
        log = (self.folder / f"{'-'.join(command)}.out").open("w")
        self._daemons.append(self.popen(*command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def close(self):
        self._undertaker.close()
        for daemon in self._daemons:
            daemon.wait()

    def processes(self):
        return processes(self.folder)

    def ranks(self):
        """Process ids of the ranks of the job that runs, in order."""
        return sorted((pid for pid in self.processes() if name_of(pid) == "mpilogit"), key=rank_of)

    # --- commands ----------------------------------------------------------------------------------

    def popen(self, *command, **keywords):
        return subprocess.Popen([str(word) for word in command], text=True,
                                **{"env": self.environment, **keywords})

    def run(self, *command, timeout=60):
        """Runs a command that may use this Slurm."""
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              timeout=timeout, check=False, env=self.environment)

    def output(self, *command):
        return self.run(*command).stdout.strip()

    def submit(self, script, *arguments, options=()):
        """The number of the new job."""
        done = self.run("sbatch", "--parsable", *options, script, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def only_job(self):
        """The number of the job that is in the queue."""
        (number,) = self.output("squeue", "-h", "-o", "%i").split()
        return number

    # --- jobs --------------------------------------------------------------------------------------

    def job(self, number):
        """What scontrol knows of a job: JobState, Restarts, ExitCode, ..."""
        text = self.output("scontrol", "show", "job", "-o", number)
        return dict(re.findall(r"(\S+?)=(\S*)", text))

    def state(self, number):
        return self.job(number).get("JobState", "UNKNOWN")

    def wait_for(self, number, *states, timeout=60):
        self._wait_until(lambda: self.state(number) in states, timeout,
                         lambda: f"job {number} is {self.job(number)}, not {' or '.join(states)}")
        return self.job(number)

    def cancel_all(self):
        """Ends what a failed test has left in the queue."""
        for number in self.output("squeue", "-h", "-o", "%i").split():
            self.run("scancel", number)
            self.run("scancel", "--signal=KILL", "--full", number)
        self._wait_until(lambda: not self.output("squeue", "-h"), 60, "there are still jobs")

    def _wait_until(self, condition, timeout, complaint):
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                said = complaint() if callable(complaint) else complaint
                pytest.fail(f"{said} after {timeout} s\n{self.logs()}")
            time.sleep(0.1)

    def logs(self):
        """The last words of the daemons, for the report of a failure."""
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}"
                         for log in sorted(self.folder.glob("*.log")))
