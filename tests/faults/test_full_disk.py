"""A full disk, a full quota of a file's size, a folder that is read-only: a message, and the old file."""

import os
import resource
import subprocess

import pytest

from program import DATA, OLD

from thorough import some

from faults import run, temporary_files

OLD = OLD * 50
CAUSES = {"full": "No space left on device", "limit": "File too large",
          "read-only": "Read-only file system"}
DATASET = DATA / "adult.test.h5"


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """A file system of 20 MB with old files on it and no room for anything else."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(folder)],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        for what in OUTPUTS:
            (folder / what).write_bytes(OLD)
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder):
    with (folder / "filler").open("wb", buffering=0) as file:
        with pytest.raises(OSError, match="No space left"):
            while True:
                file.write(b"x" * 2**16)


OUTPUTS = {
    "model": lambda path, model: ["train", DATASET, "--model", path],
    "covariance": lambda path, model: [
        "train", DATASET, "--model", path, "--inference", "--covariance"],
    "diagnostics": lambda path, model: [
        "train", DATASET, "--model", f"{model}.other", "--diagnostics", path],
    "predictions": lambda path, model: ["predict", model, DATASET, "--output", path],
    "curves": lambda path, model: ["evaluate", model, DATASET, "--curves", path],
    "page": lambda path, model: ["report", model, "--output", path],
    "import": lambda path, model: ["import", "csv", DATA / "adult.test.csv.gz", "--label", "income",
                                   "--output", path],
    "record": lambda path, model: ["evaluate", model, DATASET, "--json", path],
}


def refused(done, path, cause):
    assert done.code == 2, done.err
    assert len(done.errors) == 1, done.err
    assert str(path) in done.errors[0] and cause in done.errors[0]
    assert done.seconds < 10
    assert path.read_bytes() == OLD
    assert temporary_files(path) == []


@pytest.mark.parametrize("what, room, ranks", some(
    [(what, room, ranks) for what in OUTPUTS for room in (0, 2**14) for ranks in (1, 3)
     if what != "record" or room == 0],
    [(what, room, ranks) for what in OUTPUTS for room, ranks in ((0, 3), (2**14, 1))
     if what != "record" or room == 0]))
def test_full_disk(disk, model, what, room, ranks):
    """Without any room, and with some: then the first writes succeed."""
    fill(disk)
    os.truncate(disk / "filler", (disk / "filler").stat().st_size - room)
    # The size of a data set is known beforehand.
    cause = "does not fit" if what == "import" and room > 0 else CAUSES["full"]
    refused(run(OUTPUTS[what](disk / what, model), ranks), disk / what, cause)


@pytest.mark.parametrize("what", ["model", "predictions", "page", "import"])
def test_limit_of_a_file_s_size(tmp_path, model, what):
    """SIGXFSZ would end the process without a word."""
    path = tmp_path / what
    path.write_bytes(OLD)
    done = run(OUTPUTS[what](path, model),
               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    refused(done, path, CAUSES["limit"])


@pytest.mark.parametrize("ranks", [1, 3])
def test_read_only_folder(disk, model, ranks):
    for what in ("model", "predictions", "curves"):
        (disk / what).write_bytes(OLD)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        for what in ("model", "predictions", "curves"):
            refused(run(OUTPUTS[what](disk / what, model), ranks), disk / what, CAUSES["read-only"])
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


def test_unwritable_temporary_folder(tmp_path, model):
    """Open MPI needs one for several ranks, and says so; one alone does without."""
    environment = os.environ | {"TMPDIR": "/proc/no-such-folder"}
    assert run(["predict", model, DATASET, "--output", tmp_path / "alone"], env=environment).code == 0
    (tmp_path / "alone").unlink()
    done = run(["predict", model, DATASET, "--output", tmp_path / "out"], ranks=2, env=environment)
    assert done.code != 0 and done.seconds < 10
    assert "/proc/no-such-folder" in done.err
    assert list(tmp_path.iterdir()) == []


def test_full_temporary_folder(disk, tmp_path, model):
    """gnuplot draws there: a page with whole plots, or none and a message."""
    fill(disk)
    page = tmp_path / "page.html"
    done = run(["report", model, "--output", page], env=os.environ | {"TMPDIR": str(disk)})
    if done.code == 0:
        text = page.read_text()
        assert text.rstrip().endswith("</html>") and text.count("<svg") == text.count("</svg>")
    else:
        assert done.code == 2 and len(done.errors) == 1, done.err
        assert list(tmp_path.iterdir()) == []
