"""Every command with 1 to 9 ranks on sets of 1 to 10 rows, most ranks without any: the same result, to the bit, or the
same refusal, and no rank waits for another. All in one start of nine ranks (many_ranks.cpp), whose communicators see to
it that all ranks make the same collective calls."""

import hashlib
import json
import os
import re
import subprocess

import h5py
import numpy as np
import pytest

from conftest import MPIEXEC, PROGRAM, write_dense, write_sparse

RANKS = 9
# What may differ between runs: who did it, how long it took, and what for.
OF_THE_RUN = {"provenance", "ranks", "threads", "seconds", "timing", "memory", "traffic", "hosts", "model", "command", "output",
              "model_file", "allreduce_count", "allreduce_bytes", "host", "started", "files", "allreduces"}
# The tests of damaged files start the process apart that reads a file before; here it would take most of the time.
TRUSTING = {"train", "path", "cross-validate", "predict", "evaluate", "report", "inspect", "verify", "summarize", "export"}
FORMS = ("json", "csv", "onnx", "pmml", "c", "python", "yaml")


def make(folder, rows):
    """A data set of so many rows, dense, as CSR and as text; all that options name is in it."""
    scipy_sparse = pytest.importorskip("scipy.sparse")
    random = np.random.default_rng(rows)
    x = random.integers(-3, 4, size=(rows, 2)).astype(float) + np.array([0.5, 0.0])
    labels = {"y": np.arange(rows) * 7 % 5 % 2, "kinds": np.arange(rows) % 3, "counts": np.arange(rows) % 4,
              "trials": np.full(rows, 3), "weights": 1.0 + np.arange(rows) % 2, "offsets": 0.25 * (np.arange(rows) % 3),
              "groups": np.arange(rows) // 2,
              # So steep that the loss falls below that of one row at even odds, where separation is looked for.
              "rising": np.arange(rows)[:, None] + 1.0, "many": np.full(rows, 50),
              "steep": np.round(50 / (1 + np.exp(-8.0 * (np.arange(rows) - (rows - 1) / 2))))}
    write_dense(folder / f"d{rows}.h5", x, **labels)
    write_sparse(folder / f"s{rows}.h5", scipy_sparse.csr_matrix(x), **labels)
    names = np.array(["no", "yes"])[labels["y"]]
    (folder / f"t{rows}.csv").write_text("a,b,c,label\n" + "".join(
        f"{a},{b},{'uvw'[i % 3]},{name}\n" for i, ((a, b), name) in enumerate(zip(x, names))))
    (folder / f"l{rows}.svm").write_text("".join(f"{y} 1:{a} 2:{b}\n" for y, (a, b) in zip(labels["y"], x)))
    np.save(folder / f"x{rows}.npy", x)
    np.save(folder / f"y{rows}.npy", labels["y"])


def trainings(folder, rows):
    """Some on every set, others on every other, all on one: time goes by the number of runs."""
    dense, sparse = folder / f"d{rows}.h5", folder / f"s{rows}.h5"
    counts = ["--trials", "--labels", "counts"]
    always = [
        [dense] if rows % 2 else [sparse, "--labels", "kinds", "--l2", "0.1"],
        [dense, *counts] if rows % 2 else [dense, "--firth", "--inference"],
        [dense, "--features", "rising", "--trials=many", "--labels", "steep", "--solver", "lbfgs"],
    ]
    sometimes = [
        [dense, "--solver", "lbfgs", "--l2", "0.1"], [dense, "--solver", "proximal-newton", "--l1", "0.01"],
        [dense, "--solver", "owlqn", "--l1", "0.01", "--weights"], [sparse, "--l2", "0.01", "--standardize"],
        [dense, "--solver", "gradient-descent", "--l2", "0.1", "--max-iterations", "5"],
        [dense, "--solver", "sgd", "--l2", "0.1", "--max-iterations", "3", "--batch-size", "16"],
        [sparse, *counts, "--solver", "lbfgs", "--weights", "--offsets", "--l2", "0.1"], [sparse, *counts, "--inference"], [dense, "--labels", "kinds"],
        [dense, "--labels", "kinds", "--l1", "0.01", "--multiclass", "ovr"],
        [dense, "--inference", "--clusters", "groups"], [dense, "--inference", "--robust"],
        [dense, "--degree", "2", "--l2", "0.1", "--class-weight", "balanced"],
        [dense, "--l2", "0.1", "--lower", "0", "--memory", "64M", "--io", "independent"],
        [dense, "--l2", "0.1", "--diagnostics", "@/diagnostics.h5"],
        [sparse, "--l2", "0.1", "--checkpoint", "@/checkpoint", "--checkpoint-every", "1"],
    ]
    return [["train", *words, "--model", "@/train.h5", "--json", "@/OUT.json"]
            for words in always + (sometimes if rows == 9 else [])]


def others(folder, rows, model, raw_model):
    dense = folder / f"d{rows}.h5"
    return [
        ["path", dense, "--lambdas", "5", "--model", "@/path.h5", "--json", "@/OUT.json"],
        ["path", dense, "--trials", "--labels", "counts", "--lambdas", "5", "--model", "@/path.h5", "--json", "@/OUT.json"],
        ["cross-validate", dense, "--folds", "2", "--lambdas", "3", "--model", "@/cv.h5", "--json", "@/OUT.json"],
        ["cross-validate", dense, "--groups", "groups", "--folds", "2", "--lambdas", "3", "--model", "@/cv.h5", "--json",
         "@/OUT.json"],
        ["cross-validate", dense, "--trials", "--labels", "counts", "--folds", "2", "--lambdas", "3", "--model", "@/cv.h5",
         "--json", "@/OUT.json"],
        ["predict", model, dense, "--output", "@/OUT.h5"],
        ["predict", raw_model, folder / f"t{rows}.csv", "--output", "@/OUT.h5"],
        ["evaluate", model, dense, "--by", "groups", "--json", "@/OUT.json"],
        ["evaluate", model, dense, "--trials", "--labels", "counts", "--json", "@/OUT.json"],
        ["evaluate", raw_model, folder / f"t{rows}.csv", "--json", "@/OUT.json"],
        ["report", model, "--data", dense, "--output", "@/report.html"],
        ["inspect", dense], ["inspect", dense, "--trials", "--labels", "counts"],
        ["import", "csv", folder / f"t{rows}.csv", "--label", "label", "--output", "@/OUT.h5"],
        ["import", "libsvm", folder / f"l{rows}.svm", "--output", "@/OUT.h5"],
        ["import", "npy", folder / f"x{rows}.npy", "--labels", folder / f"y{rows}.npy", "--output", "@/OUT.h5"],
        ["import", "coefficients", folder / "coefficients.csv", "--output", "@/OUT.h5"],
        ["synthesize", "--rows", str(rows), "--features", "2", "--output", "@/OUT.h5"],
        ["train", dense, "--firth", "--inference", "--model", "@/errors.h5"],
        ["summarize", "@/errors.h5"], ["verify", "@/errors.h5", dense, "--retrain"], ["verify", model, dense],
        *[["export", model, "--format", form, "--output", f"@/OUT.{form}"] for form in FORMS],
    ]


def same_for_all(value):
    if isinstance(value, dict):
        return {key: same_for_all(each) for key, each in value.items() if key not in OF_THE_RUN}
    return [same_for_all(each) for each in value] if isinstance(value, list) else value


def content_of(path):
    """Of all data sets of an HDF5 file."""
    digest = hashlib.sha256()

    def add(name, item):
        if isinstance(item, h5py.Dataset) and name != "record":
            values = item[()]
            digest.update(repr((name, item.shape, str(item.dtype), np.asarray(values).tolist())).encode())

    with h5py.File(path) as file:
        file.visititems(add)
    return digest.hexdigest()


def outcome(folder, number, code, words):
    said = (folder / f"said.{number}").read_text().replace(str(folder), "@")
    result = [code]
    if code not in (0, 3):
        errors = [line for line in said.splitlines() if line.startswith("mpilogit: error: ")]
        assert len(errors) == 1, said
        result.append(re.sub(r"rank \d+: ", "", errors[0]))
    elif words[0] in ("summarize", "verify"):
        result.append(re.sub(r" \d+\.\d\d( s)?$", "", said, flags=re.MULTILINE))  # seconds
    elif words[0] == "export" and "json" not in words:
        (written,) = folder.glob(f"{number}.*")
        result.append(hashlib.sha256(written.read_bytes()).hexdigest())
    elif (folder / f"{number}.json").exists():
        result.append(same_for_all(json.loads((folder / f"{number}.json").read_text())))
    elif (folder / f"{number}.h5").exists():
        result.append(content_of(folder / f"{number}.h5"))
    return result


def commands_of_the_program():
    listed = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  ([a-z-]+) ", listed.partition("commands:")[2], re.MULTILINE))


def test_every_command_on_few_rows(tmp_path):
    runs = tmp_path / "runs"
    commands = []
    for rows in range(1, 11):
        make(tmp_path, rows)
    (tmp_path / "coefficients.csv").write_text("feature,coefficient\n(intercept),0.5\na,1.25\nb,-2\n")
    commands.append(["train", tmp_path / "d10.h5", "--l2", "0.1", "--model", "@/m.h5"])
    commands.append(["import", "csv", tmp_path / "t10.csv", "--label", "label", "--output", "@/imported.h5"])
    commands.append(["train", "@/imported.h5", "--l2", "0.1", "--model", "@/raw.h5"])
    for rows in range(1, 11):
        commands += trainings(tmp_path, rows)
        if rows in (1, 10):
            commands += others(tmp_path, rows, "@/m.h5", "@/raw.h5")
    lines = ["\t".join([*map(str, words), "--stall-timeout", "0", *(["--trust-input"] if words[0] in TRUSTING else [])])
             .replace("OUT.", f"{number}.") for number, words in enumerate(commands)]
    (tmp_path / "commands").write_text("\n".join(lines) + "\n")
    done = subprocess.run([MPIEXEC, "-n", str(RANKS), os.environ["MPILOGIT_MANY_RANKS"], tmp_path / "commands", runs],
                          capture_output=True, text=True, timeout=600, check=False,
                          env={**os.environ, "OMPI_MCA_mpi_yield_when_idle": "1"})
    codes = {size: [int(line.split()[1]) for line in (runs / str(size) / "codes").read_text().splitlines()]
             for size in range(1, RANKS + 1) if (runs / str(size) / "codes").exists()}
    ends = {size: lines[len(each)] for size, each in codes.items() if len(each) < len(lines)}
    assert done.returncode == 0 and not ends, (ends, done.stderr[-2000:])
    assert len(codes) == RANKS
    differing = []
    succeeded = set()
    for number, line in enumerate(lines):
        words = line.split("\t")
        alone = outcome(runs / "1", number, codes[1][number], words)
        assert alone[0] in (0, 2, 3), (line, alone)
        if alone[0] == 0:
            succeeded |= {words[0], " ".join(words[:2])}
        differing += [(line, size, alone, other) for size in range(2, RANKS + 1)
                      if (other := outcome(runs / str(size), number, codes[size][number], words)) != alone]
    assert not differing, differing[:3]
    assert commands_of_the_program() | {f"import {kind}" for kind in ("csv", "libsvm", "npy", "coefficients")} <= succeeded

