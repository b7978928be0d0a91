"""The parts that the test files are made of."""

import numpy as np
import scipy.sparse

ROWS, FEATURES = 100, 5
TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "?", ">f4", ">i2", ">f2", ">f8"]


class Collection:
    def __init__(self, folder):
        self.folder = folder
        self.good = []
        self.bad = []

    def path(self, name):
        return str(self.folder / (name + ".h5"))

    def expect_good(self, name, files, **facts):
        self.good.append({"name": name, "files": files, **facts})

    def expect_bad(self, name, parts, files=None, **source):
        self.bad.append({"name": name, "files": files or [self.path(name)], "parts": parts, **source})


def values(dtype, rows=ROWS, features=FEATURES, seed=1):
    random = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, (rows, features)).astype(bool)
    if dtype.kind == "f":
        return random.normal(size=(rows, features)).astype(dtype)
    limits = np.iinfo(dtype)
    dense = random.integers(limits.min, limits.max, (rows, features), dtype=dtype.newbyteorder("="),
                            endpoint=True)
    return np.where(random.random((rows, features)) < 0.3, 0, dense).astype(dtype)


def sparse_values(dtype, **shape):
    x = values(dtype, **shape)
    return np.where(np.random.default_rng(2).random(x.shape) < 0.4, x, np.zeros_like(x))


def labels(rows=ROWS):
    return (np.arange(rows) * 7 % 3 == 0).astype(np.int32)


def write_expected(file, x):
    file["expected"] = x.astype(np.float64)
    file["expected_largest"] = np.abs(x.astype(np.float64)).max(axis=0, initial=0)


def write_dense(file, x, **storage):
    file.create_dataset("X", data=x, **storage)
    write_expected(file, x)


def write_csr(file, x, indptr=np.int64, indices=np.int32, version=True, **storage):
    matrix = scipy.sparse.csr_matrix(x.astype(x.dtype.newbyteorder("=")))
    group = file.create_group("X")
    group.attrs["encoding-type"] = "csr_matrix"
    if version:
        group.attrs["encoding-version"] = "0.1.0"
    group.attrs["shape"] = np.array(x.shape)
    group.create_dataset("data", data=matrix.data.astype(x.dtype), **storage)
    group.create_dataset("indices", data=matrix.indices.astype(indices), **storage)
    group.create_dataset("indptr", data=matrix.indptr.astype(indptr), **storage)
    write_expected(file, x)
    return group


def write_labels(file, y):
    file["y"] = y
    file["expected_class"] = np.unique(np.asarray(y).ravel(), return_inverse=True)[1]
