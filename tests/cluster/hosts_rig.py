"""Three hosts on one machine: network name spaces that a bridge connects, each with a host name of its own.

They share the files, as the hosts of a cluster do, and the CPUs. What mpirun does by ssh, a script does that
enters the name space.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from program import MPIEXEC, environment
from undertaker import MARK, Undertaker, name_of, processes

HOSTS = ("a", "b", "c")
PROGRAMS = ("ip", "unshare", "hostname", "mount", "setsid")

# enter HOST COMMAND...: becomes the command, on that host. Each host has a /dev/shm of its own and knows the
# names of the others; both go with the last process that sees them.
ENTER = """\
#!/bin/sh
exec ip netns exec {prefix}-"$1" unshare --uts --mount sh -ec '
  hostname "$1"
  mount --bind {folder}/hosts /etc/hosts
  mount -t tmpfs shm /dev/shm
  shift
  exec "$@"' sh "$@"
"""

# Called as ssh is: the words of the command are for a shell. Were its name ssh, mpirun would add options.
REMOTE = """\
#!/bin/sh
host=$1
shift
exec {folder}/enter "$host" sh -c "$*"
"""

NETWORK = """\
set -e
ip netns add {prefix}-switch
ip -n {prefix}-switch link add bridge type bridge
ip -n {prefix}-switch link set bridge up
number=0
for host in {hosts}; do
  number=$((number + 1))
  ip netns add {prefix}-$host
  ip -n {prefix}-$host link add eth0 type veth peer name port-$host netns {prefix}-switch
  ip -n {prefix}-switch link set port-$host master bridge up
  ip -n {prefix}-$host address add 10.77.0.$number/24 dev eth0
  ip -n {prefix}-$host link set lo up
  ip -n {prefix}-$host link set eth0 up
  echo 10.77.0.$number $host >>{folder}/hosts
done
"""

NO_NETWORK = """\
for name in switch {hosts}; do ip netns del {prefix}-$name; done 2>/dev/null
rm -rf {folder}
"""


def skip_unless_possible():
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        pytest.skip(f"no hosts here: {', '.join(missing)} not found (scripts/setup --tests installs them)")
    if os.geteuid() != 0:
        pytest.skip("only root may make network name spaces")
    probe = subprocess.run(
        ["unshare", "--net", "--uts", "--mount", "sh", "-ec",
         "ip link add x type bridge; ip link add y type veth peer name z; hostname y; mount -t tmpfs y /mnt"],
        capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"this root may make no name spaces or links: {probe.stderr.strip()}")


class Hosts:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mpilogit-hosts-"))
        self.prefix = self.folder.name
        names = {"prefix": self.prefix, "folder": self.folder, "hosts": " ".join(HOSTS)}
        self._undertaker = Undertaker(self.folder, NO_NETWORK.format(**names))
        (self.folder / "hosts").write_text("127.0.0.1 localhost\n")
        (self.folder / "tmp").mkdir()
        for name, text in (("enter", ENTER), ("remote", REMOTE)):
            (self.folder / name).write_text(text.format(**names))
            (self.folder / name).chmod(0o755)
        self._network = NETWORK.format(**names)
        self.environment = environment() | {
            MARK: str(self.folder), "TMPDIR": str(self.folder / "tmp"),
            "OMPI_MCA_plm_rsh_agent": str(self.folder / "remote")}

    def start(self):
        subprocess.run(["sh", "-c", self._network], check=True)

    def close(self):
        self._undertaker.close()

    def processes(self):
        return processes(self.folder)

    # --- jobs --------------------------------------------------------------------------------------

    def popen(self, *command, host="a", **keywords):
        """Starts a command on a host; signals to its process reach the command."""
        return subprocess.Popen([str(word) for word in (self.folder / "enter", host, *command)], text=True,
                                **{"env": self.environment, **keywords})

    def run(self, *command, host="a", timeout=60):
        job = self.popen(*command, host=host, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, err = job.communicate(timeout=timeout)
        finally:
            job.kill()
        return subprocess.CompletedProcess(command, job.returncode, out, err)

    # --- faults ------------------------------------------------------------------------------------

    def pids(self, host):
        """Process ids of all that runs on a host."""
        done = subprocess.run(["ip", "netns", "pids", f"{self.prefix}-{host}"], capture_output=True,
                              text=True, check=True)
        return [int(pid) for pid in done.stdout.split()]

    def ranks(self, host):
        """Process ids of the ranks on a host."""
        return [pid for pid in self.pids(host) if name_of(pid) == "mpilogit"]

    def clear(self):
        """Ends whatever runs, mends whatever was cut."""
        for host in HOSTS:
            self.mend(host)
            self.kill(self.pids(host))

    def kill(self, pids):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut(self, host):
        """No packet goes to or from the host any more, and nobody is told."""
        self._link(host, "down")

    def mend(self, host):
        self._link(host, "up")

    def _link(self, host, state):
        subprocess.run(["ip", "-n", f"{self.prefix}-switch", "link", "set", f"port-{host}", state],
                       check=True)


def mpirun(ranks_of_each, command, *options):
    """The words that start so many ranks on each host."""
    hosts = ",".join(f"{host}:{ranks_of_each}" for host in HOSTS)
    return [MPIEXEC, "--host", hosts, "-n", ranks_of_each * len(HOSTS), *options, *command]
