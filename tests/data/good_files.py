"""Files that must be read, with the answers in them."""

import h5py
import numpy as np

from file_parts import ROWS, FEATURES, TYPES, values, sparse_values, labels, write_dense, write_csr, write_expected, write_labels


def good_types(out):
    for code in TYPES:
        dtype = np.dtype(code)
        storage = str(dtype.newbyteorder("=")) if code != "?" else "bool"
        for kind in ["dense", "csr"]:
            name = f"{kind}_{code.replace('>', 'big_').replace('?', 'bool')}"
            with h5py.File(out.path(name), "w") as file:
                x = values(dtype) if kind == "dense" else sparse_values(dtype)
                (write_dense if kind == "dense" else write_csr)(file, x)
                write_labels(file, labels())
            out.expect_good(name, [out.path(name)], storage=storage, sparse=kind == "csr")


def good_storage(out):
    gzip = {"compression": "gzip", "shuffle": True}
    for name, storage in {"chunked": {"chunks": (7, 2)}, "gzip": {"chunks": (30, 5), **gzip},
                          "growing": {"chunks": (256, 5), "maxshape": (None, 5), **gzip}}.items():
        with h5py.File(out.path(name), "w") as file:
            write_dense(file, values("f4"), **storage)
            write_labels(file, labels())
        out.expect_good(name, [out.path(name)], storage="float32")
    for code in ["i4", "u4", "i8", "u8", "u2", "u1", "i2"]:
        name = "csr_with_" + code
        with h5py.File(out.path(name), "w") as file:
            write_csr(file, sparse_values("f4"), indptr="u2" if code == "u1" else code, indices=code, **gzip)
            write_labels(file, labels())
        out.expect_good(name, [out.path(name)], storage="float32", sparse=True)
    with h5py.File(out.path("csr_old"), "w") as file:
        group = write_csr(file, sparse_values("f4"), version=False)
        del group.attrs["encoding-type"], group.attrs["shape"]
        group.attrs["h5sparse_format"] = "csr"
        group.attrs["h5sparse_shape"] = (ROWS, FEATURES)
        write_labels(file, labels())
    out.expect_good("csr_old", [out.path("csr_old")], storage="float32", sparse=True)
    with h5py.File(out.path("csr_empty"), "w") as file:
        write_csr(file, np.zeros((ROWS, FEATURES), np.float32))
        write_labels(file, labels())
    out.expect_good("csr_empty", [out.path("csr_empty")], storage="float32", sparse=True)
    with h5py.File(out.path("csr_indicators"), "w") as file:
        write_csr(file, (sparse_values("f4") != 0).astype(np.float32))
        write_labels(file, labels())
    out.expect_good("csr_indicators", [out.path("csr_indicators")], storage="float32", sparse=True)
    for rows in [1, 3, 2000]:
        for kind, write in {"dense": write_dense, "csr": write_csr}.items():
            name = f"{kind}_{rows}_rows"
            with h5py.File(out.path(name), "w") as file:
                write(file, sparse_values("f8", rows=rows))
                write_labels(file, labels(rows))
            out.expect_good(name, [out.path(name)], storage="float64", sparse=kind == "csr")


def good_slices(out):
    """Large enough to be read in several slices by every way to read; the ends of slices are nowhere special."""
    rows = 240_007
    x = values("f4", rows=rows)
    kinds = {"plain": ({}, {}), "user_block": ({"userblock_size": 1024}, {}), "chunked": ({}, {"chunks": (1013, 3)}),
             "big_endian": ({}, {})}
    for name, (options, storage) in kinds.items():
        with h5py.File(out.path("slices_" + name), "w", **options) as file:
            write_dense(file, x.astype(">f4") if name == "big_endian" else x, **storage)
            write_labels(file, labels(rows))
        out.expect_good("slices_" + name, [out.path("slices_" + name)], storage="float32", large=True)


def good_labels(out):
    y = labels()
    texts = np.where(y == 1, "yes", "no, thänks")
    kinds = {"bool": (y == 1, 1), "uint64": (y.astype("u8"), 0), "whole": (y * 2.0 - 5.0, 2), "column": (y[:, None], 0),
             "fixed": (np.char.encode(texts, "utf-8"), 3), "half": (y.astype("f2"), 2),
             "far": (y.astype("i8") * 2**62 - 2**61, 0)}
    for name, (column, kind) in kinds.items():
        with h5py.File(out.path("labels_" + name), "w") as file:
            write_dense(file, values("f4"))
            write_labels(file, column)
        out.expect_good("labels_" + name, [out.path("labels_" + name)], storage="float32", label_kind=kind)
    for classes in [256, 257, 700]:
        name = f"labels_of_{classes}_classes"
        with h5py.File(out.path(name), "w") as file:
            y = np.arange(1500) * 7 % classes
            write_dense(file, values("f4", rows=1500))
            write_labels(file, y * 1000003 if classes == 700 else y - 100)
        out.expect_good(name, [out.path(name)], storage="float32")
    with h5py.File(out.path("labels_text"), "w") as file:
        write_dense(file, values("f4"))
        file.create_dataset("y", data=texts.astype(object), dtype=h5py.string_dtype(), compression="gzip")
        file["expected_class"] = np.unique(texts, return_inverse=True)[1]
        file["feature_names"] = ["a", "b", "c", "d", "é"]
        file["s"] = np.arange(ROWS, dtype=np.int16)[:, None]
        file["o"] = np.linspace(-1, 1, ROWS)
    out.expect_good("labels_text", [out.path("labels_text")], storage="float32", label_kind=3, weights="s",
                    offsets="o", feature_names=["a", "b", "c", "d", "é"])


def good_trials(out):
    """Successes, trials and groups; the answers are beside them."""
    random = np.random.default_rng(3)
    rows = 2000
    trials = random.integers(0, 50, rows)
    successes = random.binomial(trials, 0.3)
    groups = {"numbers": random.integers(-300, 300, rows) * 2**40, "bools": np.arange(rows) % 3 == 0,
              "alone": random.permutation(rows).astype("u8"), "same": np.full(rows, 7, "i1"),
              "texts": np.array([f"grö{i}" if i % 5 else "" for i in random.integers(0, 400, rows)]),
              "long_texts": np.array([f"{i:05d}" * 20 for i in random.permutation(rows)])}
    for part, cut in enumerate([slice(0, rows), slice(0, 700), slice(700, rows)]):
        with h5py.File(out.path(f"trials_{part}"), "w") as file:
            file["X"] = np.ones((rows, 1), "i1")[cut]
            file["y"] = (successes.astype("f4") if part == 1 else successes)[cut]
            file["t"] = trials[cut]
            for name, values in groups.items():
                text = values.dtype.kind == "U"
                data = values.astype(object) if text else values
                file.create_dataset(name, data=data[cut], dtype=h5py.string_dtype() if text else None)
                file["expected_" + name] = np.unique(values, return_inverse=True)[1][cut]
                if part == 0:
                    names = np.unique(data)
                    file["count_" + name] = [len(names)]
                    file.create_dataset("names_" + name, data=names,
                                        dtype=h5py.string_dtype() if text else None)


def good_feature_values(out):
    with h5py.File(out.path("feature_values"), "w") as file:
        file["factors"] = np.array([0, 1.5, np.inf, -np.inf, 1e-300])
        file["integers"] = np.array([1, 0, 3, -4, 5], "i2")
        file["nan"] = np.array([0, 1, np.nan, 3, 4])
        file["column"] = np.ones((5, 1))
        file["text"] = [b"1"] * 5


def good_collections(out):
    def parts(name, pieces, storage, sparse, names=None):
        files = []
        for i, (x, rows) in enumerate(pieces):
            path = out.path(f"{name}_{i}")
            with h5py.File(path, "w") as file:
                (write_csr if sparse else write_dense)(file, x)
                file["y"] = labels(ROWS * 2)[rows]
                file["expected_class"] = labels(ROWS * 2)[rows]
                if names and i == 1:
                    file["feature_names"] = names
            files.append(path)
        out.expect_good(name, files, storage=storage, sparse=sparse, feature_names=names or [])

    cuts = [slice(0, 37), slice(37, 37), slice(37, 140), slice(140, 200)]
    for kind in ["dense", "csr"]:
        x = sparse_values("f4", rows=2 * ROWS)
        parts("several_" + kind, [(x[cut], cut) for cut in cuts], "float32", kind == "csr", list("abcde"))
        mixed = ["?", "u1", "f4", "f2"]
        pieces = [(sparse_values(code, rows=2 * ROWS)[cut], cut) for code, cut in zip(mixed, cuts)]
        parts("mixed_" + kind, pieces, "float64", kind == "csr")

    x = values("f4")
    for i in range(2):
        with h5py.File(out.path(f"part{i}"), "w") as file:
            file["X"] = x[50 * i:50 * (i + 1)]
    with h5py.File(out.path("virtual"), "w") as file:
        layout = h5py.VirtualLayout(x.shape, x.dtype)
        for i in range(2):
            layout[50 * i:50 * (i + 1)] = h5py.VirtualSource(f"part{i}.h5", "X", (50, FEATURES))
        file.create_virtual_dataset("X", layout)
        write_expected(file, x)
        write_labels(file, labels())
    out.expect_good("virtual", [out.path("virtual")], storage="float32", serial_only=True)
    with h5py.File(out.path("virtual_slice"), "w") as file:
        layout = h5py.VirtualLayout((ROWS - 10, FEATURES), x.dtype)
        layout[:45] = h5py.VirtualSource("part0.h5", "X", (50, FEATURES))[5:]
        layout[45:] = h5py.VirtualSource("part1.h5", "X", (50, FEATURES))[:45]
        file.create_virtual_dataset("X", layout)
        write_expected(file, x[5:95])
        write_labels(file, labels()[5:95])
    out.expect_good("virtual_slice", [out.path("virtual_slice")], storage="float32", serial_only=True)
