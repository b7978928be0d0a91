"""Checkpoints: whatever ends a run, the same command goes on from its state to the same bits."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest

from conftest import DATA, command, logistic_sample, mpilogit, write_dense
from oracles import classes_sample
from thorough import some

SLOW = [DATA / "adult.h5", "--l2", "3e-5", "--solver", "gradient-descent", "--tolerance", "0"]


def contents(model):
    """Every data set of a model or path, byte by byte; but not the record, which tells times."""
    found = {}

    def take(name, item):
        if isinstance(item, h5py.Dataset) and name != "record" and item.dtype.kind != "O":
            found[name] = item[()].tobytes()

    with h5py.File(model) as file:
        file.visititems(take)
    assert found
    return found


def start(*arguments, ranks=2, log=None):
    return subprocess.Popen(command(arguments, ranks), stdout=subprocess.DEVNULL,
                            stderr=log or subprocess.DEVNULL)


def wait_for(condition, job, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline and job.poll() is None, "it never came to that"
        time.sleep(0.01)


def interrupt(*arguments, checkpoint, ranks=2, sent=signal.SIGUSR2):
    """Runs until there is a checkpoint, then asks mpirun to stop; returns its code."""
    job = start(*arguments, "--checkpoint", checkpoint, ranks=ranks)
    try:
        wait_for(checkpoint.exists, job)
        job.send_signal(sent)
        return job.wait(timeout=30)
    finally:
        if job.poll() is None:
            job.kill()


def copies(checkpoint, name):
    """A checkpoint is removed by the run that it leads to the end."""
    copy = checkpoint.with_name(name)
    shutil.copy(checkpoint, copy)
    return copy


@pytest.mark.parametrize("options", [
    ["--l2", "1e-5"],
    ["--l2", "1e-5", "--solver", "lbfgs"],
    ["--l2", "1e-3", "--solver", "gradient-descent", "--learning-rate", "1e-13"],
    ["--l2", "1e-3", "--solver", "sgd"],
    ["--l1", "1e-3"],
    ["--l1", "1e-3", "--solver", "owlqn"],
    ["--lower", "-1", "--upper", "1"],
    [],
    ["--firth", "--inference"],
], ids=" ".join)
def test_every_solver_goes_on_where_it_was_cut_off(tmp_path, options):
    data = DATA / "a9a.h5" if "--firth" not in options else DATA.parent / "tests/data/gold/birthwt_mass.h5"
    checkpoint = tmp_path / "c"
    whole, part = tmp_path / "whole.h5", tmp_path / "part.h5"
    limit = ["--max-iterations", "40"]
    assert mpilogit("train", data, *options, *limit, "--model", whole).code in (0, 3)
    for cut in (1, 4):
        first = mpilogit("train", data, *options, "--max-iterations", cut, "--model", part,
                         "--checkpoint", checkpoint, "--checkpoint-every", "1", ranks=2)
        if first.code == 0:
            break  # it took no more iterations than that
        assert first.code == 3 and checkpoint.exists(), first.err
        again = mpilogit("train", data, *options, *limit, "--model", part, "--checkpoint",
                         checkpoint, ranks=3)
        assert again.code in (0, 3), again.err
        assert f"going on from the checkpoint {checkpoint}" in again.err
        assert contents(part) == contents(whole)
        # What led to a model is not needed any more; what stopped at a limit may go on.
        assert checkpoint.exists() == (again.code == 3 and "iteration limit" in again.out)
        checkpoint.unlink(missing_ok=True)
        pathlib.Path(f"{checkpoint}.previous").unlink(missing_ok=True)
    assert cut > 1


@pytest.fixture(scope="module")
def whole_of_800(tmp_path_factory):
    whole = tmp_path_factory.mktemp("whole") / "whole.h5"
    assert mpilogit("train", *SLOW, "--max-iterations", "800", "--model", whole).code == 3
    return whole


@pytest.mark.parametrize("sent", ["SIGTERM", "SIGINT", "SIGUSR2", "SIGXCPU"])
def test_asked_to_stop_it_keeps_its_state_and_says_75(tmp_path, whole_of_800, sent):
    arguments = ["train", *SLOW, "--max-iterations", "800"]
    checkpoint = tmp_path / "c"
    part = tmp_path / "part.h5"
    code = interrupt(*arguments, "--model", part, "--checkpoint-every", "20", ranks=3,
                     checkpoint=checkpoint, sent=getattr(signal, sent))
    # After SIGTERM and SIGINT mpirun has a code of its own.
    assert code == (75 if sent in ("SIGUSR2", "SIGXCPU") else 1)
    assert not part.exists()
    for ranks in some([1, 2, 3, 5, 7], [1, 5]) if sent == "SIGUSR2" else [2]:
        copy = copies(checkpoint, f"c{ranks}")
        again = mpilogit(*arguments, "--model", part, "--checkpoint", copy, "--resume",
                         "--threads", 2 if ranks == 1 else 1, ranks=ranks)
        assert again.code == 3 and "going on from" in again.err
        assert contents(part) == contents(whole_of_800)


def test_asked_for_a_checkpoint_it_goes_on(tmp_path):
    checkpoint = tmp_path / "c"
    model = tmp_path / "m.h5"
    log = (tmp_path / "log").open("w+")
    events = tmp_path / "events"
    arguments = ["train", *SLOW, "--max-iterations", "1500", "--model", model, "--events", events]
    job = start(*arguments, "--checkpoint", checkpoint, "--checkpoint-every", "1h", log=log)
    try:
        wait_for(lambda: (tmp_path / "log").read_text().count("\n") > 4, job)
        assert not checkpoint.exists()
        job.send_signal(signal.SIGUSR1)
        wait_for(checkpoint.exists, job)
        assert job.wait(timeout=60) == 3
    finally:
        if job.poll() is None:
            job.kill()
    again = tmp_path / "again.h5"
    assert mpilogit("train", *SLOW, "--max-iterations", "1500", "--model", again, "--checkpoint",
                    checkpoint, "--events", events, ranks=1).code == 3
    assert contents(again) == contents(model)
    told = [json.loads(line) for line in events.read_text().splitlines()]
    written = [event for event in told if event["event"] == "checkpoint"]
    assert [event["cause"] for event in written] == ["request"]
    assert written[0]["file"] == str(checkpoint)
    assert written[0]["bytes"] == checkpoint.stat().st_size
    resumed = [event["file"] for event in told if event["event"] == "resume"]
    assert resumed == [str(checkpoint)]


@pytest.mark.parametrize("options", [
    ["path", "--lambdas", "30", "--lambda-ratio", "1e-4", "--enough", "1"],
    ["path", "--lambdas", "20", "--alpha", "0.2", "--solver", "owlqn", "--enough", "1"],
    ["cross-validate", "--lambdas", "12", "--alpha", "0.5,1", "--folds", "3"],
    ["train", "--one-vs-rest", "--l2", "1e-9", "--solver", "lbfgs", "--tolerance", "0",
     "--max-iterations", "400"],
], ids=" ".join)
def test_sequences_and_problems_side_by_side_go_on(tmp_path, options):
    sub, *options = options
    if sub == "train":
        x, y = classes_sample(rows=40_000, features=12, classes=4)
        noise = np.random.default_rng(1)
        alike = [x + 1e-2 * noise.normal(size=x.shape) for _ in range(4)]  # many iterations
        data = write_dense(tmp_path / "d.h5", np.hstack([x, *alike]), y)
    else:
        data = DATA / "a9a.h5"
    whole = tmp_path / "whole.h5"
    assert mpilogit(sub, data, *options, "--model", whole, ranks=2).code in (0, 3)
    resumed = 0
    for attempt in range(2):
        checkpoint = tmp_path / f"c{attempt}"
        part = tmp_path / "part.h5"
        job = start(sub, data, *options, "--model", part, "--checkpoint", checkpoint,
                    "--checkpoint-every", "1", ranks=2)
        try:
            wait_for(lambda: checkpoint.exists() or job.poll() is not None, job)
            time.sleep(0.15 * attempt)
            job.send_signal(signal.SIGUSR2)
            code = job.wait(timeout=30)
        except (AssertionError, ProcessLookupError):
            code = job.wait(timeout=30)
        if code != 75:
            continue
        resumed += 1
        again = mpilogit(sub, data, *options, "--model", part, "--checkpoint", checkpoint, ranks=3)
        assert again.code in (0, 3), again.err
        assert "going on from" in again.err
        expected = contents(whole)
        found = contents(part)
        assert found == expected
        assert not checkpoint.exists()
    assert resumed > 0


def interrupted(tmp_path, *options):
    checkpoint = tmp_path / "c"
    code = interrupt("train", *SLOW, "--model", tmp_path / "m.h5", "--checkpoint-every", "20",
                     *options, "--max-iterations", "100000000", checkpoint=checkpoint)
    assert code == 75
    return checkpoint


def test_another_run_is_refused_and_the_difference_named(tmp_path):
    checkpoint = interrupted(tmp_path)
    other = write_dense(tmp_path / "other.h5", *logistic_sample())
    changed = tmp_path / "changed.h5"
    shutil.copy(DATA / "adult.h5", changed)
    with h5py.File(changed, "r+") as file:
        file["X"][20_000, 3] += 1
    swapped = tmp_path / "swapped.h5"
    shutil.copy(DATA / "adult.h5", swapped)
    with h5py.File(swapped, "r+") as file:
        file["y"][10:12] = file["y"][10:12][::-1] if file["y"][10] != file["y"][11] else 1 - file["y"][10:12]
    base = ["train", *SLOW, "--model", tmp_path / "m.h5", "--checkpoint", checkpoint]
    kept = checkpoint.read_bytes()
    for arguments, difference in [
            (["train", DATA / "adult.h5", "--l2", "4e-5", *base[4:]], "--l2 was 3e-5 and is 4e-5 now"),
            (["train", other, *base[2:]], "the number of rows was 32561 and is 300 now"),
            (["train", changed, *base[2:]], "the fingerprint of the data was"),
            (["train", swapped, *base[2:]], "the fingerprint of the data was"),
            ([*base, "--learning-rate", "1e-13"], "--learning-rate was auto and is 1e-13 now"),
            ([*base, "--class-weight", "balanced"],
             "--class-weight was not given and is balanced now")]:
        for ranks in (1, 4):
            refused = mpilogit(*arguments, "--resume", ranks=ranks)
            assert refused.code == 2
            assert len(refused.errors) == 1
            assert difference in refused.errors[0] and str(checkpoint) in refused.errors[0]
            assert "--restart" in refused.errors[0]
    assert checkpoint.read_bytes() == kept
    assert not (tmp_path / "m.h5").exists()
    # The same numbers in another type and another file are the same data.
    doubles = tmp_path / "doubles.h5"
    with h5py.File(DATA / "adult.h5") as file:
        write_dense(doubles, file["X"][:].astype(np.float64), file["y"][:])
    same = mpilogit("train", doubles, *base[2:], "--max-iterations", "1")
    assert same.code == 3 and "going on from" in same.err, same.err


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path):
    checkpoint = interrupted(tmp_path)
    previous = checkpoint.with_name("c.previous")
    assert previous.exists()
    arguments = ["train", *SLOW, "--model", tmp_path / "m.h5", "--max-iterations", "1",
                 "--checkpoint", checkpoint]
    sound = checkpoint.read_bytes()
    older = previous.read_bytes()
    for damaged in (sound[:-1], sound[:100], b"", sound[:300] + bytes([sound[300] ^ 1]) + sound[301:]):
        checkpoint.write_bytes(damaged)
        previous.write_bytes(older)
        run = mpilogit(*arguments, ranks=2)
        assert run.code == 3 and f"going on from the checkpoint {previous}" in run.err
        assert ("is damaged" in run.err) == bool(damaged)
        # The sound one stays until there is another sound one.
        assert not checkpoint.exists() and previous.read_bytes() == older
    checkpoint.write_bytes(sound[:-1])
    previous.write_bytes(older[:-1])
    for ranks in (1, 4):
        refused = mpilogit(*arguments, ranks=ranks)
        assert refused.code == 2 and len(refused.errors) == 1
        assert "no whole checkpoint" in refused.errors[0] and "--restart" in refused.errors[0]
    anew = mpilogit(*arguments, "--restart", ranks=2)
    assert anew.code == 3 and "going on" not in anew.err


def test_without_a_checkpoint_it_begins(tmp_path):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y)
    run = mpilogit("train", data, "--model", tmp_path / "m.h5", "--checkpoint", tmp_path / "c",
                   "--resume", ranks=2)
    assert run.code == 0 and "going on" not in run.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.h5", "m.h5"]


def test_what_is_no_checkpoint_stays_as_it_is(tmp_path):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y)
    mine = tmp_path / "thesis.txt"
    mine.write_text("years of work")
    for options in ([], ["--resume"], ["--restart"]):
        refused = mpilogit("train", data, "--model", tmp_path / "m.h5", "--checkpoint", mine,
                           *options, ranks=3)
        assert refused.code == 2 and "no checkpoint" in refused.errors[0]
    future = tmp_path / "c"
    future.write_text("mpilogit checkpoint 999\n" + 200 * "x")
    refused = mpilogit("train", data, "--model", tmp_path / "m.h5", "--checkpoint", future)
    assert refused.code == 2 and "another version" in refused.errors[0]
    assert mine.read_text() == "years of work"


@pytest.mark.parametrize("options, message", [
    (["--resume"], "--resume has no effect without --checkpoint"),
    (["--restart"], "--restart has no effect without --checkpoint"),
    (["--checkpoint-every", "10"], "--checkpoint-every has no effect without --checkpoint"),
    (["--checkpoint", "c", "--checkpoint-every", "soon"], "neither a time like 60s"),
    (["--checkpoint", "c", "--checkpoint-every", "0"], "not a whole number of at least 1"),
    (["--checkpoint", "c", "--checkpoint-every", "-5s"], "neither a time like 60s"),
    (["--checkpoint", "c", "--resume", "--restart"], "contradict each other"),
    (["--checkpoint", "m.h5"], "--checkpoint and --model are one file"),
    (["--checkpoint", "missing/c"], "No such file or directory"),
])
def test_bad_usage(tmp_path, options, message):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y)
    for ranks in (1, 4):
        refused = mpilogit("train", data, "--model", "m.h5", *options, ranks=ranks, cwd=tmp_path)
        assert refused.code == 2 and len(refused.errors) == 1
        assert message in refused.errors[0]
    assert os.listdir(tmp_path) == ["d.h5"]
