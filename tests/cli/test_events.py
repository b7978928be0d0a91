"""--events: what happens, as lines of JSON while it happens. --timings: who computed how long."""

import datetime
import json
import os
import signal
import subprocess
import threading
import time

import h5py
import numpy as np
import pytest

from conftest import DATA, command, logistic_sample, mpilogit, write_dense
from test_faults import children

ALWAYS = ["event", "time", "run", "seconds"]


def read_events(path):
    """All events of a file, each of which has what every event has."""
    events = [json.loads(line) for line in path.read_text().splitlines()]
    for event in events:
        assert list(event)[:4] == ALWAYS
        assert event["time"].endswith("Z") and len(event["time"]) == len("2026-01-02T03:04:05.678Z")
        datetime.datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
    return events


def names(events):
    """In their order, repetitions left out."""
    kinds = [event["event"] for event in events]
    return [kind for i, kind in enumerate(kinds) if i == 0 or kinds[i - 1] != kind]


def check_one_run(events):
    assert len({event["run"] for event in events}) == 1
    seconds = [event["seconds"] for event in events]
    assert seconds == sorted(seconds) and 0 <= seconds[0] and seconds[-1] < 60
    times = [event["time"] for event in events]
    assert times == sorted(times)


@pytest.fixture
def data(tmp_path):
    x, y = logistic_sample()
    return write_dense(tmp_path / "data.h5", x, y)


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_run_from_start_to_end(train, data, tmp_path, monkeypatch, ranks):
    for name in ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID", "SLURM_RESTART_COUNT",
                 "MPILOGIT_RESTART"):
        monkeypatch.delenv(name, raising=False)
    before = datetime.datetime.utcnow() - datetime.timedelta(seconds=1)
    run = train(data, "--l2", "0.01", "--threads", "2", "--events", tmp_path / "e.jsonl",
                ranks=ranks)
    assert run.code == 0, run.err
    events = read_events(tmp_path / "e.jsonl")
    check_one_run(events)
    assert names(events) == ["start", "data", "pass", "end"]
    start, end = events[0], events[-1]
    when = datetime.datetime.strptime(start["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
    assert before < when < datetime.datetime.utcnow()
    assert start["command"] == "train" and start["files"] == [str(data)]
    assert start["options"]["l2"] == "0.01" and start["options"]["model"] == str(run.model)
    assert (start["ranks"], start["threads"]) == (ranks, 2)
    assert start["hosts"] == [os.uname().nodename]
    assert (start["job"], start["restart"]) == (None, 0)
    assert (events[1]["rows"], events[1]["features"]) == (300, 4)
    assert 0 < events[1]["seconds_read"] <= events[1]["seconds"]
    assert end["code"] == 0 and end["stop_reason"] == run.record["stop_reason"]
    assert end["coefficients_sha256"] == run.record["coefficients_sha256"]
    assert "message" not in end
    passes = [event for event in events if event["event"] == "pass"]
    for told in passes:
        known = run.record["history"][told["iteration"]]
        for key in ("iteration", "objective", "estimated_gap", "gradient_norm", "data_passes"):
            assert told[key] == known[key]
    assert passes[0]["iteration"] == 0 and passes[-1]["iteration"] == run.record["iterations"]


def test_passes_are_at_most_ten_a_second(train, tmp_path):
    run = train(DATA / "adult.h5", "--solver", "gradient-descent", "--tolerance", "0",
                "--max-iterations", "400", "--events", tmp_path / "e.jsonl")
    assert run.code == 3
    passes = [e for e in read_events(tmp_path / "e.jsonl") if e["event"] == "pass"]
    assert passes[0]["iteration"] == 0 and passes[-1]["iteration"] == run.record["iterations"]
    assert run.record["iterations"] > len(passes) > 2
    seconds = [event["seconds"] for event in passes]
    gaps = np.diff(seconds[:-1])  # the last one comes whenever it comes
    assert min(gaps) > 0.099


def test_the_batch_system_is_told(train, data, tmp_path, monkeypatch):
    monkeypatch.setenv("PBS_JOBID", "77.server")
    monkeypatch.setenv("MPILOGIT_RESTART", "2")
    train(data, "--l2", "1", "--events", tmp_path / "e.jsonl")
    start = read_events(tmp_path / "e.jsonl")[0]
    assert (start["job"], start["restart"]) == ("77.server", 2)


@pytest.mark.parametrize("ranks", [1, 3])
def test_every_end_is_told_and_runs_follow_one_another(train, data, tmp_path, ranks):
    path = tmp_path / "e.jsonl"
    codes = [train(data, "--l2", "0.01", "--events", path, ranks=ranks).code,
             train(data, "--max-iterations", "1", "--events", path, ranks=ranks).code,
             train(tmp_path / "absent.h5", "--events", path, ranks=ranks).code,
             train(data, "--l2", "-1", "--events", path, ranks=ranks).code]
    assert codes == [0, 3, 2, 2]
    runs = {}
    for event in read_events(path):
        runs.setdefault(event["run"], []).append(event)
    assert len(runs) == 4
    good, limited, absent, usage = runs.values()
    for events, code in zip(runs.values(), codes):
        check_one_run(events)
        assert events[0]["event"] == "start" and events[-1]["event"] == "end"
        assert [event["event"] for event in events].count("end") == 1
        assert events[-1]["code"] == code
    assert names(good) == ["start", "data", "pass", "end"]
    assert names(limited) == ["start", "data", "pass", "warning", "end"]
    assert "iteration limit" in limited[-2]["message"]
    assert limited[-1]["stop_reason"] == "iteration limit"
    assert names(absent) == names(usage) == ["start", "end"]
    assert "absent.h5: cannot be opened" in absent[-1]["message"]
    assert "--l2 is '-1'" in usage[-1]["message"]


def test_an_error_in_the_middle_is_the_end(train, tmp_path):
    x, y = logistic_sample()
    x[77, 2] = np.nan
    run = train(write_dense(tmp_path / "nan.h5", x, y), "--events", tmp_path / "e.jsonl", ranks=3)
    assert run.code == 2
    end = read_events(tmp_path / "e.jsonl")[-1]
    assert (end["event"], end["code"]) == ("end", 2)
    assert run.errors == ["mpilogit: error: " + end["message"]]


@pytest.mark.parametrize("ranks", [1, 3])
def test_paths_and_folds_have_steps(data, tmp_path, ranks):
    path = tmp_path / "e.jsonl"
    run = mpilogit("path", data, "--lambdas", "6", "--enough", "1", "--model", tmp_path / "p.h5",
                   "--json", tmp_path / "r.json", "--events", path, ranks=ranks)
    assert run.code == 0, run.err
    events = read_events(path)
    assert names(events) == ["start", "data", "step", "end"]
    steps = [event for event in events if event["event"] == "step"]
    assert [event["step"] for event in steps] == list(range(len(run.record["steps"])))
    for told, known in zip(steps, run.record["steps"]):
        for key in ("lambda", "objective", "nonzeros", "deviance_explained", "data_passes"):
            assert told[key] == known[key]
    with h5py.File(tmp_path / "p.h5") as file:
        assert events[-1]["coefficients_sha256"] == file.attrs["coefficients_sha256"]

    path.unlink()
    run = mpilogit("cross-validate", data, "--lambdas", "4", "--alpha", "1,0.5", "--model",
                   tmp_path / "c.h5", "--json", tmp_path / "r.json", "--events", path, ranks=ranks)
    assert run.code == 0, run.err
    events = read_events(path)
    assert names(events) == ["start", "data", "step", "pass", "end"]
    assert [e["l1_ratio"] for e in events if e["event"] == "step"] == [1.0, 0.5]
    assert [e["iteration"] for e in events if e["event"] == "pass"][-1] == run.record["iterations"]
    assert events[-1]["coefficients_sha256"] == run.record["coefficients_sha256"]


def test_predict_evaluate_and_report_start_and_end(train, data, tmp_path):
    path = tmp_path / "e.jsonl"
    model = train(data, "--l2", "0.01").model
    for arguments in (["predict", model, data, "--output", tmp_path / "p.h5"],
                      ["evaluate", model, data], ["report", model, "--output", tmp_path / "r.html"]):
        assert mpilogit(*arguments, "--events", path, ranks=2).code == 0
        events = read_events(path)
        assert names(events) == ["start", "end"] and events[0]["command"] == arguments[0]
        assert events[-1]["code"] == 0
        path.unlink()


@pytest.mark.parametrize("ranks", [1, 3])
def test_refused_before_the_work(train, data, tmp_path, ranks):
    elsewhere = tmp_path / "elsewhere.h5"
    elsewhere.write_bytes(data.read_bytes())
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refusals = {
        tmp_path / "absent" / "e.jsonl": "No such file or directory",
        tmp_path: "Is a directory",
        elsewhere: "something else than events",
        data: "--events names a file that is read",
        pipe: "this is a pipe",
        "": "--events is empty",
    }
    for path, reason in refusals.items():
        run = train(data, "--l2", "1", "--events", path, ranks=ranks)
        assert run.code == 2 and len(run.errors) == 1 and reason in run.errors[0], run.err
        assert not run.model.exists()
    assert elsewhere.read_bytes() == data.read_bytes()
    same = mpilogit("train", data, "--model", tmp_path / "m.h5", "--events", tmp_path / "m.h5",
                    ranks=ranks)
    assert same.code == 2 and "--events and --model are one file" in same.err
    assert not (tmp_path / "m.h5").exists()


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_full_disk_is_a_warning_once(train, data, ranks):
    run = train(data, "--l2", "0.01", "--events", "/dev/full", ranks=ranks)
    assert run.code == 0 and run.model.exists()
    warnings = [line for line in run.err.splitlines() if line.startswith("warning: ")]
    assert warnings == ["warning: /dev/full: events are missing from this file "
                        "(No space left on device)"]


def test_events_change_no_bit(train, data, tmp_path):
    plain = train(data, "--l2", "0.01")
    told = train(data, "--l2", "0.01", "--events", tmp_path / "e.jsonl", "--timings", ranks=3)
    for key in ("coefficients_sha256", "objective", "iterations", "data_passes", "reads"):
        assert plain.record[key] == told.record[key]


def test_the_record_has_the_time_of_each_rank(data, tmp_path):
    for name, options in (("train", []), ("path", ["--lambdas", "5"]),
                          ("cross-validate", ["--lambdas", "3"])):
        model = tmp_path / f"{name}.h5"
        run = mpilogit(name, data, *options, "--model", model, "--json", tmp_path / "r.json", "--timings",
                       ranks=3)
        assert run.code == 0, run.err
        timing = run.record["timing"]
        assert list(timing) == ["slowest_rank", "imbalance", "ranks"]
        ranks = timing["ranks"]
        assert [rank["rank"] for rank in ranks] == [0, 1, 2]
        assert sum(rank["rows"] for rank in ranks) == 300
        compute = [rank["seconds_compute"] for rank in ranks]
        assert timing["slowest_rank"] == int(np.argmax(compute))
        assert timing["imbalance"] == pytest.approx(max(compute) / np.mean(compute))
        for rank in ranks:
            assert rank["host"] == os.uname().nodename
            assert min(rank["seconds_read"], rank["seconds_compute"], rank["seconds_wait"]) > 0
            assert 2**20 < rank["peak_memory_bytes"] <= run.record["memory"]["peak_bytes_total"]
        seconds = run.record["seconds"]
        training = seconds["train"] + seconds.get("folds", 0)
        assert ranks[0]["seconds_read"] == pytest.approx(seconds["read"])
        assert ranks[0]["seconds_compute"] + ranks[0]["seconds_wait"] == pytest.approx(training,
                                                                                      abs=0.05)
        assert "rank  host" in run.out and "waiting for other ranks" in run.out
        with h5py.File(model) as file:
            assert "timing" not in json.loads(file["record"][()])


def test_timings_need_somebody_to_read_them(train, data):
    run = train(data, "--timings", "--quiet")
    assert run.code == 2 and "--timings and --quiet contradict each other" in run.err
    assert "rank  host" not in train(data, "--l2", "1").out


def test_a_straggler_is_found(tmp_path):
    """One rank of three is stopped most of the time; the others compute, and wait for it."""
    # Passes that take milliseconds: a rank that is stopped while it waits is no straggler.
    x, y = logistic_sample(rows=60000, features=400)
    write_dense(tmp_path / "large.h5", x.astype(np.float32), y)
    events = tmp_path / "e.jsonl"
    job = subprocess.Popen(
        command(["train", tmp_path / "large.h5", "--model", tmp_path / "m.h5", "--solver",
                 "gradient-descent", "--learning-rate", "1e-6", "--tolerance", "0", "--threads", "1",
                 "--max-iterations", "120", "--json", tmp_path / "r.json", "--events", events], 3),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    ranks = []
    try:
        deadline = time.monotonic() + 60
        while not events.exists() or '"pass"' not in events.read_text():
            assert time.monotonic() < deadline and job.poll() is None
            time.sleep(0.01)
        # Handles, so that no signal ever meets another process with the same number.
        ranks = [(rank_of(pid), os.pidfd_open(pid)) for pid in children(job.pid)]
        assert sorted(rank for rank, _ in ranks) == [0, 1, 2]
        out = slow_down(job, dict(ranks)[1])
    finally:
        for _, process in ranks:
            try:
                signal.pidfd_send_signal(process, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has ended, as it should
            os.close(process)
        if job.poll() is None:
            job.kill()
    assert job.returncode == 3
    timing = json.loads((tmp_path / "r.json").read_text())["timing"]
    assert timing["slowest_rank"] == 1 and timing["imbalance"] > 1.2, timing
    lines = [line for line in out.splitlines() if line.startswith("straggler")]
    assert len(lines) == 1 and f"rank 1 on {os.uname().nodename} computed" in lines[0], timing


def rank_of(pid):
    with open(f"/proc/{pid}/environ", "rb") as file:
        variables = dict(part.split(b"=", 1) for part in file.read().split(b"\0") if b"=" in part)
    return int(variables[b"OMPI_COMM_WORLD_RANK"])


def slow_down(job, process):
    """Stops the process for 40 of 50 ms until the job has ended; what that printed."""
    printed = []
    reader = threading.Thread(target=lambda: printed.append(job.communicate()[0]))
    reader.start()
    deadline = time.monotonic() + 120
    try:
        while reader.is_alive() and time.monotonic() < deadline:
            signal.pidfd_send_signal(process, signal.SIGSTOP)
            time.sleep(0.04)
            signal.pidfd_send_signal(process, signal.SIGCONT)
            time.sleep(0.01)
    except ProcessLookupError:
        pass  # it has ended
    reader.join(timeout=60)
    assert printed
    return printed[0]
