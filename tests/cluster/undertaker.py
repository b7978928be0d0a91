"""What a rig starts must end with the test, however the test ends: passed, failed, interrupted or killed.

So a process apart from the test, which no one who ends the test's processes finds among them, waits for the
test's end of a pipe to close. Then it kills every process of the rig and carries out the rig's last commands.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

# Whatever a rig starts inherits this variable with the rig's folder in it, and is known by it.
MARK = "MPILOGIT_RIG"


class Undertaker:
    def __init__(self, folder, last_commands=""):
        """`last_commands` are for sh, after the last process has ended."""
        environment = {name: value for name, value in os.environ.items() if name != MARK}
        self._process = subprocess.Popen(
            ["setsid", "--fork", sys.executable, __file__, str(folder), last_commands],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd="/")

    def close(self):
        """Returns when everything is gone."""
        self._process.stdin.close()
        self._process.stdout.read()
        self._process.wait()


def belongs(pid, folder):
    """Whether the process bears the mark. Slurm's daemons write titles over their environment; they are known
    by the files that they have open."""
    process = pathlib.Path("/proc", str(pid))
    try:
        if f"{MARK}={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
            return True
        if not (process / "comm").read_text().startswith("slurm"):
            return False
        return any(os.readlink(file).startswith(f"{folder}/") for file in (process / "fd").iterdir())
    except OSError:  # gone in the meantime, or not ours
        return False


def processes(folder):
    """Process ids of what the rig of this folder has started and what is still there."""
    return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if belongs(pid, folder)]


def name_of(pid):
    try:
        return pathlib.Path("/proc", str(pid), "comm").read_text().strip()
    except OSError:
        return ""


def kill_all(folder):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = processes(folder)
        if not found:
            return
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.05)


def main():
    folder, last_commands = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    kill_all(folder)
    subprocess.run(["sh", "-c", last_commands], check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
