"""LIBSVM text, and NumPy's arrays and archives."""

import io
import struct
import zipfile

import numpy as np
import scipy.sparse

from corpus import rows

SVM = ["+1 1:0.5 3:2\n", "-1 2:1\n", "+1 1:1 2:1 3:1\n", "-1 3:0.25\n"] * 15


def libsvm_cases(corpus):
    def bad(name, says, contents, *options, suffix=".svm"):
        file = f"libsvm_{name}{suffix}"
        corpus.path(file).write_bytes(contents.encode() if isinstance(contents, str) else contents)
        corpus.add(file.replace(".", "_"), ["import", "libsvm", "@" + file, "--output", "data.h5", *options], says, file)

    def line(text, row=40):
        return "".join(SVM[:row]) + text + "".join(SVM[row + 1:])

    bad("empty", [], "")
    bad("newlines", [], "\n\n")
    bad("is_csv", [], "age,bought\n1,2\n")
    bad("no_colon", ["line 41"], line("+1 1 3:2\n"))
    bad("two_colons", ["line 41"], line("+1 1:2:3\n"))
    bad("colon_alone", ["line 41"], line("+1 : 3:1\n"))
    bad("index_only", ["line 41"], line("+1 1: 3:1\n"))
    bad("index_text", ["line 41"], line("+1 a:1\n"))
    bad("index_negative", ["line 41"], line("+1 -1:1\n"))
    bad("index_float", ["line 41"], line("+1 1.5:1\n"))
    bad("index_overflows", ["line 41"], line("+1 1:1 99999999999999999999:1\n"))
    bad("index_beyond_32_bits", ["line 41"], line("+1 1:1 4294967297:1\n"))
    bad("index_zero_of_one_based", ["line 41"], line("+1 0:1\n"), "--base", "1")
    bad("index_beyond_count", ["line 41"], line("+1 9:1\n"), "--features-count", "5")
    bad("indices_descend", ["line 41"], line("+1 3:1 1:1\n"))
    bad("indices_repeat", ["line 41"], line("+1 1:1 1:1\n"))
    bad("value_text", ["line 41"], line("+1 1:much\n"))
    bad("value_nan", ["line 41"], line("+1 1:nan\n"))
    bad("value_infinite", ["line 41"], line("+1 1:inf\n"))
    bad("value_overflows", ["line 41"], line("+1 1:1e999\n"))
    bad("value_trailing", ["line 41"], line("+1 1:1x\n"))
    bad("label_text", ["line 41"], line("yes 1:1\n"))
    bad("label_large", ["line 41", "2^53"], line("1e300 1:1\n"))
    bad("index_last_of_zero_based", [], line("+1 0:1 4294967294:1\n"))
    bad("label_nan", ["line 41"], line("nan 1:1\n"))
    bad("label_missing", ["line 41"], line("1:1 2:1\n"))
    bad("labels_several", ["line 41"], line("1,2 1:1\n"))
    bad("nul_byte", ["line 41"], line("+1 1:\0 2:1\n"))
    bad("random_bytes", [], np.random.default_rng(6).bytes(20000))
    bad("is_hdf5", [], corpus.path("dense.h5").read_bytes())
    bad("nul_bytes", [], bytes(5000))
    for name, options in {"base": ["--base", "2"], "count": ["--features-count", "-1"], "storage": ["--storage", "int7"],
                          "of_csv": ["--label", "y"]}.items():
        corpus.path(f"libsvm_option_{name}.svm").write_text("".join(SVM))
        corpus.add(f"libsvm_option_{name}", ["import", "libsvm", f"@libsvm_option_{name}.svm", "--output", "data.h5",
                                             *options], [options[0]], "")


def npy_bytes(array, **options):
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def with_header(text, data=b"", version=1):
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text.encode("latin1") + data


def npy_cases(corpus):
    x, y = rows()
    corpus.path("labels.npy").write_bytes(npy_bytes(y))

    def bad(name, says, contents, *options, suffix=".npy"):
        file = f"npy_{name}{suffix}"
        corpus.path(file).write_bytes(contents)
        labels = ["--labels", "@labels.npy"] if suffix == ".npy" and not options else []
        corpus.add(file.replace(".", "_"), ["import", "npy", "@" + file, "--output", "data.h5", *labels, *options], says,
                   file)

    good = npy_bytes(x)
    bad("empty", [], b"")
    bad("magic_only", [], good[:6])
    bad("header_cut", [], good[:40])
    bad("values_cut", ["declares"], good[:-8])
    bad("longer", [], good + bytes(8))
    bad("version_9", ["version"], good[:6] + b"\x09" + good[7:])
    bad("pickled", ["object"], npy_bytes(np.array([[{}, 1]], dtype=object), allow_pickle=True))
    bad("strings", [], npy_bytes(np.full((60, 3), "a")))
    bad("complex", [], npy_bytes(x.astype(complex)))
    bad("records", [], npy_bytes(np.zeros(60, [("a", "f4")])))
    bad("dates", [], npy_bytes(np.zeros((60, 3), "M8[s]")))
    bad("long_double", [], npy_bytes(x.astype(np.longdouble)))
    bad("one_dimension", ["(60)"], npy_bytes(x[:, 0]))
    bad("three_dimensions", [], npy_bytes(x[:, :, None]))
    bad("scalar", [], npy_bytes(np.float64(1)))
    bad("no_rows", ["no rows"], npy_bytes(x[:0]))
    bad("no_columns", ["no columns"], npy_bytes(x[:, :0]))
    bad("nan", ["NaN", "row 33"], npy_bytes(np.where(np.arange(60)[:, None] == 33, np.nan, x)))
    bad("infinite", ["infinite", "row 33"], npy_bytes(np.where(np.arange(60)[:, None] == 33, np.inf, x)))
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }\n"
    for name, shape in {"declared_1e15": "(10000000000000, 100)", "overflows": "(9223372036854775807, 9223372036854775807)",
                        "beyond_64_bits": "(99999999999999999999, 3)", "negative": "(-60, 3)", "float": "(60.0, 3)",
                        "text": "'60'", "open": "(60, 3", "nested": "((60, 3),)"}.items():
        bad("shape_" + name, [], with_header(header % shape, x.tobytes()))
    bad("header_code", [], with_header("__import__('os').system('touch /tmp/pwned')\n", x.tobytes()))
    bad("header_no_shape", [], with_header("{'descr': '<f8', 'fortran_order': False}\n", x.tobytes()))
    bad("header_no_type", [], with_header("{'fortran_order': False, 'shape': (60, 3)}\n", x.tobytes()))
    bad("header_type", [], with_header("{'descr': '<q9', 'fortran_order': False, 'shape': (60, 3)}\n", x.tobytes()))
    bad("header_nothing", [], with_header("", x.tobytes()))
    bad("header_endless", [], with_header("(" * 60000, x.tobytes()))
    bad("header_length", [], good[:8] + b"\xff\xff" + good[10:])
    bad("header_length_4_gb", [], b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + good[10:])
    for name, labels in {"short": y[:-1], "matrix": x, "nan": np.where(np.arange(60) == 33, np.nan, y), "half": y + 0.5,
                         "objects": np.array([None] * 60)}.items():
        corpus.path(f"labels_{name}.npy").write_bytes(npy_bytes(labels, allow_pickle=True))
        corpus.path("features.npy").write_bytes(good)
        corpus.add(f"npy_labels_{name}", ["import", "npy", "@features.npy", "--labels", f"@labels_{name}.npy", "--output",
                                          "data.h5"], [], f"labels_{name}.npy")
    corpus.path("npz_good.npz").write_bytes(npz_bytes(x=x, y=y))
    corpus.add("npz_no_label", ["import", "npy", "@npz_good.npz", "--labels", "z", "--output", "data.h5"],
               ["z: is no array of the archive"], "")
    corpus.add("npy_labels_absent", ["import", "npy", "@features.npy", "--labels", "absent.npy", "--output", "data.h5"],
               [], "absent.npy")


def npz_bytes(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def sparse_parts(change):
    x, y = rows()
    matrix = scipy.sparse.csr_matrix(np.where(np.abs(x) > 0.5, x, 0))
    parts = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr, "shape": np.array(matrix.shape),
             "format": np.array(b"csr")}
    change(parts)
    return npz_bytes(**{name: values for name, values in parts.items() if values is not None})


def npz_cases(corpus):
    x, y = rows()

    def bad(name, says, contents, *options):
        file = f"npz_{name}.npz"
        corpus.path(file).write_bytes(contents)
        corpus.add(f"npz_{name}", ["import", "npy", "@" + file, "--output", "data.h5", *options], says, file)

    good = npz_bytes(x=x, y=y)
    bad("empty", [], b"PK\x05\x06" + bytes(18))
    bad("cut", [], good[:len(good) // 2], "--labels", "y")
    bad("directory_damaged", [], good.replace(b"PK\x01\x02", b"PK\x01\x03"), "--labels", "y")
    bad("no_features", ["z"], good, "--features", "z")
    bad("two_matrices", [], npz_bytes(a=x, b=x))
    bad("no_matrix", [], npz_bytes(a=y, b=y))
    bad("pickled", [], npz_bytes(x=np.array([[{}]], dtype=object)))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", with_header(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000, 100), }\n", bytes(10_000_000)))
    bad("bomb", [], packed.getvalue())
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("notes.txt", "none")
    bad("no_arrays", [], packed.getvalue())

    def sparse(name, says, change):
        bad("sparse_" + name, says, sparse_parts(change))

    def part(name, change):
        def apply(parts):
            values = parts[name].copy()
            parts[name] = change(values)
        return apply

    def spoil(name, index, value):
        def change(values):
            values[index] = value
            return values
        return part(name, change)

    for name in ["data", "indices", "indptr", "shape", "format"]:
        sparse("no_" + name, [], part(name, lambda values: None))
    sparse("format_csc", [], part("format", lambda values: np.array(b"csc")))
    sparse("format_unknown", [], part("format", lambda values: np.array(b"xyz")))
    sparse("index_beyond", [], spoil("indices", 5, 9))
    sparse("index_negative", [], spoil("indices", 5, -1))
    sparse("indptr_drops", [], spoil("indptr", 30, 3))
    sparse("indptr_end", [], spoil("indptr", -1, 10**6))
    sparse("indptr_start", [], spoil("indptr", 0, 1))
    sparse("data_short", [], part("data", lambda values: values[:-1]))
    sparse("data_nan", ["NaN"], spoil("data", 3, np.nan))
    sparse("shape_three", [], part("shape", lambda values: np.array([60, 3, 1])))
    sparse("shape_more_rows", [], part("shape", lambda values: np.array([10**12, 3])))
    sparse("shape_negative", [], part("shape", lambda values: np.array([-1, 3])))

    def entries(change):
        """Such a matrix in COO, before the change."""
        def apply(parts):
            starts = parts.pop("indptr")
            parts["format"] = np.array(b"coo")
            parts["row"] = np.repeat(np.arange(60), np.diff(starts))
            parts["col"] = parts.pop("indices")
            change(parts)
        return apply

    sparse("coo_no_row", [], entries(part("row", lambda values: None)))
    sparse("coo_row_beyond", ["holds the row 60"], entries(spoil("row", 5, 60)))
    sparse("coo_column_negative", ["holds the column -1"], entries(spoil("col", 5, -1)))
    sparse("coo_nan", ["NaN"], entries(spoil("data", 3, np.nan)))
    sparse("coo_rows_declared", [], entries(part("shape", lambda values: np.array([2**50, 3]))))
    large = npz_bytes(x=np.zeros((60, 300)), y=y)
    bad("stored_bit", ["checksum"], large[:9000] + b"\x01" + large[9001:], "--features", "x", "--labels", "y")
    sparse("shape_float", [], part("shape", lambda values: np.array([60.0, 3.0])))


def array_cases(corpus):
    for add in [libsvm_cases, npy_cases, npz_cases]:
        add(corpus)
