"""The pure parts of bench/: gap, cost model, tables, instruction counts. Timings are no tests."""

import os
import pathlib
import sys

import numpy as np
import pytest
import scipy.sparse
import sklearn.linear_model

sys.path.insert(0, str(pathlib.Path(os.environ["MPILOGIT_SOURCE"], "bench")))
from mpilogit_bench import cost_model, datasets, instructions, plot, tables  # noqa: E402
from mpilogit_bench.objective import objective, relative_gap  # noqa: E402
from mpilogit_bench.worker import PeerFailed, TimedOut, Worker  # noqa: E402


# --- F and its gap ---------------------------------------------------------------------------------

def test_objective_of_two_rows_by_hand():
    x, y = np.array([[1.0], [-2.0]], np.float32), np.array([1, 0], np.uint8)
    # margins 0.5·1 + 0.25 and −0.75: losses log(1 + e^−0.75) twice
    assert objective(x, y, [0.5], 0.25, 0.1) == pytest.approx(np.log1p(np.exp(-0.75)) + 0.0125, rel=1e-15)


def test_objective_is_the_same_for_dense_sparse_and_in_pieces(monkeypatch):
    generator = np.random.default_rng(1)
    x = generator.integers(0, 3, (50, 4)).astype(np.uint8)
    y, w = generator.integers(0, 2, 50), generator.standard_normal(4)
    whole = objective(x, y, w, 0.3, 0.01)
    monkeypatch.setattr("mpilogit_bench.objective.ROWS_AT_ONCE", 7)
    assert objective(x, y, w, 0.3, 0.01) == pytest.approx(whole, rel=1e-14)
    assert objective(scipy.sparse.csr_matrix(x), y, w, 0.3, 0.01) == pytest.approx(whole, rel=1e-14)


def test_gap_is_positive_except_at_scikit_learns_optimum():
    generator = np.random.default_rng(2)
    x = generator.standard_normal((300, 3))
    y = (x[:, 0] + generator.standard_normal(300) > 0).astype(np.uint8)
    model = sklearn.linear_model.LogisticRegression(C=1.0, tol=1e-12, solver="newton-cholesky").fit(x, y)
    optimum = objective(x, y, model.coef_[0], model.intercept_[0], 1 / 300)
    for shift in ([1e-3, 0, 0], [0, -1e-3, 0], [0, 0, 1e-3]):
        assert relative_gap(objective(x, y, model.coef_[0] + shift, model.intercept_[0], 1 / 300), optimum) > 1e-8


# --- α + β m ---------------------------------------------------------------------------------------

def test_fit_finds_the_line_that_the_times_are_on():
    sizes = np.array([8, 512, 4096, 65536, 1 << 21])
    line = cost_model.fit(sizes, 3e-6 + sizes * 2e-10)
    assert line.alpha == pytest.approx(3e-6, rel=1e-9)
    assert line.beta == pytest.approx(2e-10, rel=1e-9)


@pytest.mark.parametrize("times", [[1e-6, 5e-6, 50e-6], [5e-6, 3e-6, 1e-6]])
def test_fit_has_no_negative_costs(times):
    line = cost_model.fit([8, 64, 512], times)
    assert line.alpha >= 0.0 and line.beta >= 0.0
    # the least relative error among lines with this sign pattern
    error = sum((line.seconds(m) / t - 1) ** 2 for m, t in zip([8, 64, 512], times))
    for factor in (0.99, 1.01):
        other = cost_model.AlphaBeta(line.alpha * factor, line.beta * factor)
        assert sum((other.seconds(m) / t - 1) ** 2 for m, t in zip([8, 64, 512], times)) > error


def test_projection_divides_passes_and_adds_allreduces():
    free, network = cost_model.AlphaBeta(0.0, 0.0), cost_model.Network(1e-6, 1e9)
    assert cost_model.project(8.0, 10, 1000, free, 1, network) == 8.0
    # 2 nodes: 2 steps of 1 µs and 1000 bytes once over the link = 3 µs, ten times
    assert cost_model.project(8.0, 10, 1000, free, 2, network) == pytest.approx(4.0 + 30e-6, rel=1e-12)


# --- tables ----------------------------------------------------------------------------------------

def peer(name, seconds, chosen=True, reason=None):
    trial = {"seconds": 9.0, "tolerance": 1e-3, "variant": {}, "gap": 1e-7}
    return {"name": name, "chosen": trial if chosen else None, "seconds": seconds, "reason": reason,
            "trail": [trial]}


def contest(peers, ours=(0.1, 0.2, 0.3)):
    return {"name": "d", "bar": 10, "rows": 5, "features": 2, "storage": "float32", "sparse": False,
            "l2": 0.2, "peers": peers,
            "ours": {"trail": [{"seconds": 0.2, "gap": 1e-8, "tolerance": 1e-3}],
                     "chosen": {"data_passes": 7}, "seconds": {"2 × 1": list(ours), "1 × 2": [99.0]}}}


def result(*contests):
    return {"gap": 1e-6, "repeats": 3, "limit": 60.0, "datasets": list(contests)}


def test_the_ratio_is_that_of_medians_against_the_best_that_is_judged_by():
    one = contest([peer("sklearn lbfgs", [3.0, 1.0, 2.0]), peer("sklearn sag", []), peer("glum", [0.1])])
    assert tables.verdict(one, 60.0) == ("10×", "reached")
    text = tables.comparison(result(one))
    assert "**10×**" in text and "sklearn lbfgs, 2 s" in text and "200 ms (2 × 1)" in text
    assert "| sklearn sag | 45× (1) |" in text  # one time of the search, and so marked


def test_who_did_not_arrive_gives_a_lower_bound_only():
    late = peer("sklearn lbfgs", [], chosen=False, reason="> 60 s")
    assert tables.verdict(contest([late]), 60.0) == ("> 300×", "reached")
    assert tables.verdict(contest([late], ours=(30.0,) * 3), 60.0)== ("> 2×", "open")


def test_absent_peers_are_named_apart():
    text = tables.comparison(result(contest([peer("glum", [], False, "not importable (ImportError)")])))
    assert "Not here: glum (not importable (ImportError))." in text


@pytest.mark.parametrize("value, text", [(2.5e-6, "2.5 µs"), (0.0123, "12.3 ms"), (39.5, "39.5 s")])
def test_seconds_have_a_unit(value, text):
    assert tables.seconds(value) == text


def test_a_plot_has_a_panel_for_each_data_set(tmp_path):
    script = plot.script(result(contest([peer("glum", [1.0])])), tmp_path, "out.svg")
    assert script.count("\nplot ") == 1 and 'title "mpilogit"' in script and 'title "glum"' in script
    assert (tmp_path / "0-0").read_text() == "0.2 1e-08\n"


def test_a_curve_never_rises():
    trail = [{"seconds": 3.0, "gap": 1e-3}, {"seconds": 1.0, "gap": 1e-1}, {"seconds": 2.0, "gap": 1e-5},
             {"seconds": 4.0, "gap": float("inf")}]
    assert plot.descent(trail) == [(1.0, 1e-1), (2.0, 1e-5), (3.0, 1e-5)]


# --- instruction counts ----------------------------------------------------------------------------

def test_a_dump_names_its_kernel_and_total():
    dump = "desc: Trigger: Client Request: fused float32 x 28\n\nsummary: 12\n\ntotals: 14\n"
    assert instructions.parse_dump(dump) == ("fused float32 x 28", 14)
    assert instructions.parse_dump("desc: Trigger: Program termination\ntotals: 3\n") is None


@pytest.mark.parametrize("counted, changed", [
    ({"a": 1040, "b": 960}, []),
    ({"a": 1060, "b": 1000}, ["a"]),
    ({"a": 1000, "b": 940}, ["b"]),  # falls count too: the file shall know them
    ({"a": 1000}, ["b"]),
    ({"a": 1000, "b": 1000, "c": 1}, ["c"]),
])
def test_changes_beyond_five_percent_are_found(counted, changed):
    lines = instructions.changes({"a": 1000, "b": 1000}, counted)
    assert [line.split(":")[0] for line in lines] == changed


def test_another_compiler_is_skipped_and_not_passed(tmp_path, monkeypatch):
    path = tmp_path / "counts.json"
    monkeypatch.setattr(instructions, "COUNTS", path)
    path.write_text('{"compiler": "GNU 12", "instructions": {"a": 1000}}')
    assert instructions.verdict({"compiler": "Clang 14"}, {"a": 1000}) == instructions.SKIPPED
    assert instructions.verdict({"compiler": "GNU 12"}, {"a": 1000}) == 0
    assert instructions.verdict({"compiler": "GNU 12"}, {"a": 1100}) == 1


# --- a peer's process ------------------------------------------------------------------------------

@pytest.fixture
def small_file(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(os.environ["MPILOGIT_SOURCE"], "bench")))
    path = tmp_path / "small.h5"
    datasets.write_normal(path, 2000, 3)
    return path


class Named:
    def __init__(self, name):
        self.name = name


def test_a_peer_fits_in_its_own_process(small_file):
    worker = Worker(Named("sklearn lbfgs"), small_file, 1 / 2000)
    seconds, weights, intercept = worker.fit(1e-6, {"dtype": "float64"}, 60)
    with pytest.raises(PeerFailed):
        worker.fit(-1.0, {"dtype": "float64"}, 60)
    worker.close()
    x, y = datasets.read(small_file)
    exact = sklearn.linear_model.LogisticRegression(tol=1e-12, solver="newton-cholesky").fit(x.astype(float), y)
    assert seconds > 0 and np.allclose(weights, exact.coef_[0], atol=1e-4)
    assert intercept == pytest.approx(exact.intercept_[0], abs=1e-4)


def test_a_fit_that_takes_too_long_is_ended(small_file):
    worker = Worker(Named("sklearn saga"), small_file, 1e-9)
    with pytest.raises(TimedOut):
        worker.fit(1e-300, {"dtype": "float64"}, 0.2)
    assert worker.process.returncode is not None
