"""Options that cannot apply, and data that they cannot use: exit 2, one message that says what, nothing written."""

import numpy as np
import pytest

from conftest import logistic_sample, mpilogit, write_dense
from oracles import classes_sample

L2 = ["--l2", "0.1"]

# command, options, what the message must say
TWO_CLASSES = [
    ("train", ["--l1", "0.1", "--solver", "newton"], ["--solver newton", "proximal-newton"]),
    ("train", ["--l1", "0.1", "--solver", "lbfgs"], ["--solver lbfgs"]),
    ("train", ["--l1", "0.1", "--solver", "sgd"], ["--solver sgd"]),
    ("train", ["--lower", "0", "--solver", "gradient-descent"], ["gradient-descent", "bounds"]),
    ("train", ["--l1", "0.1", "--history", "5"], ["--history", "proximal-newton"]),
    ("train", ["--alpha", "0.5"], ["--alpha", "--lambda"]),
    ("train", ["--l1-ratio", "0.5"], ["--l1-ratio", "--C"]),
    ("train", ["--C", "1", *L2], ["--l2", "--C"]),
    ("train", ["--C", "1", "--lambda", "1"], ["--C", "--lambda"]),
    ("train", ["--C", "0"], ["--C is 0"]),
    ("train", ["--lambda", "1", "--alpha", "1.5"], ["--alpha", "1.5"]),
    ("train", ["--lambda", "1", "--alpha", "0.5,1"], ["--alpha", "one number"]),
    ("train", ["--standardize"], ["--standardize", "penalty"]),
    ("train", ["--prior", "DATA"], ["--prior", "penalty"]),
    ("train", ["--penalty-factors=ones"], ["--penalty-factors", "without a penalty"]),
    ("train", [*L2, "--one-vs-rest"], ["--one-vs-rest", "two classes"]),
    ("train", [*L2, "--one-vs-rest", "--start", "DATA"], ["--start", "--one-vs-rest"]),
    ("train", [*L2, "--start", "DATA"], ["d.h5", "not a model"]),
    ("train", [*L2, "--start", "nowhere.h5"], ["nowhere.h5"]),
    ("train", ["--class-weight", "7=2"], ["'7'", "'0', '1'"]),
    ("train", ["--class-weight", "0=-1"], ["0=-1"]),
    ("train", ["--class-weight", "0=1,0=2"], ["'0' twice"]),
    ("train", ["--class-weight", "heavy"], ["heavy"]),
    ("train", ["--class-weight", ""], ["--class-weight", "empty"]),
    ("train", ["--lower", "nan"], ["--lower", "nan", "number"]),
    ("train", ["--degree", "20", "--features", "wide"], ["products", "degree"]),
    ("cross-validate", ["--alpha", "0.5,0.5"], ["--alpha", "0.5 twice"]),
    ("train", ["--lower", "2", "--upper", "1"], ["at least 2", "at most 1"]),
    ("train", ["--lower", "nothing"], ["nothing"]),
    ("train", [*L2, "--penalty-factors=short"], ["short"]),
    ("train", [*L2, "--penalty-factors=negative"], ["column 1", "-1"]),
    ("train", [*L2, "--penalty-factors=nan"], ["nan"]),
    ("train", ["--degree", "1"], ["--degree", "at least 2"]),
    ("train", ["--degree", "25"], ["--degree"]),
    ("train", ["--degree", "5", "--interactions"], ["--degree is 5", "4 features"]),
    ("train", ["--trials"], ["trials"]),
    ("train", ["--labels", "many", "--trials=few"], ["d.h5:/many", "more successes than trials"]),
    ("train", ["--folds", "3"], ["folds"]),
    ("path", ["--l2", "1"], ["l2"]),
    ("path", ["--solver", "sgd"], ["--solver", "sgd"]),
    ("path", ["--alpha", "1", "--solver", "newton"], ["--solver newton"]),
    ("path", ["--lambdas", "0"], ["--lambdas"]),
    ("path", ["--lambda-ratio", "2"], ["--lambda-ratio"]),
    ("path", ["--upper", "0", "--lower", "0"], ["can leave 0"]),
    ("cross-validate", ["--folds", "1"], ["--folds", "at least 2"]),
    ("cross-validate", ["--folds", "600"], ["600 folds", "fewer --folds"]),
    ("cross-validate", ["--groups", "--seed", "1"], ["--seed", "--groups"]),
    ("cross-validate", ["--groups=twogroups", "--folds", "3"], ["3 folds", "2 groups"]),
    ("cross-validate", ["--choose", "best"], ["--choose", "best"]),
    ("cross-validate", ["--alpha", "0,1", "--solver", "newton"], ["--solver newton"]),
]


def write_two_classes(tmp_path):
    x, y = logistic_sample(rows=300, features=4)
    return write_dense(
        tmp_path / "d.h5", x, y, ones=np.ones(4), short=np.ones(3), negative=[1.0, -1, 1, 1],
        nan=[1.0, np.nan, 1, 1], many=3 + y, few=np.full(300, 3), groups=np.arange(300) // 3,
        twogroups=np.arange(300) % 2, wide=np.ones((300, 300)))


@pytest.mark.parametrize("ranks,every", [(1, 5), (4, 1)])
def test_two_classes(tmp_path, ranks, every):
    data = write_two_classes(tmp_path)
    failures = []
    for command, options, parts in TWO_CLASSES[::every]:
        options = [data if option == "DATA" else option for option in options]
        run = mpilogit(command, data, *options, "--model", tmp_path / "m.h5", ranks=ranks, within=3)
        said = run.errors[0] if len(run.errors) == 1 else ""
        refused = run.code == 2 and all(part in said for part in parts)
        if not refused or (tmp_path / "m.h5").exists():
            failures.append((command, options, run.code, run.err[:300]))
            (tmp_path / "m.h5").unlink(missing_ok=True)
    assert not failures, "\n".join(map(str, failures))


@pytest.mark.parametrize("ranks", [1, 4])
def test_more_classes(tmp_path, ranks):
    x, y = classes_sample(rows=200, features=3, classes=3)
    data = write_dense(tmp_path / "d.h5", x, y, offsets=np.ones(200))
    for options, parts in [(["--offsets"], ["--offsets", "two classes"]),
                           ([*L2, "--prior", "DATA", "--one-vs-rest"], ["--prior"]),
                           (["--trials=offsets"], ["d.h5:/y", "more successes than trials"])]:
        options = [data if option == "DATA" else option for option in options]
        run = mpilogit("train", data, *options, "--model", tmp_path / "m.h5", ranks=ranks)
        assert run.code == 2 and len(run.errors) == 1, f"{options}: {run.err}"
        assert all(part in run.errors[0] for part in parts), run.err
        assert not (tmp_path / "m.h5").exists()


def test_steps_of_paths_and_models(tmp_path):
    data = write_two_classes(tmp_path)
    model, path, output = tmp_path / "m.h5", tmp_path / "p.h5", tmp_path / "o.h5"
    assert mpilogit("train", data, *L2, "--model", model).code == 0
    assert mpilogit("path", data, "--lambdas", 5, "--model", path).code == 0
    for arguments, parts in [
        (["predict", model, data, "--step", 0, "--output", output], ["--step"]),
        (["predict", path, data, "--output", output], ["--step", "0", "4"]),
        (["evaluate", path, data], ["--step"]),
        (["evaluate", path, data, "--step", 5], ["5", "4"]),
        (["inspect", model, "--step", 1], ["step"]),
        (["inspect", path, "--top", 3], ["--top"]),
        (["inspect", data, "--step", 1], ["d.h5"]),
        (["train", data, *L2, "--start", path, "--model", tmp_path / "n.h5"], ["p.h5"]),
    ]:
        run = mpilogit(*arguments, ranks=2)
        assert run.code == 2 and len(run.errors) == 1, f"{arguments}: {run.err}"
        assert all(part in run.errors[0] for part in parts), run.err
    assert not output.exists()
