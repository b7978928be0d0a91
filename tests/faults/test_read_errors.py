"""A system call on the data file fails: the message names file and cause, or the result is right."""

import os
import shutil

import pytest

from program import DATA, OLD

from thorough import spread

from faults import Tracer, needs_strace, run, same_model, side_by_side

CALLS = ["openat", "read", "pread64", "close"]


class Case:
    """One data file, and one output that an old file is at."""

    OLD = OLD

    def __init__(self, folder, command, model, ranks, rank):
        folder.mkdir(parents=True)
        self.ranks = ranks
        self.data = folder / "data.h5"
        shutil.copy(DATA / "adult.test.h5", self.data)
        self.output = folder / "out"
        self.arguments = {
            "train": ["train", self.data, "--model", self.output],
            "predict": ["predict", model, self.data, "--output", self.output],
        }[command] + ["--threads", "1", "--quiet"]
        self.tracer = Tracer(folder, self.data, rank, output=False)

    def run(self, injection):
        self.output.write_bytes(self.OLD)
        return run(self.arguments, self.ranks, self.tracer.wrapper(CALLS, injection))

    def problem(self, step, reference):
        call, number = step
        done = self.run(f"{call}:error=EIO:when={number}")
        what = f"{call} {number}: {done.code}: {done.err}"
        if done.code == 0:
            right = done.errors == [] and same_model(self.output, reference)
            return None if right else what + " with a wrong result"
        kept = self.output.read_bytes() == self.OLD
        named = (len(done.errors) == 1 and str(self.data) in done.errors[0]
                 and "Input/output error" in done.errors[0])
        return None if done.code == 2 and kept and named else what


@needs_strace
@pytest.mark.parametrize("command, ranks, rank", [
    ("train", 1, 0), ("predict", 1, 0), ("train", 2, 1), ("predict", 2, 1), ("train", 3, 0)])
def test_error_at_every_read(tmp_path, model, command, ranks, rank):
    cases = [Case(tmp_path / str(i), command, model, ranks, rank) for i in range(2)]
    counts = cases[0].tracer.count(CALLS, cases[0].arguments, ranks)
    reference = tmp_path / "reference"
    shutil.copy(cases[0].output, reference)
    assert counts["pread64"] >= 5
    steps = spread([(call, number) for call, count in sorted(counts.items())
                    for number in range(1, count + 1)], 6)
    if ranks == 3:
        steps = steps[::4]  # that rank 0 is not alone makes no difference to what it reads

    def walk(i):
        return [problem for step in steps[i::2]
                if (problem := cases[i].problem(step, reference)) is not None]

    problems = [problem for part in side_by_side(walk, range(2)) for problem in part]
    assert not problems, "\n".join(problems)


@needs_strace
@pytest.mark.parametrize("ranks", [1, 3])
def test_file_shortened_while_it_is_read(tmp_path, ranks):
    """The file ends before a rank's rows do: the rank waits in front of its first pread of them."""
    data = tmp_path / "data.h5"
    shutil.copy(DATA / "adult.h5", data)
    tracer = Tracer(tmp_path, data, ranks - 1, output=False)
    # The process that reads the file beforehand is not the one that is meant.
    arguments = ["train", data, "--model", tmp_path / "model.h5", "--threads", "1", "--quiet", "--trust-input"]
    last = tracer.count(CALLS, arguments, ranks)["pread64"]
    (tmp_path / "model.h5").unlink()
    # pread answers "end of file", as it does where the file has been cut.
    done = run(arguments, ranks, tracer.wrapper(CALLS, f"pread64:retval=0:when={last - 2}+"))
    assert done.code == 2 and len(done.errors) == 1, done.err
    assert str(data) in done.errors[0]
    assert not (tmp_path / "model.h5").exists()


def test_file_replaced_by_another(tmp_path):
    """Rows are read from the file that was opened, or the difference is noticed."""
    data = tmp_path / "data.h5"
    data.write_bytes((DATA / "adult.h5").read_bytes()[:200_000])
    done = run(["train", data, "--model", tmp_path / "model.h5"], 3)
    assert done.code == 2 and len(done.errors) == 1 and "truncated" in done.errors[0]
    os.truncate(data, 0)
    done = run(["train", data, "--model", tmp_path / "model.h5"], 3)
    assert done.code == 2 and len(done.errors) == 1 and str(data) in done.errors[0]
