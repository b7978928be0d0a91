"""What a person sees: help, configuration files, progress, summaries, records."""

import os
import pty
import select
import subprocess

import h5py
import pytest

from conftest import DATA, MPIEXEC, PROGRAM, SOURCE, mpilogit

RECORD_KEYS = {
    "rows", "features", "classes", "nonzeros", "ranks", "threads", "solver", "converged",
    "stop_reason", "iterations", "data_passes", "objective", "gradient_norm", "estimated_gap",
    "seconds", "allreduce", "memory", "coefficients_sha256"}


def test_help_and_version():
    program = mpilogit("--help", ranks=2)
    assert program.code == 0 and program.out.count("usage: mpilogit") == 1
    for name in ("train", "predict", "evaluate", "inspect"):
        assert name in program.out
        shown = mpilogit(name, "--help", ranks=2)
        assert shown.code == 0 and shown.out.startswith(f"usage: mpilogit {name}")
        assert max(map(len, shown.out.splitlines())) <= 100
    assert "--learning-rate" in mpilogit("train", "--help").out
    assert "--learning-rate" not in mpilogit("predict", "--help").out
    assert mpilogit("--version").out.startswith("mpilogit ")
    assert mpilogit("fly").code == 2


def test_documented_options_are_those_of_the_program():
    documented = (SOURCE / "docs" / "options.md").read_text()
    assert mpilogit("--options-markdown").out == documented


def test_documented_metrics_are_those_of_the_program():
    documented = (SOURCE / "docs" / "metrics.md").read_text()
    table = mpilogit("--metrics-markdown").out
    assert table.count("\n") > 10 and table in documented


def test_runs_without_mpirun(tmp_path):
    done = subprocess.run(
        [PROGRAM, "train", DATA / "a9a.h5", "--l2", "0.01", "--model", tmp_path / "m.h5"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 rank x" in done.stdout


@pytest.mark.parametrize("ranks", [1, 2])
def test_ranks_of_one_host_look_for_no_network_unless_asked(ranks, monkeypatch):
    """Open MPI tells which transports it has looked at."""
    def transports():
        lines = mpilogit("train", "absent.h5", ranks=ranks).err.splitlines()
        return {line.split()[-1] for line in lines if "components_register: found loaded" in line}

    monkeypatch.setenv("OMPI_MCA_pml_base_verbose", "100")
    assert transports() == {"ob1"}
    monkeypatch.setenv("OMPI_MCA_mtl", "^psm2")
    assert "cm" in transports()


def test_record_holds_what_is_relied_upon(train):
    run = train(DATA / "a9a.h5", "--l2", "0.001", "--threads", "2", ranks=2)
    record = run.record
    assert RECORD_KEYS <= set(record)
    assert (record["rows"], record["features"], record["classes"]) == (32561, 123, 2)
    assert (record["nonzeros"], record["ranks"], record["threads"]) == (451592, 2, 2)
    assert set(record["seconds"]) == {"read", "train", "total"}
    assert record["seconds"]["total"] >= record["seconds"]["read"] > 0
    # A pass sends 8 bytes per feature and one scalar, nothing else of that size. Before the first one
    # the ranks agree on options, files and memory, whatever the size of the data.
    reads, allreduces = record["reads"], record["allreduce"]["count"]
    assert record["data_passes"] <= reads <= allreduces <= reads + 40
    memory = record["memory"]
    assert set(memory) == {"peak_bytes_per_rank_max", "peak_bytes_total", "shard_bytes",
                           "memory_budget", "resident_bytes", "streamed_bytes", "bytes_read",
                           "bytes_mapped"}
    assert memory["resident_bytes"] >= memory["shard_bytes"] - 8 * 123 * 2
    assert memory["streamed_bytes"] == memory["bytes_read"] == 0
    # Columns in 16 bits, starts in 64, labels in one byte; values that are all 1 are not there.
    rows = 451592 * 2 + 32563 * 8 + 32561
    assert rows <= memory["shard_bytes"] <= rows + 4096
    peak, total = memory["peak_bytes_per_rank_max"], memory["peak_bytes_total"]
    assert memory["shard_bytes"] / 2 < peak < total <= 2 * peak < 2**31
    with h5py.File(run.model) as file:
        assert file.attrs["coefficients_sha256"] == record["coefficients_sha256"]


def test_quiet_says_nothing(train):
    run = train(DATA / "a9a.h5", "--l2", "0.01", "--quiet", ranks=2)
    assert (run.code, run.out, run.err) == (0, "", "")


def test_progress_in_plain_lines_comes_from_one_rank(train):
    run = train(DATA / "a9a.h5", "--l2", "0.01", ranks=3)
    lines = [line.split() for line in run.err.splitlines() if line.split()[:1] == ["0"]]
    assert len(lines) == 1
    assert run.err.count("read 32,561 rows x 123 features") == 1
    assert run.out.count("objective") == 1 and "tolerance reached" in run.out


def test_progress_renews_one_line_on_a_terminal(tmp_path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "train", DATA / "a9a.h5", "--l2", "0.01", "--model", tmp_path / "m.h5"],
        stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    while select.select([ours], [], [], 60)[0]:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert process.wait(60) == 0
    assert seen.count(b"\r\x1b[K") >= 3


def test_configuration_file(train, tmp_path):
    config = tmp_path / "run.ini"
    config.write_text("# a comment\nl2 = 0.01\nsolver = lbfgs\nhistory = 5\n")
    by_file = train(DATA / "a9a.h5", "--config", config, ranks=2)
    by_hand = train(DATA / "a9a.h5", "--l2", "0.01", "--solver", "lbfgs", "--history", "5")
    assert by_file.code == 0, by_file.err
    assert by_file.record["coefficients_sha256"] == by_hand.record["coefficients_sha256"]
    # The command line wins.
    assert train(DATA / "a9a.h5", "--config", config, "--history", "7").record["solver"] == "lbfgs"
    assert train(DATA / "a9a.h5", "--config", config, "--l2", "1").record["l2"] == 1


@pytest.mark.parametrize("text,named", [
    ("nonsense = 1\n", "nonsense"), ("l2 = -1\n", "--l2"), ("quiet = perhaps\n", "quiet"),
    ("seed = 3\n", "--seed"), ("config = other.ini\n", "config"), ("just words\n", "just words")])
def test_bad_configuration_is_refused(train, tmp_path, text, named):
    config = tmp_path / "run.ini"
    config.write_text(text)
    run = train(DATA / "a9a.h5", "--config", config, ranks=2)
    assert run.code == 2 and len(run.errors) == 1 and named in run.errors[0], run.err


def test_options_that_differ_between_ranks_are_refused(tmp_path):
    one = [PROGRAM, "train", str(DATA / "a9a.h5"), "--model", str(tmp_path / "m.h5"), "--l2"]
    done = subprocess.run([MPIEXEC, "-n", "1", *one, "1", ":", "-n", "1", *one, "2"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "options differ between rank 0 and rank 1" in done.stderr


def test_inspecting(train, tmp_path):
    data = mpilogit("inspect", DATA / "adult.h5", ranks=3)
    assert data.code == 0
    assert "32,561" in data.out and "dense float32" in data.out and "age" in data.out
    assert "class           0: 24,720 rows" in data.out
    sparse = mpilogit("inspect", DATA / "a9a.h5")
    assert "sparse (CSR) float32" in sparse.out
    model = train(DATA / "adult.h5", "--l2", "0.001").model
    shown = mpilogit("inspect", model, ranks=2)
    assert shown.code == 0 and "(intercept)" in shown.out and "odds ratio" in shown.out
    assert len(mpilogit("inspect", model, "--top", "5").out.splitlines()) == 3 + 2 + 5 + 1
    assert mpilogit("inspect", model, "--labels", "z").code == 2
    assert mpilogit("inspect", DATA / "a9a.h5", "--top", "3").code == 2


def test_iteration_limit_is_told_and_the_model_written(train):
    run = train(DATA / "a9a.h5", "--l2", "0.001", "--max-iterations", "1", ranks=2)
    assert run.code == 3
    assert run.record["converged"] is False and run.record["stop_reason"] == "iteration limit"
    assert "--max-iterations" in run.err and run.model.exists()
