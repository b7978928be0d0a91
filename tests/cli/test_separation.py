"""Aliased columns and coefficients without a finite optimum are named. Oracles: linear programmes over the cone of
directions along which no row loses (Albert and Anderson 1984, Konis 2007), numpy's ranks, hand-made columns."""

import re
import h5py
import numpy as np
import pytest
import scipy.optimize
import scipy.sparse

from conftest import DATA, logistic_sample, read_csr, write_dense, write_sparse
from oracles import read_model


def columns_of(run):
    """Names in the record without what they tend to."""
    return {text.split(" -> ")[0].removesuffix(" undetermined")
            for text in run.record["separation"]["columns"]}


def aliased_of(run):
    return {text.split(" = ")[0].split(" is ")[0] for text in run.record["aliased"]}


def names_of(features):
    return [f"column {j}" for j in range(features)] + ["(intercept)"]


def unbounded(x, y, aliased=()):
    """Names of the variables that some direction of recession moves: two programmes for each variable."""
    names = names_of(x.shape[1])
    design = np.hstack([x, np.ones((len(x), 1))])
    kept = [j for j, name in enumerate(names) if name not in aliased]
    signed = design[:, kept] * np.where(y == 1, 1.0, -1.0)[:, None]
    signed = np.unique(signed / np.abs(signed).max(axis=0), axis=0)
    # Directions that move no row are none of recession; the rank of `kept` is full.
    found = set()
    for place, j in enumerate(kept):
        for sign in (1.0, -1.0):
            cost = np.zeros(len(kept))
            cost[place] = sign
            answer = scipy.optimize.linprog(cost, A_ub=-signed, b_ub=np.zeros(len(signed)),
                                            bounds=(-1, 1), method="highs")
            assert answer.status == 0
            if answer.fun < -1e-7:
                found.add(names[j])
    return found


def quasi_separated(seed):
    """Levels of a factor of which some have rows of one class only, beside overlapping columns."""
    random = np.random.default_rng(seed)
    x, y = logistic_sample(rows=400, features=3, seed=seed)
    level = random.integers(0, 9, size=len(x))
    y = np.where(level == 2, 1, np.where(level == 5, 0, y))
    dummies = (level[:, None] == np.arange(1, 9)).astype(float)
    return np.hstack([x, dummies]), y.astype(np.int32)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
def test_quasi_separated_columns_are_those_of_the_linear_programmes(train, tmp_path, seed, solver):
    x, y = quasi_separated(seed)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--solver", solver, ranks=2)
    assert run.code == 0, run.err
    assert run.record["separation"]["kind"] == "quasi-complete"
    assert run.record["aliased"] == []
    expected = unbounded(x, y)
    assert expected == {"column 4", "column 7"}
    assert columns_of(run) == expected
    levels = (x[:, 4] == 1) | (x[:, 7] == 1)
    assert run.record["separation"]["certain_rows"] == levels.sum()
    assert "column 4 -> +inf" in run.err
    assert "column 7 -> -inf" in run.err


def test_a_separating_reference_level_frees_all_other_levels(train, tmp_path):
    """The level without a column has one class: the intercept and every other level run away."""
    x, y = quasi_separated(4)
    reference = x[:, 3:].sum(axis=1) == 0
    y = np.where(reference, 1, y).astype(np.int32)
    run = train(write_dense(tmp_path / "d.h5", x, y), ranks=3)
    assert run.code == 0, run.err
    assert columns_of(run) == unbounded(x, y)
    assert {"(intercept)", "column 3", "column 9"} <= columns_of(run)


def test_overlapping_classes_with_large_margins_are_not_separated(train, tmp_path):
    """One contradicting row among many that are certain."""
    x = np.concatenate([np.linspace(-60, -1, 300), np.linspace(1, 60, 300), [-30.0, 30.0]])[:, None]
    y = np.concatenate([np.zeros(300), np.ones(300), [1, 0]]).astype(np.int32)
    x = np.hstack([x * 100, np.random.default_rng(1).normal(size=(len(x), 1))])
    run = train(write_dense(tmp_path / "d.h5", x, y))
    assert run.code == 0, run.err
    assert unbounded(x, y) == set()
    assert run.record["separation"]["kind"] == "none"
    assert "warning" not in run.err


def test_one_row_against_a_million_prevents_separation(train, tmp_path):
    """Stopped on the way to a margin of log 1e6, where most rows still gain and one loses as much."""
    x = np.array([[0.0], [0.0], [1.0], [1.0]])
    data = write_dense(tmp_path / "d.h5", x, np.array([0, 1, 1, 0]), weights=np.array([1e9, 1e9, 1e6, 1.0]))
    for iterations in range(11, 15):
        run = train(data, "--weights", "--max-iterations", iterations)
        assert run.record["separation"]["kind"] == "none"


def test_rows_of_weight_zero_cannot_prevent_separation(train, tmp_path):
    x, y = quasi_separated(5)
    contradiction = np.flatnonzero(x[:, 4] == 1)[0]
    y[contradiction] = 0
    weights = np.ones(len(y))
    data = write_dense(tmp_path / "d.h5", x, y, weights=weights)
    assert columns_of(train(data, "--weights")) == {"column 7"}
    weights[contradiction] = 0.0
    data = write_dense(tmp_path / "e.h5", x, y, weights=weights)
    assert columns_of(train(data, "--weights", ranks=2)) == {"column 4", "column 7"}


def test_trials_with_both_outcomes_prevent_separation(train, tmp_path):
    trials = np.full(40, 5)
    x = np.repeat([0.0, 1.0], 20)[:, None]
    successes = np.where(x[:, 0] == 1, 5, 2)
    data = write_dense(tmp_path / "d.h5", x, successes, trials=trials)
    run = train(data, "--trials")
    assert columns_of(run) == {"column 0"}
    successes[-1] = 4
    data = write_dense(tmp_path / "e.h5", x, successes, trials=trials)
    assert train(data, "--trials").record["separation"]["kind"] == "none"


def test_three_classes(train, tmp_path):
    """Class 2 alone has rows where the last column is 1."""
    random = np.random.default_rng(7)
    x = np.hstack([random.normal(size=(600, 2)), (random.random(size=(600, 1)) < 0.1)])
    y = np.argmax(x[:, :2] @ random.normal(size=(2, 3)) + random.gumbel(size=(600, 3)), axis=1)
    y[x[:, 2] == 1] = 2
    run = train(write_dense(tmp_path / "d.h5", x, y.astype(np.int32)), ranks=2)
    assert run.code == 0, run.err
    assert run.record["separation"]["kind"] == "quasi-complete"
    assert "column 2 (class 2)" in columns_of(run)
    assert run.record["separation"]["certain_rows"] == (x[:, 2] == 1).sum()
    assert not any(name.startswith(("column 0", "column 1")) for name in columns_of(run))


def test_a_leaking_column_is_named(train, tmp_path):
    x, y = logistic_sample(rows=800, features=6)
    x[:, 4] = 2 * y + np.random.default_rng(3).uniform(size=len(y))
    run = train(write_dense(tmp_path / "d.h5", x, y), ranks=2)
    assert run.code == 3
    assert run.record["stop_reason"] == "classes completely separated"
    assert run.record["separation"]["kind"] == "complete"
    assert run.record["separation"]["separator"] == ["column 4"]
    assert "One column is enough for it:\n  column 4" in run.err


def test_two_columns_that_separate_together_are_named(train, tmp_path):
    random = np.random.default_rng(5)
    x = random.integers(-9, 10, size=(500, 7)).astype(float)
    x = x[np.abs(x[:, 1] + x[:, 5]) > 4]
    y = (x[:, 1] + x[:, 5] > 0).astype(np.int32)
    run = train(write_dense(tmp_path / "d.h5", x, y))
    assert run.code == 3
    assert set(run.record["separation"]["separator"]) == {"column 1", "column 5"}


def aliased_sample():
    """Column 3 is constant, 5 all zero, 6 is twice 1, 7 is 1 + x0 − x2; all whole numbers or halves."""
    random = np.random.default_rng(11)
    x = random.integers(-4, 5, size=(500, 9)).astype(float) / 2
    x[:, 3] = 2.5
    x[:, 5] = 0.0
    x[:, 6] = 2 * x[:, 1]
    x[:, 7] = 1 + x[:, 0] - x[:, 2]
    y = (x[:, 0] - x[:, 4] + random.logistic(size=len(x)) > 0).astype(np.int32)
    return x, y


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
@pytest.mark.parametrize("storage", ["dense", "sparse"])
def test_aliased_columns_are_named_and_predictions_do_not_need_them(train, tmp_path, solver, storage):
    x, y = aliased_sample()
    data = (write_dense(tmp_path / "d.h5", x, y) if storage == "dense"
            else write_sparse(tmp_path / "d.h5", scipy.sparse.csr_matrix(x), y))
    run = train(data, "--solver", solver, "--tolerance", "1e-15", ranks=2)
    assert run.code == 0, run.err
    assert set(run.record["aliased"]) == {
        "column 3 is constant", "column 5 is constant", "column 6 = 2 column 1",
        "column 7 = column 0 - column 2 + (intercept)"}
    found = read_model(run.model)
    coefficients = found.coefficients[0]
    assert np.all(coefficients[[3, 5, 6, 7]] == 0.0)
    assert np.all(coefficients[[0, 1, 2, 4, 8]] != 0.0)
    kept = write_dense(tmp_path / "kept.h5", x[:, [0, 1, 2, 4, 8]], y)
    alone = read_model(train(kept, "--tolerance", "1e-12").model)
    assert coefficients[[0, 1, 2, 4, 8]] == pytest.approx(alone.coefficients[0], rel=1e-6)


def test_nearly_equal_columns_are_not_aliased(train, tmp_path):
    """Far below what a pivot shows, yet plain in the rows: x and x + 1e-5 u."""
    x, y = logistic_sample(rows=500, features=3)
    x = np.hstack([x, x[:, :1] + 1e-5 * np.random.default_rng(2).normal(size=(500, 1)),
                   np.zeros((500, 1))])
    run = train(write_dense(tmp_path / "d.h5", x, y))
    assert run.record["aliased"] == ["column 4 is constant"]
    assert np.linalg.matrix_rank(np.hstack([x, np.ones((500, 1))])) == 5


def test_all_levels_of_rare_factors_are_aliased_once(train, tmp_path):
    """Every one-hot group sums to the intercept: one column of each must go, however rare its level."""
    random = np.random.default_rng(9)
    rows = 20000
    groups = []
    for levels in (40, 25, 7):
        level = np.minimum(random.geometric(0.25, size=rows) - 1, levels - 1)
        level[:levels] = np.arange(levels)  # each occurs
        groups.append((level[:, None] == np.arange(levels)).astype(np.float32))
    x = np.hstack(groups)
    y = (random.random(rows) < 0.4).astype(np.int32)
    run = train(write_sparse(tmp_path / "d.h5", scipy.sparse.csr_matrix(x), y), ranks=2)
    assert len(run.record["aliased"]) == 3
    assert aliased_of(run) == {"column 39", "column 64", "column 71"}


def test_a9a_with_a_copy_and_a_constant(train, tmp_path):
    x, y = (part[:6000] for part in read_csr(DATA / "a9a.h5"))
    more = scipy.sparse.hstack([x, x[:, 20], np.full((x.shape[0], 1), 2.5, np.float32)]).tocsr()
    more.sort_indices()
    run = train(write_sparse(tmp_path / "d.h5", more.astype(np.float32), y), ranks=2)
    assert run.code == 0
    assert {"column 123 = column 20", "column 124 is constant"} <= set(run.record["aliased"])
    design = np.hstack([more.toarray(), np.ones((x.shape[0], 1))])
    kept = [j for j, name in enumerate(names_of(more.shape[1])) if name not in aliased_of(run)]
    rank = np.linalg.matrix_rank(design.T.astype(float) @ design)
    assert rank == len(kept) == np.linalg.matrix_rank(design[:, kept].T.astype(float) @ design[:, kept])
    text = run.out + run.err + run.model.with_name("record-0.json").read_text()
    assert not re.search(r"\bnan\b(?!\()", text.lower())
    with h5py.File(run.model) as file:
        assert np.isfinite(file["coefficients"][:]).all()
    assert columns_of(run) == unbounded(more.toarray(), (y == 1).astype(int), aliased_of(run))


def test_the_same_on_any_number_of_ranks_and_threads(train, tmp_path):
    x, y = quasi_separated(6)
    x = np.hstack([x, x[:, :1]])
    data = write_dense(tmp_path / "d.h5", x, y)
    runs = [train(data, "--threads", threads, ranks=ranks)
            for ranks, threads in [(1, 1), (1, 2), (2, 1), (3, 2), (7, 1)]]
    for run in runs:
        for key in ("separation", "aliased", "coefficients_sha256", "objective"):
            assert run.record[key] == runs[0].record[key]


def test_a_penalty_needs_no_diagnosis(train, tmp_path):
    x, y = quasi_separated(1)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--l2", 0.01)
    assert run.code == 0
    assert "separation" not in run.record
    assert "warning" not in run.err
