"""The same bits on any number of ranks and threads, in any storage."""

import itertools

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import DATA, logistic_sample, mpilogit, read_csr, write_dense, write_sparse
from thorough import some

PENALTY = repr(1 / 32561)
SOLVERS = {
    "newton": [],
    "lbfgs": ["--max-iterations", "30"],
    "gradient-descent": ["--max-iterations", "15"],
    "sgd": ["--max-iterations", "2", "--seed", "7"],
}


def fingerprint(run):
    assert run.code in (0, 3), run.err
    record = run.record
    return (record["coefficients_sha256"], record["iterations"], record["objective"],
            record["gradient_norm"], record["estimated_gap"], record["stop_reason"],
            record["data_passes"])


@pytest.fixture(scope="module")
def dense_a9a(tmp_path_factory):
    matrix, y = read_csr(DATA / "a9a.h5")
    return write_dense(tmp_path_factory.mktemp("dense") / "a9a.h5", matrix.toarray(), y)


@pytest.mark.parametrize("solver", SOLVERS)
def test_ranks_threads_and_storage_change_no_bit(train, solver, dense_a9a):
    """Dense and sparse, 1 to 7 ranks, 1 and 2 threads: one fingerprint."""
    seen = {}
    layouts = [(ranks, threads) for ranks in (1, 2, 3, 5, 7) for threads in (1, 2)
               if threads == 1 or ranks not in (3, 5)]
    every = list(itertools.product((DATA / "a9a.h5", dense_a9a), layouts))
    few = [(DATA / "a9a.h5", (1, 1)), (DATA / "a9a.h5", (2, 2)), (DATA / "a9a.h5", (7, 1)),
           (dense_a9a, (1, 2)), (dense_a9a, (3, 1))]
    for file, (ranks, threads) in some(every, few):
        run = train(file, "--solver", solver, "--l2", PENALTY, "--threads", threads,
                    *SOLVERS[solver], ranks=ranks)
        assert run.record["ranks"] == ranks and run.record["threads"] == threads
        seen.setdefault(fingerprint(run), []).append((file.name, ranks, threads))
    assert len(seen) == 1, seen


def test_storage_type_changes_no_bit(train, tmp_path):
    """Small whole numbers mean the same in every type, dense or sparse."""
    random = np.random.default_rng(8)
    x = random.integers(0, 2, size=(700, 9)) * random.integers(0, 100, size=(700, 9))
    y = (x @ random.normal(size=9) + 40 * random.logistic(size=700) > 0).astype(int)
    seen = {}
    for kind in ("u1", "i1", "<u2", ">i2", "<u4", ">i4", "<u8", "<i8", "<f2", "<f4", ">f4", "<f8",
                 ">f8"):
        for layout in ("dense", "sparse"):
            path = tmp_path / f"{layout}-{kind.strip('<>')}-{kind[0] == '>'}.h5"
            if layout == "dense":
                write_dense(path, x.astype(kind), y)
            else:
                csr = scipy.sparse.csr_matrix(x.astype(np.float64))
                csr.data = csr.data.astype(kind)
                write_sparse(path, csr, y)
            run = train(path, "--l2", "0.01", ranks=2)
            seen.setdefault(fingerprint(run), []).append(path.name)
    assert len(seen) == 1, seen


def test_bool_features(train, tmp_path):
    random = np.random.default_rng(9)
    x = random.integers(0, 2, size=(300, 5)).astype(bool)
    y = (x @ random.normal(size=5) + random.logistic(size=300) > 0).astype(int)
    as_bool = train(write_dense(tmp_path / "b.h5", x, y), "--l2", "0.01", ranks=3)
    as_double = train(write_dense(tmp_path / "d.h5", x.astype(float), y), "--l2", "0.01")
    assert fingerprint(as_bool) == fingerprint(as_double)
    assert as_bool.record["storage"] == "bool"


def test_several_files_are_one_data_set(train, tmp_path):
    x, y = logistic_sample(rows=1000)
    whole = write_dense(tmp_path / "whole.h5", x, y)
    parts = [write_dense(tmp_path / f"part{i}.h5", x[a:b], y[a:b])
             for i, (a, b) in enumerate([(0, 137), (137, 138), (138, 900), (900, 1000)])]
    expected = fingerprint(train(whole, "--l2", "0.01"))
    for ranks in (1, 3, 7):
        assert fingerprint(train(*parts, "--l2", "0.01", ranks=ranks)) == expected


@pytest.mark.parametrize("layout", ["contiguous", "chunked", "compressed"])
def test_reading_mode_changes_no_bit(train, tmp_path, layout):
    x, y = logistic_sample(rows=2000, features=7)
    options = {"contiguous": {}, "chunked": {"chunks": (100, 3)},
               "compressed": {"chunks": (64, 7), "compression": "gzip", "shuffle": True}}[layout]
    path = tmp_path / "d.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("X", data=x.astype("f4"), **options)
        file["y"] = y
    seen = {fingerprint(train(path, "--l2", "0.01", "--io", mode, ranks=ranks))
            for mode in ("auto", "collective", "independent", "posix") for ranks in (1, 3)}
    assert len(seen) == 1


def test_weights_and_offsets_change_no_bit_with_ranks(train, tmp_path):
    x, y = logistic_sample(rows=900)
    random = np.random.default_rng(10)
    data = write_dense(tmp_path / "d.h5", x, y, weights=random.exponential(size=900),
                       offsets=random.normal(size=900))
    seen = {fingerprint(train(data, "--weights", "--offsets", ranks=n)) for n in (1, 2, 3, 7)}
    assert len(seen) == 1


def test_seed_decides_the_order_of_sgd(train):
    runs = [train(DATA / "a9a.h5", "--solver", "sgd", "--l2", "0.01", "--max-iterations", "2",
                  "--seed", seed) for seed in (1, 1, 2)]
    hashes = [run.record["coefficients_sha256"] for run in runs]
    assert hashes[0] == hashes[1] != hashes[2]


def test_evaluation_has_the_same_bits_on_any_ranks(train, tmp_path):
    model = train(DATA / "a9a.h5", "--l2", "0.001").model
    seen = set()
    for ranks, threads in itertools.product((1, 2, 3, 7), (1, 2)):
        run = mpilogit("evaluate", model, DATA / "a9a.test.h5", "--threads", threads, "--json",
                       tmp_path / "e.json", ranks=ranks)
        seen.add((run.record["log_loss"], run.record["accuracy"], run.record["roc_auc"],
                  str(run.record["confusion"])))
    assert len(seen) == 1


def test_predictions_have_the_same_bits_on_any_ranks(train, tmp_path):
    model = train(DATA / "a9a.h5", "--l2", "0.001").model
    seen = set()
    for ranks in (1, 2, 3, 7):
        output = tmp_path / f"p{ranks}.h5"
        run = mpilogit("predict", model, DATA / "a9a.test.h5", "--output", output, ranks=ranks)
        assert run.code == 0, run.err
        with h5py.File(output) as file:
            seen.add((file["probability"][:].tobytes(), file["label"][:].tobytes()))
    assert len(seen) == 1


FUSED = ("avx512", "avx2")
NOT_FUSED = ("sse4", "plain")


def instruction_sets(tmp_path):
    """What this CPU has, from the message that refuses an unknown one."""
    x, y = logistic_sample(rows=20)
    run = mpilogit("train", write_dense(tmp_path / "d.h5", x, y), "--model", tmp_path / "m.h5",
                   "--instruction-set", "mmx")
    assert run.code == 2 and "no instruction set 'mmx'" in run.err
    return [name for name in FUSED + NOT_FUSED if name in run.err]


@pytest.mark.parametrize("data", ["a9a.h5", "dense"])
def test_instruction_sets_that_fuse_give_the_same_bits(train, tmp_path, data):
    """The record names the one in use; one without fused products comes as near as rounding lets."""
    if data == "dense":
        x, y = logistic_sample(rows=3000, features=13, seed=4)
        path = write_dense(tmp_path / "x.h5", x.astype(np.float32), y)
    else:
        path = DATA / data
    sets = instruction_sets(tmp_path)
    assert "plain" in sets
    runs = {name: train(path, "--l2", "0.001", "--instruction-set", name, ranks=2)
            for name in sets}
    for name, run in runs.items():
        assert run.record["instruction_set"] == name
    fused = {fingerprint(run) for name, run in runs.items() if name in FUSED}
    assert len(fused) <= 1, fused
    first, *others = runs.values()
    for other in others:
        assert other.record["objective"] == pytest.approx(first.record["objective"], rel=1e-13)
    assert train(path, "--l2", "0.001").record["instruction_set"] == sets[0]
