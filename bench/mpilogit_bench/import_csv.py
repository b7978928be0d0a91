"""`mpirun -n 2 mpilogit import csv` of a large CSV file of mixed types (numbers, dates, categories, quoted
text, missing values) against pandas.read_csv (C engine) with get_dummies, and `wc -l`, in turns; the file
is in the page cache. Beside the time on the clock, which other programs lengthen, the processors' time."""

import pathlib
import resource
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
start, cpu = time.perf_counter(), time.process_time()
frame = pandas.read_csv(sys.argv[1], engine="c", parse_dates=["day"])
label = frame.pop("label")
frame = pandas.get_dummies(frame, columns={list(CATEGORIES)}, drop_first=True)
print(time.perf_counter() - start, time.process_time() - cpu, len(frame))
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


def processors_time():
    """Of all processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_ours(build, path, output):
    start, cpu = time.perf_counter(), processors_time()
    mpi_run(RANKS, [build / "bin" / "mpilogit", "import", "csv", path, "--label", "label", "--dates", "day",
                    "--missing", "mean", "--output", output, "--quiet"])
    return time.perf_counter() - start, processors_time() - cpu


def run_wc(path):
    start, cpu = time.perf_counter(), processors_time()
    subprocess.run(["wc", "-l", path], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start, processors_time() - cpu


def run_pandas(path):
    """Seconds on the clock and of the processor, and the rows."""
    done = subprocess.run([sys.executable, "-c", PANDAS, path], capture_output=True, text=True, check=True)
    seconds, cpu, rows = done.stdout.split()
    return float(seconds), float(cpu), int(rows)


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
            result["wc"].append(run_wc(table))
            result["ours"].append(run_ours(arguments.build, table, output))
            *times, result["rows"] = run_pandas(table)
            result["pandas"].append(times)
            say(f"turn {turn}: " + ", ".join(
                f"{name} {result[name][-1][0]:.2f} s (processors {result[name][-1][1]:.2f} s)"
                for name in ("wc", "ours", "pandas")))
    finally:
        table.unlink(missing_ok=True)
        output.unlink(missing_ok=True)
    write_result(arguments.build, "import", result)
    return result


def report(result):
    """On two processors without other work ours would take half of its processors' time."""
    clock, cpu = ({name: statistics.median(times[which] for times in result[name]) for name in ("ours", "wc", "pandas")}
                  for which in (0, 1))
    ours_alone = cpu["ours"] / RANKS
    reached = clock["pandas"] >= FASTER_THAN_PANDAS * clock["ours"] or clock["wc"] >= SHARE_OF_WC * clock["ours"]
    rows = [[name, tables.seconds(clock[key]), f"{result['rows'] / clock[key] / 1e6:.2f}",
             f"{result['bytes'] / clock[key] / 1e6:.0f}", tables.ratio(clock[key] / clock["ours"]),
             tables.seconds(cpu[key]), tables.ratio(cpu[key] / ours_alone)]
            for name, key in (("`mpirun -n 2 mpilogit import csv`", "ours"),
                              ("pandas.read_csv and get_dummies", "pandas"), ("`wc -l`", "wc"))]
    return tables.markdown(["what", "seconds", "million rows/s", "MB/s", "over ours", "processors' seconds",
                            f"over ours / {RANKS}"], rows) + (
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
