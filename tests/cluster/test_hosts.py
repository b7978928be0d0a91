"""The program on three hosts: across them, when one of them dies, when one of them cannot be reached."""

import re
import subprocess
import time

import pytest

from abandoned import kill_in_mid_test
from hosts_rig import HOSTS, mpirun
from jobs import in_training, running, seconds_until
from program import ENDLESS, SHORT, STOPPED_BY_ITERATIONS, coefficients, training

# What ends a job whose link was cut in about 5 + 3 · 2 seconds, instead of never.
KEEPALIVE = ["--mca", "oob_tcp_keepalive_time", "5", "--mca", "oob_tcp_keepalive_intvl", "2",
             "--mca", "oob_tcp_keepalive_probes", "3"]


def test_ranks_go_to_all_hosts(hosts):
    done = hosts.run(*mpirun(2, ["hostname"]))
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == sorted(HOSTS * 2)


def test_nothing_stays_of_a_killed_test(hosts):
    folder = kill_in_mid_test("hosts_rig", "Hosts", map(str, mpirun(1, ["sleep", "1000"])), 3)
    left = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout
    assert folder.name not in left


def test_six_ranks_on_three_hosts_train_to_the_bits_of_one(hosts, short_training, tmp_path):
    model = tmp_path / "m.h5"
    done = hosts.run(*mpirun(2, training(model, SHORT)))
    assert done.returncode == STOPPED_BY_ITERATIONS, done.stderr
    assert coefficients(model) == short_training


@pytest.fixture
def victim(tmp_path):
    """Where a model of old must stay as it is."""
    model = tmp_path / "m.h5"
    model.write_bytes(b'{"format": "mpilogit model"}')
    yield model
    assert model.read_bytes() == b'{"format": "mpilogit model"}'
    assert [path.name for path in tmp_path.glob("m.h5*")] == ["m.h5"]


def ranks(hosts):
    return [pid for host in HOSTS for pid in hosts.ranks(host)]


def seconds_to_the_end(hosts, job, limit):
    """How long the job lasts yet, and its ranks on all hosts."""
    start = time.monotonic()
    assert job.wait(timeout=limit) != 0
    seconds_until(lambda: not ranks(hosts), limit - (time.monotonic() - start))
    return time.monotonic() - start


@pytest.mark.parametrize("host", HOSTS)
def test_the_job_ends_with_the_ranks_of_a_host(hosts, victim, tmp_path, host):
    log = tmp_path / "log"
    with running(hosts, mpirun(2, training(victim, ENDLESS)), log) as job:
        in_training(job, log)
        hosts.kill(hosts.ranks(host))
        seconds_to_the_end(hosts, job, 5)
    assert f"on node {host} exited on signal 9" in log.read_text()


# As when a host is switched off and its kernel has yet told the others.
def test_the_job_ends_with_a_host(hosts, victim, tmp_path):
    log = tmp_path / "log"
    with running(hosts, mpirun(2, training(victim, ENDLESS)), log) as job:
        in_training(job, log)
        hosts.kill(hosts.pids("b"))
        seconds_to_the_end(hosts, job, 5)
    # mpirun has one of these to say, whichever it notices first; it takes a daemon's end for a failed start, too.
    text = log.read_text()
    assert re.search("lost communication with a remote daemon|has unexpectedly disconnected|"
                     "unable to reliably start one or more daemons", text), text


def test_the_job_ends_when_a_link_is_cut(hosts, victim, tmp_path):
    log = tmp_path / "log"
    with running(hosts, mpirun(2, training(victim, ENDLESS), *KEEPALIVE), log) as job:
        in_training(job, log)
        hosts.cut("b")
        seconds_to_the_end(hosts, job, 30)
    assert "lost communication with a remote daemon" in log.read_text()
