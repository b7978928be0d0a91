"""The table of a model with inference. The inference is of statsmodels, on data that it carries with it, written by
h5py; so each digit that is printed was worked out by somebody else."""

import decimal
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

import h5py
import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm

from conftest import PROGRAM, logistic_sample, mpilogit, write_dense
from inference_files import (
    ALIASED, ESTIMATED, FIXED, SEPARATED, chi_squared, scalars_of, write_inference)


def trained(folder, x, y, names, *options):
    data = write_dense(folder / "data.h5", x, y, feature_names=list(names))
    run = mpilogit("train", data, "--model", folder / "model.h5", "--tolerance", "1e-14", *options)
    assert run.code == 0, run.err
    return folder / "model.h5"


@pytest.fixture(scope="module")
def spector_fit():
    """Spector and Mazzeo (1980), as in Greene's Econometric Analysis: 32 students."""
    data = sm.datasets.spector.load()
    x, y = data.exog.to_numpy(), data.endog.to_numpy().astype(int)
    fit = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-12)
    return x, y, list(data.exog.columns), fit


@pytest.fixture
def spector(spector_fit, tmp_path):
    """spector(...): a model file with this inference; keywords change its scalars."""
    x, y, names, fit = spector_fit
    model = trained(tmp_path, x, y, names)
    plain = model.read_bytes()

    def make(covariance=True, status=None, profiles=(), tests=(), **changes):
        model.write_bytes(plain)
        p = fit.predict()
        scalars = scalars_of(fit, len(y)) | {"tjur": p[y == 1].mean() - p[y == 0].mean()}
        return write_inference(model, fit.bse, scalars | changes,
                               fit.cov_params() if covariance else None, status, profiles, tests)

    return make


@pytest.fixture(scope="module")
def anes(tmp_path_factory):
    """The American National Election Study of 1996: party identification, 7 classes."""
    data = sm.datasets.anes96.load()
    x, y = data.exog.to_numpy(), data.endog.to_numpy().astype(int)
    fit = sm.MNLogit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-12)
    model = trained(tmp_path_factory.mktemp("anes"), x, y, data.exog.columns)
    # The unknowns of MNLogit: for each class the constant first.
    write_inference(model, fit.bse.T, scalars_of(fit, len(y)), fit.cov_params())
    return model, fit


def summarize(model, *options, **keywords):
    run = mpilogit("summarize", model, *options, **keywords)
    assert run.code == 0, run.err
    return run


def cells(out, name):
    """The numbers of the row of that name."""
    line, = [line for line in out.splitlines() if line.startswith(name + " ")]
    return line[len(name):].split()


GOLDEN = """\
classes             P(y = 1) against 0
features            3

                     std.                95% interval   odds  95% interval
        coefficient error     z      p   lower  upper  ratio lower   upper
(intercept) -13.021 4.931 -2.64 0.0083 -22.687 -3.356                      **
GPA           2.826 1.263  2.24 0.0252   0.351  5.301 16.880 1.420 200.624 *
TUCE          0.095 0.142  0.67 0.5014  -0.182  0.373  1.100 0.833   1.452
PSI           2.379 1.065  2.23 0.0255   0.292  4.465 10.791 1.339  86.938 *
*** p < 0.001, ** p < 0.01, * p < 0.05, . p < 0.1

null deviance       41.18 on 31 degrees of freedom
residual deviance   25.78 on 28 degrees of freedom
log-likelihood      -12.89
AIC, BIC            33.78, 39.64
McFadden R2         0.3740
Tjur R2             0.4286
likelihood ratio    15.40 on 3 degrees of freedom, p = 0.0015
Hosmer-Lemeshow     5.2 on 8 degrees of freedom, p = 0.7360
observations        32
standard errors     model-based
test of TUCE = 0
  Wald              0.4519 on 1 degree of freedom, p = 0.5014
test of GPA = 0, PSI = 0
  Wald              7.587 on 2 degrees of freedom, p = 0.0225
"""


def test_the_whole_text(spector):
    model = spector(tests=[("TUCE = 0", 0.45189960902, 1)], **chi_squared("hosmer_lemeshow", 5.2, 8))
    assert summarize(model, "--stars", "--test", "GPA = 0, PSI = 0").out == GOLDEN


def test_every_digit_is_that_of_statsmodels(spector, spector_fit):
    names, fit = spector_fit[2:]
    out = summarize(spector()).out
    interval, odds = fit.conf_int(), np.exp(fit.conf_int())
    for j, name in enumerate(["(intercept)", *names]):
        expected = [f"{fit.params[j]:.3f}", f"{fit.bse[j]:.3f}", f"{fit.tvalues[j]:.2f}",
                    f"{fit.pvalues[j]:.4f}", *(f"{value:.3f}" for value in interval[j])]
        if j > 0:
            expected += [f"{np.exp(fit.params[j]):.3f}", *(f"{value:.3f}" for value in odds[j])]
        assert cells(out, name) == expected


def test_another_confidence(spector, spector_fit):
    fit = spector_fit[3]
    out = summarize(spector(), "--confidence", "0.99").out
    assert "99% interval" in out
    assert cells(out, "GPA")[4:6] == [f"{value:.3f}" for value in fit.conf_int(alpha=0.01)[1]]


def test_a_block_for_each_class(anes):
    model, fit = anes
    blocks = summarize(model).out.split("\n\n")
    assert blocks[0].startswith("classes             7, softmax against 0")
    for k, block in enumerate(blocks[1:7]):
        assert block.startswith(f"class {k + 1} against 0\n")
        assert cells(block, "selfLR")[:4] == [
            f"{fit.params[2, k]:.5f}", f"{fit.bse[2, k]:.5f}", f"{fit.tvalues[2, k]:.2f}",
            re.sub("^0.000.*", f"{fit.pvalues[2, k]:.1e}", f"{fit.pvalues[2, k]:.4f}")]
    assert "likelihood ratio    576.85 on 30 degrees of freedom, p = 1.8e-102\n" in blocks[-1]


def test_what_has_no_standard_error(spector):
    out = summarize(spector(status=[ESTIMATED, ALIASED, SEPARATED, FIXED])).out
    assert cells(out, "GPA") == ["(aliased)"]
    assert cells(out, "TUCE") == ["(separated)"]
    coefficient, fixed, odds = cells(out, "PSI")
    assert fixed == "(fixed)"
    assert float(odds) == pytest.approx(np.exp(float(coefficient)), rel=1e-2)
    assert "not estimated       1 aliased, 1 separated, 1 fixed\n" in out


def test_profile_intervals_take_the_place_of_walds(spector):
    profiles = [(0, -1, -25.5, -5.25), (0, 2, 0.5, np.inf)]
    out = summarize(spector(profiles=profiles)).out
    assert cells(out, "(intercept)")[4:] == ["-25.500", "-5.250^"]
    assert cells(out, "PSI")[4:] == ["0.500", "inf^", "10.791", "1.649", "inf"]
    assert cells(out, "GPA")[4:6] == ["0.351", "5.301"]
    assert "^ interval of the profile likelihood\n" in out
    assert "^" not in on_terminal(spector(profiles=profiles), 50)  # no intervals there
    other = summarize(spector(profiles=profiles), "--confidence", "0.9").out
    assert "^" not in other
    assert "note: the model's profile intervals are for 95% and are left out\n" in other


def test_p_values_below_every_double(spector, spector_fit):
    fit = spector_fit[3]
    model = spector()
    z = np.array([40.0, 1e5, 3.0])
    with h5py.File(model, "r+") as file:
        file["standard_errors"][0] = file["coefficients"][0] / z
    out = summarize(model).out
    # By mpmath: erfc(40 / sqrt(2)) and erfc(1e5 / sqrt(2)).
    assert cells(out, "GPA")[2:4] == ["40.00", "7.3e-350"]
    assert cells(out, "TUCE")[2:4] == ["100000.00", "2.4e-2171472415"]
    assert cells(out, "PSI")[3] == f"{2 * scipy.stats.norm.sf(3.0):.4f}"
    assert fit.params[1] > 0


def test_tiny_and_huge_rows_keep_their_digits(spector, spector_fit):
    """A feature in other units, and one whose standard error says that nothing is known."""
    fit = spector_fit[3]
    model = spector()
    with h5py.File(model, "r+") as file:
        file["standard_errors"][0] = [file["coefficients"][0][0] / 2, 1e-6, 16280.5]
        w = file["coefficients"][0]
        lower, upper = w[1] - 1.959964e-6, w[1] + 1.959964e-6
        far = scipy.stats.norm.ppf(0.975) * 16280.5
    out = summarize(model).out
    assert cells(out, "GPA")[:2] == [f"{fit.params[1]:.5f}", f"{fit.params[1] / 2:.5f}"]
    assert cells(out, "TUCE")[:2] == ["9.52e-02", "1.00e-06"]
    assert cells(out, "TUCE")[6:] == [f"{np.exp(value):.7f}" for value in (w[1], lower, upper)]
    assert cells(out, "PSI")[:2] == ["2.38e+00", "1.63e+04"]
    assert cells(out, "PSI")[4:] == ["-3.19e+04", "3.19e+04", "10.791",
                                      *(f"{decimal.Decimal(w[2] + side).exp():.1e}" for side in (-far, far))]


def test_odds_ratios_beyond_every_double(spector_fit, tmp_path):
    x, y, names, fit = spector_fit
    scales = np.array([1e-3, -1e-4, 1.0])
    model = trained(tmp_path, x * scales, y, names, "--inference")
    w = fit.params[1:3] / scales[:2]
    assert w[0] > 2000 and w[1] < -900
    out = summarize(model).out
    assert [cells(out, name)[6] for name in names[:2]] == [f"{decimal.Decimal(value).exp():.1e}" for value in w]
    shown = mpilogit("inspect", model).out
    ratios = [line.split()[-1] for line in shown.splitlines() if line.startswith(tuple(names[:2]))]
    assert ratios == [f"{decimal.Decimal(value).exp():.4e}" for value in w]
    assert "inf" not in out.replace("inference", "")


@pytest.mark.parametrize("changes,line", [
    ({"covariance_kind": "HC1"}, "standard errors     HC1, robust"),
    ({"covariance_kind": "cluster", "clusters": 1234},
     "standard errors     robust, by cluster (G = 1,234)"),
    ({"firth": 1}, "standard errors     model-based, of Firth's penalised likelihood"),
    ({"method": "estimate", "estimate_error": 0.0125},
     "standard errors     model-based, estimated to 1.2%"),
    ({"weights": "frequency", "observations": 2500.0}, "observations        2,500 (weights count rows)"),
    ({"weights": "sampling", "observations": 2500.5}, "observations        2500.5 (sampling weights)"),
])
def test_what_the_errors_are(spector, changes, line):
    out = summarize(spector(**changes)).out
    assert line in out.splitlines()
    assert "warning" not in out


def test_a_penalty_is_warned_of(spector):
    out = summarize(spector(penalised=1)).out
    assert "\nwarning: the objective is penalised" in out
    assert "no inference" in out


@pytest.fixture
def wide(tmp_path):
    """70 features, of which 9, 8, 7, ... have the largest |z|; the eleventh is aliased."""
    x, y = logistic_sample(rows=500, features=70)
    names = [f"f{j}" for j in range(70)]
    model = trained(tmp_path, x, y, names, "--l2", "0.01")
    with h5py.File(model) as file:
        w = np.abs(file["coefficients"][0])
    z = np.r_[1.0, np.where(np.arange(70) < 10, 10.0 + np.arange(70), 1.0 / (1.0 + np.arange(70)))]
    fit = sm.Logit(y, sm.add_constant(x[:, :3])).fit(disp=0)
    status = np.zeros(71)
    status[11] = ALIASED
    return write_inference(model, np.r_[1.0, w] / z, scalars_of(fit, len(y)), status=status)


def rows_of(out):
    return [line.split()[0] for line in out.splitlines() if re.match(r"f\d+ ", line)]


def test_a_page_of_the_strongest(wide):
    out = summarize(wide).out
    assert "(50 of 70 features, the largest |z| first; `--top all` shows all)\n" in out
    assert rows_of(out) == [f"f{j}" for j in [*range(9, -1, -1), *range(11, 51)]]
    assert "(intercept)" in out


def test_all_of_them_and_a_few(wide):
    out = summarize(wide, "--top", "all").out
    assert rows_of(out) == [f"f{j}" for j in range(70)]
    assert "shows all" not in out
    assert rows_of(summarize(wide, "--top", "3").out) == ["f9", "f8", "f7"]
    strongest = rows_of(summarize(wide, "--top", "all", "--strongest").out)
    assert strongest[:3] == ["f9", "f8", "f7"]
    assert strongest[-1] == "f10"


def test_a_page_is_shared_by_the_classes(tmp_path):
    """2 blocks of 30 features are more than 50 rows."""
    random = np.random.default_rng(3)
    x, y = random.normal(size=(600, 30)), random.integers(0, 3, 600)
    model = trained(tmp_path, x, y, [f"f{j}" for j in range(30)])
    fit = sm.MNLogit(y, sm.add_constant(x)).fit(disp=0)
    write_inference(model, fit.bse.T, scalars_of(fit, len(y)))
    strongest = np.argsort(-np.abs(fit.tvalues[1:]).max(axis=1))
    rows = rows_of(summarize(model).out)
    assert rows == 2 * [f"f{j}" for j in strongest[:25]]


def test_a_page_has_room_for_short_blocks(anes):
    """6 blocks of 5 features are 30 rows: all of them. With --top each block has as many."""
    assert summarize(anes[0]).out.count("\neduc ") == 6
    out = summarize(anes[0], "--top", "1").out
    assert out.count("\nselfLR ") == 6  # the largest |z| of all is 14.43
    assert "educ" not in out


def on_terminal(model, columns, *options, environment=None):
    """Standard output is a terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    variables = {k: v for k, v in os.environ.items() if k != "COLUMNS"} | (environment or {})
    process = subprocess.Popen([PROGRAM, "summarize", str(model), *options], stdout=slave,
                               stderr=subprocess.DEVNULL, env=variables)
    os.close(slave)
    text = b""
    try:
        while part := os.read(master, 4096):
            text += part
    except OSError:  # how Linux says that the other end was closed
        pass
    os.close(master)
    assert process.wait() == 0
    return text.decode().replace("\r\n", "\n")


def head_of(out):
    return next(line for line in out.splitlines() if "coefficient" in line).split()


BARE = ["coefficient", "error", "z", "p"]
INTERVAL = ["lower", "upper"]


def test_narrow_terminals_lose_the_intervals_first(spector):
    model = spector()
    full = summarize(model).out
    assert head_of(full) == [*BARE, *INTERVAL, "ratio", *INTERVAL]
    assert on_terminal(model, 80) == full
    for columns, head in [(72, [*BARE, *INTERVAL, "ratio"]), (54, [*BARE, "ratio"]), (42, BARE)]:
        out = on_terminal(model, columns)
        assert head_of(out) == head, columns
        table = out.split("\n\n")[1]
        assert max(map(len, table.splitlines())) <= columns
        assert cells(out, "GPA")[:4] == cells(full, "GPA")[:4]


def test_columns_says_how_wide_a_terminal_is(spector):
    model = spector()
    out = on_terminal(model, 80, environment={"COLUMNS": "42"})
    assert head_of(out) == BARE
    done = subprocess.run([PROGRAM, "summarize", str(model)], capture_output=True, text=True,
                          env=os.environ | {"COLUMNS": "42"}, check=True)
    assert done.stdout == summarize(model).out  # no terminal: as wide as it must be


def test_long_names_are_shortened_on_terminals_only(spector_fit, tmp_path):
    x, y, _, fit = spector_fit
    names = ["a" * 50 + "ö" * 50, "b", "c"]
    model = trained(tmp_path, x, y, names)
    write_inference(model, fit.bse, scalars_of(fit, len(y)))
    assert names[0] in summarize(model).out
    out = on_terminal(model, 60)
    assert re.search(r"^a+\.\.\.ö+ +2\.826", out, re.MULTILINE)
    assert max(map(len, out.split("\n\n")[1].splitlines())) <= 60


@pytest.mark.parametrize("hypothesis,theirs", [
    ("GPA = 0", "x1 = 0"),
    ("GPA=0, PSI=0", "x1 = 0, x3 = 0"),
    ("GPA = PSI", "x1 = x3"),
    ("2*GPA - TUCE = 1, (intercept) = -10", "2*x1 - x2 = 1, const = -10"),
    ("'GPA' = 0, TUCE = 0, PSI = 0", "x1 = 0, x2 = 0, x3 = 0"),
])
def test_wald_tests_equal_statsmodels(spector, spector_fit, tmp_path, hypothesis, theirs):
    expected = spector_fit[3].wald_test(theirs, scalar=True)
    run = summarize(spector(), "--test", hypothesis, "--json", tmp_path / "r.json")
    test, = run.record["tests"]
    assert test["hypothesis"] == hypothesis
    assert test["statistic"] == pytest.approx(expected.statistic, rel=1e-8)
    assert test["degrees"] == theirs.count(",") + 1
    assert test["p"] == pytest.approx(expected.pvalue, rel=1e-8)


def test_wald_tests_across_classes(anes, tmp_path):
    model, fit = anes
    r = np.eye(36)[[1, 7]] - np.eye(36)[[13, 19]]
    difference = r @ fit.params.ravel(order="F")
    expected = difference @ np.linalg.solve(r @ fit.cov_params() @ r.T, difference)
    hypothesis = "logpopul[1] = logpopul[3], logpopul[2] = logpopul[4]"
    run = summarize(model, "--test", hypothesis, "--json", tmp_path / "r.json")
    assert run.record["tests"][0]["statistic"] == pytest.approx(expected, rel=1e-8)
    assert f"test of {hypothesis}\n" in run.out


def test_the_record_has_all_figures(spector, spector_fit, tmp_path):
    names, fit = spector_fit[2:]
    model = spector(status=[ESTIMATED, ESTIMATED, ALIASED, ESTIMATED], profiles=[(0, 2, -np.inf, 5.0)])
    summarize(model, "--json", tmp_path / "r.json")

    def refuse(constant):
        raise AssertionError(constant)

    record = json.loads((tmp_path / "r.json").read_text(), parse_constant=refuse)
    assert record["aic"] == fit.aic
    assert record["likelihood_ratio"]["p"] == pytest.approx(fit.llr_pvalue, rel=1e-9)
    assert record["hosmer_lemeshow"] is None
    assert [c["name"] for c in record["coefficients"]] == ["(intercept)", *names]
    gpa, tuce, psi = record["coefficients"][1:]
    assert gpa["coefficient"] == pytest.approx(fit.params[1], rel=1e-6)
    assert gpa["standard_error"] == fit.bse[1]
    assert gpa["p"] == pytest.approx(fit.pvalues[1], rel=1e-6)
    assert 10 ** gpa["log10_p"] == pytest.approx(fit.pvalues[1], rel=1e-6)
    assert [gpa["odds_ratio_lower"], gpa["odds_ratio_upper"]] == pytest.approx(
        np.exp(fit.conf_int()[1]), rel=1e-5)
    assert (gpa["interval"], psi["interval"], tuce["interval"]) == ("wald", "profile", None)
    assert (tuce["status"], tuce["standard_error"], tuce["p"]) == ("aliased", None, None)
    assert (psi["lower"], psi["upper"], psi["odds_ratio_lower"]) == (None, 5.0, 0.0)


def test_the_same_on_any_number_of_ranks(anes, tmp_path):
    outputs = set()
    for ranks in (1, 2, 3, 7):
        record = tmp_path / f"{ranks}.json"
        run = summarize(anes[0], "--test", "educ[6] = age[1]", "--json", record, ranks=ranks)
        outputs.add((run.out, record.read_text()))
    assert len(outputs) == 1


def test_other_commands_take_a_model_with_inference(spector, spector_fit, tmp_path):
    model = spector()
    output = tmp_path / "p.h5"
    run = mpilogit("predict", model, tmp_path / "data.h5", "--output", output, ranks=3)
    assert run.code == 0, run.err
    with h5py.File(output) as file:
        assert file["probability"][:] == pytest.approx(spector_fit[3].predict(), rel=1e-6)
    inspected = mpilogit("inspect", model, ranks=2)
    assert inspected.code == 0
    with h5py.File(model, "r+") as file:
        del file["inference"]
    assert mpilogit("inspect", model).out == inspected.out


def refused(*arguments, ranks=1):
    run = mpilogit("summarize", *arguments, ranks=ranks)
    assert run.code == 2
    assert run.out == ""
    error, = run.errors
    return error


def test_a_model_without_inference_is_refused(spector_fit, tmp_path):
    x, y, names, _ = spector_fit
    model = trained(tmp_path, x, y, names)
    for ranks in (1, 3):
        error = refused(model, ranks=ranks)
        assert "has no inference" in error
        assert "mpilogit train --inference" in error


def test_a_path_is_refused(spector_fit, tmp_path):
    x, y, names, _ = spector_fit
    data = write_dense(tmp_path / "d.h5", x, y, feature_names=names)
    path = tmp_path / "path.h5"
    assert mpilogit("path", data, "--model", path, "--lambdas", "3").code == 0
    assert "is a path of models" in refused(path, ranks=2)
    assert "unrecognised option '--step'" in refused(path, "--step", "1")


@pytest.mark.parametrize("options,part", [
    (["--top", "0"], "--top is '0'"),
    (["--top", "some"], "--top is 'some'"),
    (["--confidence", "1"], "--confidence is 1"),
    (["--confidence", "95"], "not between 0 and 1"),
    (["--test", "GPA == 0"], "character 6"),
    (["--test", "'GPA = 0"], "character 1"),
    (["--test", "IQ = 0"], "'IQ', which is no feature of the model"),
    (["--test", "GPA = 0, TUCE = 0, GPA = TUCE"], "'GPA = TUCE' follows"),
    (["--test", "GPA = 0, 2*GPA = 1"], "'2*GPA = 1' contradicts"),
    (["another.h5"], "summarize takes one model"),
])
def test_bad_usage_is_refused(spector, options, part):
    assert part in refused(spector(), *options, ranks=2)


def test_what_was_not_estimated_is_not_tested(spector):
    for status, why in [(ALIASED, "combination of others"), (SEPARATED, "separates classes"),
                        (FIXED, "at a bound")]:
        model = spector(status=[ESTIMATED, ESTIMATED, ESTIMATED, status])
        error = refused(model, "--test", "GPA = PSI")
        assert "character 7" in error and "not estimated" in error and why in error
        assert summarize(model, "--test", "GPA = TUCE").code == 0


def test_a_test_needs_the_covariance(spector):
    error = refused(spector(covariance=False), "--test", "GPA = 0")
    assert "has no covariance" in error
    assert "mpilogit train --inference --covariance" in error
