"""Columns far from zero, or of extreme size: trained as well as their centred, scaled copies. Expected values come from a
Newton method in extended precision on the centred columns, written here."""

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import mpilogit, write_dense, write_sparse

RANDOM = np.random.default_rng(2026)
ROWS = 120
WAVE = RANDOM.normal(size=ROWS)
OTHER = RANDOM.normal(size=ROWS)
STEPS = RANDOM.integers(0, 1800, ROWS)
LABELS = (RANDOM.random(ROWS) < 1 / (1 + np.exp(0.5 * OTHER - (STEPS - 900) / 500))).astype(np.int32)
CLASSES = (LABELS + (RANDOM.random(ROWS) < 0.4) * 1).astype(np.int32)


def column(values, kind=np.float64):
    """A column as it is stored, less the first entry: exactly, in Python's integers and fractions."""
    stored = np.asarray(values, dtype=kind)
    if np.issubdtype(kind, np.integer):
        first = int(stored[0])
        return stored, np.array([float(int(v) - first) for v in stored])
    return stored, stored.astype(np.float64) - np.float64(stored[0])


FAR = {
    "seconds": column(1764583200.0 + STEPS),
    "julian": column(2460000.5 + STEPS / 600),
    "offset": column(1e7 + WAVE),
    "negative": column(-1e7 + WAVE),
    "twelve": column(1e12 + WAVE),
    "nanoseconds": column([1764583200 * 10**9 + int(s) * 7 for s in STEPS], np.int64),
    "unsigned": column([2**64 - 10**6 + int(s) for s in STEPS], np.uint64),
    "narrow": column([2**22 + int(s) for s in STEPS], np.float32),
    "short": column([60000 + int(s) // 40 for s in STEPS], np.uint16),
}


def fitted(x, y, weights=None, l2=None):
    """(coefficients, F, covariance): slopes first, the intercept last, by Newton's method in 80 bits."""
    rows = np.column_stack([x, np.ones(len(y))]).astype(np.longdouble)
    weights = np.ones(len(y), np.longdouble) if weights is None else weights.astype(np.longdouble)
    penalty = np.append(np.zeros(x.shape[1]) if l2 is None else l2, 0.0).astype(np.longdouble)
    # In units in which every column has the size 1, so that the solves lose nothing.
    unit = np.sqrt(np.mean(rows**2, axis=0))
    rows, penalty = rows / unit, penalty / unit**2
    total = weights.sum()
    w = np.zeros(rows.shape[1], np.longdouble)
    for _ in range(60):
        p = 1 / (1 + np.exp(-(rows @ w)))
        gradient = rows.T @ (weights * (p - y)) / total + penalty * w
        hessian = (rows.T * (weights * p * (1 - p))) @ rows / total + np.diag(penalty)
        step = np.linalg.solve(hessian.astype(float), gradient.astype(float))
        w = w - step
        if np.abs(step).max() < 1e-17:
            break
    z = rows @ w
    loss = (weights * np.logaddexp(0, np.where(y == 1, -z, z))).sum() / total + 0.5 * (penalty * w * w).sum()
    covariance = np.linalg.inv((hessian * total).astype(float)) / np.outer(unit, unit).astype(float)
    return (w / unit).astype(float), float(loss), covariance


def datasets(path):
    with h5py.File(path) as file:
        return {name: file[name][()] for name in file if isinstance(file[name], h5py.Dataset)}


def at_first_row(model, stored):
    """The intercept where every column is as in its first row: b_c + Σ (x_first − c) w, in Python's integers."""
    if "centre" not in model:
        return model["intercept"] + sum(model["coefficients"][:, j] * float(stored[j]) for j in range(len(stored)))
    at = model["intercept_at_centre"].copy()
    for j, (first, centre) in enumerate(zip(stored, model["centre"])):
        whole = isinstance(first, np.integer)
        distance = float(int(first) - int(centre)) if whole else float(first) - centre
        at += model["coefficients"][:, j] * distance
    return at


def check(run, name, l2=None, tolerance=1e-8):
    """Slopes, F, and the intercept at the centre, against the centred columns."""
    stored, centred = FAR[name]
    x = np.column_stack([centred, OTHER])
    w, loss, _ = fitted(x, LABELS, l2=l2)
    model = datasets(run.model)
    assert run.record["objective"] == pytest.approx(loss, rel=1e-10)
    np.testing.assert_allclose(model["coefficients"][0], w[:-1], rtol=tolerance)
    assert at_first_row(model, [stored[0], np.float64(0.0)])[0] == pytest.approx(w[-1], rel=tolerance)


def write(path, name, sparse=False, y=LABELS, **more):
    stored, _ = FAR[name]
    if stored.dtype == np.float64:
        x = np.column_stack([stored, OTHER])
    else:  # one type for all columns: the other one is whole numbers
        x = np.column_stack([stored, (OTHER * 8).round().clip(-100, 100).astype(int).astype(stored.dtype)])
    return (write_sparse(path, scipy.sparse.csr_matrix(x), y, **more) if sparse
            else write_dense(path, x, y, **more))


@pytest.mark.parametrize("name", [name for name, (stored, _) in FAR.items() if stored.dtype == np.float64])
@pytest.mark.parametrize("options", [(), ("--l2", "0.01"), ("--l2", "0.01", "--standardize")], ids=str)
def test_slope_and_intercept_are_those_of_the_centred_column(train, tmp_path, name, options):
    run = train(write(tmp_path / "d.h5", name), *options, ranks=0)
    assert run.code == 0, run.err
    _, centred = FAR[name]
    x = np.column_stack([centred, OTHER])
    l2 = None
    if options:
        l2 = 0.01 * (x.var(axis=0) if "--standardize" in options else np.ones(2))
    check(run, name, l2)


@pytest.mark.parametrize("name", [name for name, (stored, _) in FAR.items() if stored.dtype != np.float64])
def test_every_storage_type_keeps_its_last_digit(train, tmp_path, name):
    stored, centred = FAR[name]
    data = write_dense(tmp_path / "d.h5", stored[:, None], LABELS)
    run = train(data, ranks=0)
    assert run.code == 0, run.err
    w, loss, _ = fitted(centred[:, None], LABELS)
    model = datasets(run.model)
    assert run.record["objective"] == pytest.approx(loss, rel=1e-10)
    assert model["coefficients"][0][0] == pytest.approx(w[0], rel=1e-8)
    assert at_first_row(model, [stored[0]])[0] == pytest.approx(w[1], rel=1e-7)


@pytest.mark.parametrize("name", ["seconds", "twelve", "nanoseconds"])
def test_same_bits_on_any_ranks_dense_and_sparse_resident_and_streamed(train, tmp_path, name):
    dense, sparse = write(tmp_path / "d.h5", name), write(tmp_path / "s.h5", name, sparse=True)
    options = ("--l2", "1e-3")
    runs = [train(dense, *options, ranks=0), train(sparse, *options, ranks=0)]
    runs += [train(dense, *options, ranks=r) for r in (2, 3, 7)] + [train(sparse, *options, ranks=3)]
    assert {run.code for run in runs} == {0}, [run.err for run in runs]
    assert len({run.model.read_bytes() and datasets(run.model)["coefficients"].tobytes()
                + datasets(run.model)["intercept_at_centre"].tobytes() for run in runs}) == 1


@pytest.mark.parametrize("form", [write_dense, lambda path, x, y: write_sparse(path, scipy.sparse.csr_matrix(x), y)],
                         ids=["dense", "sparse"])
def test_streamed_rows_are_put_in_frames_in_every_pass(train, tmp_path, form):
    rows, features = 3000, 60
    random = np.random.default_rng(5)
    x = np.column_stack([1e9 + random.integers(0, 900, rows), random.normal(size=(rows, features - 1))])
    x[:, 2:] *= random.random((rows, features - 2)) < 0.4
    y = (random.random(rows) < 1 / (1 + np.exp((x[:, 0] - 1e9 - 450) / 300))).astype(np.int32)
    data = form(tmp_path / "d.h5", x, y)
    work = rows * 52 + (features + 1) * (384 + 24 * (features + 1))
    budget = work + (0.45 if form is write_dense else 0.35) * rows * features * 8
    runs = [train(data, "--l2", "0.01", "--threads", "1", ranks=0),
            train(data, "--l2", "0.01", "--threads", "1", "--memory", int(budget), ranks=0)]
    assert [run.code for run in runs] == [0, 0], [run.err for run in runs]
    assert runs[1].record["memory"]["streamed_bytes"] > 0
    assert runs[0].record["memory"]["streamed_bytes"] == 0
    whole, streamed = (datasets(run.model) for run in runs)
    for name in ("coefficients", "centre", "intercept_at_centre"):
        assert whole[name].tobytes() == streamed[name].tobytes()
    w, loss, _ = fitted(x - np.append(x[0, 0], np.zeros(features - 1)), y, l2=np.full(features, 0.01))
    assert runs[0].record["objective"] == pytest.approx(loss, rel=1e-10)


def test_rows_of_weight_zero_do_not_hold_a_column_back(train, tmp_path):
    stored, centred = FAR["seconds"]
    weights = np.where(np.arange(ROWS) % 7 == 0, 0.0, 1.0)
    holed = np.where(weights > 0, stored, 0.0)
    run = train(write_dense(tmp_path / "d.h5", np.column_stack([holed, OTHER]), LABELS, weights=weights), "--weights",
                ranks=0)
    assert run.code == 0, run.err
    w, loss, _ = fitted(np.column_stack([centred, OTHER]), LABELS, weights)
    assert run.record["objective"] == pytest.approx(loss, rel=1e-10)
    assert datasets(run.model)["coefficients"][0][0] == pytest.approx(w[0], rel=1e-8)


@pytest.mark.parametrize("options", [
    ("--solver", "lbfgs"), ("--l1", "1e-3", "--standardize"), ("--l1", "1e-6", "--solver", "owlqn"), ("--firth",),
    ("--lower", "0.0005", "--upper", "0.001"), ("--C", "1", "--l1-ratio", "0.5"), ("--standardize", "--l2", "0.1", "--solver", "lbfgs")],
    ids=str)
def test_every_solver_and_penalty_equals_the_centred_fit(train, tmp_path, options):
    stored, centred = FAR["seconds"]
    far = train(write(tmp_path / "far.h5", "seconds"), *options, "--tolerance", "1e-13", ranks=0)
    near = train(write_dense(tmp_path / "near.h5", np.column_stack([stored - stored.min(), OTHER]), LABELS), *options,
                 "--tolerance", "1e-13", ranks=0)
    assert (far.code, near.code) == (0, 0), far.err + near.err
    assert far.record["objective"] == pytest.approx(near.record["objective"], rel=1e-12)
    a, b = datasets(far.model), datasets(near.model)
    np.testing.assert_allclose(a["coefficients"], b["coefficients"], rtol=1e-6)
    assert a["coefficients"][0][0] != 0
    np.testing.assert_allclose(at_first_row(a, [stored[0], 0.0]), at_first_row(b, [stored[0] - stored.min(), 0.0]), rtol=1e-6)


@pytest.mark.parametrize("options", [(), ("--one-vs-rest",), ("--l2", "0.01")], ids=str)
def test_several_classes(train, tmp_path, options):
    stored, _ = FAR["julian"]
    far = train(write(tmp_path / "far.h5", "julian", y=CLASSES), *options, ranks=0)
    near = train(write_dense(tmp_path / "near.h5", np.column_stack([stored - stored.min(), OTHER]), CLASSES), *options, ranks=0)
    assert (far.code, near.code) == (0, 0), far.err + near.err
    assert far.record["objective"] == pytest.approx(near.record["objective"], rel=1e-11)
    np.testing.assert_allclose(datasets(far.model)["coefficients"], datasets(near.model)["coefficients"], rtol=1e-7)


def test_errors_are_those_of_the_centred_column_and_of_the_raw_intercept(train, tmp_path):
    stored, centred = FAR["seconds"]
    run = train(write(tmp_path / "d.h5", "seconds"), "--inference", "--covariance", ranks=0)
    assert run.code == 0, run.err
    _, loss, covariance = fitted(np.column_stack([centred, OTHER]), LABELS)
    inference = run.record["inference"]
    np.testing.assert_allclose(inference["standard_errors"], [np.sqrt(np.diag(covariance))[:2]], rtol=1e-8)
    # b_raw = b − c w
    to_raw = np.array([-stored[0], 0.0, 1.0])
    assert inference["intercept_standard_errors"][0] == pytest.approx(np.sqrt(to_raw @ covariance @ to_raw), rel=1e-8)
    assert -2 * inference["log_likelihood"] == pytest.approx(2 * ROWS * loss, rel=1e-10)
    assert inference["likelihood_ratio"]["statistic"] > 0


def test_a_constant_column_is_named_wherever_it_lies(train, tmp_path):
    x = np.column_stack([np.full(ROWS, 1764583200.0), OTHER, np.ones(ROWS), np.full(ROWS, 1e-9)])
    run = train(write_dense(tmp_path / "d.h5", x, LABELS), ranks=0)
    assert run.code == 0, run.err
    w, loss, _ = fitted(OTHER[:, None], LABELS)
    assert run.record["objective"] == pytest.approx(loss, rel=1e-10)
    assert run.record["aliased"] == [f"column {j} is constant" for j in (0, 2, 3)]
    model = datasets(run.model)
    assert "centre" not in model
    assert model["intercept"][0] == pytest.approx(w[-1], rel=1e-9)


@pytest.mark.parametrize("size", [1e-200, 1e-150, 1e150, 1e200, 1e300])
@pytest.mark.parametrize("options", [(), ("--l1", "1e-3", "--standardize"), ("--inference",)], ids=str)
def test_columns_of_any_size(train, tmp_path, size, options):
    x = np.column_stack([WAVE * size, OTHER])
    far = train(write_dense(tmp_path / "far.h5", x, LABELS), *options, ranks=0)
    near = train(write_dense(tmp_path / "near.h5", x / [size, 1], LABELS), *options, ranks=0)
    assert (far.code, near.code) == (0, 0), far.err + near.err
    assert far.record["objective"] == pytest.approx(near.record["objective"], rel=1e-10)
    a, b = datasets(far.model), datasets(near.model)
    np.testing.assert_allclose(a["coefficients"][0] * [size, 1], b["coefficients"][0], rtol=1e-7)
    if "--inference" in options:
        np.testing.assert_allclose(np.array(far.record["inference"]["standard_errors"][0]) * [size, 1],
                                   near.record["inference"]["standard_errors"][0], rtol=1e-7)


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_products_of_years(train, tmp_path, degree):
    years = np.repeat(np.arange(1980, 2021), 20).astype(float)
    s = (years - 2000) / 20
    y = (np.random.default_rng(11).random(len(years)) < 1 / (1 + np.exp(-(s - 2 * s**2 + 3 * s**3)))).astype(np.int32)
    run = train(write_dense(tmp_path / "d.h5", years[:, None], y), "--degree", degree, ranks=0)
    assert run.code == 0, run.err
    w, loss, _ = fitted(np.column_stack([s**k for k in range(1, degree + 1)]), y)
    assert run.record["objective"] == pytest.approx(loss, rel=1e-10)
    assert run.record["aliased"] == []
    # The highest power is the same in every frame; the others follow from the model's own centre.
    model = datasets(run.model)
    assert model["coefficients"][0][-1] == pytest.approx(w[degree - 1] / 20**degree, rel=1e-7)
    centre = model["centre"][0]
    t = (np.linspace(1980, 2020, 5) - centre)
    z = model["intercept_at_centre"][0] + sum(c * t**(k + 1) for k, c in enumerate(model["coefficients_at_centre"][0]))
    u = (np.linspace(1980, 2020, 5) - 2000) / 20
    np.testing.assert_allclose(z, w[-1] + sum(w[k] * u**(k + 1) for k in range(degree)), rtol=1e-7)


def test_paths_and_cross_validation_equal_those_of_the_centred_column(tmp_path):
    stored, _ = FAR["seconds"]
    far = write(tmp_path / "far.h5", "seconds")
    near = write_dense(tmp_path / "near.h5", np.column_stack([stored - stored.min(), OTHER]), LABELS)
    for command in (("path", "--lambdas", "8", "--standardize"), ("cross-validate", "--lambdas", "6", "--standardize")):
        runs = [mpilogit(command[0], data, *command[1:], "--model", tmp_path / f"{command[0]}-{data.stem}.h5", "--json",
                         tmp_path / f"{command[0]}-{data.stem}.json", "--tolerance", "1e-12", ranks=0) for data in (far, near)]
        assert [run.code for run in runs] == [0, 0], runs[0].err
    a, b = (datasets(tmp_path / f"path-{name}.h5") for name in ("far", "near"))
    np.testing.assert_allclose(a["coefficients"], b["coefficients"], rtol=1e-7, atol=1e-12)
    assert "intercept_at_centre" in a and "centre" in a
    a, b = (mpilogit("inspect", tmp_path / f"cross-validate-{name}.h5", ranks=0).out for name in ("far", "near"))
    scores = [[c["log_loss"] for c in __import__("json").loads((tmp_path / f"cross-validate-{name}.json").read_text())["candidates"]]
              for name in ("far", "near")]
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-9)


def test_the_record_tells_what_the_raw_form_is_worth(train, tmp_path):
    """At 1e12 spreads the raw form loses digits whatever the solver does; the model file does not."""
    stored = 2.0**51 + STEPS
    far = train(write_dense(tmp_path / "d.h5", np.column_stack([stored, OTHER]), LABELS), ranks=0)
    model = datasets(far.model)
    raw = (model["intercept"].astype(np.float64) + stored * model["coefficients"][0][0]) + OTHER * model["coefficients"][0][1]
    loss = np.logaddexp(0, np.where(LABELS == 1, -raw, raw)).mean()
    assert far.record["raw_log_loss"] == pytest.approx(loss, rel=1e-3)
    assert far.record["centred_columns"] == 1
    assert abs(far.record["raw_log_loss"] - far.record["log_loss"]) > 1e-9 * far.record["log_loss"]
    assert "raw coefficients" in far.err + far.out


def test_the_model_is_used_as_it_was_trained(train, tmp_path):
    """evaluate has the record's log-loss, a start from the model is already the optimum, of another centre too."""
    data = write(tmp_path / "d.h5", "twelve")
    first = train(data, ranks=0)
    told = mpilogit("evaluate", first.model, data, "--json", tmp_path / "e.json", ranks=0)
    assert told.record["log_loss"] == pytest.approx(first.record["log_loss"], rel=1e-13)
    again = train(data, "--start", first.model, ranks=0)
    assert again.code == 0, again.err
    assert again.record["history"][0]["objective"] == pytest.approx(first.record["objective"], rel=1e-12)
    stored, _ = FAR["twelve"]
    later = stored > np.median(stored)  # another least value, so another centre
    part = write_dense(tmp_path / "part.h5", np.column_stack([stored, OTHER])[later], LABELS[later])
    moved = train(part, "--start", first.model, "--l2", "1e-2", ranks=0)
    assert moved.code == 0, moved.err
    old, new = datasets(first.model), datasets(moved.model)
    assert old["centre"][0] != new["centre"][0]
    z = old["intercept_at_centre"] + (stored[later] - old["centre"][0]) * old["coefficients"][0][0] + OTHER[later] * old["coefficients"][0][1]
    y = LABELS[later]
    loss = np.logaddexp(0, np.where(y == 1, -z, z)).mean() + 0.5 * 1e-2 * (old["coefficients"][0] ** 2).sum()
    assert moved.record["history"][0]["objective"] == pytest.approx(loss, rel=1e-10)


def test_a_combination_of_far_columns_is_told_in_the_data_s_own_terms(train, tmp_path):
    stored, _ = FAR["seconds"]
    x = np.column_stack([stored, OTHER, 2 * (stored - 1764583200.0) + 7 + 3e6])
    run = train(write_dense(tmp_path / "d.h5", x, LABELS, feature_names=["t", "u", "v"]), ranks=0)
    assert run.code == 0, run.err
    assert len(run.record["aliased"]) == 1
    name, right = run.record["aliased"][0].split(" = ")
    assert name == "v"
    words = right.split()  # "-3.52617e+09 (intercept) + 2 t", in some order
    assert "t" in words and "(intercept)" in words and "u" not in words
    assert float(words[words.index("t") - 1]) == pytest.approx(2.0, rel=1e-6)


def test_profiles_of_slopes_and_what_is_said_of_the_rest(train, tmp_path):
    stored, _ = FAR["seconds"]
    wanted = ("--inference", "--profile", "t, u, (intercept)")
    far = train(write(tmp_path / "far.h5", "seconds", feature_names=["t", "u"]), *wanted, ranks=0)
    near = train(write_dense(tmp_path / "near.h5", np.column_stack([stored - stored.min(), OTHER]), LABELS, feature_names=["t", "u"]),
                 *wanted, ranks=0)
    assert (far.code, near.code) == (0, 0), far.err
    assert "no profile interval for (intercept)" in far.err
    def intervals(run):
        return {tuple(place): interval for place, interval in zip(*[h5py.File(run.model)["inference"][name][()].tolist()
                for name in ("profile_places", "profile_intervals")])}
    a, b = intervals(far), intervals(near)
    assert set(b) - set(a) == {(0, -1)}
    for place in a:
        np.testing.assert_allclose(a[place], b[place], rtol=1e-6)


def test_penalties_on_products_of_far_columns_say_what_they_penalise(train, tmp_path):
    stored, centred = FAR["seconds"]
    run = train(write_dense(tmp_path / "d.h5", np.column_stack([stored / 1000.0, OTHER]), LABELS), "--degree", "2", "--l2", "0.01",
                ranks=0)
    assert run.code == 0, run.err
    assert "penalty" in run.err and "x - c" in run.err
    t = (stored - stored.min()) / 1000.0
    x = np.column_stack([t, OTHER, t * t, t * OTHER, OTHER**2])
    _, loss, _ = fitted(x, LABELS, l2=np.full(5, 0.01))
    assert run.record["objective"] == pytest.approx(loss, rel=1e-6)  # stored / 1000 is rounded
