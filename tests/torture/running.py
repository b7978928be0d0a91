"""Runs problems through the program: many in one process by the driver, or one process each."""

import dataclasses
import hashlib
import json
import os
import pathlib
import subprocess
import time

import h5py
import numpy

SMOOTH_SOLVERS = ("newton", "lbfgs")
BOX_SOLVERS = ("proximal-newton", "owlqn")
SLOW_SOLVERS = ("gradient-descent", "sgd")
SLOW_KINDS = ("contradict", "csr", "trials", "offsets", "softmax", "standardised")
# Bounds that bind nothing, which make a smooth problem one for the solvers of boxes.
NO_BOUND = "--lower=-1.7e308"


@dataclasses.dataclass
class Run:
    problem: object
    solver: str
    ranks: int
    code: object = None  # exit code, "hang" or "crash"
    seconds: float = 0.0
    printed: str = ""
    record: object = None
    model: object = None

    @property
    def name(self):
        return f"{self.problem.name}@{self.solver}@{self.ranks}"


def solvers_of(problem, slow=False):
    """`slow`: those of teaching and comparison, too."""
    if not problem.smooth:
        return BOX_SOLVERS
    return SMOOTH_SOLVERS + BOX_SOLVERS + (SLOW_SOLVERS if slow else ())


def default_solver(problem):
    return "newton" if problem.smooth else "proximal-newton"


def write_data(problem, path):
    with h5py.File(path, "w") as file:
        if problem.sparse:
            there = problem.X != 0
            group = file.create_group("X")
            group.attrs["encoding-type"] = "csr_matrix"
            group.attrs["encoding-version"] = "0.1.0"
            group.attrs["shape"] = numpy.array(problem.X.shape)
            group["data"] = problem.X[there]
            group["indices"] = numpy.nonzero(there)[1].astype(numpy.int64)
            group["indptr"] = numpy.concatenate([[0], numpy.cumsum(there.sum(axis=1))])
        else:
            file["X"] = problem.X
        file["y"] = problem.y
        for name in ("weights", "offsets", "trials", "lower", "upper"):
            value = getattr(problem, name)
            if value is not None and numpy.ndim(value):
                file[name] = value
        if problem.factors is not None:
            file["penalty_factors"] = problem.factors


def write_start(problem, path):
    """A model file as docs/formats.md describes it."""
    coefficients, intercept = (numpy.asarray(part, float) for part in problem.start)
    classes = problem.classes
    with h5py.File(path, "w") as file:
        file["coefficients"], file["intercept"] = coefficients, intercept
        file["classes"] = numpy.arange(classes)
        file["record"] = "{}"
        objective = "logistic" if classes == 2 else "softmax"
        attributes = {"format": "mpilogit model", "format_version": 1 if classes == 2 else 2,
                      "label_kind": 0, "objective": objective, "l2": 0.0, "l1": 0.0,
                      "standardized": 0, "firth": 0, "solver": "newton",
                      "data_features": coefficients.shape[1], "degree": 1, "interactions_only": 0}
        digest = hashlib.sha256(coefficients.tobytes() + intercept.tobytes()).hexdigest()
        for name, value in {**attributes, "coefficients_sha256": digest}.items():
            file.attrs[name] = value


def read_model(path):
    with h5py.File(path) as file:
        names = ("coefficients", "intercept", "centre", "intercept_at_centre",
                 "coefficients_at_centre")
        return {name: file[name][()] for name in names if name in file}


class Bench:
    """A folder for the files of runs. `program`: a process for each run; `driver`: many in one."""

    def __init__(self, folder, driver=None, program=None, mpiexec="mpirun", limit=30.0):
        self.folder, self.limit, self.mpiexec = pathlib.Path(folder), limit, mpiexec
        self.driver, self.program = driver, program
        self.folder.mkdir(parents=True, exist_ok=True)
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    def command(self, run):
        """The arguments of the program, after its files are written."""
        problem = run.problem
        data = self.folder / f"{problem.name}.h5"
        if not data.exists():
            write_data(problem, data)
        words = ["train", str(data)] + problem.options()
        if problem.start is not None:
            start = self.folder / f"{problem.name}.start.h5"
            if not start.exists():
                write_start(problem, start)
            words += ["--start", str(start)]
        if problem.smooth and run.solver in BOX_SOLVERS:
            words.append(NO_BOUND)
        if run.solver == "gradient-descent":
            words += ["--max-iterations", "2000"]
        for option, suffix in (("--model", "model.h5"), ("--json", "json")):
            words += [option, str(self.folder / f"{run.name}.{suffix}")]
        return words + ["--solver", run.solver, "--threads", "1", "--quiet", "--trust-input"]

    def launch(self, ranks):
        return [self.mpiexec, "-n", str(ranks)] if ranks > 1 else []

    def carry_out(self, runs):
        """All `runs`, those of as many ranks together."""
        for ranks in sorted({run.ranks for run in runs}):
            chosen = [run for run in runs if run.ranks == ranks]
            if self.program is not None:
                for run in chosen:
                    self.alone(run)
            else:
                self.together(chosen, ranks)
        for run in runs:
            self.collect(run)

    def alone(self, run):
        words = self.launch(run.ranks) + [str(self.program)] + self.command(run)
        began = time.monotonic()
        try:
            done = subprocess.run(words, env=self.environment, capture_output=True, text=True,
                                  timeout=self.limit, errors="replace")
            run.code, run.printed = done.returncode, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            run.code = "hang"
        run.seconds = time.monotonic() - began

    def together(self, runs, ranks):
        left = list(runs)
        while left:
            commands, progress = self.folder / "commands", self.folder / "progress"
            commands.write_text("".join("\t".join([run.name] + self.command(run)) + "\n"
                                        for run in left))
            progress.write_text("")
            words = self.launch(ranks) + [str(self.driver), commands, progress, self.folder]
            with open(self.folder / "driver.log", "w") as log:
                process = subprocess.Popen(words, env=self.environment, stdout=log,
                                           stderr=subprocess.STDOUT)
                hangs = self.watch(process, progress)
            began = self.read_progress(progress, {run.name: run for run in left})
            if began is not None:  # it did not end
                began.code = "hang" if hangs else process.returncode
            elif process.returncode != 0:
                raise RuntimeError(f"{words}: " + (self.folder / "driver.log").read_text())
            left = [run for run in left if run.code is None]

    def watch(self, process, progress):
        """Until the process ends, or a command takes too long: then true."""
        size, since = -1, time.monotonic()
        while True:
            try:
                process.wait(0.1)
                return False
            except subprocess.TimeoutExpired:
                pass
            now = progress.stat().st_size
            if now != size:
                size, since = now, time.monotonic()
            elif time.monotonic() - since > self.limit:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                return True

    def read_progress(self, progress, by_name):
        began = None
        for line in progress.read_text().splitlines():
            fields = line.split("\t")
            if fields[0] == "begin":
                began = by_name[fields[1]]
            else:
                began.code, began.seconds = int(fields[2]), float(fields[3])
                began = None
        return began

    def collect(self, run):
        log = self.folder / f"{run.name}.log"
        if log.exists():
            run.printed = log.read_text(errors="replace")
            log.unlink()
        model, record = (self.folder / f"{run.name}.{suffix}" for suffix in ("model.h5", "json"))
        if run.code in (0, 3) and model.exists() and record.exists():
            run.record = json.loads(record.read_text())
            run.model = read_model(model)
        for path in (model, record):
            path.unlink(missing_ok=True)
