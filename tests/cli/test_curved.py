"""Products of features: curved decision boundaries."""

import numpy as np
import pytest
import scipy.sparse
from sklearn.datasets import make_circles, make_moons
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import PolynomialFeatures

from conftest import logistic_sample, mpilogit, write_dense, write_sparse
from oracles import read_model


@pytest.mark.parametrize("make,noise", [(make_moons, 0.1), (make_circles, 0.05)])
def test_degree_three_tells_moons_and_circles_apart(train, tmp_path, make, noise):
    arguments = {"noise": noise, **({"factor": 0.6} if make is make_circles else {})}
    x, y = make(n_samples=600, random_state=1, **arguments)
    data = write_dense(tmp_path / "d.h5", x, y)
    test = write_dense(tmp_path / "t.h5", *make(n_samples=1000, random_state=2, **arguments))
    accuracy = {}
    for degree in (1, 3):
        options = ["--degree", degree] if degree > 1 else []
        run = train(data, "--l2", "1e-5", *options, ranks=3)
        assert run.code == 0, run.err
        scores = mpilogit("evaluate", run.model, test, "--json", tmp_path / "e.json", ranks=2)
        accuracy[degree] = scores.record["accuracy"]
    assert accuracy[3] > 0.98
    assert accuracy[1] < 0.9


@pytest.mark.parametrize("options,shape", [
    (["--degree", 2], {"degree": 2}),
    (["--degree", 3], {"degree": 3}),
    (["--interactions"], {"degree": 2, "interaction_only": True}),
    (["--degree", 3, "--interactions"], {"degree": 3, "interaction_only": True}),
])
def test_coefficients_are_those_of_stored_products(train, tmp_path, options, shape):
    x, y = logistic_sample(rows=250, features=3)
    names = ["age", "hours", "gain"]
    data = write_dense(tmp_path / "d.h5", x, y, feature_names=[n.encode() for n in names])
    expand = PolynomialFeatures(include_bias=False, **shape).fit(x)
    stored = write_dense(tmp_path / "s.h5", expand.transform(x), y)
    run = train(data, "--C", 1, *options, ranks=2)
    model = read_model(run.model)
    same = read_model(train(stored, "--C", 1).model)
    assert model.coefficients == pytest.approx(same.coefficients, rel=1e-10)
    fit = LogisticRegression(C=1, tol=1e-10, max_iter=10000).fit(expand.transform(x), y)
    assert model.coefficients == pytest.approx(fit.coef_, abs=1e-4)
    spelled = [n.replace(" ", ":") for n in expand.get_feature_names_out(names)]
    assert model.names == spelled
    assert "age:hours" in mpilogit("inspect", run.model).out
    predictions = tmp_path / "p.h5"
    assert mpilogit("predict", run.model, data, "--output", predictions, ranks=2).code == 0
    import h5py
    with h5py.File(predictions) as file:
        z = expand.transform(x) @ model.coefficients[0] + model.intercept[0]
        assert file["probability"][:] == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-10)


def test_sparse_rows_give_the_bits_of_dense_ones(train, tmp_path):
    random = np.random.default_rng(3)
    x = np.where(random.random((220, 6)) < 0.4, random.integers(1, 4, (220, 6)), 0).astype(np.float32)
    y = (x[:, 0] * x[:, 1] + random.normal(size=220) > 0.5).astype(int)
    dense = write_dense(tmp_path / "d.h5", x, y)
    sparse = write_sparse(tmp_path / "s.h5", scipy.sparse.csr_matrix(x), y)
    for options in (["--degree", 2, "--l2", "0.01"],
                    ["--interactions", "--l1", "0.01", "--standardize"]):
        runs = [train(data, *options, ranks=ranks) for data in (dense, sparse) for ranks in (1, 3)]
        assert all(run.code == 0 for run in runs)
        assert len({run.record["coefficients_sha256"] for run in runs}) == 1


def test_other_columns_are_refused(train, tmp_path):
    x, y = logistic_sample(features=3)
    model = train(write_dense(tmp_path / "d.h5", x, y), "--degree", 2, "--l2", "0.1").model
    wide = write_dense(tmp_path / "w.h5", np.column_stack([x, x]), y)
    run = mpilogit("predict", model, wide, "--output", tmp_path / "p.h5", ranks=2)
    assert run.code == 2 and len(run.errors) == 1
    assert "6 features" in run.errors[0]
