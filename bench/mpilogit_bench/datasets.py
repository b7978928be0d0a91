"""The data sets of the comparisons: found in folders, or made here."""

import dataclasses
import gzip
import pathlib

import h5py
import numpy as np
import scipy.sparse

from .setting import SOURCE, say

FASHION_MNIST = pathlib.Path("/usr/share/datasets/fashion-mnist")  # Debian's dataset-fashion-mnist


@dataclasses.dataclass(frozen=True)
class Spec:
    """A data set of the comparison: `l2` is λ2, None for 1/rows (scikit-learn's C = 1); `bar` is how
    many times faster than the best peer we mean to be."""

    name: str
    bar: float
    l2: float | None = None
    files: tuple = ()


SPECS = (
    Spec("a9a", 10, files=("a9a.h5",)),
    Spec("imdb_tfidf", 10, files=("imdb_tfidf.h5",)),
    Spec("skin", 10, files=("skin.h5",)),
    Spec("adult_onehot", 10, files=("adult_onehot.h5", "adult.h5")),
    Spec("flights3m", 20, files=("flights3m.h5",)),
    Spec("fashion_binary", 20, l2=1e-3),
    Spec("dense_2m_28", 20),
    Spec("dense_100k_500", 20),
    Spec("correlated_2m_28", 20),
    Spec("correlated_100k_500", 20),
)


def find(spec, data_folders, made):
    """The file of a data set, made in the folder `made` if need be; None if it cannot be had."""
    for folder in (*data_folders, SOURCE / "data"):
        for name in spec.files:
            if (folder / name).exists():
                return folder / name
    maker = MAKERS.get(spec.name)
    path = made / f"{spec.name}.h5"
    if maker is None or path.exists():
        return path if path.exists() else None
    made.mkdir(parents=True, exist_ok=True)
    say(f"making {path}")
    return path if maker(path) else None


def read(path):
    """X (dense, or CSR) as stored and y as 0 and 1."""
    with h5py.File(path) as file:
        labels = file["y"][:]
        features = file["X"]
        if isinstance(features, h5py.Dataset):
            x = features[:]
        else:
            x = scipy.sparse.csr_matrix(
                (features["data"][:], features["indices"][:], features["indptr"][:]),
                shape=tuple(features.attrs["shape"]))
    return x, (labels == labels.max()).astype(np.uint8)


def shape(path):
    """(rows, features) without reading them."""
    with h5py.File(path) as file:
        features = file["X"]
        return features.shape if isinstance(features, h5py.Dataset) else tuple(features.attrs["shape"])


def write(path, x, y):
    """Contiguous and uncompressed; CSR in AnnData's layout. A file that is there is whole."""
    part = path.with_suffix(".part")
    with h5py.File(part, "w") as file:
        if scipy.sparse.issparse(x):
            group = file.create_group("X")
            group.attrs["encoding-type"] = "csr_matrix"
            group.attrs["encoding-version"] = "0.1.0"
            group.attrs["shape"] = np.array(x.shape, dtype=np.int64)
            group["data"], group["indices"] = x.data, x.indices
            group["indptr"] = x.indptr.astype(np.int64)
        else:
            file["X"] = x
        file["y"] = y.astype(np.int32)
    part.rename(path)


def labels_of(margins, generator):
    return (generator.random(len(margins)) < 1 / (1 + np.exp(-margins))).astype(np.int32)


def write_normal(path, rows, features):
    """Standard normal float32 columns, and labels of a logistic model with margins of a few units."""
    generator = np.random.default_rng(features)
    x = generator.standard_normal((rows, features), dtype=np.float32)
    weights = 2 * generator.standard_normal(features, dtype=np.float32) / np.sqrt(features)
    write(path, x, labels_of((x @ weights).astype(np.float64) - 0.5, generator))
    return True


def write_correlated(path, rows, features, neighbours=0.9):
    """Float32 columns as measured data have them: each correlated with the one before, in units that
    differ by a factor of 100; labels as above."""
    generator = np.random.default_rng(features + 1)
    x = generator.standard_normal((rows, features), dtype=np.float32)
    for j in range(1, features):
        x[:, j] = neighbours * x[:, j - 1] + np.sqrt(1 - neighbours ** 2) * x[:, j]
    weights = 2 * generator.standard_normal(features, dtype=np.float32) / np.sqrt(features)
    y = labels_of((x @ weights).astype(np.float64) - 0.5, generator)
    x *= (10.0 ** generator.uniform(-1, 1, features)).astype(np.float32)
    write(path, x, y)
    return True


def write_typed(path, rows, features, dtype):
    """Whole numbers of 0 … 127 in any storage type: what a pass costs depends on the type alone."""
    generator = np.random.default_rng(7)
    x = generator.integers(0, 128, (rows, features), dtype=np.uint8).astype(dtype)
    write(path, x, generator.integers(0, 2, rows))
    return True


def write_one_hot(path, rows=3_000_000, features=496, per_row=6):
    """One entry in each of `per_row` groups of features, of very different frequencies."""
    generator = np.random.default_rng(3)
    part = features // per_row
    columns = (part * generator.random((rows, per_row)) ** 3).astype(np.int32)
    columns += part * np.arange(per_row, dtype=np.int32)
    return write_sparse_rows(path, columns.reshape(-1), rows, features, per_row, generator, ones=True)


def write_text_shaped(path, rows=25_000, features=44_798, per_row=137):
    """Frequencies that fall like a power of the feature's number, as those of words."""
    generator = np.random.default_rng(5)
    columns = (features * generator.random((rows, per_row)) ** 4).astype(np.int32)
    columns.sort(axis=1)
    columns = np.minimum(columns + np.arange(per_row, dtype=np.int32), features - 1)
    columns = np.maximum.accumulate(columns, axis=1).reshape(-1)
    return write_sparse_rows(path, columns, rows, features, per_row, generator, ones=False)


def write_sparse_rows(path, columns, rows, features, per_row, generator, ones):
    values = np.ones(len(columns), np.float32) if ones else generator.random(len(columns), np.float32)
    x = scipy.sparse.csr_matrix(
        (values, columns, np.arange(rows + 1, dtype=np.int64) * per_row), shape=(rows, features))
    x.sum_duplicates()
    weights = generator.standard_normal(features)
    write(path, x, labels_of(x @ weights, generator))
    return True


def write_fashion_binary(path):
    """Fashion-MNIST's training images as uint8, labelled by whether their class is above 4."""
    images, labels = (FASHION_MNIST / f"train-{part}-ubyte.gz" for part in ("images-idx3", "labels-idx1"))
    if not images.exists():
        return False
    x = np.frombuffer(gzip.decompress(images.read_bytes()), np.uint8, offset=16).reshape(-1, 784)
    y = np.frombuffer(gzip.decompress(labels.read_bytes()), np.uint8, offset=8)
    write(path, x, y > 4)
    return True


# Name of a data set → what writes it to a path, and tells whether it could.
MAKERS = {
    "fashion_binary": write_fashion_binary,
    "dense_2m_28": lambda path: write_normal(path, 2_000_000, 28),
    "dense_1m_28": lambda path: write_normal(path, 1_000_000, 28),
    "dense_4m_28": lambda path: write_normal(path, 4_000_000, 28),
    "dense_10m_28": lambda path: write_normal(path, 10_000_000, 28),
    "dense_400k_123": lambda path: write_normal(path, 400_000, 123),
    "dense_100k_500": lambda path: write_normal(path, 100_000, 500),
    "correlated_2m_28": lambda path: write_correlated(path, 2_000_000, 28),
    "correlated_100k_500": lambda path: write_correlated(path, 100_000, 500),
    **{f"{dtype}_100k_784": lambda path, dtype=dtype: write_typed(path, 100_000, 784, dtype)
       for dtype in ("uint8", "int8", "float16", "float32", "float64")},
    "one_hot_shaped": write_one_hot,
    "text_shaped": write_text_shaped,
}
