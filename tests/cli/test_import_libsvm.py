"""`import libsvm` against scikit-learn, which writes such files and reads them."""

import gzip

import h5py
import numpy as np
import pytest
import scipy.sparse
from sklearn.datasets import dump_svmlight_file, load_svmlight_file

from conftest import mpilogit, read_csr, write_sparse


def sample(rows=3000, features=40, seed=3, exact=False):
    random = np.random.default_rng(seed)
    matrix = scipy.sparse.random(rows, features, 0.2, format="csr", random_state=random, dtype=np.float64)
    matrix.data = np.round(matrix.data * 1024) / 1024 if exact else matrix.data
    matrix = matrix.tolil()
    matrix[rows - 1, features - 1] = 0.5  # the last column is not empty
    matrix = matrix.tocsr()
    matrix.sort_indices()
    dense = matrix.toarray()
    labels = (dense @ random.normal(size=features) + random.logistic(size=rows) > 0).astype(int)
    return matrix, labels


def contents(path):
    with h5py.File(path) as file:
        return {name: (file[name].dtype, file[name][()].tobytes())
                for name in ("X/data", "X/indices", "X/indptr", "y")}


def imported(tmp_path, text, *options, ranks=0, name="rows.svm"):
    source = tmp_path / name
    source.write_bytes(text if isinstance(text, bytes) else text.encode())
    target = tmp_path / "rows.h5"
    target.unlink(missing_ok=True)
    return mpilogit("import", "libsvm", source, "--output", target, *options, ranks=ranks), target


def test_what_scikit_learn_writes_is_the_same_on_any_number_of_ranks(tmp_path, train):
    matrix, labels = sample()
    source = tmp_path / "rows.svm"
    dump_svmlight_file(matrix, labels, str(source), zero_based=False, comment="a comment\nof two lines")
    packed = tmp_path / "rows.svm.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    expected = None
    for ranks, path in ((1, source), (2, packed), (3, source), (7, source)):
        target = tmp_path / f"{ranks}.h5"
        run = mpilogit("import", "libsvm", path, "--output", target, ranks=ranks)
        assert run.code == 0, run.err
        expected = expected or contents(target)
        assert contents(target) == expected
    got, got_labels = read_csr(target)
    matrix, _ = load_svmlight_file(str(source))  # the text has 16 digits of each value
    assert (got != matrix).nnz == 0 and got.dtype == np.float64
    assert np.array_equal(got_labels, labels) and got_labels.dtype == np.int64

    from_python = write_sparse(tmp_path / "python.h5", matrix, labels)
    fits = [train(path, "--l2", "0.01") for path in (target, from_python)]
    assert fits[0].record["coefficients_sha256"] == fits[1].record["coefficients_sha256"]


def test_values_are_float32_where_that_is_exact(tmp_path):
    matrix, labels = sample(rows=200, exact=True)
    dump_svmlight_file(matrix, labels, str(tmp_path / "exact.svm"), zero_based=False)
    run = mpilogit("import", "libsvm", tmp_path / "exact.svm", "--output", tmp_path / "exact.h5", ranks=0)
    assert run.code == 0 and "float32" in run.out
    got, _ = read_csr(tmp_path / "exact.h5")
    assert got.dtype == np.float32 and (got != matrix).nnz == 0
    run, target = imported(tmp_path, "1 1:0.1\n0 1:2\n", "--storage", "float32")
    assert run.code == 0 and read_csr(target)[0][0, 0] == np.float32(0.1)
    run, target = imported(tmp_path, "1 1:1e39\n", "--storage", "float32")
    assert run.code == 2 and "line 1: a value is too large for float32" in run.err
    run, target = imported(tmp_path, "1 1:1\n", "--storage", "float64")
    assert run.code == 0 and read_csr(target)[0].dtype == np.float64


def test_columns_from_0_or_1(tmp_path):
    run, target = imported(tmp_path, "1 1:5 3:6\n-1 2:7\n")
    assert run.code == 0 and run.err.count("\n") == 1 and "no column 0 occurs, so columns are numbered from 1" in run.err
    assert np.array_equal(read_csr(target)[0].toarray(), [[5, 0, 6], [0, 7, 0]])
    run, target = imported(tmp_path, "1 1:5 3:6\n-1 2:7\n", "--base", "1")
    assert run.code == 0 and run.err == ""
    run, target = imported(tmp_path, "1 1:5 3:6\n-1 0:7\n", ranks=2)
    assert run.code == 0 and "numbered from 0" in run.err
    assert np.array_equal(read_csr(target)[0].toarray(), [[0, 5, 0, 6], [7, 0, 0, 0]])
    run, target = imported(tmp_path, "1 1:5\n", "--base", "0", "--features-count", "4")
    assert run.code == 0 and np.array_equal(read_csr(target)[0].toarray(), [[0, 5, 0, 0]])
    run, target = imported(tmp_path, "1 1:5\n0 0:1\n", "--base", "1")
    assert run.code == 2 and "line 2: has the column 0; columns are numbered from 1" in run.err
    run, target = imported(tmp_path, "1 1:5\n0 9:1\n", "--features-count", "8")
    assert run.code == 2 and "line 2: has the column 9; columns are numbered from 1 to 8" in run.err


def test_the_largest_numbers(tmp_path):
    run, target = imported(tmp_path, "9007199254740991 1:1 4294967294:2\n-9007199254740991 1:1\n")
    assert run.code == 0, run.err
    assert np.array_equal(read_csr(target)[1], [2**53 - 1, 1 - 2**53])
    run, target = imported(tmp_path, "1 0:1 4294967293:2\n")
    assert run.code == 0 and "features        4,294,967,294" in run.out
    run, target = imported(tmp_path, "1 0:1 4294967294:2\n")
    assert run.code == 2 and "rows.svm: has the column 4294967294; columns are numbered from 0, and at most" in run.err


def test_rows_of_many_megabytes(tmp_path):
    long = "1 " + " ".join(f"{i}:1" for i in range(1, 600_001)) + "\n"  # 5 MB
    run, target = imported(tmp_path, long + "0 2:1\n" + long, ranks=2)
    assert run.code == 0, run.err
    assert np.array_equal(np.diff(read_csr(target)[0].indptr), [600_000, 1, 600_000])
    run, _ = imported(tmp_path, b"1" * (2**26 + 2**15))
    assert run.code == 2 and "the first line is longer than 64 MiB; perhaps it is no text. Check the file" in run.err
    assert "quote" not in run.err


def test_comments_queries_blank_lines_and_signs(tmp_path):
    text = "# begin\n\n+1 qid:7 1:-1e-3 # end\r\n  -1\t2:+.5  \n2\n"
    run, target = imported(tmp_path, text)
    assert run.code == 0, run.err
    assert "qid is ignored: 1 rows" in run.err
    matrix, labels = read_csr(target)
    assert np.array_equal(matrix.toarray(), [[-1e-3, 0], [0, 0.5], [0, 0]])
    assert np.array_equal(labels, [1, -1, 2])
    assert mpilogit("inspect", target, ranks=0).code == 0


def test_files_one_after_the_other(tmp_path):
    (tmp_path / "a.svm").write_text("1 1:1\n0 2:2")
    (tmp_path / "b.svm").write_text("1 1:3 2:4 3:5\n")
    run = mpilogit("import", "libsvm", tmp_path / "a.svm", tmp_path / "b.svm", "--output",
                   tmp_path / "ab.h5", ranks=2)
    assert run.code == 0, run.err
    assert np.array_equal(read_csr(tmp_path / "ab.h5")[0].toarray(), [[1, 0, 0], [0, 2, 0], [3, 4, 5]])


@pytest.mark.parametrize("line, message", [
    ("1 3:1 2:1", "column 2 comes after column 3; the columns of a row must ascend. Sort them"),
    ("1 2:1 2:1", "column 2 occurs twice"),
    ("1,2 1:1", "has several labels"),
    ("1e300 1:1", "has the label '1e300'; classes are whole numbers below 2^53"),
    ("9007199254740993 1:1", "has the label '9007199254740993'; classes are whole numbers below 2^53"),
    ("0.5 1:1", "has the label '0.5'; classes are whole numbers"),
    ("1:1 2:1", "begins with '1:1'; the label comes first"),
    ("yes 1:1", "'yes' is no label"),
    ("1 a:1", "'a:1' is not column:value"),
    ("1 1", "'1' is not column:value"),
    ("1 -1:1", "'-1:1' is not column:value"),
    ("1 1:", "'1:' has no finite number"),
    ("1 1:nan", "'1:nan' has no finite number"),
    ("1 1:1e400", "'1:1e400' has no finite number"),
    ("1 99999999999:1", "the column '99999999999' is above 4294967294"),
    ("1 1:1\0", "NUL"),
])
def test_what_is_wrong_is_refused_with_its_line(tmp_path, line, message):
    run, target = imported(tmp_path, "# first\n1 1:2\n" + line + "\n0 1:0\n")
    assert run.code == 2 and len(run.errors) == 1, run.err
    assert "rows.svm, line 3: " in run.err and message in run.err
    assert not target.exists()


def test_the_first_fault_is_reported_by_whatever_ranks(tmp_path):
    lines = [f"{i % 2} 1:{i} 2:1\n" for i in range(4000)]
    lines[1500] = lines[2500] = lines[3500] = "1 2:1 1:1\n"
    for ranks in (1, 3):
        run, _ = imported(tmp_path, "".join(lines), ranks=ranks)
        assert run.code == 2 and "rows.svm, line 1501: column 1 comes after" in run.err


def test_other_refusals(tmp_path):
    run, _ = imported(tmp_path, "")
    assert run.code == 2 and "is empty" in run.err
    run, _ = imported(tmp_path, "# nothing\n")
    assert run.code == 2 and "comments only" in run.err
    run, _ = imported(tmp_path, "1\n0\n")
    assert run.code == 2 and "no row has a column" in run.err
    run = mpilogit("import", "libsvm", tmp_path / "absent.svm", "--output", tmp_path / "x.h5", ranks=2)
    assert run.code == 2 and "absent.svm" in run.err
    for options in (["--base", "2"], ["--storage", "int8"], ["--features-count", "0"], ["--labels", "y"]):
        run, _ = imported(tmp_path, "1 1:1\n", *options)
        assert run.code == 2 and options[0] in run.err
    source = tmp_path / "rows.svm"
    link = tmp_path / "link"
    link.symlink_to(source)
    run = mpilogit("import", "libsvm", source, "--output", link, ranks=0)
    assert run.code == 2 and "is a file that is read" in run.err
    assert source.read_text() == "1 1:1\n"
