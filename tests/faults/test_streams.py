"""Standard streams that are closed, or that nobody reads."""

import subprocess

import pytest

from program import DATA, PROGRAM

from faults import command, result, run, same_model, started


def shell(script, *words):
    return started(["bash", "-o", "pipefail", "-c", script, "bash", *map(str, words)])


@pytest.mark.parametrize("ranks", [1, 2])
def test_reader_that_has_seen_enough(tmp_path, model, ranks):
    """`mpilogit train … | head -1`: the model is written all the same."""
    path = tmp_path / "model.h5"
    words = command(["train", DATA / "adult.h5", "--model", path], ranks)
    with shell('"$@" | true', *words) as job:
        done = result(job, 30)
    assert same_model(path, model)
    assert done.errors == []


def test_reader_that_is_gone_is_no_failure(tmp_path, model):
    with shell('"$@" | true', *command(["inspect", model], 1)) as job:
        done = result(job, 30)
    assert done.code == 0 and done.errors == []


def test_results_that_cannot_be_printed(model):
    with shell('"$@" >/dev/full', *command(["inspect", model], 1)) as job:
        done = result(job, 30)
    assert done.code == 2
    assert len(done.errors) == 1
    assert "standard output" in done.errors[0] and "No space left on device" in done.errors[0]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_spoil_files(tmp_path, model, closed):
    """Else the model would be file number 1, and the summary be printed into it."""
    path = tmp_path / "model.h5"
    with shell(f'exec "$@" {closed}', PROGRAM, "train", DATA / "adult.h5", "--model", path) as job:
        done = result(job, 30)
    assert done.code == 0
    assert same_model(path, model)
    inspected = run(["inspect", path])
    assert inspected.code == 0 and inspected.errors == []


def test_no_standard_input(tmp_path, model):
    done = run(["predict", model, DATA / "adult.test.h5", "--output", tmp_path / "out"], 2,
               stdin=subprocess.DEVNULL)
    assert done.code == 0
