"""Leverages, residuals and Cook's distances of rows. Oracle: R (recorded), and numpy under a penalty."""

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import logistic_sample, write_dense, write_sparse
from oracles import read_model
from references import FIGURES, columns, read_reference


def read_figures(path):
    with h5py.File(path) as file:
        assert file.attrs["format"] == "mpilogit diagnostics"
        assert sorted(file) == sorted(FIGURES)
        return {name: file[name][:] for name in FIGURES}, file.attrs["coefficients_sha256"]


@pytest.mark.parametrize("case", ["weights", "trials", "firth"])
def test_figures_are_those_of_r(train, tmp_path, case):
    data, out = tmp_path / "d.h5", tmp_path / "f.h5"
    if case == "weights":
        table, options = read_reference("spector_weighted"), ["--weights"]
        write_dense(data, columns(table, "GPA TUCE PSI"), table["y"].astype(int), weights=table["weights"])
    elif case == "trials":
        table, options = read_reference("menarche"), ["--trials"]
        write_dense(data, columns(table, "Age"), table["Menarche"].astype(int), trials=table["Total"].astype(int))
    else:
        table, options = read_reference("endometrial"), ["--firth"]
        write_dense(data, columns(table, "NV PI EH"), table["HG"].astype(int))
    run = train(data, "--diagnostics", out, *options, ranks=2)
    assert run.code == 0, run.err
    figures, digest = read_figures(out)
    assert digest == run.record["coefficients_sha256"]
    for name in FIGURES:
        assert figures[name] == pytest.approx(table[name], rel=1e-8, abs=1e-12), name


def test_statsmodels_says_the_same(train, tmp_path):
    import statsmodels.api as sm

    x, y = logistic_sample(rows=150, features=5)
    out = tmp_path / "f.h5"
    assert train(write_dense(tmp_path / "d.h5", x, y), "--diagnostics", out, ranks=3).code == 0
    figures, _ = read_figures(out)
    fit = sm.GLM(y, sm.add_constant(x), sm.families.Binomial()).fit(tol=1e-14)
    influence = fit.get_influence()
    assert figures["leverage"] == pytest.approx(influence.hat_matrix_diag, rel=1e-8)
    assert figures["cooks_distance"] == pytest.approx(influence.cooks_distance[0], rel=1e-7)
    assert figures["pearson_residual"] == pytest.approx(fit.resid_pearson, rel=1e-8)
    assert figures["deviance_residual"] == pytest.approx(fit.resid_deviance, rel=1e-8)


@pytest.mark.parametrize("standardize", [False, True])
def test_under_a_ridge_the_information_is_the_penalised_one(train, tmp_path, standardize):
    x, y = logistic_sample(rows=120, features=3)
    x *= [1.0, 20.0, 0.1]
    out = tmp_path / "f.h5"
    options = ["--standardize"] if standardize else []
    run = train(write_dense(tmp_path / "d.h5", x, y), "--l2", "0.02", "--diagnostics", out, *options, ranks=2)
    assert run.code == 0, run.err
    figures, _ = read_figures(out)
    model = read_model(run.model)
    ones = np.column_stack([np.ones(120), x])
    p = 1 / (1 + np.exp(-(ones @ np.concatenate([model.intercept, model.coefficients[0]]))))
    ridge = 120 * 0.02 * (x.var(axis=0) if standardize else np.ones(3))
    matrix = ones.T @ (ones * (p * (1 - p))[:, None]) + np.diag([0.0, *ridge])
    h = p * (1 - p) * np.einsum("ij,jk,ik->i", ones, np.linalg.inv(matrix), ones)
    pearson = (y - p) / np.sqrt(p * (1 - p))
    assert figures["leverage"] == pytest.approx(h, rel=1e-9)
    assert figures["cooks_distance"] == pytest.approx((pearson / (1 - h)) ** 2 * h / h.sum(), rel=1e-9)


def test_rows_of_no_weight_and_rows_that_decide_alone(train, tmp_path):
    x, y = logistic_sample(rows=40, features=2)
    x[7, 1] = 0.0
    x = np.column_stack([x, np.arange(40) == 7])  # a column that row 7 alone has
    y[7] = 1
    weights = np.ones(40)
    weights[3] = 0.0
    out = tmp_path / "f.h5"
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    assert train(data, "--firth", "--weights", "--diagnostics", out).code == 0
    figures, _ = read_figures(out)
    assert all(values[3] == 0.0 for values in figures.values())
    assert figures["leverage"][7] == pytest.approx(1.0, abs=1e-12)
    assert figures["cooks_distance"][7] == np.inf
    others = np.arange(40) != 7
    assert all(np.isfinite(values[others]).all() for values in figures.values())
    assert figures["leverage"].sum() == pytest.approx(4.0, rel=1e-9)


def test_same_bits_for_ranks_threads_and_storage(train, tmp_path):
    random = np.random.default_rng(4)
    x = np.where(random.random((310, 40)) < 0.3, random.integers(1, 4, (310, 40)), 0).astype(np.float32)
    y = (x[:, 0] - x[:, 1] + 2 * random.normal(size=310) > 0.5).astype(int)
    dense = write_dense(tmp_path / "d.h5", x, y)
    sparse = write_sparse(tmp_path / "s.h5", scipy.sparse.csr_matrix(x), y)
    seen = set()
    for number, (data, ranks, threads) in enumerate(
            [(dense, 1, 1), (dense, 2, 2), (dense, 3, 2), (dense, 7, 2), (sparse, 2, 1)]):
        out = tmp_path / f"f{number}.h5"
        run = train(data, "--l2", "0.01", "--degree", 2, "--interactions", "--diagnostics", out,
                    "--threads", threads, ranks=ranks)
        assert run.code == 0, run.err
        figures, digest = read_figures(out)
        seen.add((digest, *(figures[name].tobytes() for name in FIGURES)))
    assert len(seen) == 1


@pytest.mark.parametrize("options,named", [
    (["--l1", "0.1"], "--l1"), (["--C", "1", "--l1-ratio", "0.5"], "--l1"), (["--lambda", "0.1"], "--lambda"),
    (["--lower", "0"], "--lower"), (["--upper", "3"], "--upper"), (["--one-vs-rest"], "--one-vs-rest")])
def test_kinks_and_bounds_are_refused(train, tmp_path, options, named):
    x, y = logistic_sample()
    out = tmp_path / "f.h5"
    run = train(write_dense(tmp_path / "d.h5", x, y), "--diagnostics", out, *options, ranks=2)
    assert run.code == 2 and len(run.errors) == 1 and named in run.errors[0] and not out.exists()


def test_more_classes_and_bad_paths_are_refused(train, tmp_path):
    x, y = logistic_sample()
    out = tmp_path / "f.h5"
    run = train(write_dense(tmp_path / "d.h5", x, np.arange(len(y)) % 3), "--diagnostics", out, ranks=2)
    assert run.code == 2 and "two classes" in run.errors[0] and not out.exists()
    data = write_dense(tmp_path / "e.h5", x, y)
    run = train(data, "--diagnostics", tmp_path / "nowhere" / "f.h5", ranks=2)
    assert run.code == 2 and len(run.errors) == 1 and not run.model.exists()
    run = train(data, "--diagnostics", tmp_path / "model-2.h5")
    assert run.code == 2 and "--diagnostics" in run.errors[0]
