"""The page that `mpilogit report` writes. Oracles: h5py, numpy and scikit-learn."""

import os
import re
import subprocess

import h5py
import numpy as np
import pytest
import sklearn.metrics
import sklearn.preprocessing
import statsmodels.api as sm

from conftest import DATA, PROGRAM, mpilogit, write_dense
from inference_files import ALIASED, ESTIMATED, scalars_of, write_inference
from pages import Page, numbers

STRANGE = ["<script>alert(1)</script>", "\"quoted\" & 'single'", "größe 😀", "{{rows}}",
           "x\"; system('touch pwned'); print \"", "`touch pwned`", "$(touch pwned)\n!touch pwned"]
CLASSES = [b"<b>no</b>", b"yes & 'yes'"]


def report(*arguments, output, ranks=1, **keywords):
    run = mpilogit("report", *arguments, "--output", output, ranks=ranks, **keywords)
    assert run.code == 0, run.err
    return Page(output.read_text(encoding="utf-8"))


def sample(path, names=None, rows=400, seed=3, classes=2):
    random = np.random.default_rng(seed)
    names = names or ["a", "b", "c"]
    x = random.normal(size=(rows, len(names))) * np.arange(1, len(names) + 1)
    margin = x @ np.linspace(1.5, -1.0, len(names)) + 0.4 * x[:, 0] ** 2 - 0.5
    noisy = margin + 2.0 * random.logistic(size=rows)
    y = np.digitize(noisy, np.quantile(noisy, np.linspace(0, 1, classes + 1)[1:-1]))
    return x, y, write_dense(path, x, y, feature_names=np.array(names, dtype=h5py.string_dtype()))


@pytest.fixture(scope="module")
def adult(tmp_path_factory):
    """A model of the shipped data, and the page of it on the rows held out."""
    folder = tmp_path_factory.mktemp("adult")
    model = folder / "adult.model.h5"
    run = mpilogit("train", DATA / "adult.h5", "--l2", "1e-4", "--model", model)
    assert run.code == 0, run.err
    page = report(model, "--data", DATA / "adult.test.h5", output=folder / "adult.html")
    return model, page


def test_the_page_has_every_section_that_applies(adult):
    _, page = adult
    assert page.sections == ["model", "result", "coefficients", "evaluation", "plane", "convergence"]
    assert set(page.plots) == {"forest", "roc", "precision-recall", "calibration", "scores",
                               "plane", "gap-by-pass", "gap-by-time"}
    links = [link["href"] for link in page.root.first("nav").all("a")]
    assert links == ["#" + section for section in page.sections]
    facts = page.facts("model")
    assert facts["Trained on"].startswith("32,561 rows × 108 features")
    assert facts["Penalty"] == "L2 of 0.0001"
    assert facts["Classes"] == "0 and 1"


def test_what_the_data_leaves_open_is_told(tmp_path):
    x, y, _ = sample(tmp_path / "plain.h5")
    leak = (y == 1) & (np.arange(len(y)) % 3 == 0)
    names = ["a", "b", "c", "copy of <a>", "leak"]
    data = write_dense(tmp_path / "d.h5", np.column_stack([x, x[:, 0], leak]), y, feature_names=names)
    model = tmp_path / "m.h5"
    assert mpilogit("train", data, "--model", model).code == 0
    page = report(model, output=tmp_path / "page.html")
    assert "1 column says nothing" in page.source
    assert "<li>copy of &lt;a&gt; = a</li>" in page.source
    assert "1 coefficient has no finite value" in page.source
    assert "<li>leak -&gt; +inf</li>" in page.source


def test_the_page_stands_alone(adult):
    _, page = adult
    assert not re.search(r"https?:|//www|@import|url\(", page.source)
    for element in page.elements():
        assert element.tag not in {"img", "iframe", "object", "embed", "base", "form", "use", "a:x"}
        assert not [name for name in element.attributes if name.startswith("on")]
        assert element["src"] is None
        if element["href"] is not None:
            assert element["href"].startswith("#") or element["href"] == "data:,"
    policy = page.root.first("meta", **{"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")
    assert len(page.source.encode()) < 2_000_000


def test_every_plot_can_be_seen_heard_and_touched(adult):
    _, page = adult
    ids = [element["id"] for element in page.elements() if element["id"] is not None]
    assert len(ids) == len(set(ids))
    for name, figure in page.plots.items():
        svg = figure.first("svg")
        assert svg["role"] == "img"
        title, words = svg["aria-labelledby"].split()
        assert svg.first("title", id=title).text
        assert len(svg.first("desc", id=words).text) > 60
        drawing = svg.first("g", **{"class": "drawing"})
        drawn = list(drawing.all("path")) + list(drawing.all("polygon"))
        grid = [path for path in drawn if path["class"] == "grid"]
        assert grid and len(drawn) > len(grid) + 2, name
        for shape in drawn:
            assert re.fullmatch(r"[-0-9., MLZ]+", shape["d"] or shape["points"])
        marks = list(svg.all("g", **{"class": "mark"}))
        assert marks and all(mark.first("title").text for mark in marks)


def test_the_table_has_the_models_numbers(adult):
    model, page = adult
    with h5py.File(model) as file:
        names = file["feature_names"].asstr()[:]
        coefficients = dict(zip(names, file["coefficients"][0]))
        intercept = file["intercept"][0]
    with h5py.File(DATA / "adult.test.h5") as file:
        deviations = dict(zip(names, file["X"][:].astype(float).std(axis=0)))
    rows = page.coefficients()
    assert rows[0]["Feature"] == "(intercept)" and rows[0]["Coefficient"] == intercept
    assert {row["Feature"]: row["Coefficient"] for row in rows[1:]} == coefficients
    effects = []
    for row in rows[1:]:
        assert row["Odds ratio"] == pytest.approx(np.exp(row["Coefficient"]), rel=1e-14)
        effect = row["Coefficient"] * deviations[row["Feature"]]
        assert row["Per std. deviation"] == pytest.approx(effect, rel=1e-9, abs=1e-15)
        effects.append(abs(row["Per std. deviation"]))
    assert effects == sorted(effects, reverse=True)


def test_the_scores_are_those_of_scikit_learn(adult, tmp_path):
    model, page = adult
    assert mpilogit("predict", model, DATA / "adult.test.h5", "--output", tmp_path / "p.h5").code == 0
    with h5py.File(tmp_path / "p.h5") as file:
        probability = file["probability"][:]
    with h5py.File(DATA / "adult.test.h5") as file:
        y = file["y"][:]
    result = page.facts("result")
    right = sklearn.metrics.accuracy_score(y, probability > 0.5)
    assert result["Base rate"] == f"{100 * y.mean():.1f} % of the rows are 1"
    assert result["Result"] == (f"The model is right for {100 * right:.1f} % of the rows; to call all of them 0 "
                                f"would be right for {100 * (1 - y.mean()):.1f} %.")
    facts = page.facts("evaluation")
    assert facts["Rows"] == "16,281"
    assert float(facts["Log-loss"]) == pytest.approx(sklearn.metrics.log_loss(y, probability), abs=1e-6)
    assert float(facts["ROC AUC"].split()[0]) == pytest.approx(
        sklearn.metrics.roc_auc_score(y, probability), abs=1e-6)
    assert float(facts["Brier score"]) == pytest.approx(np.mean((probability - y) ** 2), abs=1e-4)
    assert float(facts["F1"]) == pytest.approx(sklearn.metrics.f1_score(y, probability > 0.5), abs=1e-4)
    confusion = page.root.first("section", id="evaluation").first("table", **{"class": "confusion"})
    counts = [int(cell["data-v"]) for cell in confusion.first("tbody").all("td")]
    assert counts == sklearn.metrics.confusion_matrix(y, probability > 0.5).ravel().tolist()
    assert sum(counts) == len(y)


def test_marks_lie_on_the_lines(adult):
    """gnuplot draws the line, we draw the dots: both must mean the same place."""
    _, page = adult
    for plot in ("gap-by-pass", "calibration"):
        svg = page.plots[plot].first("svg")
        drawing = svg.first("g", **{"class": "drawing"})
        line = [path for path in drawing.all("path") if path["stroke"] == "#0072b2"]
        corners = np.array(numbers(" ".join(path["d"] for path in line))).reshape(-1, 2)
        dots = [(float(dot["cx"]), float(dot["cy"])) for dot in svg.all("circle", **{"class": "dot"})]
        assert len(dots) > 3
        for dot in dots:
            assert np.abs(corners - dot).sum(axis=1).min() < 0.25


def test_the_record_tells_the_history(tmp_path):
    histories = []
    for ranks in (1, 2, 3, 7):
        run = mpilogit("train", DATA / "a9a.h5", "--l2", "1e-3", "--model", tmp_path / "m.h5",
                       "--json", tmp_path / "r.json", ranks=ranks)
        history = run.record["history"]
        seconds = [line.pop("seconds") for line in history]
        assert seconds == sorted(seconds) and seconds[-1] <= run.record["seconds"]["train"]
        histories.append(history)
    assert histories[0] == histories[1] == histories[2] == histories[3]
    assert [line["iteration"] for line in history] == list(range(run.record["iterations"] + 1))
    assert history[-1]["objective"] == run.record["objective"]
    assert history[-1]["gradient_norm"] == run.record["gradient_norm"]
    assert history[-1]["data_passes"] <= run.record["data_passes"]


def test_a_long_history_is_thinned(tmp_path):
    _, _, data = sample(tmp_path / "d.h5")
    run = mpilogit("train", data, "--solver", "sgd", "--max-iterations", "1300", "--tolerance", "0",
                   "--model", tmp_path / "m.h5", "--json", tmp_path / "r.json")
    iterations = [line["iteration"] for line in run.record["history"]]
    assert run.record["iterations"] == 1300
    assert iterations == list(range(0, 1300, 4)) + [1300] or iterations == list(range(0, 1301, 4))


@pytest.mark.parametrize("data", ["adult", "a9a"])
def test_the_page_is_the_same_for_any_ranks_and_threads(data, tmp_path):
    model = tmp_path / "model.h5"
    assert mpilogit("train", DATA / f"{data}.h5", "--l2", "1e-3", "--model", model).code == 0
    pages = set()
    for ranks, threads in ((1, 1), (1, 3), (2, 1), (3, 2), (7, 1)):
        page = report(model, "--data", DATA / f"{data}.test.h5", "--threads", threads,
                      output=tmp_path / "page.html", ranks=ranks)
        pages.add(page.source)
    assert len(pages) == 1


def test_names_of_strangers_stay_names(tmp_path):
    x, y, _ = sample(tmp_path / "plain.h5", STRANGE)
    data = write_dense(tmp_path / "d.h5", x, np.array(CLASSES)[y],
                       feature_names=np.array(STRANGE, dtype=h5py.string_dtype()))
    model = tmp_path / "<i>model.h5"
    assert mpilogit("train", data, "--l2", "0.01", "--model", model).code == 0
    page = report(model, "--data", data, "--title", "<u>title</u> {{body}}",
                  "--plane", f"{STRANGE[0]},{STRANGE[1]}", output=tmp_path / "p.html", cwd=tmp_path)
    assert not (tmp_path / "pwned").exists()
    assert len(list(page.root.all("script"))) == 1
    assert not list(page.root.all("u")) and not list(page.root.all("b"))
    assert page.root.first("title").text == "<u>title</u> {{body}}"
    assert [row["Feature"] for row in page.coefficients()][0] == "(intercept)"
    named = {row["Feature"] for row in page.coefficients()[1:]}
    assert named == {name.replace("\n", " ") for name in STRANGE}
    assert "<b>no</b>" in page.facts("model")["Classes"]
    assert page.plots["plane"].first("figcaption").text == f"{STRANGE[1]} against {STRANGE[0]}"
    assert "<i>model.h5" in page.facts("model")["Model file"]


def test_names_that_are_no_text(tmp_path):
    x, y, data = sample(tmp_path / "d.h5")
    with h5py.File(data, "a") as file:
        del file["feature_names"]
        file["feature_names"] = np.array([b"\xff\xfe", b"\xed\xa0\x80", b"\x1b[31m"], dtype="S6")
    assert mpilogit("train", data, "--model", tmp_path / "m.h5").code == 0
    page = report(tmp_path / "m.h5", "--data", data, output=tmp_path / "p.html")
    assert any("\ufffd" in row["Feature"] for row in page.coefficients())


def run_alone(arguments, **environment):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          env={**os.environ, **environment}, check=False)


def test_without_gnuplot_the_page_says_so(adult, tmp_path):
    model, full = adult
    page_path = tmp_path / "p.html"
    done = run_alone(["report", model, "--data", DATA / "adult.test.h5", "--output", page_path],
                     PATH=str(tmp_path / "nothing"))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("gnuplot was not found") == 1
    page = Page(page_path.read_text())
    assert not list(page.root.all("svg")) and page.plots == {}
    assert "gnuplot was not found" in page.root.first("p", **{"class": "warning"}).text
    assert page.sections == full.sections and page.coefficients() == full.coefficients()
    words = full.plots["roc"].first("p", **{"class": "words"}).text
    assert words in page.root.text


@pytest.mark.parametrize("what", ["exit 0", "exit 3", "echo 'no such terminal' >&2; exit 1", "kill -9 $$",
                                  "exec sleep 100"])  # which takes the whole time limit
def test_a_gnuplot_that_fails_costs_the_plots_alone(adult, tmp_path, what):
    model, _ = adult
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "gnuplot").write_text(f"#!/bin/sh\n{what}\n")
    (folder / "gnuplot").chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = run_alone(["report", model, "--output", tmp_path / "p.html"],
                     PATH=f"{folder}:{os.environ['PATH']}", TMPDIR=str(temporary))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("the plot 'forest' is missing") == 1
    page = Page((tmp_path / "p.html").read_text())
    assert not list(page.root.all("svg"))
    assert "is missing" in page.root.first("p", **{"class": "warning"}).text
    assert not list(temporary.iterdir())


def test_gnuplot_finds_no_setup_of_the_user_and_leaves_nothing(adult, tmp_path):
    model, _ = adult
    (tmp_path / ".gnuplot").write_text("set label 1 'mine' at graph 0.5,0.5\n")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = run_alone(["report", model, "--output", tmp_path / "p.html"], HOME=str(tmp_path),
                     TMPDIR=str(temporary))
    assert (done.returncode, done.stderr) == (0, "")
    page = Page((tmp_path / "p.html").read_text())
    assert "forest" in page.plots and "mine" not in page.source
    assert not list(temporary.iterdir())


def test_the_plane_of_a_curved_model(tmp_path):
    """Its middle, from scikit-learn's products at the means of the other features."""
    x, y, data = sample(tmp_path / "d.h5")
    assert mpilogit("train", data, "--degree", "2", "--l2", "0.01", "--model", tmp_path / "m.h5").code == 0
    page = report(tmp_path / "m.h5", "--data", data, "--plane", "c,a", output=tmp_path / "p.html")
    words = page.plots["plane"].first("p", **{"class": "words"}).text
    found = re.search(r"c from (\S+) to (\S+) .* a from (\S+) to (\S+) .*class is (\S+), with a probability of ([0-9.]+)\.",
                      words.replace("−", "-").replace("\n", " "))
    low_x, high_x, low_y, high_y = map(float, found.groups()[:4])
    for values, low, high in ((x[:, 2], low_x, high_x), (x[:, 0], low_y, high_y)):
        middle, margin = np.quantile(values, [0.005, 0.995]), 0.05 * np.ptp(values)
        assert values.min() - margin < low < middle[0] and middle[1] < high < values.max() + margin
    point = x.mean(axis=0)
    point[2], point[0] = (low_x + high_x) / 2, (low_y + high_y) / 2
    products = sklearn.preprocessing.PolynomialFeatures(2, include_bias=False).fit_transform(point[None])
    with h5py.File(tmp_path / "m.h5") as file:
        margin = (products @ file["coefficients"][0] + file["intercept"][0]).item()
    probability = 1.0 / (1.0 + np.exp(-margin))
    assert found.group(5) == str(int(probability > 0.5))
    assert float(found.group(6)) == pytest.approx(max(probability, 1.0 - probability), abs=0.011)

    # Every row is counted once, as of its class or as lying outside.
    inside = (low_x <= x[:, 2]) & (x[:, 2] <= high_x) & (low_y <= x[:, 0]) & (x[:, 0] <= high_y)
    assert f"{(~inside).sum()} of 400 rows lie outside" in words
    counted = re.findall(r"(\d): (\d+)", " ".join(
        mark.first("title").text for mark in page.plots["plane"].all("g", **{"class": "mark"})))
    totals = [sum(int(count) for label, count in counted if label == str(k)) for k in (0, 1)]
    assert totals == np.bincount(y[inside]).tolist()
    # A curved boundary is a line of many corners, drawn thick.
    drawing = page.plots["plane"].first("g", **{"class": "drawing"})
    boundary = [path["d"] for path in drawing.all("path") if path["stroke-width"] == "3.00"]
    assert sum(path.count(",") for path in boundary) > 20


def test_a_path_and_one_of_its_steps(tmp_path):
    _, _, data = sample(tmp_path / "d.h5")
    path = tmp_path / "path.h5"
    assert mpilogit("path", data, "--lambdas", "15", "--enough", "1", "--model", path).code == 0
    page = report(path, output=tmp_path / "p.html")
    assert page.sections == ["model", "path"]
    assert set(page.plots) == {"coefficient-paths", "deviance-explained"}
    with h5py.File(path) as file:
        explained = file["steps/deviance_explained"][:]
        last = file["coefficients"][-1, 0]
        third = file["coefficients"][3, 0]
    rows = list(page.root.first("section", id="path").first("tbody").all("tr"))
    assert [row.own_elements[3].text for row in rows] == [f"{100 * share:.3g} %" for share in explained]
    legend = [item.text for item in page.plots["coefficient-paths"].all("li")]
    assert legend == [name for _, name in sorted(zip(-np.abs(last), "abc"))]

    page = report(path, "--step", "0", output=tmp_path / "p.html")  # there all coefficients are 0
    assert page.sections == ["model", "coefficients", "path"] and "forest" not in page.plots
    page = report(path, "--step", "3", "--data", data, output=tmp_path / "p.html", ranks=2)
    assert len(list(page.plots["forest"].all("g", **{"class": "mark"}))) == np.count_nonzero(third)
    assert page.sections == ["model", "result", "coefficients", "evaluation", "plane", "path"]
    assert {row["Feature"]: row["Coefficient"] for row in page.coefficients()[1:]} == dict(zip("abc", third))


def test_inference_is_that_of_statsmodels(tmp_path):
    """Spector and Mazzeo (1980), as in Greene's Econometric Analysis: 32 students."""
    spector = sm.datasets.spector.load()
    x, y = spector.exog.to_numpy(), spector.endog.to_numpy().astype(int)
    fit = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-12)
    names = list(spector.exog.columns)
    data = write_dense(tmp_path / "d.h5", x, y, feature_names=names)
    model = tmp_path / "m.h5"
    assert mpilogit("train", data, "--model", model, "--tolerance", "1e-14").code == 0
    write_inference(model, fit.bse, scalars_of(fit, len(y)) | {"tjur": 0.25}, fit.cov_params(),
                    tests=[("GPA = <PSI>", 3.5, 1)])
    page = report(model, output=tmp_path / "p.html", ranks=2)
    assert page.sections == ["model", "fit", "coefficients", "convergence"]
    rows = {row["Feature"]: row for row in page.coefficients()}
    intervals = fit.conf_int()
    for j, name in enumerate(["(intercept)", *names]):
        row = rows[name]
        assert row["Std. error"] == fit.bse[j]
        assert row["z"] == pytest.approx(fit.tvalues[j], rel=1e-9)
        assert np.exp(row["p"]) == pytest.approx(fit.pvalues[j], rel=1e-8)
        assert [row["95 % from"], row["to"]] == pytest.approx(list(intervals[j]), rel=1e-8)
    sizes = [abs(row["z"]) for row in page.coefficients()[1:]]
    assert sizes == sorted(sizes, reverse=True)
    facts = page.facts("fit")
    assert facts["AIC"] == f"{fit.aic:.7g}" and facts["McFadden’s R²"] == f"{fit.prsquared:.4g}"
    assert facts["Against intercepts alone"].startswith(f"χ² = {fit.llr:.4g} on 3 degrees")
    assert "GPA = <PSI>" in page.root.first("section", id="fit").text
    assert "with their intervals" in page.plots["forest"].text
    intervals_drawn = [path for path in page.plots["forest"].first("g", **{"class": "drawing"}).all("path")
                       if path["stroke"] == "#0072b2"]
    assert sum(path["d"].count("M") for path in intervals_drawn) == 3


def test_a_coefficient_without_an_error_says_why(tmp_path):
    x, y, _ = sample(tmp_path / "plain.h5")
    data = write_dense(tmp_path / "d.h5", x, y, feature_names=["a", "b", "c"])
    model = tmp_path / "m.h5"
    assert mpilogit("train", data, "--l2", "0.1", "--model", model).code == 0
    fit = sm.Logit(y, sm.add_constant(x)).fit(disp=0)
    write_inference(model, fit.bse, scalars_of(fit, len(y)) | {"penalised": 1}, None,
                    status=[ESTIMATED, ESTIMATED, ALIASED, ESTIMATED])
    page = report(model, output=tmp_path / "p.html")
    rows = {row["Feature"]: row for row in page.coefficients()}
    assert rows["b"]["Std. error"] == "aliased" and rows["b"]["p"] == "–"
    assert rows["a"]["Std. error"] == fit.bse[1]
    assert "do not have their usual meaning" in page.root.first("section", id="coefficients").text


@pytest.mark.parametrize("kind", [[], ["--one-vs-rest"], ["--l2", "0.01"]])
def test_several_classes(kind, tmp_path):
    _, y, data = sample(tmp_path / "d.h5", classes=4)
    model = tmp_path / "m.h5"
    assert mpilogit("train", data, *kind, "--model", model).code == 0
    page = report(model, "--data", data, output=tmp_path / "p.html", ranks=2)
    with h5py.File(model) as file:
        coefficients = file["coefficients"][:]
    first = 4 - len(coefficients)
    table = {(row["Class"], row["Feature"]): row["Coefficient"] for row in page.coefficients()}
    for (r, j), value in np.ndenumerate(coefficients):
        assert table[str(r + first), "abc"[j]] == value
    assert [item.text for item in page.plots["roc"].all("li")] == list("0123")
    classes = page.root.first("section", id="evaluation").all("table")
    weights = [row.own_elements[1].text for row in next(classes).first("tbody").all("tr")]
    assert weights == [str(count) for count in np.bincount(y)]


def test_aggregated_rows(tmp_path):
    random = np.random.default_rng(5)
    x = random.normal(size=(60, 2))
    trials = random.integers(1, 30, size=60)
    y = random.binomial(trials, 1.0 / (1.0 + np.exp(-x[:, 0])))
    data = write_dense(tmp_path / "d.h5", x, y, trials=trials)
    assert mpilogit("train", data, "--trials", "--model", tmp_path / "m.h5").code == 0
    page = report(tmp_path / "m.h5", "--data", data, "--trials", "--plane", "0,1",
                  output=tmp_path / "p.html", ranks=2)
    marks = page.plots["plane"].all("g", **{"class": "mark"})
    counted = sum(int(count) for mark in marks
                  for count in re.findall(r": (\d+)", mark.first("title").text))
    assert 0.9 * trials.sum() < counted <= trials.sum()
    effects = {row["Feature"]: row["Per std. deviation"] for row in page.coefficients()}
    mean = np.average(x[:, 0], weights=trials)
    deviation = np.sqrt(np.average((x[:, 0] - mean) ** 2, weights=trials))
    with h5py.File(tmp_path / "m.h5") as file:
        assert effects["column 0"] == pytest.approx(file["coefficients"][0, 0] * deviation, rel=1e-9)


def test_thousands_of_features_stay_readable(tmp_path):
    random = np.random.default_rng(2)
    x = random.normal(size=(300, 3000)).astype(np.float32)
    y = (x[:, 17] > 0).astype(int)
    names = [f"feature number {j} with a long name {'x' * 200}" for j in range(3000)]
    data = write_dense(tmp_path / "d.h5", x, y, feature_names=np.array(names, dtype=h5py.string_dtype()))
    assert mpilogit("train", data, "--l2", "0.1", "--model", tmp_path / "m.h5").code == 0
    page = report(tmp_path / "m.h5", "--data", data, output=tmp_path / "p.html")
    rows = page.coefficients()
    assert len(rows) == 1001 and rows[1]["Feature"].startswith("feature number 17 ")
    assert "The 1,000 strongest of 3,000 coefficients" in page.root.text
    assert len(page.source.encode()) < 2_000_000


def test_bad_usage(adult, tmp_path):
    model, _ = adult
    output = tmp_path / "p.html"
    output.write_text("<!DOCTYPE html>\n<meta name=\"generator\" content=\"mpilogit 0.1.0\">")
    before = output.read_text()
    _, _, other = sample(tmp_path / "d.h5")

    def refused(*arguments, saying, ranks=2):
        run = mpilogit("report", *arguments, ranks=ranks)
        assert run.code == 2 and len(run.errors) == 1 and saying in run.err, run.err
        assert output.read_text() == before

    held_out = DATA / "adult.test.h5"
    refused(saying="--output FILE is missing")
    refused("--output", output, saying="a file is missing")
    refused(model, saying="--output FILE is missing")
    refused(model, held_out, "--output", output, saying="has no effect without --data")
    for option in (["--plane", "age,sex"], ["--threads", "2"], ["--labels", "y"], ["--features", "X"],
                   ["--weights"], ["--offsets"], ["--trials"], ["--io", "posix"],
                   ["--instruction-set", "auto"]):
        refused(model, *option, "--output", output, saying=f"{option[0]} has no effect without --data")
    for plane in ("age", "age,", "age,age", "age,nobody", "0,1"):
        refused(model, "--data", held_out, "--plane", plane, "--output", output, saying="--plane is")
    refused(model, "--data", other, "--output", output, saying="the data has 3 features")
    refused(model, "--step", "1", "--output", output, saying="is one model, not a path")
    refused(held_out, "--output", output, saying="is not a model")
    refused(model, "--output", tmp_path, saying="Is a directory")
    assert mpilogit("path", other, "--lambdas", "5", "--model", tmp_path / "path.h5").code == 0
    refused(tmp_path / "path.h5", "--data", other, "--output", output, saying="Choose one with --step")
    refused(tmp_path / "path.h5", "--step", "99", "--output", output, saying="has no step 99")


def test_files_after_the_model_continue_the_data(adult, tmp_path):
    model, _ = adult
    twice = report(model, DATA / "adult.test.h5", "--data", DATA / "adult.test.h5",
                   output=tmp_path / "p.html")
    assert twice.facts("evaluation")["Rows"] == "32,562"
