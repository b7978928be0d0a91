"""Runs the commands and tells the bits of what they write."""

import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess

import h5py
import numpy as np

from commands import MODELS, commands

FOLDER = pathlib.Path(__file__).parent
COLUMNS = ("exit", "iterations", "passes", "objective", "coefficients", "more", "command")

# By whether the instructions fuse a product and a sum (docs/determinism.md).
TABLES = {"fused": FOLDER / "fused.tsv", "unfused": FOLDER / "unfused.tsv"}
UNFUSED = ("sse4", "plain")
INSTRUCTION_SETS = ("avx512", "avx2", "sve2", "sve", "neon", "ppc8", *UNFUSED)

# What standard errors, tests and diagnostics add to a file; a data set that is new there changes nothing here.
STATISTICS = ("standard_errors", "intercept_standard_errors", "coefficient_status", "intercept_status", "covariance",
              "inference/profile_places", "inference/profile_intervals", "inference/test_statistics",
              "inference/test_degrees", "inference/test_log_p")
STATISTICS_OF_THE_FIT = (
    "estimate_error", "observations", "parameters", "log_likelihood", "null_log_likelihood", "null_deviance",
    "residual_deviance", "null_degrees", "residual_degrees", "aic", "bic", "mcfadden", "tjur",
    "likelihood_ratio_statistic", "likelihood_ratio_log_p", "hosmer_lemeshow_statistic", "hosmer_lemeshow_log_p")
DIAGNOSTICS = ("leverage", "pearson_residual", "deviance_residual", "cooks_distance")
METRICS = ("log_loss", "accuracy", "roc_auc", "roc_auc_interval", "average_precision", "brier", "calibration_error",
           "precision", "recall", "f1", "mcc", "confusion", "reliability", "per_class")
OF_CLASS = ("class", "weight", "precision", "recall", "f1", "roc_auc", "roc_auc_interval", "average_precision")
CANDIDATE = ("lambda", "l1_ratio", "log_loss", "standard_error", "accuracy", "roc_auc", "folds")
STEP = ("lambda", "l1", "l2", "objective", "nonzeros", "deviance_explained", "data_passes")

SHOWN = 16  # digits of each digest


class Digest:
    """Of arrays and numbers by name; `-` if there are none."""

    def __init__(self):
        self.hash = hashlib.sha256()
        self.empty = True

    def add(self, name, value):
        self.empty = False
        self.hash.update(name.encode() + b"\0" + value + b"\0")

    def add_json(self, name, value):
        self.add(name, json.dumps(value, sort_keys=True).encode())

    def text(self):
        return "-" if self.empty else self.hash.hexdigest()[:SHOWN]


def coefficients(path):
    """SHA-256 of coefficients and intercept; the model file must say the same."""
    with h5py.File(path) as file:
        found = hashlib.sha256(file["coefficients"][()].tobytes() + file["intercept"][()].tobytes()).hexdigest()
        told = file.attrs["coefficients_sha256"]
    assert found == (told.decode() if isinstance(told, bytes) else told), path
    return found[:SHOWN]


def add_arrays(path, names, digest):
    with h5py.File(path) as file:
        for name in names:
            if name in file:
                digest.add(name, np.asarray(file[name][()]).tobytes())
        if "inference" in file and "standard_errors" in names:
            for name in STATISTICS_OF_THE_FIT:
                if name in file["inference"].attrs:
                    digest.add(name, np.asarray(file["inference"].attrs[name]).tobytes())


def more(words, folder, record):
    """All other numbers that the command is run for."""
    digest = Digest()
    if words[0] == "train":
        add_arrays(folder / option(words, "--model", "m.h5"), STATISTICS, digest)
        if "--diagnostics" in words:
            add_arrays(folder / option(words, "--diagnostics"), DIAGNOSTICS, digest)
    elif words[0] == "predict":
        add_arrays(folder / option(words, "--output"), ("probability",), digest)
    elif words[0] == "evaluate":
        metrics = {name: record.get(name) for name in METRICS}
        metrics["per_class"] = [{name: one[name] for name in OF_CLASS} for one in metrics["per_class"]]
        digest.add_json("metrics", metrics)
    elif words[0] == "path":
        digest.add_json("steps", [{name: step.get(name) for name in STEP} for step in record["steps"]])
    else:
        digest.add_json("candidates", [{name: c.get(name) for name in CANDIDATE} for c in record["candidates"]])
        digest.add_json("chosen", record["chosen"])
    return digest.text()


def option(words, name, default=None):
    return words[words.index(name) + 1] if name in words else default


def run(program, mpiexec, command, instruction_set, folder):
    """One line of the table."""
    words = shlex.split(command)
    start = [mpiexec, *words[:2], program] if words[0] == "-n" else [program]
    words = words[2:] if words[0] == "-n" else words
    record = folder / "r.json"
    record.unlink(missing_ok=True)
    arguments = [*words, "--instruction-set", instruction_set, "--quiet", "--trust-input", "--json", record.name]
    fits = words[0] in ("train", "path", "cross-validate")
    if fits and "--model" not in words:
        arguments += ["--model", "m.h5"]
    done = subprocess.run([*start, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False,
                          env={"OMP_NUM_THREADS": "1", **os.environ})
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{command}: exit code {done.returncode}\n{done.stderr}")
    told = json.loads(record.read_text())
    assert told["instruction_set"] == instruction_set, command
    if "--memory" in words:
        assert told["memory"]["streamed_bytes"] > 0, f"{command}: nothing was streamed"
    objective = told["steps"][-1]["objective"] if "steps" in told else told.get("objective")
    return {
        "exit": str(done.returncode), "iterations": str(told.get("iterations", "-")),
        "passes": str(told.get("data_passes", "-")), "objective": "-" if objective is None else repr(objective),
        "coefficients": coefficients(folder / option(words, "--model", "m.h5")) if fits else "-",
        "more": more(words, folder, told), "command": command}


def run_all(program, mpiexec, instruction_set, folder, chosen):
    return [run(program, mpiexec, command, instruction_set, folder) for command in chosen]


def third(which):
    """Every third command, and those whose models others read."""
    every = list(commands())
    return every[:MODELS] + [command for place, command in enumerate(every[MODELS:]) if place % 3 == which]


def shares(instruction_sets):
    """Instruction sets of one table must agree: all commands for the widest of each, a third for the others."""
    widest = {}
    for place, name in enumerate(instruction_sets):
        first = widest.setdefault(table_of(name), name)
        yield name, list(commands()) if first == name else third(place % 3)


def instruction_sets(program, folder):
    """What this CPU and this program have, widest first: the message that refuses an unknown one tells."""
    done = subprocess.run([program, "train", "few.h5", "--model", "m.h5", "--instruction-set", "none"], cwd=folder,
                          capture_output=True, text=True, timeout=60, check=False)
    return re.search(r"this program have: auto, ([^.]*)\.", done.stderr).group(1).split(", ")


def table_of(instruction_set):
    return TABLES["unfused" if instruction_set in UNFUSED else "fused"]


def write_table(path, lines):
    text = ["\t".join(COLUMNS)] + ["\t".join(line[column] for column in COLUMNS) for line in lines]
    path.write_text("\n".join(text) + "\n")


def read_table(path):
    head, *lines = path.read_text().splitlines()
    assert tuple(head.split("\t")) == COLUMNS
    return [dict(zip(COLUMNS, line.split("\t"))) for line in lines]


def differences(kept, found):
    """What differs of the lines that were found, a few lines of text for each."""
    text = []
    kept = {line["command"]: line for line in kept}
    for line in found:
        before = kept.get(line["command"])
        if before is None:
            text.append(f"{line['command']}\n    is not in the table")
        elif before != line:
            text.append(line["command"])
            text += [f"    {column:<13}{before[column]:>24}  ->  {line[column]}" for column in COLUMNS
                     if before[column] != line[column]]
    return text
