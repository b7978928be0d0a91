"""Running the program while something goes wrong, and looking at what is left afterwards."""

import collections
import concurrent.futures
import contextlib
import functools
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import h5py
import numpy as np
import pytest

from program import MPIEXEC, PROGRAM

Ended = collections.namedtuple("Ended", "code out err seconds errors")


def command(arguments, ranks, wrapper=()):
    """Without mpirun where there is one rank: it starts and ends sooner."""
    launcher = [MPIEXEC, "-n", str(ranks)] if ranks > 1 else []
    return [*launcher, *map(str, wrapper), PROGRAM, *map(str, arguments)]


# --- Processes


def descendants(pid):
    """Process ids of the children of `pid` and theirs."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                parents[int(entry.name)] = int(fields[1])
    found, wave = [], [pid]
    while wave:
        wave = [child for child, parent in parents.items() if parent in wave]
        found += wave
    return found


def ranks_of(job):
    """Process ids of mpirun's ranks, in the order of ranks."""
    found = []
    for pid in descendants(job.pid):
        with contextlib.suppress(OSError):
            variables = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            named = [v for v in variables if v.startswith(b"OMPI_COMM_WORLD_RANK=")]
            if named:
                found.append((int(named[0].split(b"=")[1]), pid))
    return [pid for _, pid in sorted(found)]


@contextlib.contextmanager
def started(words, **keywords):
    """A job with its output in files, as job.out and job.err; nothing of it outlives the block."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        keywords = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err} | keywords
        job = subprocess.Popen(words, **keywords)
        job.out = out
        job.err = err
        try:
            yield job
        finally:
            if job.poll() is None:
                for pid in [*descendants(job.pid), job.pid]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                job.wait()


def said(job):
    """What is on its two streams so far."""
    texts = []
    for stream in (job.out, job.err):
        stream.seek(0)
        texts.append(stream.read())
    return texts


def result(job, timeout):
    """Waits for the end and reads what was said."""
    start = time.monotonic()
    code = job.wait(timeout=timeout)
    seconds = time.monotonic() - start
    out, err = said(job)
    errors = [line for line in err.splitlines() if line.startswith("mpilogit: error: ")]
    return Ended(code, out, err, seconds, errors)


def run(arguments, ranks=1, wrapper=(), timeout=30, **keywords):
    with started(command(arguments, ranks, wrapper), **keywords) as job:
        return result(job, timeout)


def side_by_side(work, cases):
    """The results of `work` for all cases, two at a time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, cases))


# --- System calls that fail


@functools.lru_cache
def strace_trouble():
    """Why strace cannot be used here; None if it can."""
    if shutil.which("strace") is None:
        return "there is no strace"
    tried = subprocess.run(
        ["strace", "-D", "-f", "-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=1", "true"],
        capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"strace cannot trace here: {tried.stderr.strip()}"


needs_strace = pytest.mark.skipif(strace_trouble() is not None, reason=str(strace_trouble()))


def place():
    """The place in the names of temporary files (src/core/leftovers.cpp)."""
    text = socket.gethostname() + os.readlink("/proc/self/ns/pid")
    number = 2166136261
    for byte in text.encode():
        number = (number ^ byte) * 16777619 % 2**32
    return f"{number:08x}"


NO_CHANCE = os.environ.get("MPILOGIT_NO_CHANCE", "")


class Tracer:
    """Lets a system call fail in one rank, whose random numbers are 0, so that the name of its temporary
    file is known: that on a file, the output with its temporary file and its
    folder, or the input. The program keeps the process that mpirun has started (strace -D)."""

    def __init__(self, folder, path, rank=0, output=True):
        self.path = pathlib.Path(path)
        self.log = pathlib.Path(folder) / f"{self.path.name}.strace"
        self.script = pathlib.Path(folder) / f"{self.path.name}.sh"
        self.root = pathlib.Path(folder) / f"{self.path.name}.root"
        self.rank = rank
        paths = [f'-P "{self.path}"']
        if output:
            paths += [f'-P "{self.path}.tmp-{place()}-$(cat "{self.root}")-{16 * "0"}"',
                      f'-P "{self.path.parent}"']
        self.paths = " ".join(paths)

    def wrapper(self, calls, injection=None):
        inject = f"-e inject={injection}" if injection else ""
        quick = "" if "signal=" in inject else "--seccomp-bpf"  # with which strace sends no signals
        self.script.write_text(
            "#!/bin/sh\n"
            f'test "${{OMPI_COMM_WORLD_RANK:-0}}" != 0 || echo $$ >"{self.root}"\n'
            f'until test -s "{self.root}"; do sleep 0.01; done\n'
            f'test "${{OMPI_COMM_WORLD_RANK:-0}}" = {self.rank} || exec "$@"\n'
            f'exec strace -D -f {quick} -E LD_PRELOAD="{NO_CHANCE}" -o "{self.log}" -e trace={",".join(calls)} '
            f'-e signal=none {inject} {self.paths} "$@"\n')
        self.script.chmod(0o755)
        self.root.unlink(missing_ok=True)
        return [self.script]

    def count(self, calls, arguments, ranks):
        """How often each call occurs in a run without faults."""
        done = run(arguments, ranks, self.wrapper(calls))
        assert done.code == 0, done.err
        names = re.findall(r"^\d+ +(\w+)\(", self.log.read_text(), re.MULTILINE)
        counts = collections.Counter(names)
        assert set(counts) <= set(calls)
        return counts


# --- What is left


def same_model(path, reference):
    """Whether the file at `path` opens and is the reference in all that does not tell the time."""
    with h5py.File(path) as file, h5py.File(reference) as expected:
        names = []
        expected.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset)
                            else None)
        return all(np.array_equal(file[name][...], expected[name][...]) for name in names
                   if name != "record")  # it tells seconds


def temporary_files(path):
    return sorted(path.parent.glob(f"{path.name}.tmp-*"))
