"""Passes over resident data: which fraction of the memory's read bandwidth they reach, how fast the
narrow storage types are, what exact sums cost, and CSR against scipy. Bandwidth and passes take
turns in one run."""

import json
import statistics
import time

import numpy as np

from . import datasets, tables
from .objective import narrow
from .setting import mpi_run, parser, say, write_result

DENSE = ("dense_2m_28", "dense_400k_123", "dense_100k_500")
TYPES = ("float32", "uint8", "int8", "float16", "float64")  # × 784
# What is wanted, and what it is replaced by where it is not there.
SPARSE = (("flights3m", "one_hot_shaped"), ("imdb_tfidf", "text_shaped"))
BANDWIDTH_BARS = {"dense_100k_500": 0.85, "dense_2m_28": 0.75}
NARROW_BARS = {"uint8": 0.8, "int8": 0.8, "float16": 0.8}
SCIPY_BAR = 1.5
EXACTNESS_BARS = {False: 0.05, True: 0.15}  # dense, CSR
SCIPY_BATCHES = 3


def paths_of(names, arguments):
    """Name → file, for what can be had."""
    folder = arguments.build / "bench" / "data"
    found = {}
    for name in names:
        spec = next((spec for spec in datasets.SPECS if spec.name == name), datasets.Spec(name, 0))
        path = datasets.find(spec, arguments.data, folder)
        if path is not None:
            found[name] = path
    return found


def run(rounds, paths, arguments):
    """The program's measurements: bandwidth, and for each name the kernels' seconds."""
    program = arguments.build / "bench" / "bin" / "bench_roofline"
    output = json.loads(mpi_run(1, [program, rounds, *paths.values()]))
    by_path = {file["path"]: file for file in output["files"]}
    return output, {name: by_path[str(path)] for name, path in paths.items()}


def scipy_seconds(x, repeats):
    """X @ w and Xᵀ @ r, on one thread, in float32: the faster way for scipy."""
    x = narrow(x)
    w, r = np.ones(x.shape[1], np.float32), np.ones(x.shape[0], np.float32)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        x @ w
        x.T @ r
        times.append(time.perf_counter() - start)
    return times


def add(total, file):
    """Puts a batch's seconds to those of earlier ones."""
    if not total:
        total.update(file)
        return
    for kernel, more in zip(total["kernels"], file["kernels"]):
        kernel["seconds"] += more["seconds"]


def measure_sparse(arguments):
    """The program's passes and scipy's, in alternating batches."""
    result = {}
    for wanted, substitute in SPARSE:
        paths = paths_of([wanted], arguments) or paths_of([substitute], arguments)
        (name, path), = paths.items()
        x, _ = datasets.read(path)
        total = {}
        scipy_times = []
        for _ in range(SCIPY_BATCHES):
            add(total, run(max(1, arguments.rounds // SCIPY_BATCHES), paths, arguments)[1][name])
            scipy_times += scipy_seconds(x, 3)
        result[name] = {**total, "scipy": scipy_times}
        say(f"{name}: done")
    return result


def measure(arguments):
    paths = paths_of([*DENSE, *(f"{dtype}_100k_784" for dtype in TYPES)], arguments)
    output, dense = run(arguments.rounds, paths, arguments)
    say("dense data: done")
    result = {"rounds": arguments.rounds, "instruction_set": output["instruction_set"],
              "bandwidth": output["bandwidth"], "dense": dense, "sparse": measure_sparse(arguments)}
    write_result(arguments.build, "roofline", result)
    return result


def median_of(file, kernel, threads=1):
    return next((statistics.median(entry["seconds"]) for entry in file["kernels"]
                 if (entry["name"], entry["threads"]) == (kernel, threads)), None)


def against(value, bar):
    if bar is None:
        return f"{value:.0%}"
    return f"{value:.0%} (≥ {bar:.0%}: {'reached' if value >= bar else 'missed'})"


def bandwidth_table(result):
    """Bytes as stored that a pass reads in a second, over what the memory gives."""
    limit = {threads: statistics.median(rates) for threads, rates in result["bandwidth"].items()}
    rows = []
    for name in DENSE:
        file = result["dense"][name]
        size = np.dtype(file["storage"]).itemsize * file["entries"]
        for threads in ("1", "2"):
            cells = []
            for kernel in ("gradient", "hessian-vector"):
                rate = size / median_of(file, kernel, int(threads))
                bar = BANDWIDTH_BARS.get(name) if kernel == "gradient" else None
                cells += [f"{rate * 1e-9:.1f} GB/s", against(rate / limit[threads], bar)]
            rows.append([f"{file['storage']} × {file['features']}", threads, *cells])
    text = "Read bandwidth: " + ", ".join(
        f"**{rate * 1e-9:.1f} GB/s** with {threads} thread{'s' if threads != '1' else ''}"
        for threads, rate in limit.items())
    return f"{text} (instruction set {result['instruction_set']}).\n\n" + tables.markdown(
        ["data", "threads", "gradient", "of bandwidth", "H·v", "of bandwidth"], rows)


def type_table(result):
    """Entries in a second for each storage type, over those of float32."""
    rows = []
    for dtype in TYPES:
        cells = []
        for threads in (1, 2):
            speed, reference = (file["entries"] / median_of(file, "gradient", threads)
                                for file in (result["dense"][f"{name}_100k_784"]
                                             for name in (dtype, "float32")))
            cells += [f"{speed * 1e-9:.2f}", against(speed / reference, NARROW_BARS.get(dtype))]
        rows.append([f"{dtype} × 784", *cells])
    return tables.markdown(["storage", "10⁹ entries/s, 1 thread", "of float32's",
                            "10⁹ entries/s, 2 threads", "of float32's"], rows)


def sparse_table(result):
    rows = []
    for name, file in result["sparse"].items():
        scipy_time = statistics.median(file["scipy"])
        for kernel in ("gradient", "hessian-vector"):
            mine = median_of(file, kernel)
            lead = scipy_time / mine
            bar = f"≥ {SCIPY_BAR}×: {'reached' if lead >= SCIPY_BAR else 'missed'}"
            rows.append([name, kernel, f"{file['entries'] / mine * 1e-9:.2f}",
                         f"{file['entries'] / scipy_time * 1e-9:.2f}", f"**{tables.ratio(lead)}**",
                         bar if kernel == "gradient" else "",
                         f"{file['entries'] / median_of(file, kernel, 2) * 1e-9:.2f}"])
    return tables.markdown(["data", "pass", "10⁹ non-zeros/s, 1 thread", "scipy X@w and Xᵀ@r",
                            "ratio", "bar", "2 threads"], rows)


def exactness_table(result):
    rows = []
    for name, file in {**result["dense"], **result["sparse"]}.items():
        plain, exact = median_of(file, "double sum"), median_of(file, "fixed point")
        overhead, bar = exact / plain - 1.0, EXACTNESS_BARS[file["sparse"]]
        rows.append([name, tables.seconds(plain), tables.seconds(exact), f"{overhead:+.1%}",
                     f"≤ {bar:.0%}: {'reached' if overhead <= bar else 'missed'}"])
    return tables.markdown(["data", "double sum", "fixed point", "overhead", "bar"], rows)


def gram_table(result):
    rows = []
    for file in result["dense"].values():
        if file["gram_rows"]:
            products = file["gram_rows"] * file["features"] * (file["features"] + 1) / 2
            speed = products / median_of(file, "gram")
            rows.append([f"{file['storage']} × {file['features']}", f"{speed * 1e-9:.2f}"])
    return tables.markdown(["Gram matrix", "10⁹ products/s, 1 thread"], rows)


def report(result):
    return "\n".join([
        bandwidth_table(result), "### Storage types\n", type_table(result),
        "### CSR against scipy, one thread each, ours with loss and sigmoid\n", sparse_table(result),
        "### What exact sums cost, in one bare fused pass on one thread\n", exactness_table(result),
        "### Gram matrices\n", gram_table(result)])


def add_arguments(options):
    options.add_argument("--rounds", type=int, default=9, help="that the medians are of")


def main():
    options = parser(__doc__)
    add_arguments(options)
    print(report(measure(options.parse_args())))


if __name__ == "__main__":
    main()
