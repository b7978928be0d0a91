"""One answer on any number of ranks and threads, whatever is fitted."""

import json

import numpy as np
import pytest
import scipy.sparse

from conftest import mpilogit, write_dense, write_sparse
from oracles import classes_sample
from thorough import THOROUGH, some

# Ranks and threads; those of seven ranks on compressed rows.
LAYOUTS = some([(1, 1), (2, 2), (3, 1), (7, 1), (1, 2)], [(1, 1), (2, 2), (7, 1)])


def sample(classes):
    x, y = classes_sample(rows=330, features=7, classes=classes, seed=classes)
    x = np.where(np.abs(x) > 0.7, x, 0.0) * [1, 1, 1, 10, 100, 1, 1]
    return np.column_stack([x, np.full(330, 3.0)]), y


def figures(path):
    """All that the record says but times, traffic and who computed it."""
    record = json.loads(path.read_text())
    for key in ("seconds", "allreduce", "memory", "timing", "ranks", "threads"):
        record.pop(key, None)
    for line in record.get("history", []):
        line.pop("seconds")
    for key in ("files", "record_sha256"):
        record["provenance"].pop(key)
    return json.dumps(record, sort_keys=True)


JOBS = {
    "softmax": (3, "train", ["--l2", "0.01", "--standardize"]),
    "softmax-free": (3, "train", ["--tolerance", "1e-6"]),
    "softmax-lbfgs": (4, "train", ["--l2", "0.01", "--solver", "lbfgs", "--max-iterations", "6"]),
    "softmax-sgd": (3, "train", ["--l2", "0.01", "--solver", "sgd", "--max-iterations", "2",
                                 "--batch-size", "32"]),
    "softmax-l1": (3, "train", ["--l1", "0.02", "--standardize"]),
    "softmax-owlqn": (3, "train", ["--l1", "0.02", "--solver", "owlqn"]),
    "one-vs-rest": (4, "train", ["--one-vs-rest", "--l2", "0.01"]),
    "l1": (2, "train", ["--lambda", "0.02", "--alpha", "0.8"]),
    "box": (2, "train", ["--l2", "0.01", "--lower", "0", "--upper", "0.4"]),
    "inference": (2, "train", ["--inference", "--test", "'column 0' = 0"]),
    "inference-of-classes": (3, "train", ["--inference", "--robust", "--weights"]),
    "estimates": (2, "train", ["--l2", "0.01", "--inference=estimate", "--force", "--probes", "8"]),
    "firth": (2, "train", ["--firth", "--inference", "--weights"]),
    "balanced": (3, "train", ["--class-weight", "balanced", "--weights", "--C", "2"]),
    "products": (2, "train", ["--interactions", "--l2", "0.01", "--standardize"]),
    "path": (2, "path", ["--lambdas", "6"]),
    "path-of-classes": (3, "path", ["--lambdas", "4", "--alpha", "0.5", "--standardize"]),
    "folds": (2, "cross-validate", ["--lambdas", "4", "--folds", "3", "--weights"]),
    "folds-of-groups": (3, "cross-validate", ["--lambdas", "3", "--folds", "3", "--groups"]),
}


@pytest.mark.parametrize("job", JOBS)
def test_the_same_bits(tmp_path, job):
    classes, command, options = JOBS[job]
    x, y = sample(classes)
    extra = {"weights": 1.0 + np.arange(330) % 3, "groups": np.arange(330) // 4}
    dense = write_dense(tmp_path / "d.h5", x, y, **extra)
    sparse = write_sparse(tmp_path / "s.h5", scipy.sparse.csr_matrix(x), y, **extra)
    answers = set()
    if job == "softmax-owlqn" and not THOROUGH:
        options = [*options, "--max-iterations", "40"]
    for number, (ranks, threads) in enumerate(LAYOUTS):
        record = tmp_path / f"{number}.json"
        run = mpilogit(command, sparse if ranks == 7 else dense, *options, "--threads", threads,
                       "--model", tmp_path / "m.h5", "--json", record, ranks=ranks)
        assert run.code in (0, 3), run.err
        answer = json.loads(figures(record))
        for key in ("nonzeros", "sparse"):
            answer.pop(key)
        answers.add(json.dumps(answer))
    assert len(answers) == 1
    assert "sha256" in answers.pop() or command == "path"


def test_trials(tmp_path):
    x, y = sample(2)
    trials = 1 + np.arange(330) % 4
    data = write_dense(tmp_path / "d.h5", x, y * trials, trials=trials)
    answers = set()
    for ranks, threads in LAYOUTS:
        record = tmp_path / "r.json"
        run = mpilogit("train", data, "--trials", "--l1", "0.01", "--threads", threads, "--model",
                       tmp_path / "m.h5", "--json", record, ranks=ranks)
        assert run.code == 0, run.err
        answers.add(figures(record))
    assert len(answers) == 1


def test_a_sampled_hessian_is_the_same_for_dense_and_compressed_rows(tmp_path):
    """Wide enough that Newton's matrix comes from a sample, and start and steps with it."""
    rng = np.random.default_rng(5)
    x = rng.integers(1, 40, size=(8000, 400), dtype=np.uint8)
    x[rng.random(x.shape) < 0.6] = 0
    noise = rng.logistic(size=len(x))
    y = (x @ rng.normal(size=400) * 0.02 + noise > 0).astype(np.int8)
    files = {"dense": write_dense(tmp_path / "d.h5", x, y),
             "sparse": write_sparse(tmp_path / "s.h5", scipy.sparse.csr_matrix(x), y)}
    answers = {}
    for form, file in files.items():
        for ranks, threads in [(1, 2), (3, 1)]:
            record = tmp_path / "record.json"
            run = mpilogit("train", file, "--C", "1", "--threads", threads, "--model",
                           tmp_path / "m.h5", "--json", record, ranks=ranks)
            assert run.code == 0, run.err
            answers[form, ranks] = run.record
    hashes = {record["coefficients_sha256"] for record in answers.values()}
    assert len(hashes) == 1
    assert len({record["data_passes"] for record in answers.values()}) == 1
