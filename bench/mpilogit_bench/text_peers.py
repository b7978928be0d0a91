"""Peers that read text files: what they take to read is measured apart and left out."""

import importlib
import pathlib
import shutil
import subprocess
import tempfile
import time

import numpy as np
import scipy.sparse

MOST_ENTRIES = 10_000_000  # written as text


class TextPeer:
    """Writes its input once, into a folder that goes with the process."""

    name = ""
    variants = ({},)

    def unsuitable(self, rows, features, entries, sparse):
        del rows, features, sparse
        if entries > MOST_ENTRIES:
            return f"{entries:,} entries as text"
        return None

    def prepare(self, x, y, l2):
        self.rows, self.features = x.shape
        self.l2 = l2
        self.folder = tempfile.TemporaryDirectory(prefix="mpilogit-bench-")
        self.path = pathlib.Path(self.folder.name)
        x = scipy.sparse.csr_matrix(x)
        with open(self.path / "input", "w", encoding="ascii") as file:
            for i in range(self.rows):
                row = slice(x.indptr[i], x.indptr[i + 1])
                file.write(self.line(y[i], x.indices[row], x.data[row]))

    def line(self, label, columns, values):
        raise NotImplementedError


class LiblinearTrain(TextPeer):
    """LIBLINEAR's own program. It penalises its bias; the larger -B, the less."""

    name = "liblinear-train"
    variants = ({"bias": 1.0}, {"bias": 10.0})
    tolerances = tuple(10.0 ** -k for k in range(1, 9))

    def absent(self):
        return None if shutil.which("liblinear-train") else "not installed (Debian: liblinear-tools)"

    def line(self, label, columns, values):
        entries = " ".join(f"{j + 1}:{v:.9g}" for j, v in zip(columns, values))
        return f"{label} {entries}\n"

    def fit(self, tolerance, bias):
        idle = min(self.run(1e30, bias)[0] for _ in range(2))  # stops where it starts
        seconds, lines = self.run(tolerance, bias)
        labels = next(line.split()[1:] for line in lines if line.startswith("label"))
        numbers = np.array(lines[lines.index("w") + 1:], np.float64)
        if labels[0] == "0":  # the coefficients are those of the label that is named first
            numbers = -numbers
        return max(seconds - idle, 1e-9), numbers[:self.features], numbers[self.features] * bias

    def run(self, tolerance, bias):
        """Seconds of the whole process, and the lines of its model."""
        cost = 1.0 / (self.l2 * self.rows)
        command = ["liblinear-train", "-q", "-s", "0", "-c", repr(cost), "-e", repr(tolerance),
                   "-B", repr(bias), self.path / "input", self.path / "model"]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        return seconds, (self.path / "model").read_text().split("\n")[:-1]


class VowpalWabbit(TextPeer):
    """Batch L-BFGS; passes after the first read its binary cache, which counts."""

    name = "vowpal-wabbit"
    tolerances = tuple(10.0 ** -k for k in range(3, 10))
    constant = 11650396  # Vowpal Wabbit's index of the intercept

    def absent(self):
        try:
            importlib.import_module("vowpalwabbit")
        except Exception as error:
            return f"not importable ({type(error).__name__})"
        return None

    def line(self, label, columns, values):
        entries = " ".join(f"{j}:{v:.9g}" for j, v in zip(columns, values))
        return f"{2 * int(label) - 1} | {entries}\n"

    def fit(self, tolerance):
        idle = min(self.run(2, 0.0)[0] for _ in range(2))  # fewer passes it refuses
        seconds, workspace = self.run(1000, tolerance)
        weights = np.array([workspace.get_weight(j) for j in range(self.features)])
        return max(seconds - idle, 1e-9), weights, workspace.get_weight(self.constant)

    def run(self, passes, tolerance):
        workspace_type = importlib.import_module("vowpalwabbit").Workspace
        start = time.perf_counter()
        workspace = workspace_type(
            f"--data {self.path / 'input'} --cache_file {self.path / 'cache'} --kill_cache "
            f"--bfgs --passes {passes} --termination {tolerance} --loss_function logistic "
            f"--l2 {self.l2 * self.rows} --no_bias_regularization --bit_precision 24 --quiet")
        workspace.finish()
        return time.perf_counter() - start, workspace
