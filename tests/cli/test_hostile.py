"""Files that somebody made to do harm, and surroundings that are broken: refused in plain words, in little time and memory."""

import hashlib
import json
import os
import resource
import signal
import struct
import subprocess
import time

import h5py
import numpy as np
import pytest

from conftest import PROGRAM, mpilogit, write_dense

X = np.array([[-3.0], [-2], [-1], [0], [1], [2], [3], [4], [-2], [2]])
Y = np.array([0, 0, 0, 1, 0, 1, 1, 1, 1, 0])


def refusal(*arguments, **keywords):
    run = mpilogit(*arguments, ranks=0, **keywords)
    assert run.code == 2, (run.code, run.out, run.err)
    assert len(run.errors) == 1, run.err
    return run.errors[0]


def limited(*arguments, mebibytes, timeout=60):
    """With so much memory for data and heap."""
    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (mebibytes << 20, mebibytes << 20))

    begin = time.monotonic()
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, check=False,
                          preexec_fn=limit)  # noqa: PLW1509: no threads here
    return done, time.monotonic() - begin


@pytest.fixture
def trained(tmp_path):
    data = write_dense(tmp_path / "d.h5", X, Y)
    model = tmp_path / "m.h5"
    assert mpilogit("train", data, "--model", model, ranks=0).code == 0
    return data, model


# --- JSON that is nested deeper than any stack -----------------------------------------------------


@pytest.mark.parametrize("depth", [101, 100_000])
@pytest.mark.parametrize("field", ["record", "schema"])
def test_json_in_a_model_is_not_nested_deeply(trained, tmp_path, field, depth):
    _, model = trained
    with h5py.File(model, "r+") as file:
        if field in file:
            del file[field]
        file[field] = "[" * depth + "]" * depth if field == "schema" else '{"a":' * depth + "1" + "}" * depth
    for command in (["inspect", model], ["report", model, "--output", tmp_path / "p.html"],
                    ["export", model, "--format", "json", "--output", tmp_path / "m.json"]):
        message = refusal(*command)
        assert f"/{field}: is nested too deeply" in message and "100 levels" in message


@pytest.mark.parametrize("key", ["objective", "schema", "intercept_", "coef_"])
def test_coefficients_are_not_nested_deeply(trained, tmp_path, key):
    _, model = trained
    path = tmp_path / "coefficients.json"
    if key in ("objective", "schema"):
        assert mpilogit("export", model, "--format", "json", "--output", path, ranks=0).code == 0
        table = json.loads(path.read_text())
    else:
        table = {"coef_": [[1.0]], "intercept_": [0.5], "classes_": [0, 1]}
    table[key] = "DEEP"
    path.write_text(json.dumps(table).replace('"DEEP"', "[" * 100_000 + "]" * 100_000))
    assert "nested too deeply" in refusal("import", "coefficients", path, "--output", tmp_path / "i.h5")


# --- sizes that are only said ----------------------------------------------------------------------


def test_inspect_takes_no_memory_for_columns(tmp_path):
    path = tmp_path / "wide.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("X")
        group.attrs["encoding-type"] = "csr_matrix"
        group.attrs["encoding-version"] = "0.1.0"
        group.attrs["shape"] = np.array([200, 2**30])
        group["data"] = np.arange(1.0, 201.0)
        group["indices"] = (np.arange(200) * 5_000_000).astype(np.int64)
        group["indptr"] = np.arange(201)
        file["y"] = np.arange(200) % 2
    done, seconds = limited("inspect", path, mebibytes=600)
    assert done.returncode == 0, done.stderr
    assert "features        1,073,741,824\n" in done.stdout and seconds < 20
    with h5py.File(path, "r+") as file:
        file["X/data"][77] = np.nan
    done, _ = limited("inspect", path, mebibytes=600)
    assert done.returncode == 2 and "in row 77; that one is in column 385000000" in done.stderr, done.stderr


def test_a_history_of_any_length_is_read(trained, tmp_path):
    _, model = trained
    with h5py.File(model, "r+") as file:
        record = json.loads(file["record"][()])
        lines = [{"iteration": i, "objective": 0.5 + 1.0 / (1 + i), "estimated_gap": 1e-3, "gradient_norm": 1e-3,
                  "data_passes": i, "seconds": 0.001 * i} for i in range(200_000)]
        record["history"] = lines
        del file["record"]
        file["record"] = json.dumps(record)
    done, seconds = limited("report", model, "--output", tmp_path / "p.html", mebibytes=700)
    assert done.returncode == 0, done.stderr
    assert seconds < 30
    assert (tmp_path / "p.html").stat().st_size < 4e6


# --- texts of which two could become one -------------------------------------------------------------


def test_characters_that_are_none_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", X)
    labels = np.array(["aa", "ab"] * 5)
    np.save(tmp_path / "y.npy", labels)
    contents = bytearray((tmp_path / "y.npy").read_bytes())
    contents[-4:] = struct.pack("<I", ord("b") + 0x200000)  # of whose bits UTF-8 would drop one
    (tmp_path / "y.npy").write_bytes(contents)
    message = refusal("import", "npy", tmp_path / "x.npy", "--labels", tmp_path / "y.npy", "--output", tmp_path / "o.h5")
    assert "beyond U+10FFFF" in message and "element 9" in message


@pytest.mark.parametrize("padding", ["NULLPAD", "SPACEPAD", "NULLTERM"])
def test_zero_bytes_within_texts(tmp_path, padding):
    """Which end a text in C; elsewhere they are a part of it."""
    path = write_dense(tmp_path / "d.h5", X)
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(4)
    kind.set_strpad(getattr(h5py.h5t, f"STR_{padding}"))
    with h5py.File(path, "r+") as file:
        space = h5py.h5s.create_simple((10,))
        labels = h5py.h5d.create(file.id, b"y", kind, space)
        fill = b"  " if padding == "SPACEPAD" else b"\0\0"
        texts = b"".join([b"a\0x" + fill[:1] if i == 3 else (b"ab" if i % 2 else b"cd") + fill for i in range(10)])
        labels.write(h5py.h5s.ALL, h5py.h5s.ALL, np.frombuffer(texts, dtype="V4"), mtype=kind)
    if padding == "NULLTERM":
        assert mpilogit("inspect", path, ranks=0).code == 0
    else:
        assert "/y: holds a text with a zero byte inside" in refusal("inspect", path)


# --- plain words -----------------------------------------------------------------------------------


def test_plain_words(tmp_path):
    data = write_dense(tmp_path / "d.h5", X[:2], np.array([1, 1]), trials=np.array([-2, 3]))
    assert "that one is negative." in refusal("train", data, "--trials", "--model", tmp_path / "m.h5")
    message = refusal("train", write_dense(tmp_path / "e.h5", X, Y), "--memory", "1", "--model", tmp_path / "m.h5")
    assert " 0 KiB" not in message and "1 byte may be used" in message, message
    (tmp_path / "mac.csv").write_text("a,b\r1,yes\r2,no\r")
    message = refusal("import", "csv", tmp_path / "mac.csv", "--label", "b", "--output", tmp_path / "o.h5")
    assert "its lines end by a carriage return alone" in message and "tr '\\r' '\\n'" in message


def test_numbers_of_probes_are_bounded(tmp_path):
    data = write_dense(tmp_path / "d.h5", X, Y)
    message = refusal("train", data, "--l2", "1", "--inference=estimate", "--force", "--probes", "9223372036854775807",
                      "--model", tmp_path / "m.h5")
    assert "--probes is above 1000000" in message


# --- checkpoints that somebody has changed and sealed again --------------------------------------------


def sealed(body):
    return b"mpilogit checkpoint 2\n" + hashlib.sha256(body).hexdigest().encode() + b"\n" + bytes(body)


@pytest.mark.parametrize("options", [["--solver", "lbfgs", "--l2", "1e-3"], ["--solver", "newton"],
                                     ["--solver", "owlqn", "--l1", "1e-3"]])
def test_a_sealed_state_that_no_run_has_is_bad_input(tmp_path, options):
    """Each word of the state in turn becomes a small number, or a large one: refused, or the run goes on; never a crash,
    nor an internal failure, after which a launcher would start again and again."""
    data = write_dense(tmp_path / "d.h5", np.hstack([X, X**2]), Y)
    checkpoint = tmp_path / "checkpoint"
    command = ["train", data, "--model", tmp_path / "m.h5", *options, "--checkpoint", checkpoint, "--checkpoint-every",
               "1", "--trust-input"]
    assert mpilogit(*command, "--max-iterations", "2", ranks=0).code == 3
    body = checkpoint.read_bytes()[22 + 65:]
    identity = body.rindex(b"fingerprint of the data") + len("fingerprint of the data") + 8 + 16
    refused = 0
    for place in range(identity, len(body) - 8, max(8, (len(body) - identity) // 24)):
        for word in (1, 2**40):
            changed = bytearray(body)
            changed[place:place + 8] = struct.pack("<Q", word)
            checkpoint.write_bytes(sealed(changed))
            run = mpilogit(*command, "--max-iterations", "50", ranks=0, timeout=60)
            assert run.code in (0, 2, 3), (place, word, run.code, run.err)
            if run.code == 2:
                refused += 1
                assert len(run.errors) == 1 and "--restart" in run.err, run.err
    assert refused > 0


# --- surroundings ----------------------------------------------------------------------------------


def test_plots_are_drawn_where_ends_of_children_are_ignored(trained, tmp_path):
    _, model = trained
    begin = time.monotonic()
    done = subprocess.run([PROGRAM, "report", model, "--output", tmp_path / "p.html"], capture_output=True, text=True,
                          timeout=120, check=False, env=dict(os.environ),
                          preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))  # noqa: PLW1509
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert "<svg" in (tmp_path / "p.html").read_text() and time.monotonic() - begin < 25


def test_products_of_many_features_are_no_onnx(tmp_path):
    data = write_dense(tmp_path / "d.h5", np.linspace(-1, 1, 40)[:, None], np.arange(40) // 7 % 2)
    model, table = tmp_path / "m.h5", tmp_path / "m.json"
    assert mpilogit("train", data, "--degree", "20", "--l2", "0.1", "--model", model, ranks=0).code == 0
    assert mpilogit("export", model, "--format", "json", "--output", table, ranks=0).code == 0
    assert mpilogit("export", model, "--format", "onnx", "--output", tmp_path / "m.onnx", ranks=0).code == 0
    (tmp_path / "m.onnx").unlink()
    changed = json.loads(table.read_text())
    changed["coefficients"] = [row + [0.0] * 45 for row in changed["coefficients"]]
    changed["expansion"]["degree"] = changed["features"] = 65
    changed["feature_names"] = None
    del changed["coefficients_sha256"]
    table.write_text(json.dumps(changed))
    run = mpilogit("import", "coefficients", table, "--output", model, ranks=0)
    assert run.code == 0, run.err
    message = refusal("export", model, "--format", "onnx", "--output", tmp_path / "m.onnx")
    assert "products of 65 features" in message and "up to 64" in message
