"""Files of other programs, spoilt: AnnData (h5ad), 10x Genomics, old h5sparse, virtual data sets."""

import h5py
import numpy as np
import scipy.sparse

from corpus import FEATURES, ROWS, replace, rows

STRINGS = h5py.string_dtype()


def counts():
    x, y = rows()
    return scipy.sparse.csr_matrix(np.where(x > 0.5, np.round(4 * x), 0).astype(np.float32)), y


def csr(group, matrix, indices=np.int32, indptr=np.int64):
    group["data"] = matrix.data
    group["indices"], group["indptr"] = matrix.indices.astype(indices), matrix.indptr.astype(indptr)


def categorical(group, name, codes, categories, **options):
    column = group.create_group(name)
    column.attrs["encoding-type"] = "categorical"
    column["codes"] = np.asarray(codes, np.int8)
    column.create_dataset("categories", data=categories, **options)


def write_h5ad(path):
    matrix, y = counts()
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "anndata"
        x = file.create_group("X")
        x.attrs["encoding-type"], x.attrs["shape"] = "csr_matrix", matrix.shape
        csr(x, matrix)
        obs = file.create_group("obs")
        obs.attrs["encoding-type"], obs.attrs["_index"] = "dataframe", "_index"
        obs.create_dataset("_index", data=[f"cell {i}" for i in range(ROWS)], dtype=STRINGS)
        categorical(obs, "kind", y, ["no", "yes"], dtype=STRINGS)
        obs.create_group("count").attrs["encoding-type"] = "nullable-integer"
        obs["count/values"], obs["count/mask"] = y, np.zeros(ROWS, bool)
        var = file.create_group("var")
        var.attrs["_index"] = "genes"
        var.create_dataset("genes", data=["Actb", "Gapdh", "Xist"], dtype=STRINGS)


def h5ad(corpus):
    write_h5ad(corpus.path("cells.h5"))

    def bad(name, says, change, *options):
        label = [] if "--labels" in options else ["--labels", "obs/kind"]
        corpus.train(corpus.changed("cells.h5", f"h5ad_{name}.h5", change), says, *label, *options)

    def spoilt(name, index, value, dtype=None):
        def change(file):
            values = file[name][...].astype(dtype or file[name].dtype)
            values[index] = value
            replace(file, name, values)
        return change

    def codes(values):
        return lambda file: replace(file, "obs/kind/codes", values)

    def categories(values, **options):
        return lambda file: replace(file, "obs/kind/categories", values, **options)

    y = rows()[1]
    kind = "/obs/kind"
    bad("codes_missing", [kind, "1 label is unusable, in row 33", "code -1"], spoilt("obs/kind/codes", 33, -1))
    bad("codes_below", [kind, "the code -2"], spoilt("obs/kind/codes", 33, -2))
    bad("codes_beyond", [kind, "the code 2", "no category"], spoilt("obs/kind/codes", 33, 2))
    bad("codes_enormous", [kind, "no category"], spoilt("obs/kind/codes", 33, 2**63 + 1, "u8"))
    bad("codes_float", [kind, "codes are integers"], codes(y.astype(float)))
    bad("codes_short", ["obs/kind/codes has 59 rows"], codes(y[:-1]))
    bad("codes_external", [kind, "external or user-defined link"],
        lambda file: (replace(file, "obs/kind/codes"),
                      file.__setitem__("obs/kind/codes", h5py.ExternalLink("cells.h5", "obs/kind/codes"))))
    bad("categories_one", [kind, "no category"], categories(["no"], dtype=STRINGS))
    bad("categories_matrix", [kind, "categories have one dimension"], categories(np.zeros((2, 2))))
    bad("categories_half", [kind, "not a whole number"], categories([0.0, 0.5]))
    bad("categories_declared", [kind], categories(None, shape=(10**12,), dtype="S8", chunks=(1000,)))
    bad("categories_gone", [kind, "kind 'categorical'"], lambda file: replace(file, "obs/kind/categories"))
    bad("mask_set", ["/obs/count", "1 value is missing, in row 33"], spoilt("obs/count/mask", 33, True), "--labels",
        "obs/count")
    bad("mask_short", ["obs/count/mask has 59 rows"], lambda file: replace(file, "obs/count/mask", np.zeros(59, bool)),
        "--labels", "obs/count")
    bad("no_such_column", ["there is no 'obs/z'", "--labels obs/NAME"], lambda file: None, "--labels", "obs/z")
    bad("many_columns", ["there is no 'obs/z'", "--labels obs/NAME"],
        lambda file: [file.create_group(f"obs/column{i:05}") for i in range(3000)], "--labels", "obs/z")
    bad("weights_categories", [kind, "numbers are needed"], lambda file: None, "--weights", "obs/kind")
    bad("index_of_var_long", ["/var/genes", "has 4 names", "3 features"],
        lambda file: replace(file, "var/genes", list("abcd"), dtype=STRINGS))
    bad("index_of_var_number", ["/var", "_index"], lambda file: file["var"].attrs.__setitem__("_index", 7))
    bad("csc", ["/X", "stored by columns"], lambda file: file["X"].attrs.__setitem__("encoding-type", "csc_matrix"))
    bad("shape_of_numbers_long", ["/X", "encoding-type"],
        lambda file: file["X"].attrs.__setitem__("encoding-type", "csr_matrix" + "x" * 10**6))
    bad("indptr_int32_overflowed", ["/X/indptr", "decreases in row 40"],
        spoilt("X/indptr", slice(41, None), -2**31 + 7, "i4"))

    def columns_only_said(file):
        replace(file, "var")
        file["X"].attrs["shape"] = np.array([ROWS, 4 * 10**9])
    corpus.add("h5ad_columns_only_said", ["train", "@" + corpus.changed("cells.h5", "columns.h5", columns_only_said),
                                          "--labels", "obs/kind", "--model", "model.h5", "--l2", "0.1"], ["needs", "of memory"], "columns.h5")


def tenx(corpus):
    matrix, y = counts()
    with h5py.File(corpus.path("filtered.h5"), "w") as file:
        group = file.create_group("matrix")
        csr(group, matrix.astype(np.int32), indices=np.int64)
        group["shape"] = np.array(matrix.shape[::-1], np.int32)
        group["barcodes"] = np.array([b"ACGT-1"] * ROWS)
        group["features/id"] = np.array([b"ENSG1", b"ENSG2", b"ENSG3"])
        group["features/name"] = np.array([b"Actb", b"Gapdh", b"Xist"])
        file["y"] = y

    def bad(name, says, change):
        corpus.train(corpus.changed("filtered.h5", f"tenx_{name}.h5", change), says)

    def shape(values, **options):
        return lambda file: replace(file, "matrix/shape", values, **options)

    def spoil(name, index, value):
        return lambda file: file["matrix/" + name].__setitem__(index, value)

    bad("shape_not_swapped", ["/matrix", "indptr has 61 entries", "3 rows"], shape(np.array(matrix.shape)))
    bad("shape_of_three", ["/matrix/shape", "not two sizes"], shape([FEATURES, ROWS, 1]))
    bad("shape_negative", ["/matrix/shape", "not two sizes"], shape([-FEATURES, ROWS]))
    bad("shape_float", ["/matrix/shape", "integers are needed"], shape([3.0, 60.0]))
    bad("shape_enormous", ["/matrix/shape", "integers below"], shape(np.array([2**63 + 3, ROWS], "u8")))
    bad("index_beyond", ["/matrix/indices", "out of range"], spoil("indices", -1, FEATURES))
    bad("index_negative", ["/matrix/indices", "out of range"], spoil("indices", -1, -1))
    bad("indptr_drops", ["/matrix/indptr", "decreases in row 29"], spoil("indptr", 30, 0))
    bad("data_short", ["/matrix", "entries"], lambda file: replace(file, "matrix/data", file["matrix/data"][:-1]))
    bad("names_few", ["/matrix/features/name", "has 2 names"],
        lambda file: replace(file, "matrix/features/name", [b"a", b"b"]))


def h5sparse(corpus):
    matrix, y = counts()
    with h5py.File(corpus.path("h5sparse_good.h5"), "w") as file:
        group = file.create_group("X")
        group.attrs["h5sparse_format"], group.attrs["h5sparse_shape"] = np.string_("csr"), matrix.shape
        csr(group, matrix, indptr=np.int32)
        file["y"] = y

    def bad(name, says, change):
        corpus.train(corpus.changed("h5sparse_good.h5", f"h5sparse_{name}.h5", lambda file: change(file["X"])), says)

    def attribute(name, value):
        return lambda group: group.attrs.__setitem__(name, value)

    bad("csc", ["/X", "stored by columns (csc)"], attribute("h5sparse_format", np.string_("csc")))
    bad("format_unknown", ["/X", "kind 'lil'"], attribute("h5sparse_format", "lil"))
    bad("shape_gone", ["/X", "without the attribute 'shape'"], lambda group: group.attrs.__delitem__("h5sparse_shape"))
    bad("shape_negative", ["/X", "h5sparse_shape is not two sizes"], attribute("h5sparse_shape", [-1, FEATURES]))
    bad("shape_float", ["/X", "h5sparse_shape", "list of integers"], attribute("h5sparse_shape", [60.0, 3.0]))
    bad("shape_short", ["indptr has 61 entries", "59 rows"], attribute("h5sparse_shape", [ROWS - 1, FEATURES]))
    corpus.changed("h5sparse_good.h5", "h5sparse_entries_of_no_rows.h5", lambda file: (
        file["X"].attrs.__setitem__("h5sparse_shape", [0, FEATURES]), replace(file, "X/indptr", [0]),
        replace(file, "y", rows()[1][:0])))
    corpus.add("h5sparse_entries_of_no_rows",
               ["train", "@h5sparse_good.h5", "@h5sparse_entries_of_no_rows.h5", "--model", "model.h5", "--l2", "0.1"],
               ["/X", "there are no rows"], "h5sparse_entries_of_no_rows.h5")


def virtual(corpus):
    x, y = rows()
    half = ROWS // 2
    for part in range(2):
        with h5py.File(corpus.path(f"part{part}.h5"), "w") as file:
            file["X"], file["y"] = x[half * part:half * (part + 1)], y[half * part:half * (part + 1)]
            file["narrow"] = np.zeros((half, 2))
            file.create_dataset("packed", data=np.zeros((half, FEATURES)), chunks=(half, FEATURES), compression="lzf")
            file.create_dataset("never", (half, FEATURES), "f8")
            file.create_dataset("declared", (10**12, FEATURES), "f8", chunks=(1000, FEATURES))
            file["out"] = h5py.ExternalLink("dense.h5", "X")

    def bad(name, says, *parts, target="X", shape=(ROWS, FEATURES), culprit=None):
        """parts: place in the target, file and name of the source, its shape"""
        layout = h5py.VirtualLayout(shape, "f8")
        for place, file, array, extent in parts:
            taken = tuple(slice(len(range(*slices.indices(size)))) for slices, size in zip(place, shape))
            layout[place] = h5py.VirtualSource(file, array, extent)[taken]
        with h5py.File(corpus.path(f"virtual_{name}.h5"), "w", libver="latest") as file:
            file["X"], file["y"] = x, y
            replace(file, target)
            file.create_virtual_dataset(target, layout)
        corpus.train(f"virtual_{name}.h5", says, culprit=culprit)

    first, second, columns = slice(0, half), slice(half, ROWS), slice(0, FEATURES)
    whole = (half, FEATURES)
    good = ((first, columns), "part0.h5", "X", whole)

    def other(array="X", extent=whole, file="part1.h5", place=(second, columns)):
        return place, file, array, extent

    incomplete = "is a virtual data set, and "
    bad("half", [incomplete + "its sources cover 90 of its 180"], good)
    bad("parts_overlap", [incomplete + "its sources cover 135 of its 180"], good,
        other(place=(slice(half // 2, half + half // 2), columns)))
    bad("column_left_out", [incomplete + "its sources cover 150 of its 180"], good,
        other(extent=(half, FEATURES), place=(second, slice(0, 2))))
    bad("every_other_row", [incomplete + "its sources cover 90 of its 180"],
        ((slice(0, ROWS, 2), columns), "part0.h5", "X", whole))
    bad("array_gone", [incomplete, "part1.h5:/Z is missing"], good, other("Z"))
    bad("array_narrower", [incomplete, "another shape"], good, other("narrow"))
    bad("array_shorter", [incomplete, "too short"], good, other("y", (half, FEATURES)))
    bad("array_packed", ["/packed", "32000"], good, other("packed"), culprit="part1.h5")
    bad("array_never_written", ["/never", "stored"], good, other("never"), culprit="part1.h5")
    bad("array_declared", ["/declared", "stored"], good, other("declared"), culprit="part1.h5")
    bad("array_leads_out", ["/out", "external or user-defined link"], good, other("out"), culprit="part1.h5")
    bad("file_is_fifo", ["is not a regular file"], good, other(file="fifo.h5"), culprit="fifo.h5")
    bad("file_above", ["with a part in", "--allow-external"], good, other(file="../../../etc/passwd"))
    corpus.path("away.h5").symlink_to("/etc/passwd")
    bad("file_by_symlink", ["with a part in", "--allow-external"], good, other(file="away.h5"))
    bad("y_half", [incomplete + "its sources cover 30 of its 60"], ((first,), "part0.h5", "y", (half,)), target="y",
        shape=(ROWS,))
    with h5py.File(corpus.path("cut_part.h5"), "w") as file:
        file["X"] = x[half:]
    corpus.with_bytes("cut_part.h5", "cut_part.h5", lambda data: data[:-1])
    bad("file_truncated", ["cut_part.h5", "truncated"], good, other(file="cut_part.h5"), culprit="cut_part.h5")


def form_cases(corpus):
    for add in [h5ad, tenx, h5sparse, virtual]:
        add(corpus)
