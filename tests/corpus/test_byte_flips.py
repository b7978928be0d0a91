"""A small model and small data files as the program writes them, with single bytes changed: the same answer, or a
refusal. Every so many bytes here; docs/fuzzing.md says how to change all of them."""

import os
import subprocess

import pytest

FLIPS = os.environ["MPILOGIT_BYTE_FLIPS"]
PROGRAM = os.environ["MPILOGIT_PROGRAM"]
STRIDE = os.environ.get("MPILOGIT_FLIP_STRIDE", "31")


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """The jobs of all files, side by side."""
    folder = tmp_path_factory.mktemp("flips")
    dense, sparse, model = folder / "dense.h5", folder / "sparse.h5", folder / "model.h5"
    for done in [run(PROGRAM, "synthesize", "--rows", 40, "--features", 3, "--output", dense, "--quiet"),
                 run(PROGRAM, "synthesize", "--rows", 40, "--features", 5, "--density", 0.4, "--output", sparse, "--quiet"),
                 run(PROGRAM, "train", dense, "--l2", 0.1, "--model", model, "--quiet")]:
        assert done.returncode == 0, done.stderr
    commands = {"model": [model, "predict", "FILE", dense, "--output", "OUT", "--quiet"],
                "dense": [dense, "train", "FILE", "--l2", 0.1, "--model", "OUT", "--quiet"],
                "sparse": [sparse, "train", "FILE", "--l2", 0.1, "--model", "OUT", "--quiet"]}
    jobs = {name: subprocess.Popen([str(word) for word in [FLIPS, "--stride", STRIDE, *words]], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for name, words in commands.items()}
    yield jobs
    for job in jobs.values():
        if job.poll() is None:
            job.terminate()
            job.wait()


@pytest.mark.parametrize("kind", ["model", "dense", "sparse"])
def test_a_changed_byte_gives_the_same_answer_or_a_refusal(started, kind):
    output, _ = started[kind].communicate()
    assert started[kind].returncode == 0, output
    # Else nothing was changed that matters, and nothing was tested.
    assert "refused" in output and "same answer" in output
