"""Counts the instructions of each kernel on a fixed small input under valgrind's callgrind, and
compares them with bench/instructions.json. Counts do not depend on what else the machine does, so a
slip of a few percent shows; but they depend on compiler and instruction set, which must be those of
the file. Exit codes: 0 as it was, 1 changed, 77 cannot be compared here (skipped, not passed)."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from . import tables
from .setting import SOURCE, build_type, compiler, parser, say

COUNTS = SOURCE / "bench" / "instructions.json"
ALLOWED = 0.05
SKIPPED = 77


def parse_dump(text):
    """(kernel, instructions) of one of callgrind's dumps; None for the one at the program's end."""
    name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
    total = re.search(r"^totals: (\d+)", text, re.MULTILINE)
    return (name.group(1), int(total.group(1))) if name and total else None


def count(program):
    """The instruction set that the program took, and kernel → instructions."""
    with tempfile.TemporaryDirectory(prefix="mpilogit-bench-") as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program],
            capture_output=True, text=True, check=True, timeout=300)
        dumps = [parse_dump(path.read_text()) for path in pathlib.Path(folder).iterdir()]
    return done.stdout.strip(), dict(sorted(dump for dump in dumps if dump))


def environment(build, instruction_set):
    """What the counts depend on."""
    return {"compiler": re.sub(r"^(\S+ \d+).*", r"\1", compiler(build)), "build": build_type(build),
            "instruction_set": instruction_set}


def changes(expected, counted):
    """Lines on every kernel that left its bounds, appeared or went away."""
    lines = []
    for name in sorted({*expected, *counted}):
        if name not in counted or name not in expected:
            lines.append(f"{name}: {'new' if name in counted else 'gone'}")
            continue
        change = counted[name] / expected[name] - 1.0
        if abs(change) > ALLOWED:
            lines.append(f"{name}: {expected[name]:,} → {counted[name]:,} instructions ({change:+.1%})")
    return lines


def update(where, counted):
    COUNTS.write_text(json.dumps({**where, "instructions": counted}, indent=2) + "\n")
    say(f"wrote {COUNTS.relative_to(SOURCE)}; commit it with the change that it comes from")


def verdict(where, counted):
    """The exit code."""
    known = json.loads(COUNTS.read_text())
    expected = known.pop("instructions")
    if known != where:
        say(f"SKIPPED: the counts are for {known}, but here it is {where}")
        return SKIPPED
    changed = changes(expected, counted)
    if not changed:
        say(f"{len(counted)} kernels take the instructions that they took, within {ALLOWED:.0%}")
        return 0
    print("\n".join(changed))
    say("these kernels take other numbers of instructions than bench/instructions.json says. If that "
        "is meant, accept them with bench/check-instructions --update and commit the file")
    return 1


def report():
    known = json.loads(COUNTS.read_text())
    rows = [[name, f"{number:,}"] for name, number in known["instructions"].items()]
    return tables.markdown([f"kernel ({known['compiler']}, {known['instruction_set']})", "instructions"],
                           rows)


def main():
    options = parser(__doc__)
    options.add_argument("--update", action="store_true", help="accept the counts as they are now")
    arguments = options.parse_args()
    program = arguments.build / "bench" / "bin" / "bench_instructions"
    if not program.exists():
        raise SystemExit(f"bench: {program} is not there: run scripts/setup --bench, then build with "
                         "-DMPILOGIT_BUILD_BENCH=ON")
    instruction_set, counted = count(program)
    where = environment(arguments.build, instruction_set)
    if arguments.update:
        update(where, counted)
        sys.exit(0)
    sys.exit(verdict(where, counted))


if __name__ == "__main__":
    main()
