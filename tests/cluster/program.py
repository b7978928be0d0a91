"""The program under test, trainings of known length, and what they leave."""

import os
import pathlib
import re
import subprocess

PROGRAM = os.environ["MPILOGIT_PROGRAM"]
MPIEXEC = os.environ["MPILOGIT_MPIEXEC"]
SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])
DATA = SOURCE / "data"

# Iterations of a training: for tests of what comes out, of what interrupts it, of what ends it.
SHORT, LONG, ENDLESS = 30, 800, 100_000_000

# Exit codes.
STOPPED_BY_ITERATIONS, CHECKPOINTED = 3, 75


def options_of_training(iterations):
    """Gradient descent that is stopped by its iterations (exit code 3) and by nothing else. One core does
    some five hundred a second."""
    return ["--l2", "1e-3", "--threads", "1", "--solver", "gradient-descent", "--tolerance", "0",
            "--max-iterations", iterations]


def training(model, iterations, *more):
    return [PROGRAM, "train", DATA / "adult.h5", "--model", model, *options_of_training(iterations), *more]


def coefficients(model):
    """The digest of a model's coefficients."""
    done = subprocess.run([PROGRAM, "inspect", model], capture_output=True, text=True, check=True)
    return re.search(r"^coefficients sha256 ([0-9a-f]{64})$", done.stdout, re.MULTILINE)[1]


def environment():
    """That of the tests, without traces of a batch job that they may run in; and without the comparison of calls, for
    mpirun hands the environment on to ranks of its own host alone."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("SLURM", "SRUN", "SBATCH", "PMIX", "PBS", "LSB", "PE_HOSTFILE",
                                    "MPILOGIT_COMPARE"))}


def words(arguments):
    return [str(argument) for argument in arguments]


def one_rank(model, iterations):
    """What one rank, started without mpirun, makes of it: the digest that all others must have."""
    done = subprocess.run(words(training(model, iterations)), capture_output=True, text=True, check=False)
    assert done.returncode == STOPPED_BY_ITERATIONS, done.stderr
    return coefficients(model)
