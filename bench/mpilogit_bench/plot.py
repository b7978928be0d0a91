"""Gap against time, one panel for each data set, by gnuplot."""

import itertools
import math
import pathlib
import shutil
import subprocess
import tempfile

from .setting import say

FLOOR = 1e-14  # gaps below are drawn here: F itself is not known better


def curves(dataset):
    """Name → (seconds, gap), for all that were tried."""
    trails = {"mpilogit": dataset["ours"]["trail"],
              **{peer["name"]: peer["trail"] for peer in dataset["peers"]}}
    return {name: descent(trail) for name, trail in trails.items() if trail}


def descent(trail):
    """The least gap that was reached in so many seconds."""
    points = sorted((trial["seconds"], max(trial["gap"], FLOOR)) for trial in trail
                    if math.isfinite(trial["gap"]))
    gaps = itertools.accumulate((gap for _, gap in points), min)
    return [(seconds, gap) for (seconds, _), gap in zip(points, gaps)]


def script(result, folder, output):
    """The gnuplot program; writes its points into the folder. A program has one colour in all panels."""
    names = sorted({name for dataset in result["datasets"] for name in curves(dataset)},
                   key=lambda name: (name != "mpilogit", name))
    columns = 2
    rows = math.ceil(len(result["datasets"]) / columns)
    lines = [f'set terminal svg size 1200,{40 + 360 * rows} font "sans,11" background "white"',
             f'set output "{output}"', f"set multiplot layout {rows},{columns}",
             "set logscale xy", 'set format x "10^{%T}"', 'set format y "10^{%T}"', "set grid",
             'set xlabel "seconds of training"', 'set ylabel "relative gap"',
             'set key below horizontal maxcols 3 maxrows 6 font ",8"', "set yrange [1e-14:10]"]
    for number, dataset in enumerate(result["datasets"]):
        plots = [f'{result["gap"]} with lines dashtype 2 linecolor "gray" notitle']
        for name, points in curves(dataset).items():
            place = names.index(name)
            data = pathlib.Path(folder, f"{number}-{place}")
            data.write_text("".join(f"{s} {gap}\n" for s, gap in points))
            width = 3 if name == "mpilogit" else 1
            plots.append(f'"{data}" with linespoints linetype {place + 1} linewidth {width} title "{name}"')
        title = dataset["name"].replace("_", "\\\\_")
        lines += [f'set title "{title}"', "plot " + ", ".join(plots)]
    return "\n".join(lines + ["unset multiplot"]) + "\n"


def gap_against_time(result, output):
    """Writes the SVG; tells whether gnuplot was there to do so."""
    if shutil.which("gnuplot") is None:
        say("no gnuplot here (scripts/setup --bench installs it): no plot")
        return False
    with tempfile.TemporaryDirectory(prefix="mpilogit-bench-") as folder:
        subprocess.run(["gnuplot"], input=script(result, folder, output), text=True, check=True)
    say(f"plot in {output}")
    return True
