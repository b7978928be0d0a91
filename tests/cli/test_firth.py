"""Firth's penalised likelihood. Oracles: R's brglm2 (recorded), and the score in numpy."""

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import DATA, logistic_sample, mpilogit, read_csr, write_dense, write_sparse
from oracles import read_model
from references import columns, read_reference

# R 4.2.2: f <- glm(..., binomial, method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 1000);
# coef(f); summary(f)$coefficients[, 2]. Of endometrial also logLik(f) + 0.5 log det of crossprod(X sqrt(f$weights)).
ENDOMETRIAL = ([3.7745597136471134, 2.9292733531971193, -0.034751759870436653, -2.6041639252936819],
               [1.4886916634356708, 1.5507637294530492, 0.0395781473477635, 0.77601764250156691])
ENDOMETRIAL_LIKELIHOOD = -24.037267800697922
# y ~ GPA + TUCE + PSI, weights = weights
WEIGHTED = ([-8.2808874792984231, 1.6290781264858687, 0.076252400477893251, 2.0057189448452299],
            [2.7622941152735185, 0.85532915262100428, 0.10975518963895278, 0.74270055283298109])
# cbind(Menarche, Total - Menarche) ~ Age
TRIALS = ([-21.175056630202523, 1.6280257783530092], [0.76814450392743328, 0.058757823923630666])
# y ~ GPA + TUCE + PSI + offset(rep(c(-0.5, 0, 0.5, 1), 8))
OFFSET = ([-12.609279372755323, 2.8925781010511606, 0.068462986553092506, 1.9358010901547273],
          [4.2878665692039721, 1.2071434690896292, 0.13164256194954929, 0.97340067208793468])


def endometrial(path):
    table = read_reference("endometrial")
    return write_dense(path, columns(table, "NV PI EH"), table["HG"].astype(int))


def coefficients(run):
    model = read_model(run.model)
    return np.concatenate([model.intercept, model.coefficients[0]])


def information(x, beta, weights, offsets=0.0):
    """Of rows with a 1 in front; also the probabilities and the leverages."""
    x = np.column_stack([np.ones(len(x)), x])
    p = 1 / (1 + np.exp(-(x @ beta + offsets)))
    curvature = weights * p * (1 - p)
    matrix = x.T @ (x * curvature[:, None])
    used = beta != 0  # aliased columns are 0
    scale = np.sqrt(np.diag(matrix)[used])
    inverse = np.linalg.inv(matrix[np.ix_(used, used)] / np.outer(scale, scale)) / np.outer(scale, scale)
    leverage = curvature * np.einsum("ij,jk,ik->i", x[:, used], inverse, x[:, used])
    return x, p, leverage, np.sqrt(np.diag(inverse)), used


def decrement(x, y, beta, weights, offsets=0.0):
    """√(Uᵀ I⁻¹ U) of Firth's score U: the distance from its root in standard errors."""
    x, p, leverage, errors, used = information(x, beta, weights, offsets)
    score = x.T @ (weights * (y - p) + leverage * (0.5 - p))
    return np.linalg.norm(score[used] * errors)


@pytest.mark.parametrize("case", ["endometrial", "weights", "trials", "offsets"])
def test_coefficients_and_standard_errors_are_those_of_brglm2(train, tmp_path, case):
    spector, menarche = read_reference("spector_weighted"), read_reference("menarche")
    offsets = np.tile([-0.5, 0.0, 0.5, 1.0], 8)
    x = columns(spector, "GPA TUCE PSI")
    labels = spector["y"].astype(int)
    data = tmp_path / "d.h5"
    shift, weights = 0.0, 1.0
    if case == "endometrial":
        (expected, errors), options = ENDOMETRIAL, []
        x = columns(read_reference("endometrial"), "NV PI EH")
        endometrial(data)
    elif case == "weights":
        (expected, errors), options, weights = WEIGHTED, ["--weights"], spector["weights"]
        write_dense(data, x, labels, weights=weights)
    elif case == "offsets":
        (expected, errors), options, shift = OFFSET, ["--offsets"], offsets
        write_dense(data, x, labels, offsets=offsets)
    else:
        (expected, errors), options = TRIALS, ["--trials"]
        x, weights = columns(menarche, "Age"), menarche["Total"]
        write_dense(data, x, menarche["Menarche"].astype(int), trials=weights.astype(int))
    run = train(data, "--firth", *options, ranks=2)
    assert run.code == 0, run.err
    beta = coefficients(run)
    assert beta == pytest.approx(expected, rel=1e-9)
    assert information(x, beta, weights, shift)[3] == pytest.approx(errors, rel=1e-9)


def test_model_and_record_say_so(train, tmp_path):
    data = endometrial(tmp_path / "d.h5")
    run = train(data, "--firth")
    assert run.record["firth"] is True
    assert run.record["penalised_log_likelihood"] == pytest.approx(ENDOMETRIAL_LIKELIHOOD, rel=1e-11)
    with h5py.File(run.model) as file:
        assert file.attrs["firth"] == 1
    assert "Firth's penalised likelihood" in mpilogit("inspect", run.model).out
    plain = train(data, "--l2", "0.1")
    assert plain.record["firth"] is False and "penalised_log_likelihood" not in plain.record
    with h5py.File(plain.model) as file:
        assert file.attrs["firth"] == 0
    assert "Firth" not in mpilogit("inspect", plain.model).out


def test_separated_classes_have_an_optimum_with_any_solver(train, tmp_path):
    data = endometrial(tmp_path / "d.h5")
    run = train(data, "--firth", "--solver", "lbfgs", "--tolerance", "1e-14")
    assert run.code == 0 and run.record["solver"] == "lbfgs"
    assert coefficients(run) == pytest.approx(ENDOMETRIAL[0], rel=1e-5)
    line = write_dense(tmp_path / "l.h5", np.arange(8.0)[:, None], (np.arange(8) > 3).astype(int))
    assert train(line).code == 3  # no finite optimum
    run = train(line, "--firth")
    assert run.code == 0
    assert decrement(np.arange(8.0)[:, None], np.arange(8) > 3, coefficients(run), 1.0) < 1e-8


def test_cells_get_half_a_success_and_half_a_failure(train, tmp_path):
    """Of a saturated model Firth's estimate is log((k + ½) / (m − k + ½)) in each cell; also for a cell of one row."""
    counts = [(7, 3), (4, 0), (1, 1), (9, 5)]  # rows, successes
    cell = np.repeat(np.arange(4), [m for m, _ in counts])
    y = np.concatenate([np.arange(m) < k for m, k in counts]).astype(int)
    x = (cell[:, None] == [1, 2, 3]).astype(np.int8)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--firth", ranks=2)
    assert run.code == 0, run.err
    beta = coefficients(run)
    logits = [np.log((k + 0.5) / (m - k + 0.5)) for m, k in counts]
    assert np.array([0.0, *beta[1:]]) + beta[0] == pytest.approx(logits, rel=1e-9)


def test_dropped_columns_and_columns_of_single_rows(train, tmp_path):
    """Fisher scoring, brglm2's too, runs away along a column that one row alone has."""
    random = np.random.default_rng(5)
    rows = 240
    x = np.zeros((rows, 8))
    x[:, 0] = 1e3 * random.normal(size=rows)
    x[:, 1] = 7.5
    x[:, 2] = random.normal(size=rows)
    x[:, 3] = 2 * x[:, 0] - x[:, 2]
    x[0, 4] = 1
    x[1:3, 5] = 1
    x[3:8, 6] = 1
    x[:, 7] = 1e-4 * random.random(rows)
    y = (x[:, 2] + random.logistic(size=rows) > 0.5).astype(int)
    start = train(write_dense(tmp_path / "s.h5", x[:, :4], y), "--l2", "0.1").model
    data = write_dense(tmp_path / "d.h5", x, y)
    for options in ([], ["--solver", "lbfgs", "--tolerance", "1e-15"]):
        run = train(data, "--firth", *options, ranks=3)
        assert run.code == 0, run.err
        beta = coefficients(run)
        assert np.flatnonzero(beta == 0).tolist() == [2, 4]
        assert decrement(x, y, beta, 1.0) < (1e-5 if options else 1e-9)
    run = train(write_dense(tmp_path / "n.h5", x[:, :4], y), "--firth", "--start", start)
    assert np.flatnonzero(coefficients(run) == 0).tolist() == [2, 4]


def test_many_columns_and_sparse_rows(train, tmp_path):
    run = train(DATA / "a9a.h5", "--firth", ranks=2)
    assert run.code == 0, run.err
    x, y = read_csr(DATA / "a9a.h5")
    assert decrement(x.toarray(), y > 0, coefficients(run), 1.0) < 1e-6


def test_weight_two_is_the_row_twice(train, tmp_path):
    x, y = logistic_sample(rows=60, features=3)
    counts = np.arange(60) % 4
    weighted = train(write_dense(tmp_path / "w.h5", x, y, weights=counts.astype(float)), "--firth", "--weights")
    often = train(write_dense(tmp_path / "o.h5", np.repeat(x, counts, 0), np.repeat(y, counts)), "--firth")
    assert coefficients(weighted) == pytest.approx(coefficients(often), rel=1e-9)


def test_same_bits_for_ranks_threads_and_storage(train, tmp_path):
    random = np.random.default_rng(3)
    x = np.where(random.random((310, 30)) < 0.3, random.integers(1, 4, (310, 30)), 0).astype(np.float32)
    y = (x[:, 0] - x[:, 1] + random.normal(size=310) > 0.5).astype(int)
    weights = random.random(310)
    dense = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    doubles = write_dense(tmp_path / "w.h5", x.astype(float), y, weights=weights)
    sparse = write_sparse(tmp_path / "s.h5", scipy.sparse.csr_matrix(x), y, weights=weights)
    runs = [train(dense, "--firth", "--weights", "--threads", threads, ranks=ranks)
            for ranks, threads in ((1, 1), (2, 2), (3, 2), (7, 2))]
    runs += [train(data, "--firth", "--weights", ranks=2) for data in (doubles, sparse)]
    assert all(run.code == 0 for run in runs)
    assert len({run.record["coefficients_sha256"] for run in runs}) == 1
    assert len({(run.record["objective"], run.record["penalised_log_likelihood"]) for run in runs}) == 1


@pytest.mark.parametrize("options", [
    ["--l2", "1"], ["--l1", "1"], ["--C", "1"], ["--lambda", "1"], ["--penalty-factors"], ["--lower", "0"],
    ["--upper", "0"], ["--one-vs-rest"], ["--solver", "sgd"], ["--solver", "owlqn"],
    ["--solver", "gradient-descent"], ["--standardize"], ["--prior", "m.h5"]])
def test_other_penalties_and_solvers_are_refused(train, tmp_path, options):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y, penalty_factors=np.ones(4))
    run = train(data, "--firth", *options, ranks=2)
    assert run.code == 2 and len(run.errors) == 1 and not run.model.exists()
    assert options[0] in run.errors[0]


def test_more_classes_or_too_many_features_are_refused(train, tmp_path):
    x, y = logistic_sample()
    three = write_dense(tmp_path / "d.h5", x, np.arange(len(y)) % 3)
    run = train(three, "--firth", ranks=2)
    assert run.code == 2 and len(run.errors) == 1 and "two classes" in run.errors[0]
    wide = scipy.sparse.random(50, 5000, 0.01, "csr", random_state=1)
    run = train(write_sparse(tmp_path / "s.h5", wide, np.arange(50) % 2), "--firth", ranks=2)
    assert run.code == 2 and len(run.errors) == 1 and "5000 features" in run.errors[0]
    assert mpilogit("path", three, "--model", tmp_path / "p.h5", "--firth").code == 2


def test_columns_whose_pivots_hide_their_aliasing_are_left_out(train, tmp_path):
    """One-hot groups that sum to the intercept, with levels of one row in 20 millions."""
    random = np.random.default_rng(9)
    groups = []
    for levels in (40, 25, 7):
        level = np.minimum(random.geometric(0.25, size=20000) - 1, levels - 1)
        level[:levels] = np.arange(levels)
        groups.append((level[:, None] == np.arange(levels)).astype(np.float32))
    x = np.hstack(groups)
    y = (random.random(20000) < 0.4).astype(np.int32)
    weights = np.where(np.arange(20000) < 40, 1.0, 1000.0)
    data = write_sparse(tmp_path / "d.h5", scipy.sparse.csr_matrix(x), y, weights=weights)
    run = train(data, "--weights", "--firth", ranks=2)
    assert run.code == 0, run.err
    assert len(run.record["aliased"]) == 3
    beta = coefficients(run)
    assert np.flatnonzero(beta == 0).tolist() == [40, 65, 72]
    assert np.abs(beta).max() < 10
    assert decrement(x, y, beta, weights) < 1e-6


@pytest.mark.parametrize("shift", [-700.0, -50.0, 50.0, 700.0])
def test_offsets_far_out(tmp_path, shift):
    """Where nothing is left of the information at the start, a ridge fit finds the way; the intercept takes the shift."""
    random = np.random.default_rng(1)
    x = random.normal(size=(60, 2))
    y = (x[:, 0] + random.logistic(size=60) > 0).astype(int)
    found = []
    for offset in (0.0, shift):
        data = write_dense(tmp_path / "d.h5", x, y, offsets=np.full(60, offset))
        run = mpilogit("train", data, "--offsets", "--firth", "--model", tmp_path / "m.h5", ranks=2)
        assert run.code == 0, run.err
        with h5py.File(tmp_path / "m.h5") as file:
            found.append([*file["coefficients"][0], file["intercept"][0] + offset])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-8)
