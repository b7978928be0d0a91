"""A fault at every step of writing a file: afterwards the old file or the new one is there, whole."""

import os
import pathlib
import shutil
import signal

import pytest

from program import DATA, OLD

from thorough import spread

from faults import Tracer, needs_strace, place, run, same_model, side_by_side, temporary_files

pytestmark = needs_strace

CALLS = ["openat", "write", "writev", "pwrite64", "ftruncate", "fsync", "close", "rename"]
# Each command with an option that names an output.
OUTPUTS = {
    "train": ("--model", []),
    "diagnostics": ("--diagnostics", []),
    "predict": ("--output", []),
    "curves": ("--curves", []),
    "report": ("--output", []),
    "json": ("--json", []),
}
DATASET = DATA / "adult.test.h5"


def arguments_for(what, path, model):
    path = str(path)
    scratch = path + ".scratch"
    return {
        "train": ["train", DATASET, "--model", path],
        "diagnostics": ["train", DATASET, "--model", scratch, "--diagnostics", path],
        "predict": ["predict", model, DATASET, "--output", path],
        "curves": ["evaluate", model, DATASET, "--curves", path],
        "report": ["report", model, "--output", path],
        "json": ["evaluate", model, DATASET, "--json", path],
    }[what] + ["--quiet"] + ([] if what == "report" else ["--threads", "1"])


class Case:
    """One output in a folder of its own, with an old file at its path."""

    OLD = OLD

    def __init__(self, folder, what, model, ranks, rank):
        folder.mkdir(parents=True)
        self.what, self.ranks = what, ranks
        self.path = folder / "out"
        self.scratch = folder.parent / f"{folder.name}-strace"
        self.scratch.mkdir()
        self.arguments = arguments_for(what, self.path, model)
        self.tracer = Tracer(self.scratch, self.path, rank)

    def run(self, injection):
        for left in temporary_files(self.path):
            left.unlink()
        self.path.write_bytes(self.OLD)
        return run(self.arguments, self.ranks, self.tracer.wrapper(CALLS, injection))

    def new_or_old(self, reference):
        if self.path.read_bytes() == self.OLD:
            return "old"
        if self.what in ("report", "json"):  # they tell seconds; the end is there if all is
            assert self.path.read_text().rstrip().endswith(("</html>", "}"))
            assert abs(self.path.stat().st_size - reference.stat().st_size) < 200
        else:
            assert same_model(self.path, reference)
        return "new"


def steps(counts):
    return spread([(call, number) for call, count in sorted(counts.items())
                   for number in range(1, count + 1)], 4)


def prepared(folder, what, model, ranks, rank):
    """A reference, the steps, and two cases to take turns with them."""
    cases = [Case(folder / str(i), what, model, ranks, rank) for i in range(2)]
    counts = cases[0].tracer.count(CALLS, cases[0].arguments, ranks)
    reference = folder / "reference"
    shutil.copy(cases[0].path, reference)
    assert counts["close"] >= 1 and counts["pwrite64"] + counts["write"] >= 1
    return cases, steps(counts), reference


def for_all(cases, every_step, check):
    """Both cases walk through half of the steps, side by side."""
    halves = [(case, every_step[i::len(cases)]) for i, case in enumerate(cases)]

    def walk(half):
        case, mine = half
        return [problem for step in mine if (problem := check(case, *step)) is not None]

    problems = [problem for part in side_by_side(walk, halves) for problem in part]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("what", OUTPUTS)
def test_error_at_every_step(tmp_path, model, what):
    cases, every_step, reference = prepared(tmp_path / what, what, model, 1, 0)
    for_all(cases, every_step, lambda case, call, number: fails_cleanly(case, call, number, reference))


@pytest.mark.parametrize("rank", [0, 1])
def test_error_at_every_step_of_a_rank(tmp_path, model, rank):
    cases, every_step, reference = prepared(tmp_path / "predict", "predict", model, 2, rank)
    for_all(cases, every_step, lambda case, call, number: fails_cleanly(case, call, number, reference))


def fails_cleanly(case, call, number, reference, error="EIO", cause="Input/output error", on=""):
    """None, or what is wrong. With on="+" all such calls from that one on fail."""
    done = case.run(f"{call}:error={error}:when={number}{on}")
    step = f"{case.what}: {call} {number}: "
    state = case.new_or_old(reference)
    if temporary_files(case.path):
        return step + "left a temporary file"
    if done.code == 0:
        return None if state == "new" and done.errors == [] else step + f"0 with the {state} file"
    if done.code != 2 or len(done.errors) != 1:
        return step + f"{done.code}: {done.err}"
    message = done.errors[0]
    if str(case.path.parent) not in message or cause not in message or "tmp-" in message:
        return step + message
    # The one step after the rename is to make that durable.
    return None if state == "old" or call in ("openat", "fsync") else step + "new file: " + message


@pytest.mark.parametrize("error, cause", [
    ("ENOSPC", "No space left on device"), ("EDQUOT", "Disk quota exceeded")])
@pytest.mark.parametrize("what", ["train", "predict"])
def test_no_room_from_a_write_on(tmp_path, model, what, error, cause):
    cases, every_step, reference = prepared(tmp_path / what, what, model, 1, 0)
    writes = [step for step in every_step if step[0] == "pwrite64"]
    for_all(cases, writes, lambda case, call, number: fails_cleanly(
        case, call, number, reference, error, cause, "+"))


@pytest.mark.parametrize("what, ranks, rank", [("train", 1, 0), ("predict", 1, 0), ("predict", 2, 1)])
def test_killed_at_every_step(tmp_path, model, what, ranks, rank):
    cases, every_step, reference = prepared(tmp_path / what, what, model, ranks, rank)

    def killed(case, call, number):
        done = case.run(f"{call}:signal=KILL:when={number}")
        case.new_or_old(reference)  # not torn
        code = -signal.SIGKILL if ranks == 1 else 128 + signal.SIGKILL
        left = len(temporary_files(case.path))
        if done.code != code or left > 1:
            return f"{what}: {call} {number}: {done.code}, {left} temporary files: {done.err}"
        return None

    for_all(cases, every_step, killed)
    # What a killed process left is gone after the next run that is not.
    case = cases[0]
    case.run("rename:signal=KILL:when=1" if rank == 0 else "fsync:signal=KILL:when=1")
    assert len(temporary_files(case.path)) == 1
    assert run(case.arguments).code == 0
    assert sorted(p.name for p in case.path.parent.iterdir()) == ["out"]
    assert same_model(case.path, reference)


def test_leftovers_of_others_stay(tmp_path, model):
    """Temporary files of living processes and of other hosts are not ours to remove."""
    path = pathlib.Path(tmp_path) / "out"
    kept = [path.with_name(f"out.tmp-{place()}-{os.getpid()}"),
            path.with_name("out.tmp-00000000-999999999"),
            path.with_name("out.tmp-mine")]
    stale = path.with_name("out.tmp-00000000-1")
    gone = path.with_name(f"out.tmp-{place()}-999999999")
    for file in [*kept, stale, gone]:
        file.write_text("")
    os.utime(stale, (0, 0))
    assert run(arguments_for("predict", path, model)).code == 0
    assert sorted(tmp_path.iterdir()) == sorted([path, *kept])
