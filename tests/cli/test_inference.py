"""train --inference against R's glm, statsmodels and numpy: errors, deviances, robust and cluster-robust covariances."""

import warnings

import h5py
import numpy as np
import pytest
import scipy.special
import scipy.stats
import statsmodels.api as sm

from conftest import SOURCE, logistic_sample, write_dense
from oracles import classes_sample, read_model
from thorough import some

GOLD = SOURCE / "tests" / "data" / "gold"
BINARY = ["birthwt_mass", "finney_vaso", "icu_hosmer", "islr_default", "menarche_weighted", "mroz_fox", "saheart_esl",
          "spector", "ucla_admissions"]


def gold(name):
    with h5py.File(GOLD / f"{name}.h5") as file:
        return file["X"][:], file["y"][:], file["weights"][:] if "weights" in file else None


def errors(run):
    """Standard errors, row by row the intercept first."""
    inference = run.record["inference"]
    both = np.column_stack([inference["intercept_standard_errors"], inference["standard_errors"]])
    return both.astype(float)


def coefficients(run):
    model = read_model(run.model)
    return np.column_stack([model.intercept, model.coefficients])


def close(found, expected, rel=1e-7):
    np.testing.assert_allclose(np.ravel(found), np.ravel(expected), rtol=rel)


def fitted(model, **keywords):
    """A statsmodels fit, to the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(disp=0, method="newton", tol=1e-14, **keywords)


def glm(y, x, **keywords):
    return sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(), **keywords)


def fitted_glm(model, **keywords):
    return model.fit(tol=1e-14, tol_criterion="params", maxiter=200, **keywords)


@pytest.mark.parametrize("name", BINARY + ["anes96_multinomial"])
def test_gold_fits_are_those_of_r(train, name):
    data = GOLD / f"{name}.h5"
    with h5py.File(data) as file:
        weights = ["--weights"] if "weights" in file else []
        run = train(data, "--inference", *weights, ranks=2)
        assert run.code == 0, run.err
        close(coefficients(run), file["ref_coef"][:])
        close(errors(run), file["ref_se"][:])
        close(run.record["inference"]["log_likelihood"], file.attrs["ref_loglik"], rel=1e-9)


@pytest.mark.parametrize("name", ["birthwt_mass", "islr_default", "menarche_weighted"])
def test_statistics_of_a_fit(train, name):
    x, y, weights = gold(name)
    found = train(GOLD / f"{name}.h5", "--inference", *(["--weights"] if weights is not None else [])).record["inference"]
    expected = fitted_glm(glm(y, x, freq_weights=weights))
    n, p = (len(y) if weights is None else weights.sum()), x.shape[1] + 1
    assert found["observations"] == n and found["parameters"] == p
    assert found["null_degrees"] == len(y) - 1 and found["residual_degrees"] == len(y) - p
    for key, value in [("log_likelihood", expected.llf), ("null_log_likelihood", expected.llnull),
                       ("residual_deviance", expected.deviance), ("null_deviance", expected.null_deviance),
                       ("aic", expected.aic), ("bic", p * np.log(n) - 2 * expected.llf),
                       ("mcfadden", 1 - expected.llf / expected.llnull)]:
        close(found[key], value, rel=1e-9)
    statistic = 2 * (expected.llf - expected.llnull)
    test = found["likelihood_ratio"]
    close(test["statistic"], statistic, rel=1e-9)
    assert test["degrees"] == p - 1
    if p > 2:
        log_p = scipy.stats.chi2.logsf(statistic, p - 1)
    else:  # of one degree, also where no double holds p
        log_p = np.log(2) + scipy.stats.norm.logsf(np.sqrt(statistic))
    close(test["log10_p"], log_p / np.log(10), rel=1e-6)
    probability, s = expected.fittedvalues, np.ones(len(y)) if weights is None else weights
    tjur = np.average(probability[y == 1], weights=s[y == 1]) - np.average(probability[y == 0], weights=s[y == 0])
    close(found["tjur"], tjur)
    close(found["z"], expected.tvalues[1:])
    close(found["log10_p"], np.log10(expected.pvalues[1:]))
    assert (found["method"], found["covariance"], found["penalised"]) == ("exact", "model", False)


def test_statistics_of_a_multinomial_fit(train):
    x, y, _ = gold("anes96_multinomial")
    found = train(GOLD / "anes96_multinomial.h5", "--inference").record["inference"]
    expected = fitted(sm.MNLogit(y, sm.add_constant(x)))
    assert found["parameters"] == 36 and found["residual_degrees"] == expected.df_resid
    assert found["likelihood_ratio"]["degrees"] == 30 and found["tjur"] is None
    counts = np.bincount(y)
    null = np.sum(counts * np.log(counts / len(y)))  # which statsmodels has to fewer digits
    for key, value in [("log_likelihood", expected.llf), ("null_log_likelihood", null), ("bic", expected.bic),
                       ("mcfadden", 1 - expected.llf / null), ("null_deviance", -2 * null)]:
        close(found[key], value, rel=1e-9)


def groups_of(rows):
    """Ordered by chance, so that the rows of a cluster lie on several ranks; of strings."""
    numbers = np.random.default_rng(3).integers(0, 23, size=rows)
    return numbers, np.array([f"clinic {number}" for number in numbers], dtype=object)


def with_clusters(tmp_path, x, y, **datasets):
    numbers, names = groups_of(len(y))
    return numbers, write_dense(tmp_path / "d.h5", x, y, clusters=names, **datasets)


@pytest.mark.parametrize("name", ["birthwt_mass", "anes96_multinomial"])
def test_robust_errors(train, tmp_path, name):
    x, y, _ = gold(name)
    groups, data = with_clusters(tmp_path, x, y)
    model = (sm.MNLogit if y.max() > 1 else sm.Logit)(y, sm.add_constant(x))

    def expected(**keywords):
        return np.atleast_2d(np.asarray(fitted(model, **keywords).bse).T)

    hc0 = expected(cov_type="HC0")
    close(errors(train(data, "--inference", "--robust=hc0", ranks=2)), hc0)
    # statsmodels' HC1 of these models is its HC0: the factor is written down here.
    n, k = len(y), hc0.size
    hc1 = train(data, "--inference", "--robust", ranks=3)
    close(errors(hc1), hc0 * np.sqrt(n / (n - k)))
    assert hc1.record["inference"]["covariance"] == "HC1"
    cluster = train(data, "--inference", "--clusters", ranks=3)
    close(errors(cluster), expected(cov_type="cluster", cov_kwds={"groups": groups}))
    assert cluster.record["inference"]["clusters"] == len(set(groups))


def weighted_sample():
    x, y = logistic_sample(rows=400, features=3, seed=5)
    return x, y, np.random.default_rng(6).integers(0, 4, size=len(y)).astype(float)


def test_frequency_weights_are_rows(train, tmp_path):
    x, y, s = weighted_sample()
    groups, data = with_clusters(tmp_path, x, y, weights=s)
    times = s.astype(int)
    rows = sm.Logit(np.repeat(y, times), sm.add_constant(np.repeat(x, times, axis=0)))
    for options, keywords in [
            ([], {}), (["--robust=hc0"], {"cov_type": "HC0"}),
            (["--clusters"], {"cov_type": "cluster", "cov_kwds": {"groups": np.repeat(groups, times)}})]:
        run = train(data, "--inference", "--weights", *options, ranks=2)
        expected = fitted(rows, **keywords)
        close(errors(run), expected.bse)
        assert run.record["inference"]["weights"] == "frequency"
        assert run.record["inference"]["observations"] == s.sum()
        assert run.record["inference"]["residual_degrees"] == np.sum(s > 0) - 4
        close(run.record["inference"]["log_likelihood"], expected.llf, rel=1e-9)


def test_sampling_weights_take_robust_errors(train, tmp_path):
    x, y, s = weighted_sample()
    s = s * 0.37
    groups, data = with_clusters(tmp_path, x, y, weights=s)
    part = s > 0
    model = glm(y[part], x[part], var_weights=s[part])
    hc0 = fitted_glm(model, cov_type="HC0").bse
    n = part.sum()
    sampling = ["--inference", "--weights", "--weight-kind", "sampling"]
    run = train(data, *sampling, ranks=2)
    found = run.record["inference"]
    close(errors(run), hc0 * np.sqrt(n / (n - 4)))
    assert (found["covariance"], found["weights"], found["observations"]) == ("HC1", "sampling", n)
    close(errors(train(data, *sampling, "--robust=hc0")), hc0)
    cluster = fitted_glm(model, cov_type="cluster", cov_kwds={"groups": groups[part]}).bse
    close(errors(train(data, *sampling, "--clusters", ranks=3)), cluster)
    scaled = fitted_glm(glm(y[part], x[part], freq_weights=s[part] * n / s.sum()))
    close(found["log_likelihood"], scaled.llf, rel=1e-9)
    close(found["bic"], 4 * np.log(n) - 2 * scaled.llf, rel=1e-9)


@pytest.mark.parametrize("offsets", [False, True])
@pytest.mark.parametrize("trials", [False, True])
def test_trials_and_offsets(train, tmp_path, trials, offsets):
    random = np.random.default_rng(8)
    x = random.normal(size=(120, 2))
    offset = random.normal(size=120)
    number = random.integers(0, 60, size=120) if trials else np.ones(120, dtype=int)
    successes = random.binomial(number, scipy.special.expit(x @ [0.7, -0.4] - 0.5 + offset))
    given = {"trials": number} if trials else {}
    data = write_dense(tmp_path / "d.h5", x, successes, offsets=offset, **given)
    run = train(data, "--inference", *(["--trials"] if trials else []), *(["--offsets"] if offsets else []), ranks=2)
    part = number > 0
    y = np.column_stack([successes, number - successes])[part] if trials else successes
    expected = fitted_glm(glm(y, x[part], offset=offset[part] if offsets else None))
    found = run.record["inference"]
    close(errors(run), expected.bse)
    for key, value in [("log_likelihood", expected.llf), ("residual_deviance", expected.deviance),
                       ("null_deviance", expected.null_deviance), ("aic", expected.aic)]:
        close(found[key], value, rel=1e-9)
    assert found["null_degrees"] == part.sum() - 1
    robust = fitted_glm(glm(y, x[part], offset=offset[part] if offsets else None), cov_type="HC0")
    close(errors(train(data, "--inference", "--robust=hc0", *(["--trials"] if trials else []),
                       *(["--offsets"] if offsets else []), ranks=3)), robust.bse)


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
def test_aliased_columns_are_those_of_r(train, tmp_path, solver):
    """A constant column and a sum of others: R drops them, the later one of those that depend on each other."""
    x, y = logistic_sample(rows=200, features=3)
    wide = np.column_stack([x[:, 0], np.full(len(y), 3.0), x[:, 1], x[:, 0] - 2 * x[:, 1], x[:, 2]])
    run = train(write_dense(tmp_path / "d.h5", wide, y), "--inference", "--solver", solver, "--tolerance", "1e-15")
    found = run.record["inference"]
    assert found["status"] == [["estimated", "aliased", "estimated", "aliased", "estimated"]]
    assert found["standard_errors"][0][1] is None and found["z"][0][3] is None
    expected = fitted(sm.Logit(y, sm.add_constant(x)))
    kept = [0, 1, 3, 5]
    close(coefficients(run)[0][kept], expected.params, rel=1e-5)
    assert np.all(coefficients(run)[0][[2, 4]] == 0)
    close(errors(run)[0][kept], expected.bse, rel=1e-6)
    assert found["parameters"] == 4


@pytest.mark.parametrize("separated", [False, True])
def test_aliased_levels_of_a_factor(train, tmp_path, separated):
    """All levels of a factor beside the intercept, the last a rare one, the number of the level in other units, and
    of one level perhaps only one class: what is a combination of what does not hang on the coefficients."""
    random = np.random.default_rng(4)
    level = random.choice(6, size=4000, p=[0.5, 0.3, 0.1, 0.05, 0.049, 0.001])
    amount = 1e5 * random.normal(size=4000) + 3e5
    x = np.column_stack([level[:, None] == np.arange(6), 1000.0 * level + 7, amount])
    y = (random.random(4000) < scipy.special.expit(0.3 * level - 1 + 1e-6 * amount)).astype(int)
    y[level == 5] = np.arange(np.sum(level == 5)) % 2
    if separated:
        y[level == 3] = 1
    run = train(write_dense(tmp_path / "d.h5", x, y), "--inference", ranks=2)
    expected = ["estimated"] * 5 + ["aliased", "aliased", "estimated"]
    if separated:
        expected[3] = "separated"
    assert run.record["inference"]["status"] == [expected]
    assert np.all(coefficients(run)[0][6:8] == 0)
    if not separated:
        kept = [0, 1, 2, 3, 4, 7]
        fit = fitted_glm(glm(y, x[:, kept]))
        close(coefficients(run)[0][[0] + [k + 1 for k in kept]], fit.params, rel=1e-6)
        close(errors(run)[0][[0] + [k + 1 for k in kept]], fit.bse, rel=1e-6)


def test_a_rare_level_that_a_hessian_cannot_see(train, tmp_path):
    """Of one row in 100,000: what is left of it, by cancellation, is rounding."""
    random = np.random.default_rng(1)
    level = random.choice(12, size=100_000, p=[0.3, 0.2, 0.15, 0.1, 0.05, 0.05, 0.05, 0.04, 0.03, 0.02, 0.00999, 0.00001])
    level[level == 11] = 0
    level[0] = 11
    other = random.integers(0, 100, size=(len(level), 4))
    x = np.column_stack([other, level[:, None] == np.arange(12)]).astype(np.uint8)
    y = (random.random(len(level)) < scipy.special.expit(0.1 * level - 1 + 0.01 * other[:, 0])).astype(int)
    y[0] = 0
    run = train(write_dense(tmp_path / "d.h5", x, y), "--inference")
    assert run.record["inference"]["status"] == [["estimated"] * 15 + ["aliased"]]


def test_a_combination_of_columns_that_are_certain(train, tmp_path):
    """All rows of two levels are of one class: their curvatures vanish, and with them the digits that tell."""
    random = np.random.default_rng(1)
    level = random.choice(6, size=4000, p=[0.4, 0.25, 0.1, 0.05, 0.15, 0.05])
    both = (level == 2) | (level == 3)
    x = np.column_stack([random.normal(size=(4000, 2)), level[:, None] == np.arange(5), both])
    y = np.where(both, 1, random.random(4000) < scipy.special.expit(x[:, 0])).astype(int)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--inference", "--tolerance", "1e-14")
    assert run.record["inference"]["status"] == [
        ["estimated"] * 4 + ["separated"] * 2 + ["estimated", "aliased"]]


def test_nearly_a_combination_is_none(train, tmp_path):
    """A variance inflation of 1e8: the Hessian alone could not be sure."""
    x, y = logistic_sample(rows=500, features=2)
    x = np.column_stack([x, x[:, 0] + 1e-4 * np.random.default_rng(2).normal(size=len(y))])
    run = train(write_dense(tmp_path / "d.h5", x, y), "--inference")
    assert run.record["inference"]["status"] == [["estimated"] * 3]
    close(errors(run), fitted(sm.Logit(y, sm.add_constant(x))).bse, rel=1e-6)


def design(x):
    return np.column_stack([np.ones(len(x)), x])


def test_penalised_errors_only_by_force(train, tmp_path):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y)
    run = train(data, "--inference", "--l2", "0.1")
    assert run.code == 2 and "penalised errors are not inference" in run.err
    run = train(data, "--inference", "--l2", "0.1", "--force", ranks=2)
    assert run.record["inference"]["penalised"] is True
    wide = design(x)
    p = scipy.special.expit(wide @ coefficients(run)[0])
    information = (wide.T * (p * (1 - p))) @ wide + len(y) * 0.1 * np.diag([0, 1, 1, 1, 1])
    close(errors(run), np.sqrt(np.diag(np.linalg.inv(information))))


def test_what_a_penalty_or_bound_holds_is_fixed(train, tmp_path):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y)
    assert train(data, "--inference", "--upper", "0.4").code == 2
    for options in [["--upper", "0.4"], ["--l1", "0.05"]]:
        run = train(data, "--inference", "--force", *options)
        model = coefficients(run)[0]
        held = (model == 0.4) | (model == 0)
        assert held.any() and not held.all()
        status = run.record["inference"]["status"][0]
        assert [s == "fixed" for s in status] == list(held[1:])
        wide = design(x)[:, ~held]
        p = scipy.special.expit(design(x) @ model)
        close(errors(run)[0][~held], np.sqrt(np.diag(np.linalg.inv((wide.T * (p * (1 - p))) @ wide))))


def test_penalised_softmax_has_the_pseudo_inverse(train, tmp_path):
    """Coefficients for every class: the intercepts' sum is 0 by convention and has no variance."""
    x, y = classes_sample(rows=200, features=2, classes=3)
    run = train(write_dense(tmp_path / "d.h5", x, y), "--inference", "--force", "--l2", "0.05", ranks=2)
    z = design(x) @ coefficients(run).T
    p = scipy.special.softmax(z, axis=1)
    information = np.zeros((9, 9))
    for row, q in zip(design(x), p):
        information += np.kron(np.diag(q) - np.outer(q, q), np.outer(row, row))
    information += len(y) * 0.05 * np.kron(np.eye(3), np.diag([0, 1, 1]))
    close(errors(run), np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True))), rel=1e-6)
    assert run.record["inference"]["parameters"] == 8


def test_no_inference_where_training_did_not_end(train, tmp_path):
    x, y = logistic_sample()
    run = train(write_dense(tmp_path / "d.h5", x, y), "--inference", "--max-iterations", "1")
    assert run.code == 3 and "no inference is stored: training did not converge" in run.err
    assert "inference" not in run.record


@pytest.mark.parametrize("options,message", [
    (["--robust"], "--robust has no effect without --inference"),
    (["--clusters"], "--clusters has no effect without --inference"),
    (["--covariance"], "--covariance has no effect without --inference"),
    (["--confidence", "0.9"], "--confidence has no effect without --inference"),
    (["--force"], "--force has no effect without --inference"),
    (["--weights", "--weight-kind", "sampling"], "--weight-kind has no effect without --inference"),
    (["--inference", "--weight-kind", "sampling"], "--weight-kind has no effect without --weights"),
    (["--inference", "--weights", "--weight-kind", "importance"], "not frequency or sampling"),
    (["--inference", "--robust=hc3"], "not hc0 or hc1"),
    (["--inference", "--robust", "--clusters"], "--robust and --clusters contradict each other"),
    (["--inference", "--confidence", "1"], "not between 0 and 1"),
    (["--inference", "--force"], "--force has no effect: there is no penalty"),
    (["--inference", "--one-vs-rest"], "--inference is not for --one-vs-rest"),
    (["--inference", "--class-weight", "balanced"], "--inference is not for --class-weight"),
    (["--inference", "--clusters=one"], "a single cluster"),
])
def test_refusals(train, tmp_path, options, message):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", x, y, weights=np.ones(len(y)), clusters=np.arange(len(y)),
                       one=np.zeros(len(y), dtype=int))
    run = train(data, *options, ranks=2)
    assert run.code == 2
    assert len(run.errors) == 1 and message in run.errors[0]


def numbers_in(path):
    """Every numeric data set of a model file, and the attributes of what is in it, as bytes."""
    found = {}

    def add(name, node):
        if isinstance(node, h5py.Dataset) and node.dtype.kind in "iuf":
            found[name] = np.asarray(node[()]).tobytes()
        if name != "record":  # it tells the time
            found.update({(name, key): np.asarray(value).tobytes() for key, value in node.attrs.items()})

    with h5py.File(path) as file:
        file.visititems(add)
    assert "covariance" in found and "standard_errors" in found
    return found


def test_covariance_is_that_of_statsmodels(train, tmp_path):
    """For each row of coefficients the intercept first, as statsmodels orders the parameters."""
    x, y = classes_sample(rows=300, features=3, classes=3)
    data = write_dense(tmp_path / "d.h5", x, y)
    for options, keywords in [([], {}), (["--robust=hc0"], {"cov_type": "HC0"})]:
        run = train(data, "--inference", "--covariance", *options)
        expected = fitted(sm.MNLogit(y, sm.add_constant(x)), **keywords)
        with h5py.File(run.model) as file:
            close(file["covariance"][:], expected.cov_params(), rel=1e-6)
    constant = write_dense(tmp_path / "c.h5", np.column_stack([x, np.ones(len(y))]), y)
    with h5py.File(train(constant, "--inference", "--covariance").model) as file:
        assert [j for j, row in enumerate(file["covariance"][:]) if not row.any()] == [4, 9]


@pytest.mark.parametrize("classes", [2, 3])
def test_same_bits_on_any_ranks_and_threads(train, tmp_path, classes):
    x, y = classes_sample(rows=3000, features=5, classes=classes)
    s = np.random.default_rng(1).random(len(y))
    groups = np.random.default_rng(2).integers(0, 700, size=len(y))
    data = write_dense(tmp_path / "d.h5", x, y, weights=s, clusters=groups)
    for options in [[], ["--robust", "--weights"], ["--clusters"],
                    ["--weights", "--weight-kind", "sampling", "--clusters"]]:
        found = [train(data, "--inference", "--covariance", *options, "--threads", threads, ranks=ranks)
                 for ranks, threads in some([(1, 1), (1, 2), (2, 1), (3, 2), (7, 1)], [(1, 1), (3, 2)])]
        first = found[0].record
        for run in found[1:]:
            assert run.record["inference"] == first["inference"]
            assert numbers_in(run.model) == numbers_in(found[0].model)


@pytest.mark.parametrize("kind", ["weights", "offsets", "trials", "robust", "clusters"])
def test_ranks_without_rows_know_what_the_others_have(train, tmp_path, kind):
    """Few rows are one block: all ranks but one have none, and must ask for the same sums."""
    x, y = logistic_sample(rows=60, features=2)
    random = np.random.default_rng(2)
    more = {"weights": random.integers(0, 4, 60), "offsets": random.normal(size=60),
            "trials": np.full(60, 3), "robust": np.zeros(1), "clusters": np.arange(60) // 5}
    data = write_dense(tmp_path / "d.h5", x, y, **{kind: more[kind]})
    runs = [train(data, "--inference", "--covariance", f"--{kind}", ranks=ranks) for ranks in (1, 7)]
    stored = []
    for run in runs:
        assert run.code == 0, run.err
        with h5py.File(run.model) as file:
            numbers = {name: str(value) for name, value in file["inference"].attrs.items()}
            numbers["errors"] = file["standard_errors"][:].tobytes()
            numbers["covariance"] = file["covariance"][:].tobytes()
        stored.append(numbers)
    assert stored[0] == stored[1]
