"""Training with a budget of a quarter of the data against a loop that only reads the same file by pieces of
8 MiB, in turns; from the page cache, and from the disk (a process empties the file's page cache all the time)."""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import numpy

from . import tables
from .setting import mpi_run, parser, say, write_result

PIECE = 8 << 20
READERS = 2
BAR = 0.85

EMPTY_CACHE = """
import os, sys, time
file = os.open(sys.argv[1], os.O_RDONLY)
while os.getppid() == int(sys.argv[2]):
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    time.sleep(0.15)
"""


def make_data(path, rows=1_250_000, features=200):
    import h5py

    random = numpy.random.default_rng(1)
    weights = random.normal(size=features) / 10
    with h5py.File(path, "w") as file:
        x = file.create_dataset("X", (rows, features), "f4")
        y = file.create_dataset("y", (rows,), "u1")
        for first in range(0, rows, 125_000):
            block = random.standard_normal((min(125_000, rows - first), features), dtype="f4")
            x[first:first + len(block)] = block
            y[first:first + len(block)] = random.random(len(block)) < 1 / (1 + numpy.exp(-block @ weights))
    os.sync()


def read_only(path):
    """Bytes a second of READERS threads."""
    size = path.stat().st_size
    places = iter(range(0, size, PIECE))
    lock = threading.Lock()

    def read(file):
        buffer = memoryview(bytearray(PIECE))
        while True:
            with lock:
                place = next(places, None)
            if place is None:
                return
            os.preadv(file, [buffer], place)

    file = os.open(path, os.O_RDONLY)
    threads = [threading.Thread(target=read, args=(file,)) for _ in range(READERS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.close(file)
    return size / (time.perf_counter() - start)


def train(build, path, memory, iterations):
    """The record. The first look and the measuring of columns are not training."""
    with tempfile.TemporaryDirectory(prefix="mpilogit-bench-") as folder:
        record = pathlib.Path(folder, "record.json")
        mpi_run(1, [build / "bin" / "mpilogit", "train", path, "--model", pathlib.Path(folder, "m.h5"), "--json",
                    record, "--l2", "1e-3", "--solver", "lbfgs", "--max-iterations", iterations, "--threads", "2",
                    "--quiet", *(["--memory", memory] if memory else [])], codes=(0, 3), timeout=600)
        return json.loads(record.read_text())


def rate_of(record):
    memory = record["memory"]
    return (memory["bytes_read"] - 2 * memory["streamed_bytes"]) / record["seconds"]["train"]


@contextlib.contextmanager
def empty_cache(path):
    process = subprocess.Popen([sys.executable, "-c", EMPTY_CACHE, path, str(os.getpid())])
    try:
        time.sleep(0.5)
        yield
    finally:
        process.kill()
        process.wait()


def measure(arguments):
    path = arguments.file
    if path is None:
        path = arguments.build / "bench" / "data" / "streaming.h5"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            make_data(path)
    memory = path.stat().st_size // 4
    result = {"budget": memory}
    resident = train(arguments.build, path, None, 8)
    for name, guard in (("page cache", contextlib.nullcontext()), ("disk", empty_cache(path))):
        read, trained = [], []
        with guard:
            for _ in range(arguments.repeats):
                read.append(read_only(path))
                record = train(arguments.build, path, memory, 8)
                assert record["coefficients_sha256"] == resident["coefficients_sha256"]
                trained.append(rate_of(record))
                say(name, f"{read[-1] / 1e9:.2f} GB/s read, {trained[-1] / 1e9:.2f} GB/s while training")
        result[name] = {"read": read, "trained": trained}
    result["peak"] = record["memory"]["peak_bytes_per_rank_max"]
    result["resident_train"], result["streamed_train"] = (
        resident["seconds"]["train"], record["seconds"]["train"])
    write_result(arguments.build, "streaming", result)
    return result


def report(result):
    rows = []
    for name in ("page cache", "disk"):
        read, trained = (statistics.median(result[name][key]) / 1e9 for key in ("read", "trained"))
        rows.append([name, f"{read:.2f} GB/s", f"{trained:.2f} GB/s", f"**{trained / read:.0%}**",
                     f"≥ {BAR:.0%}: {'reached' if trained >= BAR * read else 'missed'}"])
    return (tables.markdown(["from", "a loop reads", "training reads", "share", "bar"], rows) +
            f"\n\nBudget {result['budget'] / 1e6:.0f} MB, peak {result['peak'] / 1e6:.0f} MB with the process.")


def add_arguments(options):
    options.add_argument("--repeats", type=int, default=5, help="that the medians are of")
    options.add_argument("file", nargs="?", type=pathlib.Path,
                         help="plain dense data; 1 GB is made if none is named")


def main():
    options = parser(__doc__)
    add_arguments(options)
    print(report(measure(options.parse_args())))


if __name__ == "__main__":
    main()
