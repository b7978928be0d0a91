"""Builds, measures all parts (or those named by --parts) and writes docs/performance.md from the
results, also from those of parts that were measured before."""

import argparse
import time

from . import compare, instructions, kernels, plot, process, roofline, scaling, tables
from .setting import SOURCE, build, parser, read_result, say

PAGE = SOURCE / "docs" / "performance.md"
PICTURE = SOURCE / "docs" / "gap-against-time.svg"
PARTS = {"roofline": roofline, "kernels": kernels, "scaling": scaling, "process": process,
         "compare": compare}

HEAD = """# Performance

Written by `bench/all` from its own measurements; do not edit. [bench/README.md](../bench/README.md) says how each is made.
Machines are noisy and differ: ratios within a run say more than seconds. Each part says when and where it ran.
"""

COMPARE = """## Against peers

Training alone, on data in memory, to a relative gap of {gap:g} of F, the gap measured apart from all programs in float64.
Everybody has two cores. Of every program the loosest tolerance that reaches the gap is timed, ours in turns with those peers
that are among the fastest (median of {repeats}); the rest have the one time of that search. "> t s" is a fit that
was ended after t seconds: the limit, or four times what the fastest peer took.
"""

ROOFLINE = """## Against the memory

Data is resident as training holds it. "gradient" is the solver's whole pass: margins, loss, residuals, column sums, exact
sums. Bandwidth is that of a vectorised sum over an array of 512 MiB in huge pages, measured between the passes. Medians of
{rounds} rounds.
"""

SCALING = """## Ranks and threads

Training to a tolerance of {tolerance:g}, medians of {repeats}, in turns. The coefficients of all layouts are compared bit by bit on
the way. A read of all rows, or of a sample of them, has one allreduce; it carries the gradient (one number per coefficient) and the scalars of a pass.
"""

KERNELS = """## Kernels

Data in cache, one thread, by instruction set.
"""

PROCESS = """## The whole process

10,000,000 × 28 float32, uncompressed, in the page cache, 2 ranks: MPI's start, reading, training to a gap of 1e-8, the model written.
"""

INSTRUCTIONS = """## Instructions

What `bench/check-instructions` holds every change against.
"""


def provenance(machine):
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items() if version)
    return (f"*{machine['date']}, {machine['cpu']}, {machine['cores']} cores, {machine['system']}, "
            f"{machine['compiler']}; {packages}.*\n")


def section(head, result, body):
    return f"{head.format(**result)}\n{provenance(result['machine'])}\n{body}"


def comparison_body(result):
    body = tables.comparison(result)
    if PICTURE.exists():
        body += f"\n![Gap against time]({PICTURE.name})\n"
    return body


def page(build_folder):
    """The whole document, of the parts that have results."""
    bodies = [("compare", COMPARE, comparison_body), ("roofline", ROOFLINE, roofline.report),
              ("scaling", SCALING, scaling.report), ("process", PROCESS, process.report),
              ("kernels", KERNELS, kernels.report)]
    parts = [HEAD]
    for name, head, body in bodies:
        result = read_result(build_folder, name)
        if result:
            parts.append(section(head, result, body(result)))
    if instructions.COUNTS.exists():
        parts.append(f"{INSTRUCTIONS}\n{instructions.report()}")
    return "\n".join(parts)


def arguments_of(part, module, shared):
    """The part's own defaults under what was given here."""
    options = argparse.ArgumentParser()
    module.add_arguments(options)
    arguments = options.parse_args([])
    arguments.build, arguments.data, arguments.rest = shared.build, shared.data, []
    if shared.repeats and hasattr(arguments, "repeats"):
        arguments.repeats = shared.repeats
    if part == "compare":
        arguments.limit = shared.limit
    return arguments


def main():
    options = parser(__doc__)
    options.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS),
                         help="what to measure; without a name nothing, only the page is written")
    options.add_argument("--repeats", type=int, help="instead of each part's own number")
    options.add_argument("--limit", type=float, default=60.0, help="seconds that a peer's fit may take")
    shared = options.parse_args()
    build(shared.build)
    for part in shared.parts:
        start = time.monotonic()
        PARTS[part].measure(arguments_of(part, PARTS[part], shared))
        say(f"{part}: {time.monotonic() - start:.0f} s")
    comparison = read_result(shared.build, "compare")
    if comparison:
        plot.gap_against_time(comparison, PICTURE)
    PAGE.write_text(page(shared.build))
    say(f"wrote {PAGE.relative_to(SOURCE)}")


if __name__ == "__main__":
    main()
