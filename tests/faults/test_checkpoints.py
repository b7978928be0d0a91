"""Checkpoints under fire: killed and brought back again and again, on disks that fail or are full."""

import concurrent.futures
import os
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

from program import DATA

from thorough import THOROUGH, spread

from faults import (
    Tracer, command, needs_strace, ranks_of, result, run, same_model, side_by_side,
    started, temporary_files)

DATASET = DATA / "adult.test.h5"
CALLS = ["openat", "read", "write", "fsync", "close", "rename", "unlink"]
ROUNDS = 50 if THOROUGH else 15
ITERATIONS = 40
STEPS_OF_EACH = 9  # what the start and two checkpoints take


def training(model, checkpoint=None, iterations=4000, every="1"):
    """Stops at the limit of iterations (exit code 3), where checkpoints are kept."""
    words = ["train", DATASET, "--model", model, "--solver", "gradient-descent", "--l2", "1e-3",
             "--tolerance", "0", "--max-iterations", iterations, "--threads", "1"]
    return words + (["--checkpoint", checkpoint, "--checkpoint-every", every] if checkpoint else [])


def newest(checkpoint):
    """When the newest whole checkpoint was written; 0 if there is none."""
    times = [path.stat().st_mtime for path in (checkpoint, checkpoint.with_name("c.previous"))
             if path.exists()]
    return max(times, default=0.0)


def first_iteration(err):
    lines = re.findall(r"^ +(\d+) +[0-9.]+ +[0-9.e+-]+ ", err, re.MULTILINE)
    return int(lines[0]) if lines else None


def test_many_kills_in_one_training(tmp_path):
    """No kill costs more than what was done since the last checkpoint, and the end has the same bits."""
    chance = random.Random(7)
    checkpoint = tmp_path / "c"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        reference = pool.submit(run, training(tmp_path / "whole.h5"), timeout=200)
        begun = 0
        for round_number in range(ROUNDS):
            before = newest(checkpoint)
            with started(command(training(tmp_path / "parts.h5", checkpoint), 1)) as job:
                deadline = time.monotonic() + 30
                while newest(checkpoint) <= before:
                    assert job.poll() is None and time.monotonic() < deadline
                    time.sleep(0.002)
                time.sleep(chance.uniform(0, 0.05))
                assert job.poll() is None, f"over before round {round_number}"
                job.send_signal(signal.SIGKILL)
                killed = time.time()
                done = result(job, 10)
            assert killed - newest(checkpoint) < 1.0  # an iteration takes milliseconds
            assert "damaged" not in done.err
            if round_number:
                assert "going on from the checkpoint" in done.err
                first = first_iteration(done.err)
                assert first is None or first >= begun
                begun = first or begun
            assert len(temporary_files(checkpoint)) <= 1
        assert begun > ROUNDS / 2  # so much was not done again
        assert run(training(tmp_path / "parts.h5", checkpoint), timeout=200).code == 3
        assert reference.result().code == 3
    assert same_model(tmp_path / "parts.h5", tmp_path / "whole.h5")
    assert temporary_files(checkpoint) == []


def test_kills_of_ranks_and_other_numbers_of_them(tmp_path):
    chance = random.Random(8)
    checkpoint = tmp_path / "c"
    for ranks in (3, 2, 3, 1):
        before = newest(checkpoint)
        with started(command(training(tmp_path / "parts.h5", checkpoint, 600), ranks)) as job:
            deadline = time.monotonic() + 30
            while newest(checkpoint) <= before:
                assert job.poll() is None and time.monotonic() < deadline
                time.sleep(0.005)
            victims = ranks_of(job) if ranks > 1 else [job.pid]
            os.kill(chance.choice(victims), signal.SIGKILL)
            done = result(job, 10)
        assert done.code not in (0, 2, 3) and done.seconds < 5
    assert run(training(tmp_path / "parts.h5", checkpoint, 600), 2).code == 3
    assert run(training(tmp_path / "whole.h5", None, 600)).code == 3
    assert same_model(tmp_path / "parts.h5", tmp_path / "whole.h5")


# --- System calls on the checkpoint, the one before it and its temporary file


class Case:
    """A training with checkpoints in its background: how many are written depends on the disk."""

    def __init__(self, folder):
        folder.mkdir(parents=True)
        self.folder = folder
        self.checkpoint = folder / "inside" / "c"
        self.checkpoint.parent.mkdir()
        self.model = folder / "model.h5"
        self.tracer = Tracer(folder, self.checkpoint)
        self.tracer.paths += f' -P "{self.checkpoint}.previous"'
        self.arguments = training(self.model, self.checkpoint, ITERATIONS, "2")

    def clear(self):
        shutil.rmtree(self.checkpoint.parent)
        self.checkpoint.parent.mkdir()
        self.model.unlink(missing_ok=True)

    def run(self, injection=None):
        return run(self.arguments, 1, self.tracer.wrapper(CALLS, injection))


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    path = tmp_path_factory.mktemp("short") / "model.h5"
    assert run(training(path, None, ITERATIONS)).code == 3
    return path


def steps_of(case):
    case.clear()
    assert case.run().code == 3
    names = re.findall(r"^\d+ +(\w+)\(", case.tracer.log.read_text(), re.MULTILINE)
    assert names.count("rename") >= 3  # two files in their places, and the first one kept
    return spread([(call, number) for call in CALLS
                   for number in range(1, min(names.count(call), STEPS_OF_EACH) + 1)], 4)


def for_all_steps(tmp_path, steps, check):
    cases = [Case(tmp_path / str(i)) for i in range(2)]

    def walk(i):
        problems = []
        for step in steps[i::2]:
            cases[i].clear()
            problem = check(cases[i], *step)
            if problem:
                problems.append(f"{step[0]} {step[1]}: {problem}")
        return problems

    problems = [problem for part in side_by_side(walk, range(2)) for problem in part]
    assert not problems, "\n".join(problems)


@needs_strace
def test_killed_at_every_step(tmp_path, short):
    """Whatever was on the disk then, the next run ends in the same bits, and clears up."""
    def check(case, call, number):
        done = case.run(f"{call}:signal=KILL:when={number}")
        if done.code not in (-signal.SIGKILL, 3):  # it may have skipped a checkpoint
            return f"{done.code}: {done.err}"
        again = run(case.arguments)
        if again.code != 3 or again.errors or "damaged" in again.err:
            return f"then {again.code}: {again.err}"
        if not same_model(case.model, short) or temporary_files(case.checkpoint):
            return "another result, or a temporary file"
        return None

    steps = steps_of(Case(tmp_path / "first"))
    for_all_steps(tmp_path, [step for step in steps if step[0] != "read"], check)


@needs_strace
def test_error_at_every_step(tmp_path, short):
    """In the beginning that is refused; later it is a warning, and the run and its result go on."""
    def check(case, call, number):
        done = case.run(f"{call}:error=EIO:when={number}")
        told = [line for line in done.err.splitlines()
                if str(case.checkpoint) in line and "Input/output error" in line]
        if done.code == 2:
            return None if len(done.errors) == 1 and told and not case.model.exists() else done.err
        if done.code != 3 or done.errors or not same_model(case.model, short):
            return f"{done.code}: {done.err}"
        failed = "(INJECTED)" in case.tracer.log.read_text()
        if failed and call in ("write", "fsync", "rename") and not told:
            return "no warning: " + done.err
        # Names of temporary files are not left to chance here: what could not be removed is in the way of the next.
        in_the_way = call == "unlink" and "File exists" in done.err
        if "warning: no checkpoint" in done.err and not told and not in_the_way:
            return done.err
        if temporary_files(case.checkpoint) and call != "unlink":
            return "left a temporary file"
        again = run(case.arguments)
        return None if again.code == 3 and same_model(case.model, short) else again.err

    for_all_steps(tmp_path, steps_of(Case(tmp_path / "first")), check)


@needs_strace
@pytest.mark.parametrize("call", ["openat", "read", "close"])
def test_error_while_it_is_read(tmp_path, short, call):
    """A checkpoint that cannot be read is neither forgotten nor replaced."""
    case = Case(tmp_path / "case")
    assert run(training(case.model, case.checkpoint, ITERATIONS // 2, "2")).code == 3
    kept = case.checkpoint.read_bytes()
    case.tracer.paths = f'-P "{case.checkpoint}"'
    for number in (1, 2):
        done = case.run(f"{call}:error=EIO:when={number}")
        if done.code == 2:
            assert len(done.errors) == 1 and str(case.checkpoint) in done.errors[0]
            assert "Input/output error" in done.errors[0]
            assert case.checkpoint.read_bytes() == kept
        else:
            assert done.code == 3 and same_model(case.model, short), done.err
            assert "going on from the checkpoint" in done.err
            case.checkpoint.write_bytes(kept)


# --- A full disk


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder):
    with (folder / "filler").open("ab", buffering=0) as file:
        with pytest.raises(OSError, match="No space left"):
            while True:
                file.write(b"x" * 4096)


def test_full_disk_is_a_warning(disk, tmp_path, short):
    """Training goes on without checkpoints, says so once, and what there was stays."""
    checkpoint = disk / "c"
    assert run(training(tmp_path / "m.h5", checkpoint, ITERATIONS // 2)).code == 3
    kept = checkpoint.read_bytes()
    fill(disk)
    done = run(training(tmp_path / "m.h5", checkpoint, ITERATIONS))
    assert done.code == 3 and done.errors == []
    warnings = [line for line in done.err.splitlines() if line.startswith("warning: no checkpoint")]
    assert len(warnings) == 1, done.err
    assert str(checkpoint) in warnings[0] and "No space left on device" in warnings[0]
    assert checkpoint.read_bytes() == kept and temporary_files(checkpoint) == []
    assert same_model(tmp_path / "m.h5", short)


@pytest.mark.parametrize("ranks", [1, 2])
def test_stopped_on_a_full_disk(disk, tmp_path, ranks):
    """The state asked for cannot be kept: 2, with a message; the one before is, and leads on."""
    checkpoint = disk / "c"
    with started(command(training(tmp_path / "m.h5", checkpoint), ranks)) as job:
        deadline = time.monotonic() + 30
        while not checkpoint.exists():
            assert job.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        fill(disk)
        job.send_signal(signal.SIGUSR2)
        done = result(job, 20)
    assert done.code == 2 and len(done.errors) == 1, done.err
    assert str(checkpoint) in done.errors[0] and "No space left on device" in done.errors[0]
    (disk / "filler").unlink()
    again = run(training(tmp_path / "m.h5", checkpoint, 500), ranks)
    assert again.code == 3 and "going on from the checkpoint" in again.err
    assert run(training(tmp_path / "whole.h5", None, 500)).code == 3
    assert same_model(tmp_path / "m.h5", tmp_path / "whole.h5")


def test_checkpoint_that_cannot_be_written_at_the_start(tmp_path):
    done = run(training(tmp_path / "m.h5", tmp_path / "no" / "c", 6))
    assert done.code == 2 and len(done.errors) == 1 and str(tmp_path / "no" / "c") in done.errors[0]
    assert list(tmp_path.iterdir()) == []
