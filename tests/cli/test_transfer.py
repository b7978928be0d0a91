"""Starting from a model, and penalising the distance to one."""

import numpy as np
import pytest
import scipy.optimize

import oracles
from conftest import logistic_sample, write_dense
from oracles import classes_sample, read_model


def named(path, x, y, names):
    return write_dense(path, x, y, feature_names=[n.encode() for n in names])


def test_a_start_shortens_the_way_to_the_same_optimum(train, tmp_path):
    x, y = logistic_sample(rows=400, features=6)
    data = named(tmp_path / "d.h5", x, y, "abcdef")
    cold = train(data, "--l2", "1e-3")
    warm = train(data, "--l2", "1e-3", "--start", cold.model, ranks=2)
    assert warm.record["iterations"] < cold.record["iterations"]
    assert warm.record["objective"] == pytest.approx(cold.record["objective"], rel=1e-12)
    assert read_model(warm.model).coefficients == pytest.approx(read_model(cold.model).coefficients)


def test_features_go_by_name(train, tmp_path):
    x, y = logistic_sample(rows=400, features=6)
    narrow = train(named(tmp_path / "n.h5", x[:, [4, 1, 2]], y, "ebc"), "--l2", "1e-3")
    wide = named(tmp_path / "w.h5", x, y, "abcdef")
    started = train(wide, "--l2", "1e-3", "--start", narrow.model, "--max-iterations", 0)
    assert started.code == 3
    found, known = read_model(started.model), read_model(narrow.model)
    assert found.coefficients[0, [4, 1, 2]].tolist() == known.coefficients[0].tolist()
    assert not found.coefficients[0, [0, 3, 5]].any()
    assert found.intercept.tolist() == known.intercept.tolist()
    back = train(named(tmp_path / "b.h5", x[:, [5, 1]], y, "fb"), "--l2", "1e-3", "--start",
                 started.model, "--max-iterations", 0)
    assert read_model(back.model).coefficients[0].tolist() == [0.0, known.coefficients[0, 1]]


def test_a_start_for_softmax_and_l1(train, tmp_path):
    x, y = classes_sample(rows=300, features=4, classes=3)
    data = named(tmp_path / "d.h5", x, y, "abcd")
    free = train(data)
    assert read_model(free.model).coefficients.shape == (2, 4)
    cold = train(data, "--l1", "0.01")
    warm = train(data, "--l1", "0.01", "--start", free.model)
    assert warm.record["objective"] == pytest.approx(cold.record["objective"], rel=1e-9)
    again = train(data, "--l1", "0.01", "--start", cold.model)
    assert again.record["iterations"] < cold.record["iterations"]


def test_other_classes_or_names_are_refused(train, tmp_path):
    x, y = logistic_sample()
    model = train(named(tmp_path / "d.h5", x, y, "abcd")).model
    others = [named(tmp_path / "o.h5", x, y + 5, "abcd"), named(tmp_path / "p.h5", x, y, "wxyz"),
              write_dense(tmp_path / "q.h5", x[:, :3], y)]
    for data in others:
        run = train(data, "--start", model, ranks=2)
        assert run.code == 2 and len(run.errors) == 1, run.err
        assert not run.model.exists()


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("l1", [0.0, 0.02])
def test_a_prior_moves_the_penalty(train, tmp_path, classes, l1):
    x, y = classes_sample(rows=260, features=4, classes=classes, seed=2)
    half = named(tmp_path / "h.h5", x[:130, :3], y[:130], "abc")
    prior = train(half, "--l2", "0.05")
    data = named(tmp_path / "d.h5", x, y, "abcd")
    run = train(data, "--l2", "0.1", *(["--l1", l1] if l1 else []), "--prior", prior.model,
                "--tolerance", "1e-13", ranks=2)
    assert run.code == 0, run.err
    found = read_model(run.model)
    centre = np.column_stack([read_model(prior.model).coefficients,
                              np.zeros(len(found.intercept))])
    smooth, of_intercept = oracles.gradient(x, y, found)
    smooth = smooth + 0.1 * (found.coefficients - centre)
    distance = found.coefficients - centre
    rest = np.where(distance != 0, smooth + l1 * np.sign(distance),
                    np.maximum(np.abs(smooth) - l1, 0))
    assert np.abs(rest).max() < 1e-8 and np.abs(of_intercept).max() < 1e-8
    if l1:
        assert (distance == 0).any()  # exactly at the prior
    assert run.record["objective"] == pytest.approx(
        oracles.log_loss(x, y, found) + 0.05 * (distance**2).sum() + l1 * np.abs(distance).sum(),
        rel=1e-12)


def test_a_strong_prior_is_the_answer(train, tmp_path):
    x, y = logistic_sample(rows=300, features=3)
    prior = train(named(tmp_path / "p.h5", x[:150], y[:150], "abc"))
    run = train(named(tmp_path / "d.h5", x, y, "abc"), "--l2", "1e8", "--prior", prior.model)
    assert read_model(run.model).coefficients == pytest.approx(
        read_model(prior.model).coefficients, rel=1e-6)


def test_the_prior_against_scipy(train, tmp_path):
    x, y = logistic_sample(rows=200, features=3)
    prior = train(named(tmp_path / "p.h5", x[:100], y[:100], "abc"), "--l2", "0.1")
    centre = read_model(prior.model).coefficients[0]

    def value(w):
        z = x @ w[:3] + w[3]
        return np.mean(np.logaddexp(0, z) - y * z) + 0.15 * ((w[:3] - centre) ** 2).sum()

    expected = scipy.optimize.minimize(value, np.zeros(4), method="BFGS", options={"gtol": 1e-9})
    run = train(named(tmp_path / "d.h5", x, y, "abc"), "--l2", "0.3", "--prior", prior.model)
    assert read_model(run.model).coefficients[0] == pytest.approx(expected.x[:3], abs=1e-6)
    assert run.record["objective"] == pytest.approx(expected.fun, rel=1e-10)
