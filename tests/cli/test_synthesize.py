"""`synthesize`: the same bytes on any number of ranks, and the truth that was promised."""

import h5py
import numpy as np
import pytest
import scipy.stats

from conftest import mpilogit, read_csr


def made(path, *options, ranks=0, **keywords):
    run = mpilogit("synthesize", "--output", path, *options, ranks=ranks, **keywords)
    assert run.code == 0, run.err
    return path


@pytest.mark.parametrize("options", [
    ["--features", "13", "--correlation", "0.3", "--condition", "100", "--balance", "0.2"],
    ["--features", "400", "--density", "0.02", "--classes", "3", "--storage", "float64"],
])
def test_the_same_bytes_on_any_number_of_ranks(tmp_path, options):
    # Some 20 MB: one rank writes several blocks of rows.
    rows = "200000" if "--density" in options else "350000"
    all_contents = []
    for ranks in (1, 2, 3, 7):
        path = made(tmp_path / "made.h5", "--rows", rows, "--seed", "5", *options, ranks=ranks)
        with h5py.File(path) as file:
            names = ["X/data", "X/indices", "X/indptr"] if "--density" in options else ["X"]
            bits = [file[name][()].tobytes() for name in [*names, "y", "true_coefficients", "true_intercept"]]
        all_contents.append(bits)
    assert all(bits == all_contents[0] for bits in all_contents)


def test_features_need_memory(tmp_path):
    """For their names, also where hardly an entry is stored."""
    run = mpilogit("synthesize", "--rows", "1", "--features", str(2**32 - 2), "--density", "1e-9", "--classes", "256",
                   "--output", tmp_path / "wide.h5", ranks=0)
    assert run.code == 2 and "of memory on this host" in run.err and not (tmp_path / "wide.h5").exists()


def test_no_number_depends_on_how_many_rows_there_are_but_all_on_the_seed(tmp_path):
    made(tmp_path / "few.h5", "--rows", "50", "--features", "7")
    made(tmp_path / "many.h5", "--rows", "3000", "--features", "7")
    made(tmp_path / "other.h5", "--rows", "50", "--features", "7", "--seed", "1")
    few, many, other = (h5py.File(tmp_path / f"{name}.h5") for name in ("few", "many", "other"))
    with few, many, other:
        assert np.array_equal(few["X"][()], many["X"][:50])
        assert np.array_equal(few["y"][()], many["y"][:50])
        assert not np.any(few["X"][()] == other["X"][()])


@pytest.mark.parametrize("options", [
    [],
    ["--correlation", "0.5", "--condition", "1000", "--balance", "0.1"],
    ["--density", "0.3"],
    ["--density", "0.3", "--storage", "bool", "--signal", "1"],
    ["--storage", "int8"],
    ["--storage", "uint8", "--balance", "0.7"],
    ["--storage", "bool"],
    ["--classes", "3"],
])
def test_training_finds_the_true_coefficients(tmp_path, train, options):
    path = made(tmp_path / "made.h5", "--rows", "40000", "--features", "12", *options)
    run = train(path, "--inference", ranks=0)
    assert run.code == 0, run.err
    with h5py.File(path) as data, h5py.File(run.model) as model:
        errors = np.concatenate([
            ((model["coefficients"][()] - data["true_coefficients"][()]) / model["standard_errors"][()]).ravel(),
            (model["intercept"][()] - data["true_intercept"][()]) / model["intercept_standard_errors"][()]])
        classes, counts = np.unique(data["y"][()], return_counts=True)
    # Standard normal each: their squares' sum is chi-squared, save in one of a million.
    assert 1e-6 < scipy.stats.chi2.sf(np.sum(errors ** 2), len(errors)) < 1 - 1e-6
    if "--balance" in options:
        assert abs(counts[1] / 40000 - float(options[options.index("--balance") + 1])) < 0.012
    assert len(classes) == (3 if "--classes" in options else 2)


def test_columns_are_as_was_asked(tmp_path):
    made(tmp_path / "d.h5", "--rows", "20000", "--features", "9", "--correlation", "0.4", "--condition", "256",
         "--signal", "3", "--storage", "float64")
    with h5py.File(tmp_path / "d.h5") as file:
        x = file["X"][()]
        margins = x @ file["true_coefficients"][0] + file["true_intercept"][0]
        assert [name.decode() for name in file["feature_names"][()]] == [f"x{j}" for j in range(9)]
        assert file.attrs["synthesized_by"].startswith("mpilogit synthesize --rows 20000 --features 9 --density 1 ")
    scales = x.std(axis=0)
    assert np.allclose(scales, 2.0 ** np.arange(4, -5, -1), rtol=0.03)
    correlations = np.corrcoef(x.T)[np.triu_indices(9, 1)]
    assert np.allclose(correlations, 0.4, atol=0.04)
    assert abs(margins.std() - 3) < 0.1
    for j in range(9):
        assert scipy.stats.kstest(x[:, j] / scales[j], "norm").pvalue > 1e-4

    made(tmp_path / "s.h5", "--rows", "5000", "--features", "1000", "--density", "0.013")
    matrix, _ = read_csr(tmp_path / "s.h5")
    assert matrix.has_sorted_indices and abs(matrix.nnz / 5e6 - 0.013) < 2e-4
    per_column = np.bincount(matrix.indices, minlength=1000)
    # Binomial of 5000 rows: 65 ± 8.
    assert 25 < per_column.min() and per_column.max() < 110
    assert scipy.stats.kstest(matrix.data, "norm").pvalue > 1e-4


def test_refusals(tmp_path):
    def refused(*options):
        run = mpilogit("synthesize", "--output", tmp_path / "x.h5", *options, ranks=0)
        assert run.code == 2 and len(run.errors) == 1, run.err
        assert not (tmp_path / "x.h5").exists()
        return run.err

    assert "--rows N is missing" in refused("--features", "3")
    assert "--features N is missing" in refused("--rows", "3")
    shape = ["--rows", "100", "--features", "10"]
    assert "are needed" in refused("--rows", "1000000000000", "--features", "1000000")
    assert "are needed" in refused("--rows", "1000000000000000", "--features", "4000000000", "--density", "0.5")
    assert "--rows is '0'" in refused("--rows", "0", "--features", "3")
    assert "reads no file" in refused(*shape, "data.h5")
    for option, value in (("--density", "0"), ("--density", "1.5"), ("--condition", "0.5"), ("--correlation", "1"),
                          ("--balance", "0"), ("--balance", "1"), ("--classes", "1"), ("--classes", "300"),
                          ("--signal", "-1"), ("--storage", "float16"), ("--seed", "-1")):
        assert option in refused(*shape, option, value)
    for options in (["--density", "0.5", "--correlation", "0.1"], ["--density", "0.5", "--storage", "uint8"],
                    ["--storage", "int8", "--condition", "10"], ["--storage", "bool", "--correlation", "0.1"],
                    ["--classes", "3", "--balance", "0.1"]):
        refused(*shape, *options)
