"""Data for the table of bits. Every number comes from integer arithmetic of our own, so that no release of NumPy
and no library of elementary functions can change what the program is given."""

import pathlib
import sys

import h5py
import numpy as np

TYPES = ("float64", "float32", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
ROWS, FEATURES = 600, 7


def hashes(seed, *shape):
    """SplitMix64 by place: 64 random bits for each."""
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        z = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed << 32)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).reshape(shape)


def bells(seed, *shape):
    """Integers about as a normal distribution has them, of standard deviation 37,800."""
    bits = hashes(seed, *shape)
    fields = [(bits >> np.uint64(shift) & np.uint64(0xFFFF)).astype(np.int64) for shift in (0, 16, 32, 48)]
    return sum(fields) - 2 * 0xFFFF


def of_type(kind, bits):
    """The same leading bits in every type, as many of them as it holds (of 64-bit integers 44)."""
    signed = bits.view(np.int64)
    if kind.startswith("float"):
        return ((signed >> 11).astype(np.float64) * 2.0**-51).astype(kind)
    width = min(int(kind.lstrip("uint")), 44)
    values = signed if kind.startswith("i") else bits
    return (values >> values.dtype.type(64 - width)).astype(kind)


def labels(seed, bits, classes=2):
    """Classes that overlap, by which of some linear functions of the leading bits and noise is the largest."""
    leading = bits.view(np.int64) >> 48
    features = leading.shape[1]
    slopes = hashes(seed, features, classes).view(np.int64) >> 61
    scores = leading @ slopes + bells(seed + 1, len(leading), classes) * max(1, int(features**0.5))
    return np.argmax(scores, axis=1)


def annotations(rows, features, y):
    """What may stand beside the features."""
    small = hashes(90, rows)
    trials = 1 + (small >> np.uint64(60)).astype(np.int64) % 5
    successes = np.where(y > 0, trials, trials // 3)
    return {
        "weights": (small % np.uint64(5)).astype(np.float64) / 4,
        "offsets": bells(91, rows) * 2.0**-17,
        "counts": successes, "trials": trials,
        "groups": np.arange(rows) // 4,
        "clusters": np.arange(rows) // 6,
        "penalty_factors": np.array([0.0, 1.0, 2.0, 0.5, 1.0, np.inf, 1.0] + [1.0] * features)[:features],
        "least": np.linspace(-4, 0, features) / 8, "most": np.linspace(0, 4, features) / 8,
    }


def write(path, x, sparse=False, **datasets):
    with h5py.File(path, "w") as file:
        if sparse:
            group = file.create_group("X")
            group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0",
                                "shape": np.array(x.shape, dtype=np.int64)})
            rows, columns = np.nonzero(x)
            group["data"] = x[rows, columns]
            group["indices"] = columns.astype(np.int32)
            group["indptr"] = np.concatenate([[0], np.cumsum(np.count_nonzero(x, axis=1))]).astype(np.int64)
        else:
            file["X"] = x
        for name, values in datasets.items():
            file[name] = values


def write_both(folder, name, x, **datasets):
    write(folder / f"{name}.h5", x, **datasets)
    write(folder / f"{name}.csr.h5", x, sparse=True, **datasets)


def make(folder):
    """All input files of the table, in this folder."""
    bits = hashes(1, ROWS, FEATURES)
    kept = hashes(2, ROWS, FEATURES) % np.uint64(3) != 0
    y = labels(3, bits)
    for kind in TYPES:
        write_both(folder, kind, np.where(kept, of_type(kind, bits), 0).astype(kind), y=y)
    write_both(folder, "bool", bits.view(np.int64) > 0, y=y)

    three = labels(4, bits, classes=3)
    names = [f"feature {k}" for k in range(FEATURES)]
    scales = 2.0 ** np.array([0, 1, -3, 7, 0, -12, 4])
    mixed = np.where(kept, of_type("float64", bits), 0) * scales
    write_both(folder, "mixed", mixed, y=y, three=three, words=np.array(["low", "middle", "high"], dtype="S")[three],
               feature_names=names, **annotations(ROWS, FEATURES, y))

    # A column twice, a constant one; one that tells a class apart on some rows.
    aliased = np.column_stack([mixed[:, :4], np.full(ROWS, 3.0), mixed[:, 1] - 2 * mixed[:, 0]])
    write(folder / "aliased.h5", aliased, y=y)
    write(folder / "separated.h5", np.column_stack([mixed[:, :3], np.where(y == 1, np.arange(ROWS) % 3 == 0, 0)]), y=y)

    # Columns far from zero: seconds of an hour since 1970, Julian days of some years; one that is near.
    far = np.column_stack([1.7e9 + (bits[:, 0] >> np.uint64(52)).astype(np.float64),
                           2.45e6 + (bits[:, 1] >> np.uint64(54)).astype(np.float64), mixed[:, 2]])
    write(folder / "far.h5", far, y=y)

    # Blocks of many rows, Newton's first steps on samples; then a Hessian matrix from a sample.
    long = hashes(5, 30_000, 9)
    write(folder / "long.h5", of_type("float32", long), y=labels(6, long), three=labels(7, long, classes=3))
    broad = hashes(8, 4_000, 260)
    x = np.where(hashes(9, 4_000, 260) % np.uint64(3) == 0, of_type("uint8", broad), 0).astype(np.uint8)
    write_both(folder, "broad", x, y=labels(10, broad))

    # More features than rows.
    wide = hashes(11, 160, 400)
    x = np.where(hashes(12, 160, 400) % np.uint64(10) == 0, of_type("float32", wide), 0).astype(np.float32)
    write_both(folder, "wide", x, y=labels(13, wide), three=labels(14, wide, classes=3))

    # A few rows for Firth's estimates and small errors.
    few = hashes(15, 40, 3)
    write(folder / "few.h5", of_type("float64", few), y=labels(16, few), feature_names=["a", "b", "c"],
          **annotations(40, 3, labels(16, few)))


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]))
