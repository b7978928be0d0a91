"""Every kernel with every instruction set that this machine has, on data in cache (Google
Benchmark). Arguments after -- go to the program, as --benchmark_filter=Gram."""

import json
import os
import subprocess
import tempfile

from . import tables
from .setting import parser, write_result

WIDEST_FIRST = ("avx512", "avx2", "neon", "sse4", "plain")


def measure(arguments):
    program = arguments.build / "bench" / "bin" / "bench_kernels"
    if not program.exists():
        raise SystemExit(f"bench: {program} is not there: scripts/setup --bench installs Google "
                         "Benchmark, then build again")
    with tempfile.NamedTemporaryFile(suffix=".json") as output:
        subprocess.run(
            [program, f"--benchmark_repetitions={arguments.repeats}", "--benchmark_min_time=0.02",
             "--benchmark_enable_random_interleaving=true", f"--benchmark_out={output.name}",
             "--benchmark_out_format=json", *arguments.rest],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"})
        measured = json.load(output)
    speeds = {}
    for run in measured["benchmarks"]:
        if run.get("aggregate_name") == "median":
            kernel, instructions = run["run_name"].rsplit("/", 1)
            speeds.setdefault(kernel, {})[instructions] = run["items_per_second"]
    result = {"speeds": dict(sorted(speeds.items()))}
    write_result(arguments.build, "kernels", result)
    return result


def report(result):
    measured = next(iter(result["speeds"].values()))
    sets = [name for name in WIDEST_FIRST if name in measured]
    rows = [[kernel, *(f"{speeds[name] * 1e-9:.2f}" for name in sets),
             tables.ratio(speeds[sets[0]] / speeds[sets[-1]])]
            for kernel, speeds in result["speeds"].items()]
    return tables.markdown(["10⁹ entries, products or numbers/s", *sets, f"{sets[0]} ÷ {sets[-1]}"], rows)


def add_arguments(options):
    options.add_argument("--repeats", type=int, default=5, help="that the medians are of")


def main():
    options = parser(__doc__)
    add_arguments(options)
    options.add_argument("rest", nargs="*", metavar="ARGUMENT", help="for Google Benchmark, after --")
    print(report(measure(options.parse_args())))


if __name__ == "__main__":
    main()
