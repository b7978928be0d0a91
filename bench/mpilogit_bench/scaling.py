"""Ranks and threads: training on 1, 2, 4 … cores, strong (the same data) and weak (data that grows
with them), what goes over the wire, and a cost model that projects to more nodes."""

import json
import os
import statistics

from . import cost_model, datasets, tables
from .ours import Layout, train
from .setting import mpi_run, parser, say, write_result

STRONG = ("a9a", "imdb_tfidf", "flights3m", "dense_2m_28", "dense_100k_500")
WEAK = ("dense_1m_28", "dense_2m_28", "dense_4m_28")  # on 1, 2 and 4 cores
NODES = (1, 2, 4, 16, 64, 256)
BAR = 1.85  # speed-up of two ranks, and of two threads


def layouts(most):
    """1, 2, 4 … ranks of one thread, and one rank of 2, 4 … threads."""
    counts = [1 << k for k in range(most.bit_length()) if 1 << k <= most]
    return [Layout(count, 1) for count in counts] + [Layout(1, count) for count in counts[1:]]


def file_of(name, arguments):
    spec = next((spec for spec in datasets.SPECS if spec.name == name), datasets.Spec(name, 0))
    return datasets.find(spec, arguments.data, arguments.build / "bench" / "data")


def runs(path, l2, wanted, arguments):
    """Training in each layout, in turns."""
    measured = [{"ranks": layout.ranks, "threads": layout.threads, "seconds": []} for layout in wanted]
    for _ in range(arguments.repeats):
        for layout, entry in zip(wanted, measured):
            record, _, _ = train(arguments.build, path, l2, arguments.tolerance, layout)
            entry["seconds"].append(record["seconds"]["train"])
            entry.update(data_passes=record["data_passes"], reads=record["reads"], allreduces=record["allreduce"]["count"],
                         bytes=record["allreduce"]["bytes"], rows=record["rows"],
                         features=record["features"], sha256=record["coefficients_sha256"])
    for entry in measured:
        entry["median"] = statistics.median(entry["seconds"])
    return measured


def strong(arguments):
    result = {}
    for name in arguments.only or STRONG:
        path = file_of(name, arguments)
        if path is None:
            say(f"{name}: not to be found; give its folder by --data")
            continue
        x_rows = datasets.shape(path)[0]
        result[name] = runs(path, 1.0 / x_rows, layouts(arguments.most), arguments)
        if len({entry["sha256"] for entry in result[name]}) > 1:
            raise RuntimeError(f"{name}: the coefficients differ between layouts")
        say(f"strong {name}: " + ", ".join(
            f"{entry['ranks']} × {entry['threads']} {tables.seconds(entry['median'])}"
            for entry in result[name]))
    return result


def weak(arguments):
    """One million rows per core, by ranks and by threads."""
    result = []
    for name, cores in zip(WEAK, (1, 2, 4)):
        if cores > arguments.most:
            break
        path = file_of(name, arguments)
        wanted = dict.fromkeys((Layout(cores, 1), Layout(1, cores)))
        result += runs(path, 1.0 / datasets.shape(path)[0], list(wanted), arguments)
    return result


def allreduce(arguments):
    """Measured times of an allreduce within this machine and the line through them."""
    measured = {}
    for ranks in (2, 4):
        if ranks <= arguments.most:
            program = arguments.build / "bench" / "bin" / "bench_allreduce"
            points = json.loads(mpi_run(ranks, [program]))
            line = cost_model.fit([p["bytes"] for p in points], [p["seconds"] for p in points])
            measured[str(ranks)] = {"points": points, "alpha": line.alpha, "beta": line.beta}
    return measured


def measure(arguments):
    result = {"tolerance": arguments.tolerance, "repeats": arguments.repeats,
              "allreduce": allreduce(arguments), "strong": strong(arguments)}
    result["weak"] = [] if arguments.only else weak(arguments)
    write_result(arguments.build, "scaling", result)
    return result


def layout_name(entry, cores):
    busy = entry["ranks"] * entry["threads"]
    return f"{entry['ranks']} × {entry['threads']}" + (" (oversubscribed)" if busy > cores else "")


def strong_table(result, cores):
    rows = []
    for name, entries in result["strong"].items():
        alone = entries[0]["median"]
        for entry in entries:
            speedup = alone / entry["median"]
            bar = ""
            if entry["ranks"] * entry["threads"] == 2:
                bar = f"≥ {BAR}×: {'reached' if speedup >= BAR else 'missed'}"
            rows.append([name, layout_name(entry, cores), tables.seconds(entry["median"]),
                         tables.ratio(speedup), bar, entry["data_passes"], entry["reads"],
                         entry["allreduces"] - entry["reads"],
                         f"{entry['bytes'] / entry['allreduces'] / 8 / (entry['features'] + 1):.2f}"])
    return tables.markdown(["data", "ranks × threads", "training", "speed-up", "bar", "passes",
                            "reads", "allreduces − reads", "numbers per allreduce ÷ coefficients"], rows)


def weak_table(result, cores):
    if not result["weak"]:
        return ""
    alone = result["weak"][0]
    rows = []
    for entry in result["weak"]:
        per_pass = entry["median"] / entry["data_passes"]
        ideal = alone["median"] / alone["data_passes"]
        rows.append([f"{entry['rows']:,}", layout_name(entry, cores), tables.seconds(entry["median"]),
                     entry["data_passes"], f"{ideal / per_pass:.0%}"])
    return tables.markdown(["rows (× 28)", "ranks × threads", "training", "passes",
                            "efficiency per pass"], rows)


def projection_table(result):
    """From the run on two ranks, which is taken for a node."""
    line = result["allreduce"].get("2")
    if line is None:
        return ""
    within = cost_model.AlphaBeta(line["alpha"], line["beta"])
    rows = []
    for name, entries in result["strong"].items():
        entry = next(e for e in entries if (e["ranks"], e["threads"]) == (2, 1))
        size = entry["bytes"] / entry["allreduces"]
        times = [cost_model.project(entry["median"], entry["allreduces"], size, within, nodes)
                 for nodes in NODES]
        rows.append([name, *(f"{tables.ratio(times[0] / time)}" for time in times)])
    return tables.markdown(["speed-up over one node", *map(str, NODES)], rows)


def model_text(result):
    network = cost_model.Network()
    lines = [f"- {ranks} ranks of one machine: α = {tables.seconds(line['alpha'])}, "
             f"1/β = {1e-9 / line['beta']:.3g} GB/s"
             for ranks, line in result["allreduce"].items() if line["beta"] > 0.0]
    lines.append(f"- between nodes, assumed: {tables.seconds(network.step_seconds)} a step, "
                 f"{network.bytes_per_second * 1e-9:g} GB/s a link, Rabenseifner's algorithm "
                 "(2 log2 N steps, each byte twice over the link)")
    return "\n".join(lines) + "\n"


def report(result):
    cores = result.get("machine", {}).get("cores", len(os.sched_getaffinity(0)))
    return (f"### The same data\n\n{strong_table(result, cores)}\n"
            f"### A million rows per core\n\n{weak_table(result, cores)}\n"
            f"### Cost model and projection\n\nAn allreduce of m bytes takes α + β m:\n\n"
            f"{model_text(result)}\n"
            "On N nodes like this machine's two cores, passes take 1/N of the time and allreduces are "
            f"added. Nothing overlaps. Rows are assumed to divide evenly.\n\n{projection_table(result)}")


def add_arguments(options):
    options.add_argument("--only", nargs="*", metavar="NAME", help="only these data sets, strong only")
    options.add_argument("--repeats", type=int, default=5, help="timings that the medians are of")
    options.add_argument("--most", type=int, default=4, help="most ranks and threads")
    options.add_argument("--tolerance", type=float, default=1e-6, help="of training")


def main():
    options = parser(__doc__)
    add_arguments(options)
    print(report(measure(options.parse_args())))


if __name__ == "__main__":
    main()
