"""HDF5 data sets. What tests/data/bad_files.py writes is in the corpus, too: here is what that has not."""

import os
import sys

import h5py
import numpy as np
import scipy.sparse

from corpus import FEATURES, ROWS, SOURCE, replace, rows

sys.path.insert(0, str(SOURCE / "tests" / "data"))

import bad_files  # noqa: E402
from file_parts import Collection  # noqa: E402


def of_the_readers(corpus):
    """The files that the readers' tests have, through the whole program."""
    folder = corpus.path("readers")
    folder.mkdir()
    out = Collection(folder)
    with h5py.File(folder / "virtual.h5", "w") as file:
        x, y = rows()
        for i in range(2):
            with h5py.File(folder / f"part{i}.h5", "w") as part:
                part["X"] = np.ones((50, 5), np.float32)
        layout = h5py.VirtualLayout((100, 5), "f4")
        for i in range(2):
            layout[50 * i:50 * i + 50] = h5py.VirtualSource(f"part{i}.h5", "X", (50, 5))
        file.create_virtual_dataset("X", layout)
        file["y"] = np.arange(100) % 2
    for write in [bad_files.bad_files, bad_files.bad_shapes, bad_files.bad_values, bad_files.bad_trials,
                  bad_files.bad_sparse, bad_files.bad_storage, bad_files.bad_collections]:
        write(out)
    for bad in out.bad:
        files = ["readers/" + os.path.relpath(path, folder) for path in bad["files"]]
        source = {key: bad[key] for key in ("weights", "offsets", "trials", "groups") if key in bad}
        options = [f"--{key}={name}" for key, name in source.items()]
        options += ["--io", bad["mode"]] if "mode" in bad else []
        command = "cross-validate" if "groups" in bad else "train"
        penalty = [] if "groups" in bad else ["--l2", "0.1"]
        corpus.add("readers_" + bad["name"],
                   [command, *["@" + file for file in files], "--model", "model.h5", *penalty, *options],
                   ["import csv"] if bad["name"] == "text" else bad["parts"], "" if bad["name"] == "folder" else files[-1])


def write_good_data(corpus):
    x, y = rows()
    with h5py.File(corpus.path("dense.h5"), "w") as file:
        file["X"], file["y"] = x, y
        file["feature_names"] = ["age", "height", "hours"]
        file["s"], file["o"] = np.ones(ROWS), np.zeros(ROWS)
        file["t"], file["g"] = np.full(ROWS, 3), np.arange(ROWS) % 7
    matrix = scipy.sparse.csr_matrix(np.where(np.abs(x) > 0.5, x, 0))
    with h5py.File(corpus.path("sparse.h5"), "w") as file:
        group = file.create_group("X")
        group.attrs["encoding-type"], group.attrs["encoding-version"] = "csr_matrix", "0.1.0"
        group.attrs["shape"] = np.array(matrix.shape, np.int64)
        group["data"], group["indices"], group["indptr"] = matrix.data, matrix.indices, matrix.indptr
        file["y"] = y
    with h5py.File(corpus.path("chunked.h5"), "w") as file:
        file.create_dataset("X", data=x, chunks=(16, FEATURES), compression="gzip", fletcher32=True)
        file.create_dataset("y", data=y, chunks=(ROWS,), compression="gzip")
    with h5py.File(corpus.path("latest.h5"), "w", libver="latest") as file:
        file["X"], file["y"] = x, y


def not_files(corpus):
    os.mkfifo(corpus.path("fifo.h5"))
    corpus.train("fifo.h5", ["is not a regular file", "Write"])
    os.symlink("/dev/zero", corpus.path("device.h5"))
    corpus.train("device.h5", ["is not a regular file"])
    os.symlink("nowhere.h5", corpus.path("dangling_symlink.h5"))
    corpus.train("dangling_symlink.h5", ["cannot be opened: No such file"])
    os.symlink("symlink_loop.h5", corpus.path("symlink_loop.h5"))
    corpus.train("symlink_loop.h5", ["cannot be opened: Too many levels"])
    corpus.copy("dense.h5", "no_permission.h5").chmod(0)
    corpus.train("no_permission.h5", ["cannot be opened: Permission denied"], needs="other user")
    for length, says in {1: "is text, not HDF5", 8: "opening as HDF5 failed", 100: "truncated", 2000: "truncated",
                         -1: "truncated"}.items():
        name = f"cut_at_{length}.h5".replace("-", "last_")
        corpus.with_bytes("dense.h5", name, lambda data: data[:length])
        corpus.train(name, [says])
    corpus.with_bytes("dense.h5", "after_rubbish.h5", lambda data: b"rubbish " + data)
    corpus.train("after_rubbish.h5", ["is not an HDF5 file"])
    corpus.path("zeros.h5").write_bytes(bytes(4096))
    corpus.train("zeros.h5", ["is not an HDF5 file"])


def changed(corpus, name, says, change, *options, good="dense.h5", **facts):
    corpus.changed(good, name, change)
    corpus.train(name, says, *options, **facts)


def features(corpus):
    def bad(name, says, values=None, culprit=None, **options):
        changed(corpus, f"x_{name}.h5", says, lambda file: replace(file, "X", values, **options), culprit=culprit)

    bad("scalar", ["/X", "shape ()"], 1.0)
    bad("empty_space", ["/X"], h5py.Empty("f8"))
    bad("opaque", ["/X", "holds"], np.zeros((ROWS, 2), "V4"))
    bad("enumeration", ["/X", "holds"], np.zeros((ROWS, 2), "i4"),
        dtype=h5py.enum_dtype({"a": 0, "b": 1}, basetype="i4"))
    bad("ragged", ["/X", "holds"], shape=(ROWS, 2), dtype=h5py.vlen_dtype("f4"))
    bad("references", ["/X", "holds"], shape=(ROWS, 2), dtype=h5py.ref_dtype)
    bad("arrays", ["/X"], shape=(ROWS, 2), dtype=np.dtype(("f4", (3,))))
    bad("records", ["/X", "records"], np.zeros(ROWS, [("a", "f4"), ("b", "f4")]))
    bad("declared_1e15", ["/X", "declares", "stored"], shape=(10**13, 100), dtype="f4")
    bad("declared_1e18_chunked", ["/X", "chunks are stored"], shape=(10**16, 100), dtype="f4", chunks=(1000, 100))
    bad("wide", ["/X"], shape=(1, 2**40), dtype="f4", chunks=(1, 1024))
    bad("many_dimensions", ["/X", "shape"], np.zeros((ROWS,) + (1,) * 20))
    bad("all_infinite", ["/X: 180 values are NaN or infinite", "row 0"], np.full((ROWS, FEATURES), np.inf))
    bad("nan_last", ["/X: 1 value is NaN or infinite", "row 59", "column 2"],
        np.where(np.arange(ROWS * FEATURES).reshape(ROWS, -1) == ROWS * FEATURES - 1, np.nan, 1.0))

    def committed(file):
        replace(file, "X")
        file["X"] = np.dtype("f8")
    changed(corpus, "x_committed_type.h5", ["/X", "is a named type"], committed)

    def nested(file):
        replace(file, "X")
        file["deep/down/X"] = np.zeros((ROWS, 2))
    changed(corpus, "x_elsewhere.h5", ["there is no 'X'", "deep"], nested)
    changed(corpus, "x_in_a_set.h5", ["there is no 'y/X'"], lambda file: None, "--features", "y/X")


def links(corpus):
    def linked(name, says, link):
        changed(corpus, f"link_{name}.h5", says, lambda file: (replace(file, "X"), file.__setitem__("X", link)))

    linked("to_itself", ["/X", "leads nowhere"], h5py.SoftLink("/X"))
    linked("to_nothing", ["/X", "leads nowhere"], h5py.SoftLink("/Z"))
    linked("external", ["/X", "external or user-defined link"], h5py.ExternalLink("/etc/passwd", "/X"))
    for name, where in {"y": "y", "weights": "s"}.items():
        changed(corpus, f"link_{name}_external.h5", [f"/{where}", "external or user-defined link"],
                lambda file: (replace(file, where), file.__setitem__(where, h5py.ExternalLink("dense.h5", where))),
                *(["--weights=s"] if where == "s" else []))
    changed(corpus, "link_names_external.h5", ["/feature_names", "external or user-defined link"],
            lambda file: (replace(file, "feature_names"),
                          file.__setitem__("feature_names", h5py.ExternalLink("dense.h5", "feature_names"))))
    changed(corpus, "link_member_external.h5", ["/X/data", "external or user-defined link"],
            lambda file: (replace(file, "X/data"),
                          file.__setitem__("X/data", h5py.ExternalLink("sparse.h5", "X/data"))), good="sparse.h5")

    def user_defined(data):
        place = data.index(b"\x01\x08\x40\x01X")
        data[place + 2] = 200
    corpus.with_bytes("link_external.h5", "link_user_defined.h5", user_defined)
    corpus.train("link_user_defined.h5", ["/X", "external or user-defined link"])


def storage(corpus):
    raw = corpus.path("raw.bin")
    raw.write_bytes(bytes(ROWS * 8))
    for name, where in {"y": "y", "offsets": "o"}.items():
        changed(corpus, f"storage_{name}_external.h5", [f"/{where}", "stored in other files"],
                lambda file: replace(file, where, shape=(ROWS,), dtype="i8", external=[(str(raw), 0, ROWS * 8)]),
                *(["--offsets=o"] if where == "o" else []))
    changed(corpus, "storage_passwords.h5", ["/X", "stored in other files"],
            lambda file: replace(file, "X", shape=(ROWS, 1), dtype="u1", external=[("/etc/passwd", 0, ROWS)]))
    changed(corpus, "storage_y_never_written.h5", ["/y", "stored"],
            lambda file: replace(file, "y", shape=(ROWS,), dtype="i4"))
    changed(corpus, "storage_y_lzf.h5", ["/y", "32000"],
            lambda file: replace(file, "y", rows()[1], chunks=(ROWS,), compression="lzf"))
    changed(corpus, "storage_unknown_filter.h5", ["/X", "filter number"],
            lambda file: replace(file, "X", rows()[0], chunks=(ROWS, FEATURES), compression="lzf"))

    def other_filter(data):
        place = data.index((32000).to_bytes(2, "little"))
        data[place:place + 2] = (60000).to_bytes(2, "little")
    corpus.with_bytes("storage_unknown_filter.h5", "storage_filter_60000.h5", other_filter)
    corpus.train("storage_filter_60000.h5", ["/X", "filter number 60000"])

    def virtual(source, extent=(ROWS, FEATURES)):
        def write(file):
            replace(file, "X")
            layout = h5py.VirtualLayout((ROWS, FEATURES), "f8")
            layout[:] = h5py.VirtualSource(source, "X", extent)[:ROWS]
            file.create_virtual_dataset("X", layout)
        return write
    corpus.changed("dense.h5", "virtual_of_dense.h5", virtual("dense.h5"))
    changed(corpus, "virtual_of_itself.h5", ["/X", "virtual"], virtual("."))
    changed(corpus, "virtual_of_absent.h5", ["/X", "absent.h5 is missing"], virtual("absent.h5"))
    changed(corpus, "virtual_of_text.h5", ["/X", "a part in /etc/passwd", "--allow-external"], virtual("/etc/passwd"))
    changed(corpus, "virtual_of_virtual.h5", ["/X", "a source of it is virtual too"], virtual("virtual_of_dense.h5"))


def columns(corpus):
    def bad(name, where, says, values, *options, culprit=None, **more):
        target = where or ("s" if "weights_sum" in name else "y")
        changed(corpus, f"{name}.h5", [f"/{where}", *says] if where else says,
                lambda file: replace(file, target, values, **more), *options, culprit=culprit)

    y = rows()[1]
    spoiled = {key: np.where(np.arange(ROWS) == 33, value, 1.0) for key, value in
               {"nan": np.nan, "inf": np.inf, "huge": 1.7e308, "negative": -0.5}.items()}
    bad("y_infinite", "y", ["1 label", "row 33"], spoiled["inf"])
    bad("y_one_class", "", ["all rows are of class '1'"], np.ones(ROWS, int))
    bad("y_scalar", "y", ["shape ()"], 1)
    bad("y_empty_space", "y", [], h5py.Empty("i4"))
    bad("y_opaque", "y", ["holds"], np.zeros(ROWS, "V4"))
    bad("y_records", "y", ["records"], np.zeros(ROWS, [("a", "i4")]))
    bad("y_ragged", "y", ["holds"], None, shape=(ROWS,), dtype=h5py.vlen_dtype("i4"))
    bad("y_long", "", ["y has 61 rows, the features have 60"], np.append(y, 1))
    bad("y_one_hot", "y", ["shape (60, 2)", "one column"], np.stack([y, 1 - y], 1))
    bad("y_enormous_text", "y", [], None, shape=(ROWS,), dtype="S2000000000", chunks=(1,))
    bad("weights_infinite", "s", ["1 value", "row 33"], spoiled["inf"], "--weights=s")
    bad("weights_negative", "s", ["1 weight is negative", "row 33"], spoiled["negative"], "--weights=s")
    bad("weights_matrix", "s", ["shape (60, 2)"], np.ones((ROWS, 2)), "--weights=s")
    bad("weights_opaque", "s", ["holds"], np.zeros(ROWS, "V8"), "--weights=s")
    bad("weights_of_one_class", "", ["class '0'", "weight"], y, "--weights=y", culprit="")
    bad("offsets_infinite", "o", ["1 value", "row 33"], -spoiled["inf"], "--offsets=o")
    bad("offsets_text", "o", ["holds strings"], [b"0"] * ROWS, "--offsets=o")
    bad("names_twice_as_many", "feature_names", ["has 6 names", "3 features"], ["a"] * 6)
    bad("names_enormous", "feature_names", [], None, shape=(FEATURES,), dtype="S2000000000", chunks=(1,))
    bad("names_empty_space", "feature_names", [], h5py.Empty(h5py.string_dtype()))
    bad("schema_number", "schema", [], 1.0)
    bad("schema_list", "schema", ["is not one text"], ["{}", "{}"])
    bad("factors_short", "penalty_factors", ["2"], np.ones(2), "--penalty-factors")
    bad("factors_negative", "penalty_factors", ["-1"], -np.ones(FEATURES), "--penalty-factors")
    bad("factors_nan", "penalty_factors", ["nan"], np.full(FEATURES, np.nan), "--penalty-factors")
    changed(corpus, "bounds_crossed.h5", ["lower", "upper"],
            lambda file: (file.__setitem__("l", np.ones(FEATURES)), file.__setitem__("u", np.zeros(FEATURES))),
            "--lower", "l", "--upper", "u", culprit="")
    corpus.changed("dense.h5", "clusters_one.h5", lambda file: file.__setitem__("k", np.zeros(ROWS, int)))
    corpus.add("clusters_one", ["train", "@clusters_one.h5", "--model", "model.h5", "--inference", "--clusters=k"],
               ["cluster"], "clusters_one.h5")


def sparse(corpus):
    def bad(name, says, change):
        changed(corpus, f"csr_{name}.h5", says, lambda file: change(file["X"]), good="sparse.h5")

    def spoil(array, index, value, dtype=None):
        def change(group):
            values = group[array][...].astype(dtype or group[array].dtype)
            values[index] = value
            replace(group, array, values)
        return change

    def attribute(name, value):
        return lambda group: group.attrs.__setitem__(name, value)

    for member in ["data", "indices", "indptr"]:
        bad(f"no_{member}", [f"there is no 'X/{member}'"], lambda group: replace(group, member))
        bad(f"{member}_group", [f"/X/{member}", "is a group"],
            lambda group: (replace(group, member), group.create_group(member)))
        bad(f"{member}_matrix", [f"/X/{member}", "shape"], lambda group: replace(group, member, np.zeros((9, 2), "i4")))
        bad(f"{member}_text", [f"/X/{member}", "holds strings"], lambda group: replace(group, member, [b"1"] * 9))
        bad(f"{member}_scalar", [f"/X/{member}", "shape ()"], lambda group: replace(group, member, 1))
    bad("indptr_float", ["/X/indptr", "integers"], lambda group: replace(group, "indptr", np.zeros(ROWS + 1)))
    bad("indptr_empty", ["indptr has 0 entries"], lambda group: replace(group, "indptr", np.zeros(0, "i8")))
    bad("indptr_negative", ["/X/indptr"], spoil("indptr", 0, -1))
    bad("indptr_overflowed", ["/X/indptr", "row"], spoil("indptr", slice(30, None), -2**31))
    bad("indptr_unsigned_overflow", ["/X/indptr"], spoil("indptr", 30, 2**63 + 5, "u8"))
    bad("indptr_last_beyond", ["/X/indptr", "ends with"], spoil("indptr", ROWS, 10**15, "i8"))
    bad("indptr_all_zero", ["/X/indptr", "ends with 0"], spoil("indptr", slice(None), 0))
    bad("indices_last", ["/X/indices", "out of range"], spoil("indices", -1, FEATURES))
    bad("indices_unsigned_overflow", ["/X/indices", "out of range"], spoil("indices", -1, 2**63, "u8"))
    bad("indices_reversed", ["/X/indices", "unsorted"],
        lambda group: replace(group, "indices", group["indices"][...][::-1].copy()))
    bad("no_shape", ["/X", "shape"], lambda group: group.attrs.__delitem__("shape"))
    bad("shape_of_three", ["/X", "shape is not two sizes"], attribute("shape", np.array([ROWS, FEATURES, 1])))
    bad("shape_negative", ["/X", "shape is not two sizes"], attribute("shape", np.array([ROWS, -1])))
    bad("shape_text", ["/X", "shape"], attribute("shape", "60 x 3"))
    bad("shape_float", ["/X", "shape"], attribute("shape", np.array([60.0, 3.0])))
    bad("shape_scalar", ["/X", "shape"], attribute("shape", ROWS))
    bad("shape_more_rows", ["indptr has 61 entries", "10000000000 rows"], attribute("shape", np.array([10**10, 3])))
    bad("shape_fewer_columns", ["/X/indices", "out of range"], attribute("shape", np.array([ROWS, 2])))
    bad("shape_largest", ["/X"], attribute("shape", np.array([2**63 - 1, 2**63 - 1])))
    bad("shape_long", ["/X", "shape"], attribute("shape", np.zeros(8000, "i8")))

    def wide_numbers(group):
        wide = h5py.h5t.STD_I64LE.copy()
        wide.set_size(32)
        wide.set_precision(256)
        del group.attrs["shape"]
        h5py.h5a.create(group.id, b"shape", wide, h5py.h5s.create_simple((2,)))
    bad("shape_of_wide_numbers", ["/X", "list of integers"], wide_numbers)
    # Only newer files have attributes beyond 64 KiB.
    with h5py.File(corpus.path("csr_shape_longest.h5"), "w", libver="latest") as file, \
            h5py.File(corpus.path("sparse.h5")) as good:
        for member in good["X"]:
            good.copy("X/" + member, file.require_group("X"))
        file["X"].attrs["shape"] = np.zeros(9000, "i8")
        file["y"] = rows()[1]
    corpus.train("csr_shape_longest.h5", ["/X", "short list of integers"])
    bad("encoding_number", ["/X", "encoding-type"], attribute("encoding-type", 7))
    bad("encoding_coo", ["/X", "coo"], attribute("encoding-type", "coo_matrix"))
    bad("encoding_empty", ["/X"], attribute("encoding-type", ""))
    bad("encoding_long", ["/X"], attribute("encoding-type", "x" * 60000))
    bad("data_nan_last", ["/X: 1 value is NaN", "row 59"], spoil("data", -1, np.nan))
    bad("data_short", ["entries"], lambda group: replace(group, "data", group["data"][:-1]))


def others(corpus):
    """Files of other programs."""
    with h5py.File(corpus.path("keras.h5"), "w") as file:
        file.attrs["keras_version"] = "2"
        file["model_weights/dense/kernel"] = np.zeros((3, 3))
    corpus.train("keras.h5", ["there is no 'X'", "model_weights"])
    with h5py.File(corpus.path("empty_hdf5.h5"), "w"):
        pass
    corpus.train("empty_hdf5.h5", ["there is no 'X'", "the file is empty"])
    with h5py.File(corpus.path("many_members.h5"), "w") as file:
        for i in range(2000):
            file.create_group(f"group{i:05}")
    corpus.train("many_members.h5", ["there is no 'X'", "…"])


def data_cases(corpus):
    write_good_data(corpus)
    for add in [of_the_readers, not_files, features, links, storage, columns, sparse, others]:
        add(corpus)
