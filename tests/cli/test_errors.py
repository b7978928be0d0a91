"""Bad input: exit 2 on all ranks within 2 seconds of work, one message that names the place, nothing written."""

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import logistic_sample, mpilogit, write_dense, write_sparse

ROWS = 40


def sample():
    return logistic_sample(rows=ROWS, features=3)


def dense_with(**changes):
    """A sound dense file, but for `changes` (name → values; None: left out)."""
    def write(path):
        x, y = sample()
        contents = {"X": x, "y": y, "feature_names": np.array([b"age", b"height", b"hours"])}
        contents.update(changes)
        with h5py.File(path, "w") as file:
            for name, values in contents.items():
                if values is not None:
                    file[name] = values
    return write


def poisoned(name, row, value, column=None):
    x, y = sample()
    values = x if name == "X" else np.ones(ROWS)
    values[(row, column) if column is not None else row] = value
    return dense_with(**{name: values})


def sparse_with(**changes):
    """A sound CSR file, but for the members in `changes`."""
    def write(path):
        x, y = sample()
        matrix = scipy.sparse.csr_matrix(np.where(x > 0, x, 0))
        members = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr}
        shape = changes.get("shape", matrix.shape)
        for key, change in changes.items():
            if key == "shape":
                continue
            members[key] = change(members[key].copy()) if callable(change) else change
        with h5py.File(path, "w") as file:
            group = file.create_group("X")
            group.attrs["encoding-type"] = "csr_matrix"
            group.attrs["shape"] = shape
            for key, values in members.items():
                if values is not None:
                    group[key] = values
            file["y"] = y
    return write


def edit(position, value):
    def change(values):
        values[position] = value
        return values
    return change


def swap_first_two(values):
    """Swaps the first two entries of the first row that has two."""
    values[[0, 1]] = values[[1, 0]]
    return values


def text_file(path):
    path.write_text("age,height\n1,2\n")


def truncated(path):
    dense_with()(path)
    contents = path.read_bytes()
    path.write_bytes(contents[: len(contents) // 2])


CASES = {
    # name: (writes the file, extra arguments, what the message must name)
    "missing file": (lambda path: None, [], ["d.h5"]),
    "not HDF5": (text_file, [], ["d.h5", "HDF5"]),
    "empty file": (lambda path: path.write_bytes(b""), [], ["d.h5"]),
    "truncated": (truncated, [], ["d.h5"]),
    "no X": (dense_with(X=None), [], ["X"]),
    "no y": (dense_with(y=None), [], ["y"]),
    "no weights": (dense_with(), ["--weights"], ["weights"]),
    "no offsets": (dense_with(), ["--offsets"], ["offsets"]),
    "X of one dimension": (dense_with(X=np.ones(ROWS)), [], ["X"]),
    "X of three dimensions": (dense_with(X=np.ones((ROWS, 2, 2))), [], ["X"]),
    "X of text": (dense_with(X=np.full((ROWS, 2), b"a")), [], ["X"]),
    "y of two columns": (dense_with(y=np.ones((ROWS, 2))), [], ["y"]),
    "y too short": (dense_with(y=sample()[1][:-1]), [], ["y", "39", "40"]),
    "weights too long": (dense_with(weights=np.ones(ROWS + 1)), ["--weights"],
                         ["weights", "41", "40"]),
    "offsets too short": (dense_with(offsets=np.ones(3)), ["--offsets"], ["offsets", "3", "40"]),
    "names too few": (dense_with(feature_names=np.array([b"age"])), [], ["feature_names", "1", "3"]),
    "NaN in X": (poisoned("X", 17, np.nan, 1), [], ["X", "17", "height", "1"]),
    "infinity in X": (poisoned("X", 39, np.inf, 2), [], ["X", "39", "hours"]),
    "NaN in y": (dense_with(y=np.where(np.arange(ROWS) == 5, np.nan, sample()[1])), [],
                 ["y", "5"]),
    "y not whole": (dense_with(y=np.linspace(0, 1, ROWS)), [], ["y"]),
    "NaN in weights": (poisoned("weights", 7, np.nan), ["--weights"], ["weights", "7"]),
    "negative weight": (poisoned("weights", 8, -1.0), ["--weights"], ["weights", "8"]),
    "weights all zero": (dense_with(weights=np.zeros(ROWS)), ["--weights"], ["weights"]),
    "weight on one class only": (dense_with(weights=sample()[1].astype(float)), ["--weights"],
                                 ["class", "weight"]),
    "NaN in offsets": (poisoned("offsets", 9, np.nan), ["--offsets"], ["offsets", "9"]),
    "one class": (dense_with(y=np.ones(ROWS, dtype=int)), [], ["class", "1"]),
    "zero rows": (dense_with(X=np.ones((0, 3)), y=np.ones(0)), [], ["row"]),
    "zero columns": (dense_with(X=np.ones((ROWS, 0)), feature_names=None), [], ["X"]),
    "index out of range": (sparse_with(indices=edit(2, 99)), [], ["indices", "out of range", "0 to 2"]),
    "index negative": (sparse_with(indices=edit(2, -1)), [], ["indices"]),
    "indices unsorted": (sparse_with(indices=swap_first_two, indptr=lambda p: np.array(
        [0, 2, *p[p >= 2][:]])[: len(p)]), [], ["X"]),
    "indices duplicated": (sparse_with(indices=edit(slice(0, 2), 1), indptr=lambda p: np.maximum(
        p, np.minimum(np.arange(len(p)), 1) * 2)), [], ["X"]),
    "indptr not monotone": (sparse_with(indptr=edit(5, 1000)), [], ["indptr"]),
    "indptr not from zero": (sparse_with(indptr=edit(0, 1)), [], ["indptr"]),
    "indptr not to nnz": (sparse_with(data=lambda d: d[:-1], indices=lambda i: i[:-1]), [],
                          ["indptr"]),
    "indptr too short": (sparse_with(indptr=lambda p: p[:-1]), [], ["indptr"]),
    "indices shorter than data": (sparse_with(indices=lambda i: i[:-1]), [], ["indices"]),
    "no indices": (sparse_with(indices=None), [], ["indices"]),
    "shape disagrees": (sparse_with(shape=(ROWS + 5, 3)), [], ["X"]),
    "NaN in sparse data": (sparse_with(data=edit(4, np.nan)), [], ["X"]),
}


@pytest.mark.parametrize("ranks", [1, 4])
@pytest.mark.parametrize("case", CASES)
def test_bad_data_is_refused(tmp_path, case, ranks):
    write, arguments, named = CASES[case]
    data, model = tmp_path / "d.h5", tmp_path / "m.h5"
    write(data)
    run = mpilogit("train", data, "--model", model, "--l2", "0.1", *arguments, ranks=ranks,
                   timeout=30, within=2)
    assert run.code == 2, run.err
    assert len(run.errors) == 1, run.err
    for word in named:
        assert word in run.errors[0]
    assert list(tmp_path.glob("m.h5*")) == []


@pytest.mark.parametrize("ranks", [1, 4])
@pytest.mark.parametrize("arguments,named", [
    (["--model", "no/such/folder/m.h5"], "no/such/folder"),
    (["--model", "."], "."),
    ([], "--model"),
    (["--model", "m.h5", "--l2", "-1"], "--l2"),
    (["--model", "m.h5", "--l2", "nan"], "--l2"),
    (["--model", "m.h5", "--l2", "0.1x"], "--l2"),
    (["--model", "m.h5", "--tolerance", "-1e-3"], "--tolerance"),
    (["--model", "m.h5", "--max-iterations", "2.5"], "--max-iterations"),
    (["--model", "m.h5", "--threads", "0"], "--threads"),
    (["--model", "m.h5", "--solver", "magic"], "magic"),
    (["--model", "m.h5", "--io", "magic"], "magic"),
    (["--model", "m.h5", "--learning-rate", "0.1"], "--learning-rate"),
    (["--model", "m.h5", "--solver", "sgd", "--history", "3"], "--history"),
    (["--model", "m.h5", "--solver", "lbfgs", "--seed", "3"], "--seed"),
    (["--model", "m.h5", "--solver", "gradient-descent", "--decay", "3"], "--decay"),
    (["--model", "m.h5", "--solver", "gradient-descent", "--batch-size", "3"], "--batch-size"),
    (["--model", "m.h5", "--nonsense"], "nonsense"),
    (["--model", "m.h5", "--tol", "0.1"], "tol"),
    (["--model", "m.h5", "--l2", "1", "--l2", "2"], "l2"),
    (["--model", "m.h5", "--output", "x.h5"], "output"),
    (["--model", "m.h5", "--json", "no/such/folder/r.json"], "no/such/folder"),
    (["--model", "m.h5", "--config", "none.ini"], "none.ini"),
    (["--model", "m.h5", "second.h5"], "second.h5"),
])
def test_bad_usage_is_refused(tmp_path, arguments, named, ranks):
    dense_with()(tmp_path / "d.h5")
    run = mpilogit("train", "d.h5", *arguments, ranks=ranks, cwd=tmp_path, timeout=30)
    assert run.code == 2, run.err
    assert len(run.errors) == 1 and named in run.errors[0], run.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.h5"]


def test_unwritable_model_is_found_before_the_data_are_read(tmp_path):
    run = mpilogit("train", tmp_path / "missing.h5", "--model", tmp_path / "no" / "m.h5")
    assert run.code == 2 and "m.h5" in run.errors[0]


@pytest.mark.parametrize("ranks", [1, 3])
def test_files_that_disagree_are_refused(tmp_path, ranks):
    dense_with()(tmp_path / "a.h5")
    dense_with(X=np.ones((ROWS, 2)), feature_names=None)(tmp_path / "b.h5")
    dense_with(feature_names=np.array([b"age", b"weight", b"hours"]))(tmp_path / "c.h5")
    sparse_with()(tmp_path / "s.h5")
    for other, named in (("b.h5", "b.h5"), ("c.h5", "weight"), ("s.h5", "s.h5")):
        run = mpilogit("train", tmp_path / "a.h5", tmp_path / other, "--model", tmp_path / "m.h5",
                       ranks=ranks)
        assert run.code == 2 and len(run.errors) == 1 and named in run.errors[0], run.err


@pytest.mark.parametrize("ranks", [1, 3])
def test_predicting_with_other_data_is_refused(tmp_path, ranks):
    data, model, output = tmp_path / "d.h5", tmp_path / "m.h5", tmp_path / "p.h5"
    dense_with()(data)
    assert mpilogit("train", data, "--model", model, "--l2", "0.1").code == 0
    x, y = sample()
    write_dense(tmp_path / "narrow.h5", x[:, :2], y)
    dense_with(feature_names=np.array([b"age", b"hours", b"height"]))(tmp_path / "named.h5")
    dense_with(y=y + 5)(tmp_path / "labels.h5")
    for file, named in (("narrow.h5", "2 features"), ("named.h5", "hours")):
        run = mpilogit("predict", model, tmp_path / file, "--output", output, ranks=ranks)
        assert run.code == 2 and len(run.errors) == 1 and named in run.errors[0], run.err
        assert not output.exists()
    run = mpilogit("evaluate", model, tmp_path / "labels.h5", ranks=ranks)
    assert run.code == 2 and "'5'" in run.errors[0], run.err
    run = mpilogit("evaluate", data, model, ranks=ranks)
    assert run.code == 2 and "not a model" in run.errors[0], run.err
    run = mpilogit("predict", model, data, "--output", tmp_path / "no" / "p.h5", ranks=ranks)
    assert run.code == 2 and len(run.errors) == 1, run.err


def test_a_changed_model_is_refused(tmp_path):
    data, model = tmp_path / "d.h5", tmp_path / "m.h5"
    dense_with()(data)
    assert mpilogit("train", data, "--model", model, "--l2", "0.1").code == 0
    changes = {
        "coefficients": lambda file: file["coefficients"].__setitem__((0, 0), 1.0),
        "not finite": lambda file: file["intercept"].__setitem__(0, np.nan),
        "newer": lambda file: file.attrs.__setitem__("format_version", 99),
        "no intercept": lambda file: file.__delitem__("intercept"),
        "names": lambda file: (file.__delitem__("feature_names"),
                               file.__setitem__("feature_names", [b"a"])),
    }
    contents = model.read_bytes()
    for name, change in changes.items():
        model.write_bytes(contents)
        with h5py.File(model, "r+") as file:
            change(file)
        run = mpilogit("evaluate", model, data, ranks=2)
        assert run.code == 2 and len(run.errors) == 1, (name, run.err)
