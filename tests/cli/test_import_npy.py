"""`import npy` against numpy and scipy, which write the files."""

import io
import struct
import zipfile

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import logistic_sample, mpilogit, read_csr, write_dense


def imported(tmp_path, source, *options, ranks=0):
    target = tmp_path / "out.h5"
    target.unlink(missing_ok=True)
    return mpilogit("import", "npy", source, "--output", target, *options, ranks=ranks), target


def stored(path, name="X"):
    with h5py.File(path) as file:
        return file[name][()]


def test_the_same_on_any_number_of_ranks_and_as_h5py_writes_it(tmp_path, train):
    x, y = logistic_sample(rows=2000, features=5)
    weights = np.linspace(0, 2, len(y))
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "fortran.npy", np.asfortranarray(x))
    np.save(tmp_path / "y.npy", y)
    np.savez_compressed(tmp_path / "all.npz", features=x, y=y, w=weights)
    np.save(tmp_path / "w.npy", weights)
    labels = ["--labels", tmp_path / "y.npy", "--weights", tmp_path / "w.npy"]
    for ranks, source, options in (
            (1, "x.npy", labels), (2, "fortran.npy", labels), (3, "all.npz", ["--labels", "y", "--weights", "w"]),
            (7, "x.npy", labels)):
        run, target = imported(tmp_path, tmp_path / source, *options, ranks=ranks)
        assert run.code == 0, run.err
        assert stored(target).tobytes() == x.tobytes()
        assert stored(target, "y").tobytes() == y.tobytes() and stored(target, "y").dtype == y.dtype
        assert np.array_equal(stored(target, "weights"), weights)
    from_python = write_dense(tmp_path / "python.h5", x, y, weights=weights)
    fits = [train(path, "--weights") for path in (target, from_python)]
    assert fits[0].record["coefficients_sha256"] == fits[1].record["coefficients_sha256"]


TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_type_in_both_byte_orders(tmp_path, order):
    numbers = np.array([[0, 1, 2], [3, 100, 1]])
    arrays = {kind: numbers.astype(order + kind) for kind in TYPES}
    np.savez(tmp_path / "all.npz", **arrays)
    for kind in TYPES:
        run, target = imported(tmp_path, tmp_path / "all.npz", "--features", kind)
        assert run.code == 0, run.err
        got = stored(target)
        assert got.dtype == np.dtype(kind).newbyteorder("=") and np.array_equal(got, arrays[kind])
        assert mpilogit("inspect", target, ranks=0).code == 0


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format(tmp_path, version):
    x = np.arange(6.0).reshape(3, 2)
    with open(tmp_path / "x.npy", "wb") as file:
        np.lib.format.write_array(file, x, version=version)
    run, target = imported(tmp_path, tmp_path / "x.npy")
    assert run.code == 0 and np.array_equal(stored(target), x)
    assert "without --labels" in run.err


def test_a_header_of_python_2(tmp_path):
    (tmp_path / "x.npy").write_bytes(npy(header=HEADER.replace("(3, 2)", "(3L, 2L)"), data=X.tobytes()))
    run, target = imported(tmp_path, tmp_path / "x.npy")
    assert run.code == 0 and np.array_equal(stored(target), X)


@pytest.mark.parametrize("labels", [
    np.array(["no", "ja", "ähm"]), np.array([b"no", b"yes", b"no"]), np.array([0.0, 1.0, 0.0]),
    np.array([True, False, True]), np.array([[1], [0], [1]], dtype=">i2")])
def test_labels_of_every_kind(tmp_path, labels):
    np.savez(tmp_path / "d.npz", x=np.eye(3), label=labels)
    run, target = imported(tmp_path, tmp_path / "d.npz", "--features", "x", "--labels", "label", ranks=2)
    assert run.code == 0, run.err
    got = stored(target, "y")
    if labels.dtype.kind in "SU":
        got = got.astype("S") if labels.dtype.kind == "S" else np.char.decode(got.astype("S"), "utf8")
    assert np.array_equal(got, labels.reshape(-1))
    assert mpilogit("inspect", target, ranks=0).code == 0


@pytest.mark.parametrize("compressed", [False, True])
def test_sparse_matrices_of_scipy(tmp_path, compressed):
    random = np.random.default_rng(1)
    matrix = scipy.sparse.random(1500, 70, 0.1, format="csr", random_state=random, dtype=np.float32)
    for i in range(0, 1500, 3):  # an order that scipy allows
        row = slice(matrix.indptr[i], matrix.indptr[i + 1])
        matrix.indices[row] = matrix.indices[row][::-1]
        matrix.data[row] = matrix.data[row][::-1]
    matrix.has_sorted_indices = False
    scipy.sparse.save_npz(tmp_path / "m.npz", matrix, compressed=compressed)
    y = random.integers(0, 2, 1500)
    np.save(tmp_path / "y.npy", y)
    bits = set()
    for ranks in (1, 3):
        run, target = imported(tmp_path, tmp_path / "m.npz", "--labels", tmp_path / "y.npy", ranks=ranks)
        assert run.code == 0, run.err
        got, labels = read_csr(target)
        assert (got != matrix).nnz == 0 and got.dtype == np.float32 and np.array_equal(labels, y)
        assert all(np.all(np.diff(got.indices[a:b]) > 0) for a, b in zip(got.indptr, got.indptr[1:]))
        bits.add((got.data.tobytes(), got.indices.tobytes(), got.indptr.tobytes()))
    assert len(bits) == 1


def sparse_bits(path):
    got, _ = read_csr(path)
    return got.dtype.str, got.data.tobytes(), got.indices.tobytes(), got.indptr.tobytes()


@pytest.mark.parametrize("form", ["csc", "coo"])
@pytest.mark.parametrize("compressed", [False, True])
def test_matrices_that_are_not_stored_by_rows(tmp_path, form, compressed):
    """The same as the CSR that scipy makes of them; more than one piece of entries, and rows without any."""
    random = np.random.default_rng(2)
    matrix = scipy.sparse.random(9000, 330, 0.1, format="coo", random_state=random, dtype=np.float32)
    matrix.row[:] = np.where(matrix.row % 5 == 0, 1, matrix.row)
    matrix.row[matrix.row > 8500] = 17
    matrix.sum_duplicates()
    order = random.permutation(matrix.nnz)
    matrix = scipy.sparse.coo_matrix((matrix.data[order], (matrix.row[order], matrix.col[order])), shape=matrix.shape)
    scipy.sparse.save_npz(tmp_path / "m.npz", matrix.asformat(form), compressed=compressed)
    expected = matrix.tocsr()
    expected.sort_indices()
    np.save(tmp_path / "y.npy", np.arange(9000) % 2)
    for ranks in (1, 3):
        run, target = imported(tmp_path, tmp_path / "m.npz", "--labels", tmp_path / "y.npy", ranks=ranks)
        assert run.code == 0, run.err
        got, _ = read_csr(target)
        assert got.shape == expected.shape and got.dtype == np.float32
        for name in ("indptr", "indices", "data"):
            assert np.array_equal(getattr(got, name), getattr(expected, name)), name


@pytest.mark.parametrize("kind", ["f4", "f8", "i1", "u2", "i8", "b1"])
def test_entries_for_the_same_place_are_added_up_as_scipy_does(tmp_path, kind):
    """One after the other and in their own type: of floats another order would give other bits."""
    values = np.array([0.1, 1e6, -1e6, 3, 0.7, 1, -1, 5])
    values = (values if kind[0] == "f" else np.array([1, 2, 3, 30, 2, 1, 1, 5])).astype(kind)
    matrix = scipy.sparse.coo_matrix((values, ([4, 2, 4, 4, 2, 0, 0, 4], [1, 0, 1, 0, 0, 2, 2, 1])), shape=(6, 3))
    scipy.sparse.save_npz(tmp_path / "m.npz", matrix)
    np.save(tmp_path / "y.npy", np.arange(6))
    bits = set()
    for ranks in (1, 2, 7):
        run, target = imported(tmp_path, tmp_path / "m.npz", "--labels", tmp_path / "y.npy", ranks=ranks)
        assert run.code == 0, run.err
        bits.add(sparse_bits(target))
    got, _ = read_csr(target)
    assert len(bits) == 1 and got.nnz == 4 and run.code == 0
    assert np.array_equal(got.toarray(), matrix.tocsr().toarray()) and got.dtype.kind in kind[0] + "u"


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_matrices_without_an_entry(tmp_path, form):
    scipy.sparse.save_npz(tmp_path / "m.npz", scipy.sparse.coo_matrix((3, 2)).asformat(form))
    run, target = imported(tmp_path, tmp_path / "m.npz", ranks=2)
    assert run.code == 0, run.err
    assert np.array_equal(stored(target, "X/indptr"), [0, 0, 0, 0]) and len(stored(target, "X/data")) == 0


def test_the_checksum_is_of_the_parts_of_all_ranks(tmp_path):
    x = np.random.default_rng(3).normal(size=(1_300_000, 1))  # three pieces of 4 MiB
    np.savez(tmp_path / "x.npz", x=x)
    for ranks in (2, 3):
        run, target = imported(tmp_path, tmp_path / "x.npz", ranks=ranks)
        assert run.code == 0 and stored(target).tobytes() == x.tobytes(), run.err


def test_damage_within_stored_bytes_is_noticed(tmp_path):
    """Each rank reads its part of an array; small ones are read as a whole."""
    x, y = logistic_sample(rows=2500, features=5)
    np.savez(tmp_path / "x.npz", x=x, y=y)
    with zipfile.ZipFile(tmp_path / "x.npz") as archive:
        begins = {member.filename: member.header_offset + 400 for member in archive.infolist()}
        assert [member.file_size > 2**16 for member in archive.infolist()] == [True, False]
    good = (tmp_path / "x.npz").read_bytes()
    for place, name in ((begins["x.npy"], "x"), (begins["y.npy"] - 500, "x"), (begins["y.npy"] + 1000, "y")):
        changed = bytearray(good)
        changed[place] ^= 0x01
        (tmp_path / "x.npz").write_bytes(changed)
        for ranks in (0, 2):
            run, target = imported(tmp_path, tmp_path / "x.npz", "--labels", "y", ranks=ranks)
            assert run.code == 2 and len(run.errors) == 1 and f"x.npz:{name}.npy: " in run.err, run.err
            assert "checksum" in run.err and not target.exists()


def npy(array=None, header=None, data=b""):
    if header is None:
        file = io.BytesIO()
        np.save(file, array, allow_pickle=True)
        return file.getvalue()
    text = header.encode("latin1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


X = np.arange(6.0).reshape(3, 2)
HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }"


@pytest.mark.parametrize("content, message", [
    (npy(np.array([[1, "a"], [None, 2]], dtype=object)), "holds Python objects; they are pickled"),
    (npy(np.zeros(3, dtype=[("a", "f8"), ("b", "i4")])), "holds records of several fields"),
    (npy(X.astype(complex)), "holds values of the type '<c16'"),
    (npy(np.array([["a", "b"]])), "holds strings"),
    (npy(np.zeros(3)), "has the shape (3)"),
    (npy(np.zeros((0, 2))), "has no rows"),
    (npy(np.zeros((2, 0))), "has no columns"),
    (npy(np.where(X == 3, np.nan, X)), "row 1, column 1 is NaN or infinite"),
    (npy(np.where(X == 2, np.inf, X).astype("f2")), "row 1, column 0 is NaN or infinite"),
    (npy(np.asfortranarray(np.where(X == 3, -np.inf, X))), "row 1, column 1 is NaN or infinite"),
    (npy(X)[:-1], "declares more values than it has bytes for"),
    (npy(X) + b"x", "has 1 bytes after the array"),
    (npy(X)[:20], "ends within its header"),
    (b"something else", "is no .npy file"),
    (b"", "is no .npy file"),
    (npy(header=HEADER.replace("(3, 2)", "(99999999999, 99999999999)")), "more elements than can be counted"),
    (npy(header=HEADER.replace("(3, 2)", "(1000000000000, 2)")), "more values than it has bytes for"),
    (npy(header=HEADER.replace("(3, 2)", "(-3, 2)")), "a header that cannot be understood"),
    (npy(header=HEADER.replace("shape", "shade")), "a header that cannot be understood"),
    (npy(header=HEADER.replace("'<f8'", "__import__('os')")), "a header that cannot be understood"),
    (npy(header=HEADER.replace("<f8", "<f3"), data=bytes(18)), "holds values of the type '<f3'"),
    (npy(header=HEADER[:-1]), "a header that cannot be understood"),
    (b"\x93NUMPY\x09\x00" + npy(X)[8:], "is of the version 9"),
])
def test_what_is_no_array_of_numbers_is_refused(tmp_path, content, message):
    (tmp_path / "x.npy").write_bytes(content)
    run, target = imported(tmp_path, tmp_path / "x.npy")
    assert run.code == 2 and len(run.errors) == 1, run.err
    assert "x.npy: " in run.err and message in run.err
    assert not target.exists()


def sparse_archive(path, change):
    matrix = scipy.sparse.csr_matrix(np.eye(3))
    members = {"format": np.array(b"csr"), "shape": np.array([3, 3]), "data": matrix.data,
               "indices": matrix.indices, "indptr": matrix.indptr} | change
    np.savez(path, **members)


@pytest.mark.parametrize("change, message", [
    ({"format": np.array(b"bsr")}, "holds a scipy matrix of the form bsr; csr, csc and coo can be read"),
    ({"format": np.array(b"dia")}, "X.tocsr()"),
    ({"indices": np.array([0, 1, 3])}, "holds the column 3; there are 3"),
    ({"indices": np.array([0, 1, -1])}, "holds the column -1"),
    ({"indices": np.array([0.0, 1, 2])}, "does not hold integers"),
    ({"indices": np.array([0, 1])}, "3 columns, one for each value"),
    ({"indptr": np.array([0, 2, 1, 3])}, "does not ascend"),
    ({"indptr": np.array([0, 1, 2, 2])}, "does not ascend"),
    ({"indptr": np.array([1, 1, 2, 3])}, "does not ascend"),
    ({"indptr": np.array([0, 1, 9, 3])}, "does not ascend"),
    ({"indptr": np.array([0, 1])}, "4 starts of rows are needed"),
    ({"indptr": np.array([0, 2, 2, 3]), "indices": np.array([1, 1, 2])}, "row 0 has the column 1 twice"),
    ({"data": np.array([1.0, np.nan, 1.0])}, "value 1 is NaN"),
    ({"shape": np.array([3, -3])}, "has a shape that is none"),
])
def test_unsound_sparse_matrices_are_refused(tmp_path, change, message):
    sparse_archive(tmp_path / "m.npz", change)
    run, target = imported(tmp_path, tmp_path / "m.npz")
    assert run.code == 2 and message in run.err, run.err
    assert not target.exists()


CSC = {"format": np.array(b"csc")}
COO = {"format": np.array(b"coo"), "row": np.array([0, 1, 2]), "col": np.array([0, 1, 2])}


@pytest.mark.parametrize("change, message", [
    (CSC | {"indices": np.array([0, 3, 1])}, "indices.npy: holds the row 3; there are 3"),
    (CSC | {"indices": np.array([0, 1, 1]), "indptr": np.array([0, 1, 3, 3])}, "row 1 has the column 1 twice"),
    (CSC | {"indptr": np.array([1, 1, 2, 3])}, "indptr.npy: does not ascend"),
    (CSC | {"indptr": np.array([0, 2, 1, 3])}, "does not ascend"),
    (CSC | {"indptr": np.array([0, 1, 2, 2])}, "does not ascend"),
    (CSC | {"indptr": np.array([0, 3, 3, 2])}, "does not ascend"),
    (CSC | {"indptr": np.array([0, 1, 2, 4])}, "does not ascend"),
    (CSC | {"indptr": np.array([0, 1, 3])}, "4 starts of columns are needed"),
    (CSC | {"shape": np.array([3, 2**62])}, "has a shape that is none"),
    (COO | {"row": np.array([0, -1, 2])}, "row.npy: holds the row -1"),
    (COO | {"col": np.array([0, 1, 3])}, "col.npy: holds the column 3"),
    (COO | {"col": np.array([0, 1])}, "3 columns, one for each value"),
    (COO | {"row": np.array([0, 1])}, "3 rows, one for each value"),
    (COO | {"data": np.array([1.0, np.inf, 1.0])}, "value 1 is NaN or infinite"),
    (COO | {"shape": np.array([2**53, 3])}, "m.npz"),
    (COO | {"row": np.zeros(3, int), "col": np.zeros(3, int), "data": np.array([100, 20, 8], "i1")},
     "data.npy: row 0 has the column 0 several times; their type does not hold the sum"),
    (COO | {"row": np.zeros(3, int), "col": np.zeros(3, int), "data": np.full(3, 1e308)}, "does not hold the sum"),
    (COO | {"row": np.zeros(3, int), "col": np.zeros(3, int), "data": np.ones(3, "f2")}, "does not hold the sum"),
])
def test_unsound_matrices_that_are_not_stored_by_rows(tmp_path, change, message):
    sparse_archive(tmp_path / "m.npz", change)
    run, target = imported(tmp_path, tmp_path / "m.npz")
    assert run.code == 2 and len(run.errors) == 1 and message in run.err, run.err
    assert not target.exists()


def test_archives(tmp_path):
    np.savez(tmp_path / "two.npz", a=X, b=X)
    run, _ = imported(tmp_path, tmp_path / "two.npz")
    assert run.code == 2 and "several arrays of two dimensions; it holds a, b. Name the features" in run.err
    run, _ = imported(tmp_path, tmp_path / "two.npz", "--features", "c")
    assert run.code == 2 and "holds no array c; it holds a, b" in run.err
    run, _ = imported(tmp_path, tmp_path / "two.npz", "--features", "a", "--labels", "c")
    assert run.code == 2 and "c: is no array of the archive" in run.err
    np.savez_compressed(tmp_path / "f.npz", a=np.asfortranarray(X))
    run, _ = imported(tmp_path, tmp_path / "f.npz")
    assert run.code == 2 and "compressed and in Fortran order" in run.err
    np.savez(tmp_path / "s.npz", a=np.asfortranarray(X))
    run, target = imported(tmp_path, tmp_path / "s.npz", ranks=2)
    assert run.code == 0 and np.array_equal(stored(target), X)
    (tmp_path / "cut.npz").write_bytes((tmp_path / "two.npz").read_bytes()[:-30])
    run, _ = imported(tmp_path, tmp_path / "cut.npz")
    assert run.code == 2 and "cut.npz: cannot be read" in run.err


def test_damage_within_compressed_bytes_is_noticed(tmp_path):
    random = np.random.default_rng(0)
    np.savez_compressed(tmp_path / "x.npz", x=random.normal(size=(500, 4)))
    with zipfile.ZipFile(tmp_path / "x.npz") as archive:
        begin = archive.infolist()[0].header_offset + 200
    content = bytearray((tmp_path / "x.npz").read_bytes())
    for place in range(begin, begin + 3000, 250):
        changed = content.copy()
        changed[place] ^= 0x10
        (tmp_path / "x.npz").write_bytes(changed)
        run, _ = imported(tmp_path, tmp_path / "x.npz")
        assert run.code == 2 and len(run.errors) == 1, place


def test_labels_and_weights_that_do_not_fit_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", X)
    for values, option, message in (
            (np.zeros(2), "--labels", "has 2 rows, the features have 3"),
            (np.zeros((3, 2)), "--labels", "has the shape (3, 2)"),
            (np.array([0, 0.5, 1]), "--labels", "row 1 has the label 0.5"),
            (np.array([0, np.nan, 1]), "--labels", "row 1 has the label nan"),
            (np.array([1, -1.0, 1]), "--weights", "row 1 has the weight -1"),
            (np.array(["a", "b", "c"]), "--weights", "holds strings")):
        np.save(tmp_path / "v.npy", values)
        run, target = imported(tmp_path, tmp_path / "x.npy", option, tmp_path / "v.npy")
        assert run.code == 2 and message in run.err, run.err
        assert not target.exists()


def test_usage(tmp_path):
    np.save(tmp_path / "x.npy", X)
    run, _ = imported(tmp_path, tmp_path / "x.npy", "--features", "x")
    assert run.code == 2 and "--features names an array of an .npz file" in run.err
    run, _ = imported(tmp_path, tmp_path / "x.npy", tmp_path / "x.npy")
    assert run.code == 2 and "takes one file" in run.err
    run, _ = imported(tmp_path, tmp_path / "x.npy", "--base", "1")
    assert run.code == 2 and "--base has no effect with `import npy`" in run.err
    run = mpilogit("import", "npy", tmp_path / "x.npy", "--labels", tmp_path / "v.npy", "--output",
                   tmp_path / "x.npy", ranks=0)
    assert run.code == 2 and "is a file that is read" in run.err
    assert mpilogit("import", "spss", tmp_path / "x.npy", ranks=0).code == 2
    assert mpilogit("import", ranks=0).code == 2
