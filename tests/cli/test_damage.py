"""What a disk or a network made of a file is found, and what HDF5 crashes over does not bring the job down."""

import functools
import os
import re
import resource
import signal
import struct
import subprocess

import h5py
import numpy as np
import pytest

from conftest import PROGRAM, logistic_sample, mpilogit, write_dense


def refusal(*arguments, ranks=1):
    run = mpilogit(*arguments, ranks=ranks)
    assert run.code == 2, (run.code, run.out, run.err)
    assert len(run.errors) == 1, run.err
    return run.errors[0]


def flip(source, target, place, bits=0x10):
    data = bytearray(source.read_bytes())
    data[place] ^= bits
    target.write_bytes(data)
    return target


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Written by one rank and by three: dense, sparse, and a table with labels of text."""
    folder = tmp_path_factory.mktemp("files")
    table = folder / "table.csv"
    table.write_text("a,kind,y\n" + "".join(
        f"{i * 7 % 11},{'uvw'[i % 3]},{'yes' if i * i % 7 > 2 else 'no'}\n" for i in range(60)))
    for name, ranks, arguments in [
            ("dense", 1, ["synthesize", "--rows", 20000, "--features", 20]),
            ("sparse", 3, ["synthesize", "--rows", 20000, "--features", 40, "--density", 0.2]),
            ("table", 3, ["import", "csv", table, "--label", "y"])]:
        run = mpilogit(*arguments, "--output", folder / f"{name}.h5", "--quiet", ranks=ranks)
        assert run.code == 0, run.err
    return folder


def every_dataset(path):
    names = []
    with h5py.File(path) as file:
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
    return names


@pytest.mark.parametrize("name", ["dense", "sparse", "table"])
def test_every_data_set_has_a_fingerprint(files, name):
    """By its definition in docs/formats.md, computed here with numpy."""
    with h5py.File(files / f"{name}.h5") as file:
        for dataset in every_dataset(files / f"{name}.h5"):
            values = file[dataset]
            if values.dtype.kind == "O":
                content = b"".join(text + b"\0" for text in np.atleast_1d(values[()]).tolist())
            else:
                content = values[()].tobytes()
            words = np.frombuffer(content + bytes(-len(content) % 8), "<u8")
            with np.errstate(over="ignore"):
                expected = [words.sum(), (words * np.arange(len(words), dtype="u8")).sum()]
            assert list(values.attrs["fingerprint"]) == expected, dataset


WAYS = {"resident": [], "collective": ["--io", "collective"], "streamed": ["--memory", "1M"]}


@functools.cache
def is_sound(path, way):
    return mpilogit("inspect", path, *WAYS[way], ranks=2).code == 0


@pytest.mark.parametrize("name, dataset, way", [
    ("dense", "X", "resident"), ("dense", "X", "collective"), ("dense", "X", "streamed"), ("dense", "y", "resident"),
    ("sparse", "X/data", "resident"), ("sparse", "X/data", "streamed"), ("sparse", "X/indptr", "resident"),
    ("table", "X", "resident"), ("table", "y", "resident")])
def test_one_byte(files, tmp_path, name, dataset, way):
    source = files / f"{name}.h5"
    with h5py.File(source) as file:
        values = file[dataset]
        place = values.id.get_offset() + values.id.get_storage_size() // 2
        if dataset == "X/indptr":
            place += 8 - place % 8 + values.id.get_offset() % 8  # a start grows by 1, and stays in order
    damaged = flip(source, tmp_path / "damaged.h5", place, 0x01)
    assert is_sound(source, way)
    message = refusal("inspect", damaged, *WAYS[way], ranks=2)
    assert f"damaged.h5:/{dataset}: " in message, message
    assert "does not match its fingerprint" in message and "delete" in message


def test_changes_on_purpose(files, tmp_path):
    path = flip(files / "dense.h5", tmp_path / "changed.h5", 0, 0)
    with h5py.File(path, "r+") as file:
        file["y"][:] = 1 - file["y"][:]
        file["weights"] = np.ones(20000)  # what is added has no fingerprint
    assert "/y: does not match" in refusal("inspect", path)
    with h5py.File(path, "r+") as file:
        del file["y"].attrs["fingerprint"]
    assert mpilogit("inspect", path).code == 0


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    data = write_dense(folder / "data.h5", *logistic_sample(rows=80, features=3), feature_names=["a", "b", "c"])
    assert mpilogit("train", data, "--model", folder / "model.h5", "--inference").code == 0
    return folder / "model.h5"


def alone(*arguments):
    """Without mpirun, which takes its time."""
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def test_bytes_of_a_model(model, tmp_path):
    """The right answer or one refusal, whichever byte it is. (tests/corpus does this for many more bytes.)"""
    answers = {"inspect": alone("inspect", model).stdout, "summarize": alone("summarize", model).stdout}
    size = model.stat().st_size
    for number, place in enumerate(np.random.default_rng(3).integers(0, size, 12)):
        command = ["inspect", "summarize"][number % 2]
        run = alone(command, flip(model, tmp_path / "m.h5", place, 1 << number % 8))
        right = run.returncode == 0 and run.stdout == answers[command]
        refused = run.returncode == 2 and run.stderr.count("mpilogit: error: ") == 1
        assert right or refused, (place, run)


@pytest.mark.parametrize("text", [b"newton", b"exact"])
def test_texts_of_a_model(model, tmp_path, text):
    places = [match.start() for match in re.finditer(re.escape(text) + rb"(?=[\0])", model.read_bytes())]
    if not places:
        pytest.skip("the model has no such text")
    for place in places:
        message = refusal("summarize", flip(model, tmp_path / "m.h5", place + 1, 0x01))
        assert "do not match their SHA-256" in message or "does not match its fingerprint" in message


def test_a_crash_of_hdf5_is_a_refusal(model, tmp_path):
    """The size of an object in the heap of strings, which HDF5 1.10 believes."""
    place = model.read_bytes().index(b"logistic") - 1
    damaged = flip(model, tmp_path / "m.h5", place, 0xFF)
    if alone("inspect", damaged, "--trust-input").returncode == 2:
        pytest.skip("this HDF5 does not crash over it")
    for ranks in (1, 3):
        message = refusal("inspect", damaged, ranks=ranks)
        assert "m.h5: HDF5 crashed over this file" in message and "Write it again" in message


def test_labels_of_a_large_file(tmp_path):
    """They are tried though they are large: their heap is damaged behind what a small file would have."""
    rows = 600_000
    sound, damaged = tmp_path / "sound.h5", tmp_path / "damaged.h5"
    with h5py.File(sound, "w") as file:
        file["X"] = np.random.default_rng(1).normal(size=(rows, 1)).astype("f4")
        file.create_dataset("y", data=np.array(["no", "yes"], object)[np.arange(rows) % 2], dtype=h5py.string_dtype(),
                            chunks=(10_000,), compression="gzip")
    data = bytearray(sound.read_bytes())
    place = data.rindex(b"GCOL") + 24
    data[place:place + 8] = (2**60).to_bytes(8, "little")
    damaged.write_bytes(data)
    if alone("inspect", damaged, "--trust-input").returncode == 2:
        pytest.skip("this HDF5 does not crash over it")
    assert alone("inspect", sound).returncode == 0
    run = alone("inspect", damaged)
    assert run.returncode == 2 and "damaged.h5: HDF5 crashed over this file" in run.stderr, run


def test_a_crash_is_seen_by_who_ignores_its_children(model, tmp_path):
    """Daemons ignore SIGCHLD, and what they start inherits it: then nobody is told how a child ended."""
    damaged = flip(model, tmp_path / "m.h5", model.read_bytes().index(b"logistic") - 1, 0xFF)
    if alone("inspect", damaged, "--trust-input").returncode == 2:
        pytest.skip("this HDF5 does not crash over it")
    run = subprocess.run([PROGRAM, "inspect", str(damaged)], capture_output=True, text=True, timeout=60, check=False,
                         preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    assert run.returncode == 2 and "HDF5 crashed over this file" in run.stderr, run


def test_what_is_named_twice_is_compared(files, tmp_path):
    """Labels that are weights, too, are read twice."""
    with h5py.File(files / "dense.h5") as file:
        place = file["y"].id.get_offset() + 5000
    damaged = flip(files / "dense.h5", tmp_path / "damaged.h5", place, 0x01)
    run = alone("train", damaged, "--weights", "y", "--l2", "1", "--model", tmp_path / "m.h5")
    assert run.returncode == 2 and "/y: does not match its fingerprint" in run.stderr, run


def test_models_of_older_versions(model, tmp_path):
    """They have no fingerprints and no digest of texts."""
    path = flip(model, tmp_path / "old.h5", 0, 0)
    with h5py.File(path, "r+") as file:
        del file.attrs["texts_sha256"]
        for name in every_dataset(path):
            del file[name].attrs["fingerprint"]
    assert mpilogit("inspect", path).out == mpilogit("inspect", model).out != ""


def test_a_chunk_that_does_not_fit(tmp_path):
    """A file of which most is a hole has room for a chunk that no memory has."""
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("X", data=np.ones((60, 3)), chunks=(64, 3), maxshape=(None, 3), compression="gzip")
        size = file["X"].id.get_chunk_info(0).size
    data = path.read_bytes()
    for old, new in [(struct.pack("<III", 64, 3, 8), struct.pack("<III", 2**27, 3, 8)),
                     (struct.pack("<IIQQQ", size, 0, 0, 0, 0), struct.pack("<IIQQQ", 2**23, 0, 0, 0, 0))]:
        assert data.count(old) == 1
        data = data.replace(old, new)
    path.write_bytes(data)
    os.truncate(path, 2**24)

    def limited(*words):
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)))
    if limited("--version").returncode != 0:
        pytest.skip("the program alone takes more address space than that (a sanitizer)")
    run = limited("inspect", str(path))
    assert run.returncode == 2 and "/X: needs 3.0 GiB of memory" in run.stderr, run
