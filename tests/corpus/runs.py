"""Runs a case, and tells what must hold of every refusal."""

import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

PROGRAM = os.environ["MPILOGIT_PROGRAM"]
MPIEXEC = os.environ["MPILOGIT_MPIEXEC"]
ERROR = "mpilogit: error: "
SANITIZED = "MPILOGIT_CORPUS_SANITIZED" in os.environ
OLD = b'{"format": "mpilogit model", "note": "what was there before"}'  # begins as one of ours, which may be replaced
OUTPUTS = ["model.h5", "predictions.h5", "data.h5", "path.h5"]
HANGING = 30  # seconds


@dataclasses.dataclass
class Outcome:
    code: int
    text: str  # all that was printed
    seconds: float
    megabytes: float  # the largest resident set of a process
    faults: list  # what is wrong with it, in words


def starting(command, ranks):
    # One rank without mpirun, as most people begin.
    return [PROGRAM, *command] if ranks == 1 else [MPIEXEC, "-n", str(ranks), PROGRAM, *command]


def living_in_session(session):
    """Processes of a session: what a job left behind."""
    left = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(session) and fields[0] != "Z":
            left.append(stat.parent.name)
    return left


def wait(job):
    """Its exit code and resources, with those of all processes below it; None if it hangs."""
    deadline = time.monotonic() + HANGING
    while time.monotonic() < deadline:
        pid, status, usage = os.wait4(job.pid, os.WNOHANG)
        if pid:
            job.returncode = os.waitstatus_to_exitcode(status)
            return job.returncode, usage.ru_maxrss / 1024
        time.sleep(0.005)
    os.killpg(job.pid, 9)
    os.wait4(job.pid, 0)
    return None, 0.0


def end_what_is_left(session):
    deadline = time.monotonic() + 5
    left = living_in_session(session)
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = living_in_session(session)
    for process in left:
        os.kill(int(process), 9)
    return left


def run(command, ranks, folder):
    """(code, text, seconds, megabytes, processes left)"""
    environment = dict(os.environ, HDF5_USE_FILE_LOCKING="BEST_EFFORT")
    with tempfile.TemporaryFile() as log:
        start = time.monotonic()
        job = subprocess.Popen(starting(command, ranks), cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                               env=environment, start_new_session=True)
        try:
            code, megabytes = wait(job)
            seconds = time.monotonic() - start
        finally:
            left = end_what_is_left(job.pid)
        log.seek(0)
        return code, log.read().decode("utf-8", "replace"), seconds, megabytes, left


def resolved(command, corpus, folder):
    """The command with the names of files in the place of "@NAME" and "=NAME"."""
    words = []
    for word in command:
        if word[:1] == "@":
            words.append(str(corpus / word[1:]))
        elif word[:1] == "=":
            shutil.copy(corpus / word[1:], folder / word[1:])
            words.append(str(folder / word[1:]))
        else:
            words.append(word)
    return words


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def faults_of_message(case, text):
    errors = [line for line in text.splitlines() if ERROR in line]
    if len(errors) != 1:
        return [f"{len(errors)} messages"]
    message = errors[0]
    words = [pathlib.Path(case["culprit"]).name, *case["says"]]
    faults = [f"does not say '{word}'" for word in words if word not in message]
    # "where: what; why. What to do"
    if not re.search(r"\. \S+ |`mpilogit [a-z-]+ --help`", message):
        faults.append("names no remedy")
    if len(message.encode()) > 1500:
        faults.append(f"is {len(message)} characters long")
    return faults


def refusal(case, corpus, ranks, fair_seconds):
    """Runs a case; `fair_seconds` tells how long a good start of so many ranks takes just now."""
    for _ in range(3):
        outcome = refused_once(case, corpus, ranks)
        # The machine may be busy: a start that does nothing is no time of ours, nor what others compute.
        busy = max(1.0, os.getloadavg()[0] / os.cpu_count())
        if outcome.seconds < 2 or outcome.code is None or outcome.seconds - fair_seconds(ranks) < 2 * busy:
            return outcome
    outcome.faults.append(f"took {outcome.seconds:.1f} s")
    return outcome


def refused_once(case, corpus, ranks):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for output in OUTPUTS:
            if output in case["command"]:
                (folder / output).write_bytes(OLD)
        command = resolved(case["command"], corpus, folder)
        before = contents(folder)
        code, text, seconds, megabytes, left = run(command, ranks, folder)
        faults = []
        if code is None:
            faults.append("hangs")
        elif code != 2:
            faults.append(f"exit code {code}")
        if code is not None:
            faults += faults_of_message(case, text)
        if megabytes >= 200 and not SANITIZED:
            faults.append(f"took {megabytes:.0f} MB")
        if left:
            faults.append(f"left {len(left)} processes")
        after = contents(folder)
        if after != before:
            changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
            faults.append(f"changed {changed}")
        return Outcome(code, text, seconds, megabytes, faults)
