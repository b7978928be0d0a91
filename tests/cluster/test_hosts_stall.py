"""A link is cut, and the network tells nobody: the ranks find out, and the launcher ends the job."""

import time

import pytest

from hosts_rig import HOSTS, mpirun
from jobs import in_training, running, seconds_until
from program import CHECKPOINTED, ENDLESS, PROGRAM, SOURCE, training


def launched(command):
    """As mpirun() in hosts_rig.py, by the launcher."""
    program, *arguments = command
    assert program == PROGRAM
    names = ",".join(f"{host}:2" for host in HOSTS)
    return [SOURCE / "scripts/launch", "--hosts", names, "--oversubscribe", *arguments]


def ranks(hosts, names=HOSTS):
    return [pid for host in names for pid in hosts.ranks(host)]


# Rank 0 is on host a. Beyond the cut nobody hears it, and the others take their turns to find out later.
# mpirun itself is left to the rig: it waits for a daemon that it has sent its last word to, and for that
# TCP has a quarter of an hour.
@pytest.mark.parametrize("cut", ["a", "c"])
def test_all_ranks_end_when_a_link_is_cut(hosts, tmp_path, cut):
    log, timeout = tmp_path / "log", 3
    command = training(tmp_path / "m.h5", ENDLESS, "--stall-timeout", timeout)
    with running(hosts, mpirun(2, command), log) as job:
        in_training(job, log)
        hosts.cut(cut)
        start = time.monotonic()
        near = ["a"] if cut == "a" else [host for host in HOSTS if host != cut]
        seconds_until(lambda: not ranks(hosts, near), timeout + 5)
        seconds_until(lambda: not ranks(hosts), timeout + 5 - (time.monotonic() - start))
    text = log.read_text()
    assert text.count("mpilogit: error: ") == 1, text
    silent = "on hosts b, c" if cut == "a" else f"on host {cut}"
    assert f"{silent} did not answer" in text, text
    assert list(tmp_path.glob("m.h5*")) == []


# The launcher's options let mpirun find out after some ten seconds, before the ranks do.
def test_the_launched_job_ends_when_a_link_is_cut(hosts, tmp_path):
    log, timeout = tmp_path / "log", 30
    hosts.environment["MPILOGIT"] = PROGRAM
    command = training(tmp_path / "m.h5", ENDLESS, "--stall-timeout", timeout)
    with running(hosts, launched(command), log) as job:
        in_training(job, log)
        hosts.cut("c")
        start = time.monotonic()
        assert job.wait(timeout=timeout + 5) not in (0, CHECKPOINTED)
        seconds_until(lambda: not ranks(hosts), timeout + 5 - (time.monotonic() - start))
