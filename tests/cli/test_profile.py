"""Profile intervals, tests of hypotheses, estimated errors. Oracles: statsmodels with the coefficient held by an
offset, R's confint and logistf's published figures, dense algebra in numpy."""

import h5py
import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
import scipy.stats
import statsmodels.api as sm

from conftest import SOURCE, logistic_sample, write_dense, write_sparse
from oracles import read_model
from references import read_reference

GOLD = SOURCE / "tests" / "data" / "gold"


def gold(name):
    with h5py.File(GOLD / f"{name}.h5") as file:
        names = [text.decode() for text in file["feature_names"][:]]
        return file["X"][:], file["y"][:], names


def profiles(model):
    with h5py.File(model) as file:
        return {tuple(place): tuple(interval) for place, interval in
                zip(file["inference/profile_places"][:], file["inference/profile_intervals"][:])}


def profile_by_offset(x, y, column, confidence=0.95):
    """Roots of the deviance's rise, each point fitted by statsmodels without the column."""
    design = np.hstack([np.ones((len(x), 1)), x])

    def fit(offset, columns):
        return sm.GLM(y, design[:, columns], family=sm.families.Binomial(), offset=offset).fit(
            tol=1e-14, maxiter=200)

    everything = list(range(design.shape[1]))
    best = fit(np.zeros(len(y)), everything)
    others = [j for j in everything if j != column]
    quantile = scipy.stats.chi2.ppf(confidence, 1)

    def above(value):
        return fit(value * design[:, column], others).deviance - best.deviance - quantile

    estimate, error = best.params[column], best.bse[column]
    return (scipy.optimize.brentq(above, estimate - 8 * error, estimate, xtol=1e-11),
            scipy.optimize.brentq(above, estimate, estimate + 8 * error, xtol=1e-11))


def test_intervals_are_those_of_the_likelihood(train):
    x, y, names = gold("birthwt_mass")
    run = train(GOLD / "birthwt_mass.h5", "--inference", "--profile", "age, ptd, (intercept)", ranks=2)
    assert run.code == 0, run.err
    found = profiles(run.model)
    for name in ("age", "ptd"):
        expected = profile_by_offset(x, y, 1 + names.index(name))
        assert found[(0, names.index(name))] == pytest.approx(expected, rel=1e-7)
    # R 4.2.2: confint(glm(low ~ ., binomial, bwt)), which interpolates.
    assert found[(0, -1)] == pytest.approx((-1.57911390, 3.32366048), abs=2e-4)
    assert found[(0, names.index("age"))] == pytest.approx((-0.11499903, 0.03746322), abs=2e-5)


def test_another_confidence(train):
    x, y, names = gold("spector")
    run = train(GOLD / "spector.h5", "--inference", "--profile", names[0], "--confidence", 0.8)
    assert profiles(run.model)[(0, 0)] == pytest.approx(profile_by_offset(x, y, 1, 0.8), rel=1e-7)


def test_several_classes(train, tmp_path):
    """Against a direct optimisation of the multinomial likelihood with one coefficient held."""
    random = np.random.default_rng(3)
    x = random.normal(size=(200, 2))
    y = np.argmax(x @ random.normal(size=(2, 3)) + random.gumbel(size=(200, 3)), axis=1)
    run = train(write_dense(tmp_path / "d.h5", x, y.astype(np.int32)), "--inference", "--profile",
                "'column 1'[2]", ranks=3)
    assert run.code == 0, run.err
    design = np.hstack([x, np.ones((200, 1))])

    def loss(flat):
        margins = np.hstack([np.zeros((200, 1)), design @ flat.reshape(3, 2)])
        largest = margins.max(axis=1, keepdims=True)
        logs = margins - largest - np.log(np.exp(margins - largest).sum(axis=1, keepdims=True))
        residuals = np.exp(logs) - np.eye(3)[y]
        return -logs[np.arange(200), y].sum(), (design.T @ residuals[:, 1:]).ravel()

    held = 1 * 2 + 1  # column 1, the second class that has coefficients

    def deviance(value):
        free = np.array([v for v in range(6) if v != held])

        def part(values):
            flat = np.zeros(6)
            flat[free], flat[held] = values, value
            height, slope = loss(flat)
            return height, slope[free]

        return 2 * scipy.optimize.minimize(part, np.zeros(5), jac=True, method="BFGS",
                                           options={"gtol": 1e-9}).fun

    best = 2 * scipy.optimize.minimize(loss, np.zeros(6), jac=True, method="BFGS",
                                       options={"gtol": 1e-9}).fun
    lower, upper = profiles(run.model)[(1, 1)]
    quantile = scipy.stats.chi2.ppf(0.95, 1)
    assert deviance(lower) - best == pytest.approx(quantile, rel=1e-6)
    assert deviance(upper) - best == pytest.approx(quantile, rel=1e-6)
    estimate = read_model(run.model).coefficients[1][1]
    assert lower < estimate < upper


def test_a_separated_coefficient_is_open_on_one_side(train, tmp_path):
    x, y = logistic_sample(rows=300, features=2)
    leak = ((y == 1) & (np.random.default_rng(1).random(300) < 0.3)).astype(float)
    data = write_dense(tmp_path / "d.h5", np.hstack([x, leak[:, None]]), y)
    run = train(data, "--inference", "--profile", "'column 2'")
    assert run.code == 0, run.err
    lower, upper = profiles(run.model)[(0, 2)]
    assert upper == np.inf
    row = next(line for line in run.out.splitlines() if line.startswith("column 2")).split()
    assert row[2:5] == ["(separated)", f"{lower:.3f}", "inf^"]
    design = np.hstack([np.ones((300, 1)), x])
    held = sm.GLM(y, design, family=sm.families.Binomial(), offset=lower * leak).fit(tol=1e-14)
    # In the limit the rows of the leaking column are certain.
    rest = sm.GLM(y[leak == 0], design[leak == 0], family=sm.families.Binomial()).fit(tol=1e-14)
    assert held.deviance - rest.deviance == pytest.approx(scipy.stats.chi2.ppf(0.95, 1), rel=1e-6)


def test_the_same_bits_on_any_number_of_ranks(train):
    models = [train(GOLD / "spector.h5", "--inference", "--profile", "GPA, PSI", "--threads", threads,
                    ranks=ranks).model
              for ranks, threads in [(1, 1), (2, 2), (3, 1), (7, 1)]]
    assert all(profiles(model) == profiles(models[0]) for model in models)


def test_hypotheses_are_tested_after_training(train):
    x, y, names = gold("birthwt_mass")
    run = train(GOLD / "birthwt_mass.h5", "--inference", "--test", "age = 0, lwt = 0; ptd = ht", ranks=2)
    assert run.code == 0, run.err
    design = np.hstack([np.ones((len(x), 1)), x])
    fit = sm.GLM(y, design, family=sm.families.Binomial()).fit(tol=1e-14)
    variances = fit.mu * (1 - fit.mu)  # at the optimum; statsmodels' errors are of the step before
    covariance = np.linalg.inv(design.T @ (design * variances[:, None]))
    with h5py.File(run.model) as file:
        assert "covariance" not in file
        found = file["inference/test_statistics"][:]

    def wald(*rows):
        restriction = np.zeros((len(rows), len(names) + 1))
        for place, row in enumerate(rows):
            for name, factor in row.items():
                restriction[place, 1 + names.index(name)] = factor
        difference = restriction @ fit.params
        return difference @ np.linalg.solve(restriction @ covariance @ restriction.T, difference)

    expected = [wald({"age": 1}, {"lwt": 1}), wald({"ptd": 1, "ht": -1})]
    assert found == pytest.approx(expected, rel=1e-9)
    assert f"{expected[0]:.3f} on 2 degrees of freedom" in run.out


@pytest.mark.parametrize("option,text", [
    ("--profile", "nobody"), ("--profile", "age,,ptd"), ("--test", "nobody = 0"), ("--test", "age = ")])
def test_unknown_names_are_refused_before_training(train, option, text):
    run = train(GOLD / "birthwt_mass.h5", "--inference", option, text, ranks=2)
    assert run.code == 2
    assert len(run.errors) == 1
    assert not run.model.exists()


def test_a_test_that_cannot_be_made_does_not_lose_the_model(train, tmp_path):
    x, y = logistic_sample()
    data = write_dense(tmp_path / "d.h5", np.hstack([x, x[:, :1]]), y)
    run = train(data, "--inference", "--test", "'column 4' = 0")
    assert run.code == 0
    assert run.model.exists()
    assert "the hypotheses were not tested" in run.err


def ridge_sample(rows=400, features=60, l2=0.02):
    random = np.random.default_rng(17)
    x = random.normal(size=(rows, features)) * (random.random(size=(rows, features)) < 0.3)
    y = (x[:, :5].sum(axis=1) + random.logistic(size=rows) > 0).astype(np.int32)
    return x, y, l2


def exact_errors(x, model, l2):
    """√ of the diagonal of the inverse of S (∇² log-loss + λ2)."""
    design = np.hstack([x, np.ones((len(x), 1))])
    margins = design @ np.append(model.coefficients[0], model.intercept[0])
    chance = 1 / (1 + np.exp(-margins))
    hessian = design.T @ (design * (chance * (1 - chance))[:, None])
    hessian[np.arange(x.shape[1]), np.arange(x.shape[1])] += len(x) * l2
    return np.sqrt(np.diag(np.linalg.inv(hessian)))


def stored_errors(model):
    with h5py.File(model) as file:
        return np.append(file["standard_errors"][0], file["intercept_standard_errors"][0])


def test_estimated_errors_lie_within_their_error(train, tmp_path):
    x, y, l2 = ridge_sample()
    data = write_sparse(tmp_path / "d.h5", scipy.sparse.csr_matrix(x), y)
    exact = train(data, "--l2", l2, "--inference", "--force")
    expected = exact_errors(x, read_model(exact.model), l2)
    assert stored_errors(exact.model) == pytest.approx(expected, rel=1e-8)
    few, many = (train(data, "--l2", l2, "--inference=estimate", "--force", "--probes", probes, ranks=2)
                 for probes in (32, 2048))
    for run in (few, many):
        assert run.code == 0, run.err
        with h5py.File(run.model) as file:
            error = file["inference"].attrs["estimate_error"]
        off = np.abs(stored_errors(run.model) / expected - 1)
        assert np.median(off) < 1.5 * error
        assert off.max() < 6 * error
    with h5py.File(many.model) as file:
        assert file["inference"].attrs["estimate_error"] < 0.01
    again = train(data, "--l2", l2, "--inference=estimate", "--force", "--probes", 32, "--threads", 2, ranks=3)
    assert np.array_equal(stored_errors(again.model), stored_errors(few.model))


@pytest.mark.parametrize("more", [
    ["--inference=estimate"], ["--inference=estimate", "--l2", "0.1"],
    ["--inference=estimate", "--l2", "0.1", "--l1", "0.1", "--force"],
    ["--inference=estimate", "--l2", "0.1", "--force", "--covariance"],
    ["--inference=estimate", "--l2", "0.1", "--force", "--probes", "1"],
    ["--inference=often"], ["--inference", "--probes", "9"], ["--probes", "9"],
    ["--inference", "--l2", "0.1", "--force", "--profile", "age"], ["--profile", "age"]])
def test_options_that_do_not_apply_are_refused(train, more):
    run = train(GOLD / "birthwt_mass.h5", *more)
    assert run.code == 2
    assert len(run.errors) == 1


def endometrial(path):
    table = read_reference("endometrial")
    names = ["NV", "PI", "EH"]
    return write_dense(path, np.column_stack([table[name] for name in names]), table["HG"].astype(np.int32),
                       feature_names=names)


def test_the_published_separation_is_named(train, tmp_path):
    run = train(endometrial(tmp_path / "d.h5"), ranks=2)
    assert run.code == 0
    assert run.record["separation"]["columns"] == ["NV -> +inf"]
    assert "NV -> +inf" in run.err


def penalised_deviance(x, y, held=None, value=0.0):
    """−2 (ℓ + ½ log |I|) at its best, with one coefficient held."""
    design = np.hstack([np.ones((len(x), 1)), x])
    free = [j for j in range(design.shape[1]) if j != held]

    def deviance(values):
        beta = np.zeros(design.shape[1])
        beta[free] = values
        if held is not None:
            beta[held] = value
        margins = design @ beta
        chance = 1 / (1 + np.exp(-margins))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        losses = np.logaddexp(0, margins) - y * margins
        return 2 * losses.sum() - np.linalg.slogdet(information)[1]

    best = scipy.optimize.minimize(deviance, np.zeros(len(free)), method="Nelder-Mead",
                                   options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 20000})
    return best.fun


def test_firths_errors_and_profiles(train, tmp_path):
    """Heinze and Schemper (2002) print an interval of 0.6097 to 7.8546 for NV."""
    run = train(endometrial(tmp_path / "d.h5"), "--firth", "--inference", "--profile", "NV, PI, EH", ranks=2)
    assert run.code == 0, run.err
    with h5py.File(run.model) as file:
        x = np.column_stack([read_reference("endometrial")[name] for name in ("NV", "PI", "EH")])
        assert file["inference"].attrs["firth"] == 1
        # R 4.2.2, brglm2: see test_firth.py.
        assert file["standard_errors"][0] == pytest.approx(
            [1.5507637294530492, 0.0395781473477635, 0.77601764250156691], rel=1e-9)
    y = read_reference("endometrial")["HG"]
    best = penalised_deviance(x, y)
    quantile = scipy.stats.chi2.ppf(0.95, 1)
    for column, interval in ((0, profiles(run.model)[(0, 0)]), (2, profiles(run.model)[(0, 2)])):
        for end in interval:
            assert penalised_deviance(x, y, 1 + column, end) - best == pytest.approx(quantile, rel=1e-6)
    assert profiles(run.model)[(0, 0)] == pytest.approx((0.6097, 7.8546), abs=5e-5)
