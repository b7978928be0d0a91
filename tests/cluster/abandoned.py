"""A test that uses a rig and is killed in the midst of it: what becomes of the rig?

As a program: starts the rig, runs a command on it, and never closes it.
"""

import importlib
import os
import pathlib
import signal
import subprocess
import sys
import time

from jobs import seconds_until
from undertaker import name_of, processes


def kill_in_mid_test(module, rig, command, sleepers):
    """Kills such a test when the command's sleepers are there, and waits for the rig's end. Its folder."""
    test = subprocess.Popen([sys.executable, __file__, module, rig, *command], stdout=subprocess.PIPE,
                            text=True, env=os.environ | {"PYTHONPATH": str(pathlib.Path(__file__).parent)})
    try:
        folder = pathlib.Path(test.stdout.readline().strip())
        assert folder.is_dir()
        seconds_until(lambda: [name_of(pid) for pid in processes(folder)].count("sleep") == sleepers, 30)
    finally:
        test.send_signal(signal.SIGKILL)
        test.wait()
    seconds_until(lambda: not processes(folder) and not folder.exists(), 10)
    return folder


def main():
    module, name, *command = sys.argv[1:]
    rig = getattr(importlib.import_module(module), name)()
    rig.start()
    print(rig.folder, flush=True)
    rig.popen(*command)
    time.sleep(1000)


if __name__ == "__main__":
    main()
