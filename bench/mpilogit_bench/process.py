"""The whole process (MPI's start, reading, training to a gap of 1e-8, writing the model) against
what h5py takes to read X alone, on ten million rows in the page cache, in turns."""

import pathlib
import statistics
import subprocess
import sys
import time

from . import datasets, tables
from .ours import Layout, train
from .setting import parser, write_result

NAME = "dense_10m_28"
BAR = 3.0
TOLERANCE = 1e-8

# A fresh process each time, as ours is; its own start does not count.
READ_X = """
import sys, time, h5py
start = time.perf_counter()
with h5py.File(sys.argv[1]) as file:
    file["X"][:]
print(time.perf_counter() - start)
"""


def measure(arguments):
    path = datasets.find(datasets.Spec(NAME, BAR), arguments.data, arguments.build / "bench" / "data")
    pathlib.Path(path).read_bytes()  # into the page cache
    l2 = 1.0 / datasets.shape(path)[0]
    ours, h5py = [], []
    for _ in range(arguments.repeats):
        done = subprocess.run([sys.executable, "-c", READ_X, path], capture_output=True, text=True,
                              check=True)
        h5py.append(float(done.stdout))
        start = time.perf_counter()
        record, _, _ = train(arguments.build, path, l2, TOLERANCE, Layout(2, 1))
        ours.append(time.perf_counter() - start)
    result = {"ours": ours, "h5py": h5py, "record": record["seconds"]}
    write_result(arguments.build, "process", result)
    return result


def report(result):
    ours, h5py = statistics.median(result["ours"]), statistics.median(result["h5py"])
    return tables.markdown(
        ["whole process", "reading in it", "training in it", "h5py reads X", "ratio", "bar"],
        [[tables.seconds(ours), tables.seconds(result["record"]["read"]),
          tables.seconds(result["record"]["train"]), tables.seconds(h5py),
          f"**{tables.ratio(ours / h5py)}**",
          f"≤ {BAR:g}×: {'reached' if ours <= BAR * h5py else 'missed'}"]])


def add_arguments(options):
    options.add_argument("--repeats", type=int, default=5, help="that the medians are of")


def main():
    options = parser(__doc__)
    add_arguments(options)
    print(report(measure(options.parse_args())))


if __name__ == "__main__":
    main()
