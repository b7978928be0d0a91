"""Jobs that a test starts and watches."""

import contextlib
import subprocess
import time

import pytest


@contextlib.contextmanager
def running(rig, command, log, **keywords):
    """The job while it runs; its words go to the file `log`. What is left of it is ended by the rig."""
    with log.open("w") as file:
        job = rig.popen(*command, stdout=subprocess.DEVNULL, stderr=file, **keywords)
    try:
        yield job
    finally:
        if job.poll() is None:
            job.kill()
        job.wait()


def in_training(job, log, lines=10):
    """Returns when the training has shown so many lines of its progress."""
    deadline = time.monotonic() + 60
    while len(log.read_text().splitlines()) < lines:
        assert time.monotonic() < deadline and job.poll() is None, log.read_text()
        time.sleep(0.05)


def seconds_until(condition, limit):
    """How long it takes until it holds; a failure if that is longer than the limit."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > limit:
            pytest.fail(f"not within {limit} s")
        time.sleep(0.02)
    return time.monotonic() - start
