"""Files of other programs are read as they are: the same coefficients as from the plain form."""

import h5py
import numpy as np
import pytest
import scipy.sparse

from conftest import logistic_sample, mpilogit, write_dense, write_sparse

GENES = ["Actb", "größe", "Gapdh", "Xist"]
LETTERS = np.array(["no", "yes"])
STRINGS = h5py.string_dtype()


@pytest.fixture(scope="module")
def sample():
    x, y = logistic_sample(rows=120, seed=5)
    counts = np.maximum(0, np.round(2 * x)).astype(np.float32)
    return scipy.sparse.csr_matrix(counts), y


def digest(tmp_path, path, *options, ranks=1):
    model = tmp_path / "model.h5"
    run = mpilogit("train", path, *options, "--model", model, "--l2", "0.01", "--json",
                   tmp_path / "record.json", "--quiet", ranks=ranks)
    assert run.code == 0, run.err
    return run.record["coefficients_sha256"]


def names_of(model):
    with h5py.File(model) as file:
        return list(file["feature_names"].asstr()) if "feature_names" in file else []


def classes_of(model):
    with h5py.File(model) as file:
        classes = file["classes"]
        return list(classes.asstr() if classes.dtype.kind == "O" else classes)


@pytest.fixture(scope="module")
def plain(sample, tmp_path_factory):
    """Digest of the sparse form that the program documents as its own, and of the dense one."""
    folder = tmp_path_factory.mktemp("plain")
    counts, y = sample
    sparse = digest(folder, write_sparse(folder / "sparse.h5", counts, y))
    return sparse, digest(folder, write_dense(folder / "dense.h5", counts.toarray(), y))


def refusal(*arguments, ranks=1):
    run = mpilogit(*arguments, ranks=ranks)
    assert run.code == 2, (run.code, run.out, run.err)
    assert len(run.errors) == 1, run.err
    return run.errors[0]


# --- AnnData -------------------------------------------------------------------------------------


def encode(item, kind, version="0.1.0"):
    item.attrs["encoding-type"] = kind
    item.attrs["encoding-version"] = version
    return item


def strings(group, name, values):
    return encode(group.create_dataset(name, data=list(values), dtype=STRINGS), "string-array", "0.2.0")


def matrix(group, name, values):
    if not scipy.sparse.issparse(values):
        return encode(group.create_dataset(name, data=values), "array", "0.2.0")
    item = encode(group.create_group(name), values.format + "_matrix")
    item.attrs["shape"] = values.shape
    item["data"], item["indices"], item["indptr"] = values.data, values.indices, values.indptr
    return item


def frame(group, name, index, columns):
    item = encode(group.create_group(name), "dataframe", "0.2.0")
    item.attrs["_index"] = "_index"
    item.attrs.create("column-order", list(columns), dtype=STRINGS)
    strings(item, "_index", index)
    return item


def categorical(group, name, codes, categories):
    item = encode(group.create_group(name), "categorical", "0.2.0")
    item.attrs["ordered"] = False
    encode(item.create_dataset("codes", data=np.asarray(codes, np.int8)), "array", "0.2.0")
    if isinstance(categories[0], str):
        strings(item, "categories", categories)
    else:
        encode(item.create_dataset("categories", data=categories), "array", "0.2.0")


def nullable(group, name, values, mask, kind="nullable-integer"):
    item = encode(group.create_group(name), kind)
    item["values"], item["mask"] = values, mask


def write_h5ad(path, x, y, layer=None):
    """As anndata 0.8 and later write it (its documentation: "on-disk format")."""
    with h5py.File(path, "w") as file:
        encode(file, "anndata")
        matrix(file, "X", x)
        if layer is not None:
            matrix(encode(file.create_group("layers"), "dict"), "counts", layer)
        obs = frame(file, "obs", (f"cell {i}" for i in range(len(y))), ["kind", "count"])
        categorical(obs, "kind", y, LETTERS)
        categorical(obs, "number", y, np.array([3, 70]))
        categorical(obs, "gap", np.where(np.arange(len(y)) == 7, -1, y), LETTERS)
        categorical(obs, "astray", np.where(np.arange(len(y)) == 9, 5, y), LETTERS)
        nullable(obs, "count", y, np.zeros(len(y), bool))
        nullable(obs, "flag", y.astype(bool), np.zeros(len(y), bool), "nullable-boolean")
        nullable(obs, "holes", y, np.arange(len(y)) % 50 == 11)
        strings(obs, "text", LETTERS[y])
        obs["weight"] = np.ones(len(y))
        frame(file, "var", GENES, [])
    return path


@pytest.mark.parametrize("column, classes, dense", [
    ("kind", ["no", "yes"], True), ("kind", ["no", "yes"], False), ("number", [3, 70], False),
    ("count", [0, 1], False), ("flag", [False, True], False), ("text", ["no", "yes"], False)])
def test_anndata(sample, plain, tmp_path, column, classes, dense):
    counts, y = sample
    path = write_h5ad(tmp_path / "cells.h5ad", counts.toarray() if dense else counts, y)
    assert digest(tmp_path, path, "--labels", f"obs/{column}", "--weights", "obs/weight") == plain[dense]
    assert classes_of(tmp_path / "model.h5") == classes
    assert names_of(tmp_path / "model.h5") == GENES


def test_a_layer_in_the_place_of_x(sample, plain, tmp_path):
    counts, y = sample
    path = write_h5ad(tmp_path / "cells.h5ad", counts.toarray() * 7 + 1, y, layer=counts)
    assert digest(tmp_path, path, "--features", "layers/counts", "--labels", "obs/kind") == plain[0]
    assert names_of(tmp_path / "model.h5") == GENES


def test_several_files_with_categories_of_their_own(sample, plain, tmp_path):
    """Codes mean something else in each file, the categories tell."""
    counts, y = sample
    first = write_h5ad(tmp_path / "1.h5ad", counts[:50], y[:50])
    second = write_h5ad(tmp_path / "2.h5ad", counts[50:], y[50:])
    with h5py.File(second, "r+") as file:
        del file["obs/kind"]
        categorical(file["obs"], "kind", 2 - y[50:], ["other", "yes", "no"])
    assert digest(tmp_path, first, second, "--labels", "obs/kind", ranks=3) == plain[0]


def test_groups_of_a_categorical_column(sample, tmp_path):
    counts, y = sample
    path = write_h5ad(tmp_path / "cells.h5ad", counts, y)
    digest(tmp_path, path, "--labels", "obs/kind")
    run = mpilogit("evaluate", tmp_path / "model.h5", path, "--labels", "obs/kind", "--by", "obs/kind",
                   "--json", tmp_path / "r.json", ranks=2)
    assert run.code == 0, run.err
    by = {group["group"]: group["rows"] for group in run.record["by"]}
    assert by == {"no": int((y == 0).sum()), "yes": int(y.sum())}


def test_old_anndata(sample, plain, tmp_path):
    """0.7: codes as data sets, the categories of all columns in a group beside them."""
    counts, y = sample
    path = write_h5ad(tmp_path / "cells.h5ad", counts, y)
    with h5py.File(path, "r+") as file:
        del file.attrs["encoding-type"]
        obs = file["obs"]
        del obs["kind"]
        obs["kind"] = y.astype(np.int8)
        obs.create_dataset("__categories/kind", data=list(LETTERS), dtype=STRINGS)
        obs["kind"].attrs["categories"] = obs["__categories/kind"].ref
    assert digest(tmp_path, path, "--labels", "obs/kind") == plain[0]
    assert classes_of(tmp_path / "model.h5") == ["no", "yes"]


@pytest.mark.parametrize("column, words", [
    ("gap", ["cells.h5ad:/obs/gap/codes", "1 label is unusable, in row 7", "missing", "Remove"]),
    ("astray", ["1 label is unusable, in row 9", "the code 5, which stands for no category"]),
    ("holes", ["/obs/holes/values", "3 values are missing, the first in row 11", "fill"]),
    ("nothing", ["there is no 'obs/nothing'", "obs/kind", "--labels obs/NAME"])])
def test_what_is_missing_is_named(sample, tmp_path, column, words):
    counts, y = sample
    path = write_h5ad(tmp_path / "cells.h5ad", counts, y)
    message = refusal("train", path, "--labels", f"obs/{column}", "--model", tmp_path / "m.h5", ranks=2)
    assert all(word in message for word in words), message


def test_columns_are_refused(sample, tmp_path):
    counts, y = sample
    path = write_h5ad(tmp_path / "cells.h5ad", counts.tocsc(), y)
    message = refusal("inspect", path, "--labels", "obs/kind")
    assert "/X: is stored by columns (csc_matrix)" in message and "adata.X.tocsr()" in message
    path = write_h5ad(tmp_path / "cells.h5ad", counts, y)
    message = refusal("train", path, "--labels", "obs/kind", "--weights", "obs/kind", "--model", tmp_path / "m.h5")
    assert "/obs/kind: holds categories; numbers are needed here" in message


def test_records_of_very_old_anndata(sample, tmp_path):
    counts, y = sample
    path = write_sparse(tmp_path / "cells.h5ad", counts)
    with h5py.File(path, "r+") as file:
        file["obs"] = np.array([(b"a", 1)] * len(y), dtype=[("index", "S4"), ("kind", "i1")])
    message = refusal("train", path, "--labels", "obs/kind", "--model", tmp_path / "m.h5")
    assert "/obs: is a table of records" in message and "anndata.read_h5ad" in message


# --- Other forms ---------------------------------------------------------------------------------


def test_old_h5sparse(sample, plain, tmp_path):
    counts, y = sample
    path = write_sparse(tmp_path / "old.h5", counts, y)
    with h5py.File(path, "r+") as file:
        for name in list(file["X"].attrs):
            del file["X"].attrs[name]
        file["X"].attrs["h5sparse_format"] = np.string_("csr")
        file["X"].attrs["h5sparse_shape"] = counts.shape
    assert digest(tmp_path, path) == plain[0]


def write_tenx(path, counts, y, genes=GENES):
    """As Cell Ranger 3 and later write it: columns are cells."""
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        group["barcodes"] = np.array([f"ACGT-{i}" for i in range(len(y))], dtype="S")
        group["data"] = counts.data.astype(np.int32)
        group["indices"] = counts.indices.astype(np.int64)
        group["indptr"] = counts.indptr.astype(np.int64)
        group["shape"] = np.array(counts.shape[::-1], dtype=np.int32)
        features = group.create_group("features")
        features["id"] = np.array([f"ENSG{i}" for i in range(len(genes))], dtype="S")
        features["name"] = np.array([gene.encode() for gene in genes])
        file["y"] = y
    return path


def test_tenx(sample, plain, tmp_path):
    counts, y = sample
    path = write_tenx(tmp_path / "filtered.h5", counts, y)
    integers = scipy.sparse.csr_matrix(counts, dtype=np.int32)
    expected = digest(tmp_path, write_sparse(tmp_path / "plain.h5", integers, y))
    assert digest(tmp_path, path) == digest(tmp_path, path, "--features", "matrix", ranks=3) == expected
    assert names_of(tmp_path / "model.h5") == GENES


def test_genes_that_share_a_symbol_go_by_identifier(sample, tmp_path):
    counts, y = sample
    digest(tmp_path, write_tenx(tmp_path / "filtered.h5", counts, y, ["A", "B", "A", "C"]))
    assert names_of(tmp_path / "model.h5") == ["ENSG0", "ENSG1", "ENSG2", "ENSG3"]


def test_tenx_version_2(sample, tmp_path):
    """A group by the name of the genome, with the genes in it."""
    counts, y = sample
    path = write_tenx(tmp_path / "filtered.h5", counts, y)
    with h5py.File(path, "r+") as file:
        file.move("matrix", "GRCh38")
        group = file["GRCh38"]
        group["genes"], group["gene_names"] = group["features/id"][:], group["features/name"][:]
        del group["features"]
    digest(tmp_path, path, "--features", "GRCh38")
    assert names_of(tmp_path / "model.h5") == GENES


def test_dimension_scales_are_names(sample, plain, tmp_path):
    counts, y = sample
    path = write_dense(tmp_path / "scales.h5", counts.toarray(), y)
    with h5py.File(path, "r+") as file:
        file.create_dataset("gene", data=GENES, dtype=STRINGS)
        file["gene"].make_scale("gene")
        file["X"].dims[1].attach_scale(file["gene"])
    assert digest(tmp_path, path) == plain[1]
    assert names_of(tmp_path / "model.h5") == GENES


def test_scales_of_numbers_are_no_names(sample, plain, tmp_path):
    """As netCDF-4 has them for dimensions without a variable, too."""
    counts, y = sample
    path = write_dense(tmp_path / "scales.h5", counts.toarray(), y)
    with h5py.File(path, "r+") as file:
        for number, size in enumerate(counts.shape):
            file[f"dim{number}"] = np.zeros(size, ">f4")
            file[f"dim{number}"].make_scale("This is a netCDF dimension but not a netCDF variable.")
            file["X"].dims[number].attach_scale(file[f"dim{number}"])
    assert digest(tmp_path, path) == plain[1]
    assert names_of(tmp_path / "model.h5") == []


@pytest.mark.parametrize("options", [
    {"compression": "gzip"}, {"compression": "gzip", "shuffle": True, "fletcher32": True},
    {"scaleoffset": 0}, {"compression": "szip"}])
def test_compressed(sample, plain, tmp_path, options):
    counts, y = sample
    if options.get("compression") == "szip" and not h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP):
        pytest.skip("this HDF5 has no szip")
    x = counts.toarray()
    if "scaleoffset" in options:
        x = x.astype(np.int32)
    expected = digest(tmp_path, write_dense(tmp_path / "plain.h5", x, y))
    with h5py.File(tmp_path / "packed.h5", "w") as file:
        file.create_dataset("X", data=x, chunks=(25, 3), **options)
        file["y"] = y
    assert digest(tmp_path, tmp_path / "packed.h5") == expected


def test_filters_that_are_not_built_in(sample, tmp_path):
    counts, y = sample
    with h5py.File(tmp_path / "lzf.h5", "w") as file:
        file.create_dataset("X", data=counts.toarray(), chunks=(25, 3), compression="lzf")
        file["y"] = y
    message = refusal("inspect", tmp_path / "lzf.h5")
    assert "HDF5 filter number 32000 (lzf)" in message and "--allow-plugins" in message
    message = refusal("inspect", tmp_path / "lzf.h5", "--allow-plugins")
    assert "32000 (lzf)" in message and "HDF5_PLUGIN_PATH" in message


# --- Virtual data sets ---------------------------------------------------------------------------


def write_virtual(path, parts, y):
    rows = sum(part.shape[0] for part, _ in parts)
    layout = h5py.VirtualLayout(shape=(rows, parts[0][0].shape[1]), dtype=parts[0][0].dtype)
    first = 0
    for part, name in parts:
        layout[first:first + len(part)] = h5py.VirtualSource(name, "X", shape=part.shape)
        first += len(part)
    with h5py.File(path, "w", libver="latest") as file:
        file.create_virtual_dataset("X", layout, fillvalue=-1)
        file["y"] = y
    return path


def test_virtual(sample, plain, tmp_path):
    counts, y = sample
    x = counts.toarray()
    (tmp_path / "parts").mkdir()
    (tmp_path / "elsewhere").mkdir()
    write_dense(tmp_path / "parts" / "a.h5", x[:50])
    write_dense(tmp_path / "b.h5", x[50:])
    path = write_virtual(tmp_path / "all.h5", [(x[:50], "parts/a.h5"), (x[50:], str(tmp_path / "b.h5"))], y)
    assert digest(tmp_path, path, ranks=3) == plain[1]

    (tmp_path / "b.h5").rename(tmp_path / "elsewhere" / "b.h5")
    assert "its source file" in refusal("inspect", path)
    away = write_virtual(tmp_path / "parts" / "all.h5", [(x[:50], "a.h5"), (x[50:], "../elsewhere/b.h5")], y)
    assert "--allow-external" in refusal("inspect", away)
    assert digest(tmp_path, away, "--allow-external") == plain[1]


@pytest.mark.parametrize("make, words", [
    (lambda file: file.create_dataset("X", (70, 4), "f4", external=[("/etc/hostname", 0, 1120)]), "external storage"),
    (lambda file: file.create_dataset("X", chunks=(7, 4), compression="lzf",
                                      data=np.ones((70, 4), "f4")), "(lzf)"),
    (lambda file: file.__setitem__("X", h5py.ExternalLink("c.h5", "X")), "external or user-defined link"),
])
def test_unsafe_sources_of_virtual_data_sets(sample, tmp_path, make, words):
    counts, y = sample
    x = counts.toarray()
    write_dense(tmp_path / "a.h5", x[:50])
    with h5py.File(tmp_path / "b.h5", "w") as file:
        make(file)
    path = write_virtual(tmp_path / "all.h5", [(x[:50], "a.h5"), (x[50:], "b.h5")], y)
    assert words in refusal("inspect", path)


# --- Forms that cannot be read -------------------------------------------------------------------


def test_pandas_and_pytables(tmp_path):
    with h5py.File(tmp_path / "fixed.h5", "w") as file:
        file.attrs["PYTABLES_FORMAT_VERSION"] = np.string_("2.1")
        group = file.create_group("df")
        group.attrs["pandas_type"] = np.string_("frame")
        group["axis0"], group["axis1"] = np.array([b"a", b"b"]), np.arange(3)
        group["block0_values"] = np.zeros((3, 2))
    message = refusal("inspect", tmp_path / "fixed.h5")
    assert "there is no 'X'" in message and "pandas or PyTables" in message
    message = refusal("inspect", tmp_path / "fixed.h5", "--features", "df")
    assert "was written by pandas" in message and "pandas.read_hdf" in message
    assert "import csv" in message
    with h5py.File(tmp_path / "table.h5", "w") as file:
        file["t"] = np.zeros(5, dtype=[("a", "f8"), ("b", "i4")])
        file["t"].attrs["CLASS"] = np.string_("TABLE")
    message = refusal("inspect", tmp_path / "table.h5", "--features", "t")
    assert "is a table of PyTables" in message and "column_stack" in message


def test_matlab(tmp_path):
    with h5py.File(tmp_path / "m.mat", "w", userblock_size=512) as file:
        file["X"] = np.zeros((4, 120))
        file["X"].attrs["MATLAB_class"] = np.string_("double")
    message = refusal("inspect", tmp_path / "m.mat")
    assert "is an array of MATLAB" in message and "h5create" in message
