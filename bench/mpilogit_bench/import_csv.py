"""`mpirun -n 2 mpilogit import csv` of a large CSV file of mixed types (numbers, dates, categories, quoted
text, missing values) against pandas.read_csv (C engine) with get_dummies, and `wc -l`, in turns; the file
is in the page cache."""

import pathlib
import statistics
import subprocess
import sys
import time

import numpy

from . import tables
from .setting import mpi_run, parser, say, write_result

RANKS = 2
FASTER_THAN_PANDAS = 5.0
SHARE_OF_WC = 0.6
BLOCK_ROWS = 500_000
CATEGORIES = ("state", "job", "colour", "segment", "plan")

# A fresh process each time, as ours is; neither its start nor importing pandas counts.
PANDAS = f"""
import sys, time, pandas
start = time.perf_counter()
frame = pandas.read_csv(sys.argv[1], engine="c", parse_dates=["day"])
label = frame.pop("label")
frame = pandas.get_dummies(frame, columns={list(CATEGORIES)}, drop_first=True)
print(time.perf_counter() - start, len(frame))
"""


def block(seed, rows):
    """Rows of the table, as a data frame."""
    import pandas

    random = numpy.random.default_rng(seed)
    jobs = numpy.array(["Farming, fishing", "Sales", "Tech \"support\"", "Transport, moving", "Clerical",
                        "Craft, repair", "Executive", "Other service", "Protective", "Machine operation"])
    states = numpy.array([f"state {i:02}" for i in range(50)])
    frame = pandas.DataFrame({
        "age": random.integers(17, 91, rows),
        "visits": random.poisson(3.0, rows),
        "income": random.lognormal(10.0, 1.0, rows).round(2),
        "balance": random.normal(0.0, 1.0, rows).round(6),
        "rate": random.uniform(0.0, 1.0, rows).round(4),
        "day": (numpy.datetime64("2015-01-01") + random.integers(0, 3650, rows)).astype(str),
        "state": states[random.integers(0, len(states), rows)],
        "job": jobs[random.integers(0, len(jobs), rows)],
        "colour": numpy.array(["red", "green", "blue", "black", "white"])[random.integers(0, 5, rows)],
        "segment": numpy.array(list("ABCDEFGH"))[random.integers(0, 8, rows)],
        "plan": numpy.array(["basic", "plus", "pro", "team"])[random.integers(0, 4, rows)],
        "label": numpy.array(["no", "yes"])[random.integers(0, 2, rows)],
    })
    frame.loc[random.random(rows) < 0.02, "rate"] = None
    frame.loc[random.random(rows) < 0.01, "plan"] = None
    return frame


def make_table(path, size):
    """Blocks of different rows, up to that size."""
    with path.open("w", newline="") as file:
        seed = 0
        while file.tell() < size:
            block(seed, BLOCK_ROWS).to_csv(file, index=False, header=seed == 0)
            seed += 1
    say(f"{path}: {path.stat().st_size:,} bytes")


def run_ours(build, path, output):
    start = time.perf_counter()
    mpi_run(RANKS, [build / "bin" / "mpilogit", "import", "csv", path, "--label", "label", "--dates", "day",
                    "--missing", "mean", "--output", output, "--quiet"])
    return time.perf_counter() - start


def run_wc(path):
    start = time.perf_counter()
    lines = int(subprocess.run(["wc", "-l", path], capture_output=True, text=True, check=True).stdout.split()[0])
    return time.perf_counter() - start, lines - 1


def run_pandas(path):
    done = subprocess.run([sys.executable, "-c", PANDAS, path], capture_output=True, text=True, check=True)
    seconds, rows = done.stdout.split()
    return float(seconds), int(rows)


def measure(arguments):
    folder = arguments.build / "bench" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "import.csv"
    output = pathlib.Path(arguments.output or folder / "import.h5")
    result = {"ours": [], "wc": [], "pandas": []}
    try:
        make_table(table, arguments.bytes)
        result["bytes"] = table.stat().st_size
        for turn in range(arguments.repeats):
            seconds, result["rows"] = run_wc(table)
            result["wc"].append(seconds)
            result["ours"].append(run_ours(arguments.build, table, output))
            seconds, rows = run_pandas(table)
            if rows != result["rows"]:
                raise RuntimeError(f"pandas has {rows} rows, wc {result['rows']}")
            result["pandas"].append(seconds)
            say(f"turn {turn}: " + ", ".join(f"{name} {result[name][-1]:.2f} s" for name in ("wc", "ours", "pandas")))
    finally:
        table.unlink(missing_ok=True)
        output.unlink(missing_ok=True)
    write_result(arguments.build, "import", result)
    return result


def report(result):
    median = {name: statistics.median(result[name]) for name in ("ours", "wc", "pandas")}
    rates = {name: result["rows"] / seconds for name, seconds in median.items()}
    reached = rates["ours"] >= min(FASTER_THAN_PANDAS * rates["pandas"], SHARE_OF_WC * rates["wc"])
    rows = [[name, tables.seconds(median[key]), f"{rates[key] / 1e6:.2f}", f"{result['bytes'] / median[key] / 1e6:.0f}",
             tables.ratio(rates["ours"] / rates[key])]
            for name, key in (("`mpirun -n 2 mpilogit import csv`", "ours"),
                              ("pandas.read_csv and get_dummies", "pandas"), ("`wc -l`", "wc"))]
    return tables.markdown(["what", "seconds", "million rows/s", "MB/s", "ours is faster by"], rows) + (
        f"\nBar: {FASTER_THAN_PANDAS:g} times pandas, or {SHARE_OF_WC:.0%} of `wc -l`: "
        f"{'reached' if reached else 'missed'}.\n")


def add_arguments(options):
    options.add_argument("--repeats", type=int, default=5, help="turns that the medians are of")
    options.add_argument("--bytes", type=int, default=10**9, help="size of the file, which is removed afterwards")
    options.add_argument("--output", help="where ours writes, by default beside the file; removed afterwards")


def main():
    options = parser(__doc__)
    add_arguments(options)
    print(report(measure(options.parse_args())))


if __name__ == "__main__":
    main()
