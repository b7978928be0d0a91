"""Files that must be refused, each with what the message must say."""

import os
import pathlib

import h5py
import numpy as np

from file_parts import ROWS, FEATURES, values, labels, write_dense, write_csr, write_labels


def bad_files(out):
    out.expect_bad("missing", ["cannot be opened: No such file"])
    out.expect_bad("folder", ["is a folder"], files=[str(out.folder)])
    pathlib.Path(out.path("text")).write_text("a,b\n1,2\n" * 100)
    out.expect_bad("text", ["is not an HDF5 file", "import csv"])
    pathlib.Path(out.path("nothing")).write_text("")
    out.expect_bad("nothing", ["is not an HDF5 file"])
    with h5py.File(out.path("truncated"), "w") as file:
        write_dense(file, values("f8"))
        write_labels(file, labels())
    os.truncate(out.path("truncated"), os.path.getsize(out.path("truncated")) - 1000)
    out.expect_bad("truncated", ["is truncated"])


def bad(out, name, parts, write=None, x=None, y=None, **source):
    """A file that is fine but for what `write` does to it."""
    with h5py.File(out.path(name), "w") as file:
        write_dense(file, values("f4") if x is None else x)
        file["y"] = labels() if y is None else y
        if write:
            write(file)
    out.expect_bad(name, parts, **source)


def replace(name, data, **options):
    def write(file):
        if name in file:
            del file[name]
        if data is not None:
            file.create_dataset(name, data=data, **options)
    return write


def bad_shapes(out):
    bad(out, "no_x", ["there is no 'X'", "the file has: expected, expected_largest, y"], replace("X", None))
    bad(out, "no_weights", ["there is no 's'"], weights="s")

    def as_pandas(file):
        del file["X"]
        file.attrs["PYTABLES_FORMAT_VERSION"] = "2.1"
    bad(out, "pandas", ["there is no 'X'", "pandas or PyTables"], as_pandas)

    def pandas_group(file):
        del file["X"]
        file.create_group("X").attrs["pandas_type"] = "frame"
    bad(out, "pandas_group", ["was written by pandas"], pandas_group)
    bad(out, "plain_group", ["is a group without the attribute 'shape'"],
        lambda file: (file.pop("X"), file.create_group("X")))
    bad(out, "one_dimension", ["/X: has the shape (100,)"], replace("X", np.zeros(ROWS)))
    bad(out, "three_dimensions", ["has the shape (100, 2, 2)"], replace("X", np.zeros((ROWS, 2, 2))))
    bad(out, "text_x", ["/X: holds strings"], replace("X", np.full((ROWS, 2), b"a")))
    bad(out, "complex_x", ["holds records"], replace("X", np.zeros((ROWS, 2), complex)))
    bad(out, "long_double_x", ["holds floats of 16 bytes"], replace("X", np.zeros((ROWS, 2), np.longdouble)))
    bad(out, "no_rows", ["X has no rows"], x=np.zeros((0, 4)), y=labels(0))
    bad(out, "no_columns", ["/X: has no columns"], x=np.zeros((ROWS, 0)))
    bad(out, "short_y", ["y has 99 rows, the features have 100"], y=labels(99))
    bad(out, "wide_y", ["/y: has the shape (100, 2)"], y=np.zeros((ROWS, 2)))
    bad(out, "group_y", ["is a group, not a data set"],
        lambda file: (file.pop("y"), file.create_group("y")))
    bad(out, "short_weights", ["s has 1 rows"], replace("s", np.ones(1)), weights="s")
    bad(out, "text_weights", ["/s: holds strings"], replace("s", np.full(ROWS, b"1")), weights="s")
    bad(out, "long_offsets", ["o has 101 rows"], replace("o", np.ones(101)), offsets="o")
    bad(out, "few_names", ["has 2 names"], replace("feature_names", ["a", "b"]))
    bad(out, "number_names", ["/feature_names: holds float64 values"],
        replace("feature_names", np.zeros(FEATURES)))


def bad_values(out):
    names = replace("feature_names", list("abcde"))
    x = values("f4")
    x[40, 2], x[40, 3], x[97, 0] = np.nan, np.inf, -np.inf
    bad(out, "nan_x", ["/X: 3 values are NaN or infinite, the first in row 40", "column 2 ('c')"], names, x=x)
    bad(out, "nan_half", ["3 values are NaN or infinite, the first in row 40"], x=x.astype("f2"))
    rows, slice_rows = 240_007, 2**19 // (4 * FEATURES)
    large = values("f4", rows=rows)
    for row, column in [(slice_rows - 1, 4), (slice_rows, 0), (6 * slice_rows, 2), (rows - 1, 4)]:
        large[row, column] = np.nan
    bad(out, "nan_at_slices", ["/X: 4 values are NaN or infinite, the first in row 26213;", "column 4"],
        x=large, y=labels(rows))
    large[:-1], large[-1] = 0, [0, 0, 0, 0, -np.inf]
    bad(out, "nan_last", ["/X: 1 value is NaN or infinite, in row 240006;", "column 4"], x=large, y=labels(rows))
    column = np.ones(ROWS)
    column[[55, 90]] = np.nan, np.inf
    bad(out, "nan_y", ["/y: 2 labels", "the first in row 55", "NaN or infinite"], y=column)
    bad(out, "nan_weights", ["/s: 2 values are NaN", "row 55"], replace("s", column), weights="s")
    bad(out, "nan_offsets", ["/o: 2 values are NaN", "row 55"], replace("o", column), offsets="o")
    bad(out, "half_y", ["/y: 1 label is unusable, in row 7;", "not a whole number"], y=np.where(np.arange(ROWS) == 7, 0.5, 1))
    bad(out, "far_y", ["/y: 1 label is unusable, in row 8;", "does not fit"],
        y=np.where(np.arange(ROWS) == 8, 2**63, 1).astype("u8"))
    bad(out, "negative_weights", ["/s: 2 weights are negative, the first in row 31"],
        replace("s", np.where(np.isin(np.arange(ROWS), [31, 80]), -1.0, 1.0)), weights="s")
    bad(out, "zero_weights", ["/s: all weights are 0"], replace("s", np.zeros(ROWS)), weights="s")
    rows = 20001
    bad(out, "regression", ["/y: has more than 10000 different values", "regression"],
        x=np.ones((rows, 1), "i1"), y=np.arange(rows))
    bad(out, "regression_text", ["/y: has more than 10000 different values"],
        x=np.ones((rows, 1), "i1"), y=[str(i) for i in range(rows)])


def bad_trials(out):
    def counts(name, parts, y, t, **source):
        bad(out, name, parts, replace("t", t), y=y, trials="t", **source)

    def spoiled(column, rows, value):
        return np.where(np.isin(np.arange(ROWS), rows), value, column)

    y, t = np.full(ROWS, 2.0), np.full(ROWS, 5.0)
    counts("successes_above", ["/y: 2 numbers of successes are unusable, the first in row 31", "more successes than"],
           spoiled(y, [31, 80], 6), t)
    counts("successes_negative", ["/y: 1 number of successes is unusable, in row 99", "negative"],
           spoiled(y, [99], -1).astype("i2"), t)
    counts("successes_half", ["/y: 1 number", "in row 0;", "not a whole number"], spoiled(y, [0], 0.5), t)
    counts("successes_nan", ["/y: 1 number", "NaN"], spoiled(y, [50], np.nan), t)
    counts("successes_text", ["/y: holds strings", "number of successes"], [b"a"] * ROWS, t)
    counts("trials_negative", ["/t: 3 numbers of trials are unusable, the first in row 7", "negative"], y,
           spoiled(t, [7, 8, 90], -2))
    counts("trials_half", ["/t: 1 number of trials is unusable, in row 64", "not a whole number"], y,
           spoiled(t, [64], 5.5))
    counts("trials_infinite", ["/t: 1 number", "infinite"], y, spoiled(t, [64], np.inf))
    counts("trials_zero", ["/t: all trials are 0"], 0 * y, 0 * t)
    counts("trials_countless", ["/t: there are 2^53 trials or more"], y, 0 * t + 2.0**47)
    counts("trials_short", ["t has 99 rows"], y, t[1:])
    counts("trials_text", ["/t: holds strings"], y, [b"5"] * ROWS)
    bad(out, "trials_missing", ["there is no 't'"], trials="t")
    bad(out, "groups_float", ["/g: holds float64 values", "integers or strings"], replace("g", t), groups="g")
    bad(out, "groups_short", ["g has 99 rows"], replace("g", np.arange(99)), groups="g")
    bad(out, "groups_far", ["/g: 1 group is unusable, in row 8;", "does not fit"],
        replace("g", np.where(np.arange(ROWS) == 8, 2**63, 1).astype("u8")), groups="g")


def bad_sparse(out):
    def broken(name, parts, change, **options):
        with h5py.File(out.path(name), "w") as file:
            x = np.zeros((ROWS, FEATURES), np.float32)
            x[:, 1], x[:, 3] = 1.5, 2.5
            change(write_csr(file, x, **options))
            file["y"] = labels()
        out.expect_bad(name, parts)

    def put(array, index, value):
        return lambda group: group[array].__setitem__(index, value)

    def resize(array, size):
        def change(group):
            kept = np.resize(group[array][...], size)
            del group[array]
            group[array] = kept
        return change

    for code in ["i4", "i8", "u1", "u8"]:
        broken("index_too_large_" + code, ["/X/indices: 1 row has", "row 60", "out of range", "0 to 4"],
               put("indices", 121, 5), indices=code)
    for code in ["i1", "i4", "i8"]:
        broken("index_negative_" + code, ["1 row has", "row 60", "out of range"], put("indices", 121, -1), indices=code)
    broken("index_huge", ["1 row has", "row 60", "out of range"], put("indices", 121, 2**32 + 3), indices="i8")
    broken("index_twice", ["1 row has", "row 60", "duplicated"], put("indices", 121, 1))
    broken("index_unsorted", ["2 rows", "row 60", "unsorted"],
           lambda group: (put("indices", 121, 0)(group), put("indices", 151, 0)(group)))
    broken("indptr_start", ["/X/indptr: starts with 1"], put("indptr", 0, 1))
    broken("indptr_drop", ["decreases in row 50"], put("indptr", 51, 3))
    broken("indptr_end", ["ends with 199", "number of entries, 200"], put("indptr", ROWS, 199))
    broken("indptr_beyond", ["indptr: decreases in row 50"], put("indptr", 50, 10**12))
    broken("indptr_length", ["indptr has 100 entries"], resize("indptr", ROWS))
    broken("indices_length", ["indices has 199 entries, data has 200"], resize("indices", 199))
    broken("indices_float", ["/X/indices: holds float32 values"], lambda group: None, indices="f4")
    broken("nan_csr", ["1 value is NaN", "in row 60", "column 3"], put("data", 121, np.nan))
    broken("nan_everywhere_csr", ["200 values are NaN", "in row 0", "column 1"], put("data", slice(None), np.nan))
    broken("csc", ["is stored by columns (csc_matrix)", "tocsr"],
           lambda group: group.attrs.__setitem__("encoding-type", "csc_matrix"))
    broken("frame", ["is of the kind 'dataframe'"],
           lambda group: group.attrs.__setitem__("encoding-type", "dataframe"))
    broken("too_wide", ["has 4294967295 columns"],
           lambda group: group.attrs.__setitem__("shape", np.array([ROWS, 2**32 - 1])))
    broken("csr_no_columns", ["/X: has no columns"],
           lambda group: group.attrs.__setitem__("shape", np.array([ROWS, 0])))


def bad_storage(out):
    with h5py.File(out.path("elsewhere"), "w") as file:
        file["X"] = values("f4")
    bad(out, "external_link", ["is an external or user-defined link"],
        lambda file: (file.pop("X"), file.__setitem__("X", h5py.ExternalLink("elsewhere.h5", "X"))))

    def by_detour(file):
        del file["X"]
        file["there"] = h5py.ExternalLink("elsewhere.h5", "X")
        file["X"] = h5py.SoftLink("/there")
    bad(out, "external_detour", ["is a link that leads nowhere"], by_detour)
    raw = out.folder / "raw.bin"
    raw.write_bytes(bytes(ROWS * FEATURES * 4))
    bad(out, "external_storage", ["is stored in other files"],
        lambda file: (file.pop("X"), file.create_dataset("X", (ROWS, FEATURES), "f4",
                                                         external=[(str(raw), 0, ROWS * FEATURES * 4)])))
    bad(out, "lzf", ["filter number 32000 (lzf)"], replace("X", values("f4"), compression="lzf"))

    def half_written(file):
        del file["X"]
        file.create_dataset("X", (ROWS, FEATURES), "f4", chunks=(10, FEATURES))[:50] = 1
    bad(out, "half_written", ["only 5 of its 10 chunks are stored"], half_written)

    def never_written(file):
        del file["X"]
        file.create_dataset("X", (ROWS, FEATURES), "f4")
    bad(out, "never_written", ["declares 2000 bytes, but 0 are stored"], never_written)
    bad(out, "enormous", ["chunks are stored"],
        lambda file: (file.pop("X"), file.create_dataset("X", (10**13, 100), "f4", compression="gzip")))

    def virtual(sources):
        def write(file):
            del file["X"]
            layout = h5py.VirtualLayout((ROWS, FEATURES), "f4")
            for i, (source, name, rows) in enumerate(sources):
                layout[50 * i:50 * i + rows] = h5py.VirtualSource(source, name, (rows, FEATURES))
            file.create_virtual_dataset("X", layout, fillvalue=0)
        return write
    bad(out, "virtual_no_file", ["its source file absent.h5 is missing"],
        virtual([("part0.h5", "X", 50), ("absent.h5", "X", 50)]))
    bad(out, "virtual_no_set", ["part1.h5:/Z is missing"], virtual([("part0.h5", "X", 50), ("part1.h5", "Z", 50)]))
    bad(out, "virtual_hole", ["its sources cover 250 of its 500 elements"], virtual([("part0.h5", "X", 50)]))
    bad(out, "virtual_short", ["part0.h5:/X is too short"], virtual([("part0.h5", "X", 100)]))

    def slice_beyond(file):
        del file["X"]
        layout = h5py.VirtualLayout((ROWS, FEATURES), "f4")
        layout[:] = h5py.VirtualSource("part0.h5", "X", (ROWS + 1, FEATURES))[1:]
        file.create_virtual_dataset("X", layout)
    bad(out, "virtual_beyond", ["part0.h5:/X is too short"], slice_beyond)
    out.expect_bad("virtual_parallel", ["virtual", "--io posix"], files=[out.path("virtual")], mode="collective")

    with h5py.File(out.path("large_chunks"), "w") as file:
        write_dense(file, values("f8"), chunks=(50, FEATURES), compression="gzip")
        file["y"] = labels()
    damaged = pathlib.Path(out.path("large_chunks")).read_bytes()
    sizes = np.array([50, FEATURES, 8], "<u4").tobytes()
    assert damaged.count(sizes) == 1
    pathlib.Path(out.path("large_chunks")).write_bytes(
        damaged.replace(sizes, np.array([250, FEATURES, 8], "<u4").tobytes()))
    out.expect_bad("large_chunks", ["its chunks are larger than the data set"])


def bad_collections(out):
    def pair(name, parts, write_first, write_second, **source):
        files = []
        for i, write in enumerate([write_first, write_second]):
            files.append(out.path(f"{name}_{i}"))
            with h5py.File(files[-1], "w") as file:
                write(file)
                if "y" not in file:
                    file["y"] = labels()
        out.expect_bad(name, [f"{name}_1.h5", *parts], files=files, **source)

    def dense(file):
        write_dense(file, values("f4"))

    def named(names):
        return lambda file: (dense(file), file.__setitem__("feature_names", names))

    pair("other_width", ["has 4 features, other than the 5"], dense,
         lambda file: write_dense(file, values("f4", features=4)))
    pair("other_storage", ["is stored otherwise"], dense, lambda file: write_csr(file, values("f4")))
    pair("other_names", ["in the place of 'e'"], named(list("abcde")), named(list("abcdf")))
    pair("other_labels", ["labels of another kind"], dense,
         lambda file: (dense(file), file.__setitem__("y", ["a"] * ROWS)))
    pair("other_groups", ["groups of another kind"], lambda file: (dense(file), file.__setitem__("g", labels())),
         lambda file: (dense(file), file.__setitem__("g", ["a"] * ROWS)), groups="g")
    nan = values("f4")
    nan[3, 1] = np.nan
    pair("nan_in_second", ["row 3 (row 103 of all files)"], dense, lambda file: write_dense(file, nan))
