"""Exit code 0 says that the optimum was reached. Oracles: Newton's method in numpy on the centred or orthogonalised
problem, where nothing is ill-conditioned."""

import json
import subprocess

import h5py
import numpy as np
import pytest

from conftest import PROGRAM, write_dense

V = np.array([-3., -2, -1, 0, 1, 2, 3, 4, -2, 2])
Y = np.array([0, 0, 0, 1, 0, 1, 1, 1, 1, 0], np.int32)


def optimum(x, y, l2=0.0):
    """F at the optimum, by Newton's method from 0."""
    design = np.hstack([x, np.ones((len(x), 1))])
    penalty = np.diag([l2] * x.shape[1] + [0.0])
    w = np.zeros(design.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-design @ w))
        gradient = design.T @ (p - y) / len(y) + penalty @ w
        w -= np.linalg.solve(design.T * (p * (1 - p)) @ design / len(y) + penalty, gradient)
    z = design @ w
    return np.mean(np.logaddexp(0, -np.where(y == 1, z, -z))) + 0.5 * w @ penalty @ w


def with_offsets(path, offset):
    write_dense(path, V[:, None], Y)
    with h5py.File(path, "a") as file:
        file["offsets"] = np.full(len(V), offset)
    return path


@pytest.mark.parametrize("offset", [50.0, -700.0])
def test_saturated_rows_are_no_optimum(train, tmp_path, offset):
    data = with_offsets(tmp_path / "d.h5", offset)
    for options in ([], ["--l2", "0.01"], ["--solver", "lbfgs"]):
        run = train(data, "--offsets", *options)
        assert run.code == 0, run.err
        l2 = 0.01 if options[:1] == ["--l2"] else 0.0
        assert run.record["objective"] == pytest.approx(optimum(V[:, None], Y, l2), rel=1e-8)
        assert run.record.get("aliased", []) == []


def test_any_finite_start_will_do_and_no_other(train, tmp_path):
    data = write_dense(tmp_path / "d.h5", V[:, None], Y)

    def start(coefficient):
        text = tmp_path / "start.json"
        text.write_text(json.dumps(dict(coef_=[[coefficient]], intercept_=[500.0], classes_=[0, 1])))
        model = tmp_path / f"start-{coefficient:g}.h5"
        subprocess.run([PROGRAM, "import", "coefficients", text, "--output", model, "--quiet"], check=True)
        return model

    for coefficient in (1000.0, 1e9):
        for solver in ("newton", "lbfgs"):
            run = train(data, "--start", start(coefficient), "--solver", solver)
            assert run.code == 0, run.err
            assert run.record["objective"] == pytest.approx(optimum(V[:, None], Y), rel=1e-8)
    run = train(data, "--start", start(1e308))
    assert run.code == 2
    assert "not finite where training starts" in run.err


def near(distance):
    random = np.random.default_rng(7)
    x = random.normal(size=(60, 3))
    y = (x @ [1.0, -1.0, 0.5] + random.logistic(size=60) > 0).astype(np.int32)
    return np.c_[x[:, 0], x[:, 0] + distance * x[:, 1], x[:, 2]], x, y


@pytest.mark.parametrize("distance", [1e-5, 1e-7])
def test_nearly_equal_columns_are_fitted(train, tmp_path, distance):
    z, x, y = near(distance)
    data = write_dense(tmp_path / "d.h5", z, y)
    for options in (["--inference"], ["--solver", "lbfgs"]):
        run = train(data, *options)
        assert run.code == 0, run.err
        assert run.record["objective"] == pytest.approx(optimum(x, y), rel=1e-8)
        assert run.record.get("aliased", []) == []


def test_a_column_within_1e_8_of_another_is_aliased(train, tmp_path):
    z, x, y = near(1e-10)
    run = train(write_dense(tmp_path / "d.h5", z, y))
    assert run.code == 0, run.err
    assert run.record["aliased"] == ["column 1 = column 0"]
    assert run.record["objective"] == pytest.approx(optimum(x[:, [0, 2]], y), rel=1e-8)


def test_owlqn_is_right_or_says_that_it_is_not(train, tmp_path):
    z, _, y = near(1e-6)
    data = write_dense(tmp_path / "d.h5", z, y)
    best = train(data, "--l1", "1e-9").record["objective"]
    run = train(data, "--l1", "1e-9", "--solver", "owlqn")
    distance = (run.record["objective"] - best) / best
    assert distance < 1e-8 if run.code == 0 else run.record["estimated_gap"] > 0.1 * distance


def test_the_bound_is_one(train, tmp_path):
    x, y = near(1.0)[1:]
    data = write_dense(tmp_path / "d.h5", x, y)
    best = optimum(x, y, 0.1)
    for tolerance in ("1e-2", "1e-5", "1e-9"):
        record = train(data, "--l2", "0.1", "--tolerance", tolerance, "--solver", "lbfgs").record
        assert (record["objective"] - best) / best <= record["gap_bound"] + 1e-15
        assert (record["gap_kind"] == "bound") == (record["gap_bound"] <= float(tolerance))
    assert train(data, "--l2", "0.1").record["gap_kind"] == "bound"
    assert train(data, "--l1", "0.01").record["gap_kind"] == "bound"


@pytest.mark.parametrize("classes,options", [(2, []), (2, ["--l2", "1e-6"]), (2, ["--weights"]), (3, [])])
def test_without_a_penalty_the_bound_is_of_the_curvature(train, tmp_path, classes, options):
    """Bach's, little more than half the squared decrement where that is small."""
    random = np.random.default_rng(17)
    x = random.normal(size=(300, 4)) * [1.0, 30.0, 0.01, 1.0] + [0.0, 50.0, 0.0, 3.0]
    margins = np.c_[np.zeros(300), x[:, :1] - x[:, 3:], 40.0 * x[:, 2:3] + 1.0][:, :classes]
    y = (margins + random.gumbel(size=margins.shape)).argmax(axis=1)
    data = write_dense(tmp_path / "d.h5", x, y, weights=random.integers(1, 5, 300).astype(float))
    best = train(data, *options, "--tolerance", "1e-14").record["objective"]
    bounded = 0
    for tolerance in ("1e-1", "1e-2", "1e-3", "1e-4", "1e-5", "1e-6", "1e-7", "1e-9"):
        record = train(data, *options, "--tolerance", tolerance).record
        distance = (record["objective"] - best) / best
        assert distance <= record.get("gap_bound", 1.0) + 1e-15
        if record["gap_kind"] == "bound":
            bounded += 1
            assert "--l2" in options or record["gap_bound"] <= 2.0 * record["estimated_gap"] + 1e-20
    assert bounded >= 3
    assert record["gap_kind"] == "bound"


@pytest.mark.parametrize("spread", [1e-8, 1.2e-8, 1.5e-8, 2e-8, 5e-8, 1e-7])
def test_columns_that_differ_by_a_hundred_millionth(train, tmp_path, spread):
    """The same model as of the difference, in units of its own; under a small L1 the difference pays for both."""
    for seed in (3, 4):
        random = np.random.default_rng(seed)
        x, other = random.normal(size=(2, 200))
        y = (random.uniform(size=200) < 1 / (1 + np.exp(-(x + 2 * other)))).astype(int)
        data = write_dense(tmp_path / "d.h5", np.c_[x, x + spread * other], y)
        apart = write_dense(tmp_path / "apart.h5", np.c_[x, (x + spread * other - x) / spread], y,
                            factors=np.array([0.0, 1.0]))
        best = train(apart, "--tolerance", "1e-12").record["objective"]
        under_l1 = train(apart, "--l1", str(2e-10 / spread), "--penalty-factors", "factors", "--tolerance", "1e-12").record["objective"]
        for options, least in (([], best), (["--solver", "lbfgs"], best), (["--l1", "1e-10"], under_l1),
                               (["--l1", "1e-10", "--solver", "owlqn"], under_l1)):
            run = train(data, *options)
            if run.code == 0:
                assert run.record["objective"] == pytest.approx(least, rel=1e-8), options
            else:
                assert run.code == 3 and spread < 2e-8, options


def test_a_column_twice_has_no_bound(train, tmp_path):
    x, y = near(1.0)[1:]
    twice = train(write_dense(tmp_path / "d.h5", x[:, [0, 0]], y)).record
    assert twice["converged"] and twice["gap_kind"] == "estimate" and "gap_bound" not in twice


def test_where_weights_vanish_the_bound_holds_or_is_not_there(train, tmp_path):
    """Nearly separated, with offsets far out: H is far below what it may be, and its rounding counts."""
    random = np.random.default_rng(5)
    x = random.normal(size=(60, 2))
    y = (x[:, 0] > 0).astype(int)
    y[np.argsort(abs(x[:, 0]))[:2]] ^= 1
    for offset in (0.0, 12.0, 24.0):
        data = write_dense(tmp_path / "d.h5", x, y, offsets=offset * np.sign(x[:, 0]))
        best = train(data, "--offsets", "--tolerance", "1e-14").record["objective"]
        for tolerance in ("1e-1", "1e-3", "1e-6", "1e-9"):
            record = train(data, "--offsets", "--tolerance", tolerance).record
            assert (record["objective"] - best) / best <= record.get("gap_bound", np.inf) + 1e-15


def test_an_objective_below_its_gradient_is_not_judged(train, tmp_path):
    x = np.array([[-1.0], [1.0]] * 5)
    run = train(write_dense(tmp_path / "d.h5", x, np.array([0, 1] * 5, np.int32)), "--l2", "1e-22")
    assert run.code == 3
    assert "below what its gradient resolves" in run.err


def test_bounds_that_end_no_way_are_no_optimum_of_separated_classes(train, tmp_path):
    """With a bound on the way the optimum is there, without one it is nowhere."""
    x = np.array([[-3.0], [-2], [-1], [1], [2], [3]])
    data = write_dense(tmp_path / "d.h5", x, (x[:, 0] > 0).astype(int))
    for solver in ("proximal-newton", "owlqn"):
        free = train(data, "--lower", "-5", "--solver", solver, "--max-iterations", "500", ranks=0)
        assert free.code == 3 and free.record["stop_reason"] == "classes completely separated", free.err
        held = train(data, "--upper", "5", "--solver", solver, ranks=0)
        assert held.code == 0, held.err
        with h5py.File(held.model) as file:
            assert file["coefficients"][0, 0] == 5.0
