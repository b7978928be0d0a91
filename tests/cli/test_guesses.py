"""What could be taken for something else is asked about, said, or refused; never guessed in silence. And what is
out of range is refused with its cause, not printed as NaN. Oracles: numpy, scikit-learn, and counts by hand."""

import json
import os
import subprocess

import h5py
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from conftest import PROGRAM, command, mpilogit, write_dense

X = np.array([-3.0, -2, -1, 0, 1, 2, 3, 4, -2, 2])[:, None]
Y = np.array([0, 0, 0, 1, 0, 1, 1, 1, 1, 0])


def alone(*arguments, **environment):
    """One rank without mpirun."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def refused(*arguments, **environment):
    code, out, err = alone(*arguments, **environment)
    assert code == 2 and err.count("mpilogit: error: ") == 1, (arguments, code, out, err)
    return err


def model_of(path):
    with h5py.File(path) as file:
        names = [name.decode() for name in file["feature_names"][:]] if "feature_names" in file else []
        return file["coefficients"][:].tolist(), file["intercept"][:].tolist(), file["classes"][:].tolist(), names


# Tables of coefficients

STATISTICS = {
    "summary.glm": '"","Estimate","Std. Error","z value","Pr(>|z|)"\n"(Intercept)",-3.2,0.5,-6.4,1e-10\n"age",0.04,0.01,4,6e-5\n',
    "broom": "term,estimate,std.error,statistic,p.value\n(Intercept),-3.2,0.5,-6.4,1e-10\nage,0.04,0.01,4,6e-5\n",
    "broom, row numbers": '"","term","estimate","std.error"\n"1","(Intercept)",-3.2,0.5\n"2","age",0.04,0.01\n',
    "statsmodels": ",Coef.,Std.Err.,z,P>|z|,[0.025,0.975]\nconst,-3.2,.5,-6.4,0,-4,-2\nage,.04,.01,4,0,.02,.06\n",
    "as_csv": ",   coef   , std err ,      z\nconst,   -3.2 ,    0.5, -6\nage,  0.04,  0.01,   4\n",
    "SPSS": "Variable,B,S.E.,Wald,df,Sig.,Coefficient\n(Intercept),0,1,1,1,1,-3.2\nage,0,1,1,1,1,0.04\n",
    "limits first": "name,2.5 %,97.5 %,estimate\n(Intercept),-4,-2,-3.2\nage,.02,.06,.04\n",
}


def test_statistics_are_no_classes(tmp_path):
    for name, text in STATISTICS.items():
        table = tmp_path / "table.csv"
        table.write_text(text)
        code, _, err = alone("import", "coefficients", table, "--output", tmp_path / "m.h5")
        assert code == 0, (name, err)
        assert model_of(tmp_path / "m.h5") == ([[0.04]], [-3.2], [0, 1], ["age"]), name
        assert "note: coefficients are those of the column" in err, name
    table.write_text("feature,no,se\n(Intercept),1,2\nx,4,8\n")
    err = refused("import", "coefficients", table, "--output", tmp_path / "n.h5")
    assert "'se' is hardly a class" in err and "--classes no,se" in err and "--step" in err
    code, _, err = alone("import", "coefficients", table, "--output", tmp_path / "n.h5", "--classes", "no,se")
    assert code == 0 and model_of(tmp_path / "n.h5") == ([[4.0]], [1.0], [b"no", b"se"], ["x"])
    table.write_text("feature,p.value\nx,4\n")
    assert "'p.value', which is no coefficient" in refused("import", "coefficients", table, "--output", tmp_path / "o.h5")
    table.write_text("feature,Estimate,Est.\nx,4,5\n")
    assert "hardly a class" in refused("import", "coefficients", table, "--output", tmp_path / "o.h5")


def test_what_a_table_of_coefficients_lacks_is_said(tmp_path):
    table, model = tmp_path / "table.csv", tmp_path / "m.h5"
    table.write_text("feature,coefficient\n(Intercept),-3.2\nage,1\nage,2\n")
    assert "the feature 'age' is there twice" in refused("import", "coefficients", table, "--output", model)
    table.write_text("class,feature,coefficient\n1,age,1\n0,age,2\n1,age,3\n0,age,4\n")
    assert "the feature 'age' is there twice" in refused("import", "coefficients", table, "--output", model)
    table.write_text("feature,coefficient\nage,0.04\nweight,NA\n")
    code, out, err = alone("import", "coefficients", table, "--output", model)
    assert code == 0 and "the intercept is 0" in err and "1 of the coefficients are NA" in err
    assert "P(y = 1) against 0" in out
    assert model_of(model)[:2] == ([[0.04, 0.0]], [0.0])
    table.write_text("feature,coefficient\n_cons,2\nage,1\n")
    code, _, err = alone("import", "coefficients", table, "--output", model, "--classes", "'no, never',yes")
    assert code == 0 and err == "" and model_of(model)[1:3] == ([2.0], [b"no, never", b"yes"])
    table.with_suffix(".json").write_text('{"coef_": [[1]], "classes_": [0, 1]}')
    code, _, err = alone("import", "coefficients", table.with_suffix(".json"), "--output", model)
    assert code == 0 and "no intercept_" in err


# LIBSVM

def svm(rows, labels, base=0):
    return "".join(f"{y} " + " ".join(f"{j + base}:1" for j in np.flatnonzero(row)) + "\n"
                   for row, y in zip(rows, labels))


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    """400 rows whose columns are numbered from 0; the rows of `test` lack the first and the last of them."""
    folder = tmp_path_factory.mktemp("svm")
    random = np.random.default_rng(11)
    rows = (random.random((400, 6)) < [0.05, 0.5, 0.5, 0.5, 0.5, 0.05]).astype(int)
    rows[0] = 1
    labels = (random.random(400) < 1 / (1 + np.exp(-(3 * rows[:, 1] - 3 * rows[:, 2])))).astype(int)
    test = np.flatnonzero((rows[:, 0] == 0) & (rows[:, 5] == 0))[150:]
    (folder / "train.svm").write_text(svm(rows, labels))
    (folder / "one.svm").write_text(svm(rows, labels, base=1))
    (folder / "test.svm").write_text(svm(rows[test], labels[test]))
    (folder / "narrow.svm").write_text(svm(rows[test], labels[test], base=1))
    for name in ("train", "one", "test"):
        code, out, err = alone("import", "libsvm", folder / f"{name}.svm", "--output", folder / f"{name}.h5")
        assert code == 0, err
    for name in ("train", "one"):
        code, _, err = alone("train", folder / f"{name}.h5", "--l2", "0.001", "--model", folder / f"{name}_m.h5")
        assert code == 0, err
    return folder, rows[test], labels[test]


def evaluated(folder, model, data):
    code, _, err = alone("evaluate", folder / model, data, "--json", folder / "e.json", "--quiet")
    assert code == 0, err
    return json.loads((folder / "e.json").read_text())


def test_base_and_number_of_columns_go_with_data_and_model(text):
    folder, rows, labels = text
    coefficients, intercept, _, _ = model_of(folder / "train_m.h5")
    scores = rows @ np.array(coefficients[0]) + intercept[0]
    err = refused("evaluate", folder / "train_m.h5", folder / "test.h5")
    assert "numbered from 1" in err and "a guess" in err and "--like" in err
    assert "--like" in refused("predict", folder / "train_m.h5", folder / "test.h5", "--output", folder / "p.h5")
    err = refused("predict", folder / "train_m.h5", folder / "test.svm", "--output", folder / "p.h5")
    assert "import libsvm" in err and "--like" in err
    contents = set()
    for like in ("train_m.h5", "train.h5"):
        out = folder / "like.h5"
        run = mpilogit("import", "libsvm", folder / "test.svm", "--output", out, "--like", folder / like,
                       ranks=2 if like == "train.h5" else 0)
        assert run.code == 0 and "numbered" not in run.err and "2 classes: 0, 1" in run.out, run.err
        contents.add(out.read_bytes())
        record = evaluated(folder, "train_m.h5", out)
        assert record["roc_auc"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
        assert record["log_loss"] == pytest.approx(log_loss(labels, 1 / (1 + np.exp(-scores))), abs=1e-12)
    assert len(contents) == 1
    # From 1, a guess on both sides, and without the last columns.
    narrow = folder / "narrow.h5"
    code, _, err = alone("import", "libsvm", folder / "narrow.svm", "--output", narrow)
    assert code == 0 and "no column 0 occurs, so columns are numbered from 1" in err
    err = refused("evaluate", folder / "one_m.h5", narrow)
    assert "the data has 5 features" in err and "--like" in err
    assert alone("import", "libsvm", folder / "narrow.svm", "--output", narrow, "--like", folder / "one_m.h5")[0] == 0
    assert evaluated(folder, "one_m.h5", narrow)["roc_auc"] == record["roc_auc"]


def test_data_of_another_base_are_not_mixed(text):
    folder, _, _ = text
    wide = folder / "wide.h5"
    assert alone("import", "libsvm", folder / "test.svm", "--output", wide, "--features-count", "6")[0] == 0
    for arguments in (["train", folder / "train.h5", wide], ["train", wide, folder / "train.h5"],
                      ["train", wide, "--start", folder / "train_m.h5"],
                      ["train", wide, "--l2", "1", "--prior", folder / "train_m.h5"]):
        assert "--base" in refused(*arguments, "--model", folder / "x.h5")
    # Who says so may mix: columns begin at 0 in the data sets, whatever the texts have.
    assert alone("import", "libsvm", folder / "one.svm", "--output", wide, "--base", "1")[0] == 0
    assert evaluated(folder, "train_m.h5", wide) and evaluated(folder, "train_m.h5", folder / "train.h5")
    assert alone("train", folder / "train.h5", wide, "--model", folder / "x.h5", "--l2", "1", "--quiet")[0] == 0
    out = folder / "out.h5"
    assert "contradict" in refused("import", "libsvm", folder / "test.svm", "--output", out, "--like", wide, "--base", "1")
    assert "is a file that is read" in refused("import", "libsvm", folder / "test.svm", "--output", wide, "--like", wide)
    write_dense(folder / "dense.h5", X, Y)
    assert "does not say how" in refused("import", "libsvm", folder / "test.svm", "--output", out, "--like", folder / "dense.h5")
    assert "has the column 6" in refused("import", "libsvm", folder / "one.svm", "--output", out, "--like", folder / "train.h5")


# Labels

def test_whole_floats_are_whole_numbers(tmp_path):
    table, data = tmp_path / "t.csv", tmp_path / "t.h5"
    rows = [(i % 5, i % 2) for i in range(40)]
    expected = [y for _, y in rows]
    for spell in (lambda i, y: float(y) if i < 20 else y, lambda i, y: float(y), lambda i, y: f"{y}e0"):
        table.write_text("x,y\n" + "".join(f"{x},{spell(i, y)}\n" for i, (x, y) in enumerate(rows)))
        run = mpilogit("import", "csv", table, "--label", "y", "--output", data, "--json", tmp_path / "r.json", ranks=0)
        assert run.code == 0 and "y: whole numbers, 2 classes: 0, 1" in run.out, run.out + run.err
        assert run.record["classes"] == ["0", "1"]
        with h5py.File(data) as file:
            assert file["y"].dtype == np.int64 and file["y"][:].tolist() == expected
    # The model of it takes both spellings, too.
    assert alone("train", data, "--model", tmp_path / "m.h5", "--l2", "1", "--quiet")[0] == 0
    assert alone("evaluate", tmp_path / "m.h5", table)[0] == 0
    table.write_text("x,y\n" + "".join(f"{x},{['1', '1.0', 'b'][i % 3]}\n" for i, (x, _) in enumerate(rows)))
    run = mpilogit("import", "csv", table, "--label", "y", "--output", data, ranks=3)
    assert "y: texts, 3 classes: 1, 1.0, b" in run.out
    table.write_text("x,y\n" + "".join(f"{x},{i}\n" for i, (x, _) in enumerate(rows * 3)))
    assert "y: whole numbers, more than 100 classes" in alone("import", "csv", table, "--label", "y", "--output", data)[1]
    table.write_text("x,y\n1,9007199254740993\n2,9007199254740992.0\n")
    assert "y: texts, 2 classes" in alone("import", "csv", table, "--label", "y", "--output", data)[1]


# Ranks

def test_ranks_that_do_not_know_of_each_other(tmp_path):
    data = write_dense(tmp_path / "d.h5", X, Y)
    train = ["train", data, "--quiet", "--model", tmp_path / "m.h5"]
    for environment in ({"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"}, {"SLURM_NTASKS": "4", "SLURM_PROCID": "2"},
                        {"PMI_SIZE": "4", "PMI_RANK": "1"}, {"OMPI_COMM_WORLD_SIZE": "4"}, {"PMIX_RANK": "3"},
                        {"MV2_COMM_WORLD_SIZE": "2"}, {"JSM_NAMESPACE_SIZE": "2"}):
        err = refused(*train, **environment)
        assert "srun --mpi=pmix" in err and not (tmp_path / "m.h5").exists(), environment
    table = tmp_path / "t.csv"
    table.write_text("x,y\n1,0\n2,1\n")
    for other in (["inspect", data], ["import", "csv", table, "--label", "y", "--output", tmp_path / "t.h5"],
                  ["synthesize", "--rows", "9", "--features", "2", "--output", tmp_path / "s.h5"]):
        assert "PMI_SIZE=2" in refused(*other, PMI_SIZE="2")
    assert alone("train", "--help", PMI_SIZE="2")[0] == 0
    # A batch script, a shell in an allocation, a step of one task; and what is no number says nothing.
    for environment in ({"SLURM_NTASKS": "4", "SLURM_PROCID": "0"}, {"SLURM_STEP_NUM_TASKS": "1", "SLURM_NTASKS": "4"},
                        {"SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0", "SLURM_PTY_PORT": "4711"},
                        {"SLURM_STEP_NUM_TASKS": "4x"}):
        assert alone(*train, **environment)[0] == 0, environment
    done = subprocess.run(command(train, 1), capture_output=True, text=True, check=False, timeout=60,
                          env={**os.environ, "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "1"})
    assert done.returncode == 0, done.stderr


# Folds

@pytest.fixture(scope="module")
def sixty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("folds")
    random = np.random.default_rng(3)
    x = random.normal(size=(60, 2))
    y = (random.random(60) < 1 / (1 + np.exp(-x[:, 0] + 0.5 * x[:, 1]))).astype(int)
    return folder, x, y


def test_as_many_folds_as_rows(sixty):
    folder, x, y = sixty
    weights = np.ones(60)
    weights[:5] = 0
    data = write_dense(folder / "d.h5", x, y, weights=weights)
    options = ["cross-validate", data, "--alpha", "0", "--lambdas", "1", "--json", folder / "r.json", "--model", folder / "m.h5"]
    runs = [mpilogit(*options, "--folds", "60", ranks=ranks) for ranks in (0, 3)]
    for run in runs:
        assert run.code == 0 and run.record["fold_rows"] == [1] * 60, run.err
    assert runs[0].record["candidates"] == runs[1].record["candidates"]
    strength = runs[0].record["candidates"][0]["lambda"]
    losses = []
    for i in range(60):
        rest = np.arange(60) != i
        fit = LogisticRegression(C=1 / (strength * 59), tol=1e-10, max_iter=1000).fit(x[rest], y[rest])
        losses.append(log_loss(y[i:i + 1], fit.predict_proba(x[i:i + 1]), labels=[0, 1]))
    assert runs[0].record["candidates"][0]["log_loss"] == pytest.approx(np.mean(losses), rel=1e-6)
    # Rows without weight fill no fold.
    run = mpilogit(*options, "--folds", "55", "--weights", ranks=0)
    assert run.code == 0 and set(run.record["fold_rows"]) == {1, 2}, run.err
    err = refused(*options, "--folds", "56", "--weights")
    assert "56 folds cannot be made of 55 rows of positive weight" in err
    run = mpilogit(*options, "--folds", "40", ranks=0)
    assert run.code == 0 and sorted(run.record["fold_rows"]) == [1] * 20 + [2] * 20


def test_a_class_of_one_row(sixty):
    folder, x, y = sixty
    y = np.where(np.arange(60) == 59, 2, y)
    data = write_dense(folder / "e.h5", x, y, groups=np.where(y == 1, 0, np.arange(60)))
    options = ["cross-validate", data, "--model", folder / "m.h5", "--lambdas", "2"]
    err = refused(*options)
    assert "class '2' has one row" in err and "no row of the class is left to learn from" in err and "weight" in err
    assert "Give more rows of the class" in err
    err = refused(*options, "--groups")
    assert f"all {int((y == 1).sum())} rows of class '1' are in one fold" in err
    counts = write_dense(folder / "c.h5", x[:4], [3, 3, 3, 2], trials=[3, 3, 3, 3])
    err = refused("cross-validate", counts, "--trials", "--folds", "2", "--model", folder / "m.h5")
    assert "class '0' has one row" in err
    counts = write_dense(folder / "c.h5", x[:4], [3, 3, 3, 3], trials=[3, 3, 3, 3])
    err = refused("train", counts, "--trials", "--model", folder / "m.h5")
    assert "every trial is a success" in err and "sample weights" not in err


# Numbers out of range

def trained(folder, *arguments, y=Y, **data_sets):
    write_dense(folder / "d.h5", X, y, **data_sets)
    code, out, err = alone("train", folder / "d.h5", "--model", folder / "m.h5", "--json", folder / "r.json", *arguments)
    return code, out + err, json.loads((folder / "r.json").read_text()) if code in (0, 3) else None


def test_numbers_out_of_range_are_refused_with_their_cause(tmp_path):
    small = {"weights": np.full(10, 1e-320)}
    for arguments, says, data_sets in (
            (["--C", "1e-310"], "above the largest double", {}),
            (["--C", "inf", "--l1-ratio", "0.5"], "--l1-ratio has no effect with --C inf", {}),
            (["--C", "inf", "--standardize"], "--standardize has no effect without a penalty", {}),
            (["--C", "-inf"], "not a number of at least 0", {}),
            (["--C", "nan"], "not a number of at least 0", {}),
            (["--lower", "1e200"], "must be at least 1e+200", {}),
            (["--upper", "-1e300", "--solver", "owlqn"], "must be at most -1e+300", {}),
            (["--l2", "1e308", "--penalty-factors", "f"], "above the largest double", {"f": [10.0]}),
            (["--l1", "1e308", "--penalty-factors", "f"], "above the largest double", {"f": [10.0]}),
            (["--weights"], "the largest weight is 1e-320", small),
            (["--weights", "--class-weight", "1=1e-200"], "rows would have the weight 0",
             {"weights": np.r_[np.full(9, 1e-150), 1.0]}),
            (["--class-weight", "0=1e-320,1=1e-320"], "the largest weight is 1e-320", {}),
            (["--class-weight", "0=0"], "gives '0' the weight 0, and a model needs rows of every class", {}),
            (["--class-weight", "0=-1"], "with a weight above 0", {}),
            (["--weights"], "class '0' has no rows of positive weight", {"weights": Y.astype(float)}),
            (["--trials"], "that one is negative. ", {"trials": np.r_[-2.0, np.ones(9)]})):
        code, text, _ = trained(tmp_path, *arguments, **data_sets)
        assert code == 2 and says in text and "nan" not in text.replace("'nan'", ""), (arguments, text)
        assert "negative_count" not in text
    code, text, _ = trained(tmp_path, "--trials", y=np.r_[-1, Y[1:]], trials=np.ones(10))
    assert code == 2 and "that one is negative. " in text


def test_no_penalty_is_spelt_inf(tmp_path):
    plain = trained(tmp_path)[2]
    for spelling in ("inf", "Infinity"):
        code, _, record = trained(tmp_path, "--C", spelling)
        assert code == 0 and record["coefficients_sha256"] == plain["coefficients_sha256"]
        assert record["l2"] == record["l1"] == 0


def test_labels_with_commas_have_weights(tmp_path):
    labels = np.array(["no, never", "it's 'yes'=1", ">50K"], dtype=h5py.string_dtype())[np.arange(10) % 3]
    names = "\"no, never\"=2,it's 'yes'=1=3"
    code, text, record = trained(tmp_path, "--l2", "1", "--class-weight", names, y=labels)
    assert code == 0, text
    assert record["total_weight"] == 4 * 2 + 3 * 3 + 3  # by hand
    weights = np.array([2.0, 3, 1])[np.arange(10) % 3]
    write_dense(tmp_path / "d.h5", X, labels, weights=weights)
    code, text, other = trained(tmp_path, "--l2", "1", "--weights", y=labels, weights=weights)
    assert other["coefficients_sha256"] == record["coefficients_sha256"]


# What stands in the file

def test_what_nobody_uses_is_noted(tmp_path):
    data = write_dense(tmp_path / "d.h5", X, Y, weights=np.arange(1.0, 11), trials=np.ones(10), offsets=np.zeros(10),
                       other=np.zeros(10))
    common = ["--json", tmp_path / "r.json"]
    assert alone("train", data, "--model", tmp_path / "m.h5", "--quiet")[0] == 0
    for arguments in (["train", data, "--model", tmp_path / "n.h5"],
                      ["path", data, "--lambdas", "2", "--model", tmp_path / "n.h5"],
                      ["cross-validate", data, "--folds", "2", "--lambdas", "2", "--model", tmp_path / "n.h5"],
                      ["evaluate", tmp_path / "m.h5", data]):
        code, _, err = alone(*arguments, *common)
        assert code == 0, err
        for name in ("weights", "offsets", "trials"):
            assert err.count(f"note: the data has '{name}'") == 1 and f"give --{name} to use them" in err, (arguments, err)
        assert json.loads((tmp_path / "r.json").read_text())["unused"] == ["weights", "offsets", "trials"]
        code, out, err = alone(*arguments, *common, "--weights", "--offsets")
        assert err.count("note: the data has") == 1 and "'trials'" in err
        assert "note" not in "".join(alone(*arguments, *common, "--quiet")[1:])
    write_dense(data, X, Y, weights=np.ones((10, 2)), offsets=np.ones(3))
    code, _, err = alone("train", data, "--model", tmp_path / "n.h5", *common)
    assert code == 0 and "note" not in err and "unused" not in json.loads((tmp_path / "r.json").read_text())


def test_a_transposed_matrix_is_named(tmp_path):
    random = np.random.default_rng(1)
    x = random.normal(size=(12, 12))
    y = np.arange(12) % 2
    train = ["train", tmp_path / "d.h5", "--l2", "1", "--model", tmp_path / "m.h5"]
    write_dense(tmp_path / "d.h5", x, y)
    code, _, err = alone(*train)
    assert code == 0 and "note: X is 12 x 12, and its first dimension is taken for the rows" in err
    names = np.array([f"f{j}" for j in range(12)], dtype=h5py.string_dtype())
    for matrix, more in ((x, {"feature_names": names}), (x[:, :11], {})):
        write_dense(tmp_path / "d.h5", matrix, y, **more)
        code, _, err = alone(*train)
        assert code == 0 and "note" not in err
    write_dense(tmp_path / "d.h5", x[:3], y)
    err = refused(*train)
    assert "is transposed" in err and "(3, 12)" in err and "t(X) in R" in err
    write_dense(tmp_path / "d.h5", x[:3], y[:5])
    assert "is transposed" not in refused(*train)
