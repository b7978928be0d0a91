"""import csv against pandas, on several numbers of ranks; raw tables in predict and evaluate."""

import csv
import fractions
import gzip
import json
import os
import shutil
import subprocess

import h5py
import numpy as np
import pandas as pd
import pytest

from conftest import DATA, mpilogit, read_csr

RANKS = (1, 2, 3, 7)
CATEGORIES = ("colour", "word")


def sample(rows=2500, seed=3):
    """Numbers, categories, texts that need quotes, dates, missing values; names that need quotes, too."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "x": random.normal(size=rows).round(4),
        "a, \"b\"": random.integers(-5, 6, rows),
        "colour": random.choice(["red", "blue", "gr een", "grün"], rows),
        "word": random.choice(["a, b", "c \"d\"", "line\nbreak", "plain", "Übermut"], rows),
        "day": pd.to_datetime("2001-02-03") + pd.to_timedelta(random.integers(0, 9999, rows), unit="D"),
        "code": random.integers(1, 4, rows),
    })
    margin = frame["x"] + (frame["colour"] == "red") - 0.5 * (frame["word"] == "plain")
    frame["y"] = np.where(margin + random.logistic(size=rows) > 0, "yes", "no")
    return frame


def write_csv(path, frame, **keywords):
    frame.to_csv(path, index=False, **keywords)
    return path


def import_csv(path, *options, ranks=1, output=None, code=0):
    output = output or path.with_suffix(f".{ranks}.h5")
    done = mpilogit("import", "csv", path, "--output", output, *options, "--json", f"{output}.json", ranks=ranks)
    assert done.code == code, done.err
    done.output = output
    return done


def datasets(path):
    """Every data set's bytes, with type and shape."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            values = item[()]
            raw = values if isinstance(values, bytes) else np.asarray(values).astype(object).tolist() \
                if item.dtype == object else np.ascontiguousarray(values).tobytes()
            found[name] = (str(item.dtype), item.shape, raw)

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def matrix(path):
    with h5py.File(path) as file:
        if isinstance(file["X"], h5py.Dataset):
            return file["X"][:]
    return read_csr(path)[0].toarray()


def names(path):
    with h5py.File(path) as file:
        return [name.decode() for name in file["feature_names"][:]]


def labels(path):
    with h5py.File(path) as file:
        return [y.decode() if isinstance(y, bytes) else y for y in file["y"][:].tolist()]


def schema(path):
    with h5py.File(path) as file:
        return json.loads(file["schema"][()])


def test_mixed_columns_are_those_of_pandas_on_any_number_of_ranks(tmp_path):
    frame = sample()
    path = write_csv(tmp_path / "t.csv", frame)
    runs = [import_csv(path, "--label", "y", "--dates", "day", "--categorical", "code", ranks=ranks)
            for ranks in RANKS]

    expected = frame.drop(columns="y").assign(day=(frame["day"] - pd.Timestamp(0)) / pd.Timedelta(seconds=1))
    expected = pd.get_dummies(expected, columns=[*CATEGORIES, "code"], drop_first=True, prefix_sep="=")
    found = pd.DataFrame(matrix(runs[0].output), columns=names(runs[0].output))
    assert sorted(found.columns) == sorted(expected.columns)
    assert (found[expected.columns].to_numpy() == expected.to_numpy(dtype=float)).all()
    # Features are in the order of the columns, levels ascending byte by byte.
    assert names(runs[0].output)[:4] == ["x", "a, \"b\"", "colour=gr een", "colour=grün"]
    assert labels(runs[0].output) == frame["y"].tolist()

    first = datasets(runs[0].output)
    for run in runs[1:]:
        assert datasets(run.output) == first
    assert runs[0].record["rows"] == len(frame)
    assert runs[0].record["features"] == len(expected.columns)
    assert [column["kind"] for column in runs[0].record["columns"]] == [
        "number", "number", "category", "category", "date", "category"]


def test_forms_hold_the_same(tmp_path):
    path = write_csv(tmp_path / "t.csv", sample())
    options = ("--label", "y", "--dates", "day")
    dense = import_csv(path, *options, "--form", "dense", output=tmp_path / "dense.h5")
    sparse = import_csv(path, *options, "--form", "csr", output=tmp_path / "sparse.h5")
    assert not dense.record["sparse"] and sparse.record["sparse"]
    assert (matrix(dense.output) == matrix(sparse.output)).all()
    with h5py.File(sparse.output) as file:
        assert (file["X/data"][:] != 0).all()
        assert file["X"].attrs["encoding-type"] == "csr_matrix"


@pytest.mark.parametrize("ranks", RANKS)
def test_missing_values_are_told(tmp_path, ranks):
    frame = sample()
    random = np.random.default_rng(5)
    for column in ("x", "word"):
        frame.loc[random.random(len(frame)) < 0.1, column] = None
    path = write_csv(tmp_path / "t.csv", frame, na_rep="NA")

    run = import_csv(path, "--label", "y", "--ignore", "day", "--missing", "mean", ranks=ranks)
    found = pd.DataFrame(matrix(run.output), columns=names(run.output))
    assert (found["x=(missing)"] == frame["x"].isna()).all()
    assert (found["word=(missing)"] == frame["word"].isna()).all()
    filled = found["x"][frame["x"].isna()]
    assert filled.nunique() == 1 and filled.iloc[0] == pytest.approx(frame["x"].mean(), rel=1e-14)
    words = [column for column in found if column.startswith("word=") and "(missing)" not in column]
    assert (found.loc[frame["word"].isna(), words] == 0).all(axis=None)

    dropped = import_csv(path, "--label", "y", "--ignore", "day", "--missing", "drop", ranks=ranks,
                         output=tmp_path / "dropped.h5")
    kept = frame.dropna()
    assert dropped.record["rows"] == len(kept)
    assert dropped.record["dropped_rows"] == len(frame) - len(kept)
    found = pd.DataFrame(matrix(dropped.output), columns=names(dropped.output))
    assert (found["x"].to_numpy() == kept["x"].to_numpy()).all()
    assert labels(dropped.output) == kept["y"].tolist()

    refused = import_csv(path, "--label", "y", "--ignore", "day", ranks=ranks, code=2)
    # Quoted line breaks count as lines, too: where the csv module says that the row begins.
    with path.open(newline="") as file:
        reader = csv.reader(file)
        begins = 1
        for row in reader:
            if "NA" in row:
                break
            begins = reader.line_num + 1
    assert len(refused.errors) == 1
    assert f"{path}, line {begins}: column" in refused.errors[0] and "--missing" in refused.errors[0]


def test_the_mean_of_numbers_whose_sum_is_beyond_doubles(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n1.7e308,-1.5e308,0\n1.6e308,-1.6e308,1\n,,1\n")
    run = import_csv(path, "--label", "y", "--missing", "mean", ranks=2)
    expected = [float(fractions.Fraction(int(p) + int(q), 2)) for p, q in ((1.7e308, 1.6e308), (-1.5e308, -1.6e308))]
    assert [column["mean"] for column in schema(run.output)["columns"]] == expected
    assert np.array_equal(matrix(run.output)[2], [expected[0], 1, expected[1], 1])


def test_a_mean_of_0_is_not_stored(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1.5,0\n-1.5,1\n,1\n0,0\n")
    run = import_csv(path, "--label", "y", "--missing", "mean", "--form", "csr", ranks=0)
    assert run.record["nonzeros"] == 3 and np.array_equal(matrix(run.output), [[1.5, 0], [-1.5, 0], [0, 1], [0, 0]])


def test_a_mean_that_float32_does_not_hold(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,0\n2,1\n2,1\n,1\n")
    run = import_csv(path, "--label", "y", "--missing", "mean", ranks=0)
    assert run.record["storage"] == "float64" and matrix(run.output)[3, 0] == 5 / 3


def test_a_weight_of_0(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,w,y\n1,0,0\n2,0.5,1\n")
    run = import_csv(path, "--label", "y", "--weights", "w", ranks=0)
    with h5py.File(run.output) as file:
        assert np.array_equal(file["weights"][()], [0, 0.5])


def test_a_first_row_without_values_is_a_row(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("\n\t\n1\t2\n")
    run = import_csv(path, "--no-label", "--no-header", "--delimiter", "tab", "--missing", "mean", ranks=0)
    assert np.array_equal(matrix(run.output), [[1, 1, 2, 1], [1, 0, 2, 0]])


def test_a_text_far_down_makes_a_category(tmp_path):
    """Ranks that have seen numbers alone must know of it."""
    rows = [f"{i % 5},{i % 2}" for i in range(30_000)]
    rows[-10] = "x,1"
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "\n".join(rows) + "\n")
    runs = [import_csv(path, "--label", "y", ranks=ranks) for ranks in RANKS]
    assert names(runs[0].output) == ["a=1", "a=2", "a=3", "a=4", "a=x"]
    assert labels(runs[0].output) == [int(row[-1]) for row in rows]
    assert all(datasets(run.output) == datasets(runs[0].output) for run in runs)


def test_levels(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("c,n,y\n" + "b,1,0\n" * 3 + "a,2,1\n" + "c,1,1\n" + "b,3,0\n")

    most = import_csv(path, "--label", "y", "--drop-level", "most-frequent", ranks=2)
    assert names(most.output) == ["c=a", "c=c", "n"]
    assert most.record["columns"][0]["dropped_level"] == "b" and "'b' dropped" in most.out
    none = import_csv(path, "--label", "y", "--drop-level", "none")
    assert names(none.output) == ["c=a", "c=b", "c=c", "n"]

    hashed = import_csv(path, "--label", "y", "--hash", "c", "--buckets", "5")
    assert names(hashed.output) == [f"c#{i}" for i in range(5)] + ["n"]
    # FNV-1a of 64 bits, by its definition.
    def bucket(text):
        value = 0xcbf29ce484222325
        for byte in text.encode():
            value = (value ^ byte) * 0x100000001b3 % 2**64
        return value % 5
    expected = np.zeros((6, 5))
    for i, text in enumerate("bbbacb"):
        expected[i, bucket(text)] = 1
    assert (matrix(hashed.output)[:, :5] == expected).all()

    refused = import_csv(path, "--label", "y", "--max-categories", "2", ranks=3, code=2)
    assert "column 'c' has more than 2 categories" in refused.errors[0] and "--hash" in refused.errors[0]


def test_storage_is_the_least_that_is_exact(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,y\n0.5,1e20,0\n-3,2,1\n")
    assert import_csv(path, "--label", "y", output=tmp_path / "a.h5").record["storage"] == "float64"
    path.write_text("a,b,y\n0.5,16777216,0\n-3,2,1\n")
    assert import_csv(path, "--label", "y", output=tmp_path / "b.h5").record["storage"] == "float32"
    path.write_text("a,b,y\n0.1,1,0\n-3,2,1\n")
    run = import_csv(path, "--label", "y", output=tmp_path / "c.h5")
    assert run.record["storage"] == "float64" and matrix(run.output)[0, 0] == 0.1
    refused = import_csv(path, "--label", "y", "--storage", "float32", output=tmp_path / "d.h5", code=2)
    assert "float32" in refused.errors[0]


def test_weights_header_delimiter_and_columns(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("1\t2\t0.5\tu\r\n3\t4\t1\tv\r\n")
    run = import_csv(path, "--no-header", "--label", "column 3", "--weights", "column 2")
    assert "delimited by a tab" in run.err
    assert names(run.output) == ["column 0", "column 1"]
    assert matrix(run.output).tolist() == [[1, 2], [3, 4]]
    with h5py.File(run.output) as file:
        assert file["weights"][:].tolist() == [0.5, 1.0]
    only = import_csv(path, "--no-header", "--no-label", "--columns", "'column 1',column 0", "--delimiter", "tab",
                      output=tmp_path / "only.h5")
    assert names(only.output) == ["column 0", "column 1"]
    with h5py.File(only.output) as file:
        assert "y" not in file


@pytest.mark.parametrize("ranks", (1, 3))
def test_compressed_and_several_files(tmp_path, ranks):
    frame = sample()
    plain = write_csv(tmp_path / "t.csv", frame)
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()[:5000]) + gzip.compress(plain.read_bytes()[5000:]))
    options = ("--label", "y", "--dates", "day")
    expected = datasets(import_csv(plain, *options, ranks=ranks).output)
    assert datasets(import_csv(packed, *options, ranks=ranks).output) == expected
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", plain, "-o", tmp_path / "t.zst"], check=True)
        assert datasets(import_csv(tmp_path / "t.zst", *options, ranks=ranks).output) == expected

    front = write_csv(tmp_path / "front.csv", frame[:1000])
    back = write_csv(tmp_path / "back.csv", frame[1000:])
    output = tmp_path / "both.h5"
    done = mpilogit("import", "csv", front, back, *options, "--output", output, ranks=ranks)
    assert done.code == 0, done.err
    assert datasets(output) == expected


REFUSED = {
    "an empty file": (b"", [], "is empty"),
    "a header alone": (b"a,y\n", [], "header"),
    "a field too few": (b"a,y\n1,0\n2\n", [], "line 3: the row that begins here has 1 fields; there are 2"),
    "a field too many": (b"a,y\n1,0\n2,1,3\n", [], "line 3"),
    "a stray quote": (b"a,y\n1,0\n5\" x,1\n", [], "line 3"),
    "an open quote": (b"a,y\n1,0\n\"2,1\n3,1\n", [], "line 3"),
    "a NUL": (b"a,y\n1,0\n\0,1\n", [], "line 3"),
    "a name twice": (b"a,a,y\n1,2,0\n", [], "two columns are called 'a'"),
    "no name": (b"a,,y\n1,2,0\n", [], "column 2 has no name"),
    "a name that is no text": (b"\xff,y\n1,0\n", [], "not UTF-8"),
    "a level that is no text": (b"a,y\nu,0\n\xff,1\n", [], "line 3: column 'a'"),
    "another form": (b"\x89HDF\r\n\x1a\n", [], "an HDF5 file"),
    "UTF-16": ("a,y\n1,0\n".encode("utf-16"), [], "UTF-16"),
    "cut-off gzip": (gzip.compress(b"a,y\n" + b"1,0\n" * 9999)[:-12], [], "gzip data is damaged at byte"),
    "no such label": (b"a,z\n1,0\n", [], "no column 'y'"),
    "no such column": (b"a,y\n1,0\n", ["--ignore", "q"], "no column 'q'"),
    "a missing label": (b"a,y\n1,0\n2,\n", [], "line 3: column 'y' has no value"),
    "a weight below 0": (b"a,w,y\n1,1,0\n2,-1,1\n", ["--weights", "w"], "line 3: the weight"),
    "no date": (b"a,y\n2024-01-01,0\n1.2.24,1\n", ["--dates", "a"], "line 3: column 'a' holds '1.2.24'"),
    "a column without values": (b"a,b,y\n,1,0\n,2,1\n", ["--missing", "mean"], "column 'a' has no value in any row"),
    "every row dropped": (b"a,y\n,0\n,1\n", ["--missing", "drop"], "no rows that can be used"),
    "one level alone": (b"a,y\nu,0\nu,1\n", [], "nothing to learn from"),
    "names that meet": (b"a,a=v,y\nu,1,0\nv,1,1\n", [], "two features would be called 'a=v'"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_tables_are_refused_alike_by_all_ranks(tmp_path, what):
    contents, options, message = REFUSED[what]
    path = tmp_path / "bad.csv"
    path.write_bytes(contents)
    errors = set()
    for ranks in (1, 3) if what in ("a field too few", "a stray quote", "cut-off gzip") else (0,):
        done = import_csv(path, "--label", "y", *options, ranks=ranks, output=tmp_path / "out.h5", code=2)
        assert len(done.errors) == 1 and str(path) in done.errors[0] and message in done.errors[0], done.err
        errors.add(done.errors[0])
    assert len(errors) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.csv"]


@pytest.mark.parametrize("options, message", [
    ([], "--label NAME is missing"),
    (["--label", "y", "--no-label"], "contradict"),
    (["--label", "y", "--columns", "a", "--ignore", "a"], "contradict"),
    (["--label", "y", "--buckets", "4"], "--buckets has no effect without --hash"),
    (["--label", "y", "--delimiter", "ab"], "not one character"),
    (["--label", "y", "--missing", "median"], "not error, drop or mean"),
    (["--label", "y", "--drop-level", "last"], "--drop-level"),
    (["--label", "y", "--form", "coo"], "--form"),
    (["--label", "y", "--base", "1"], "--base has no effect"),
    (["--label", "y", "--ignore", "y"], "that is the label"),
    (["--label", "y", "--hash", "a", "--dates", "a"], "names it, too"),
    (["--label", "y", "--ignore", "a,,b"], "a name is empty"),
])
def test_options_that_cannot_apply(tmp_path, options, message):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,0\n2,1\n")
    done = mpilogit("import", "csv", path, "--output", tmp_path / "o.h5", *options, ranks=0)
    assert done.code == 2 and len(done.errors) == 1 and message in done.errors[0], done.err


def test_the_first_fault_is_told_whatever_is_known_of_the_columns_yet(tmp_path):
    """One rank does not see the first text of column a in its first look, the second of three does."""
    rows = [f"{i:0500d},{i % 2}\n".encode() for i in range(1500)]
    rows[590] = b"\xff,1\n"
    rows[700] = b",1\n"
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,y\n" + b"".join(rows))
    errors = [import_csv(path, "--label", "y", ranks=ranks, output=tmp_path / "o.h5", code=2).errors for ranks in (0, 3)]
    assert errors[0] == errors[1] and "line 592: column 'a' holds '?'; that is not UTF-8" in errors[0][0]


def test_what_is_no_regular_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for form, options in (("csv", ["--no-label"]), ("libsvm", []), ("npy", [])):
        for path, message in ((tmp_path / "pipe", "pipe: is no regular file"), (tmp_path, "is a folder")):
            done = mpilogit("import", form, path, "--output", tmp_path / "o.h5", *options, ranks=0, timeout=20)
            assert done.code == 2 and message in done.err, done.err


def test_files_with_other_columns(tmp_path):
    for name, header in (("a", "u,v,y"), ("b", "u,w,y"), ("c", "u,y")):
        (tmp_path / f"{name}.csv").write_text(f"{header}\n{'1,' * header.count(',')}0\n")
    for second, message in (("b", "b.csv, line 1: column 2 is 'w'; in {} it is 'v'."), ("c", "c.csv, line 1: has 2 columns; {} has 3.")):
        done = mpilogit("import", "csv", tmp_path / "a.csv", tmp_path / f"{second}.csv", "--label", "y", "--output",
                        tmp_path / "o.h5", ranks=0)
        assert done.code == 2 and message.format(tmp_path / "a.csv") in done.err, done.err


def test_a_hundred_thousand_columns(tmp_path):
    """Their header has more than 4 MiB; nothing is looked for among all columns for each."""
    count = 100_000
    header = ",".join(f"a_column_whose_name_is_not_short_{i}" for i in range(count))
    path = tmp_path / "wide.csv"
    path.write_text(f"{header},y\n{'1,' * count}0\n{'2,' * count}1\n")
    run = import_csv(path, "--label", "y", ranks=0)
    assert run.record["features"] == count and run.seconds < 15
    assert np.array_equal(matrix(run.output)[:, [0, -1]], [[1, 1], [2, 2]])


def test_features_need_memory_for_their_names(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c,d,y\nu,v,s,t,0\nw,x,s,t,1\n")
    done = import_csv(path, "--label", "y", "--hash", "a,b,c,d", "--buckets", str(2**30), ranks=0, code=2)
    assert "would have 4294967296 features; at most 4294967294 are supported. Take fewer --buckets" in done.err
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "1000")
    done = import_csv(path, "--label", "y", "--hash", "a", "--ignore", "b,c,d", "--buckets", str(2**24), ranks=0, code=2)
    assert "would have 16777216 features; their names need 2.0 GiB of memory on this host" in done.err


@pytest.fixture(scope="module")
def adult(tmp_path_factory):
    """The shipped table, imported and trained on: (data, model)."""
    folder = tmp_path_factory.mktemp("adult")
    run = import_csv(DATA / "adult.csv.gz", "--label", "income", ranks=2, output=folder / "adult.h5")
    assert run.record["rows"] == 32561
    done = mpilogit("train", run.output, "--l2", "1e-5", "--model", folder / "model.h5", "--quiet")
    assert done.code == 0, done.err
    return run.output, folder / "model.h5"


def test_from_csv_to_predictions(adult, tmp_path):
    _, model = adult
    table = DATA / "adult.test.csv.gz"
    done = mpilogit("evaluate", model, table, "--json", tmp_path / "e.json", ranks=2, cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.record["rows"] == 16281 and done.record["accuracy"] >= 0.85
    raw = tmp_path / "raw.h5"
    done = mpilogit("predict", model, table, "--output", raw, ranks=3)
    assert done.code == 0, done.err
    with h5py.File(raw) as file:
        predicted = file["label"][:].astype(str)
    truth = pd.read_csv(table)["income"].to_numpy()
    assert (predicted == truth).mean() >= 0.85
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e.json", "raw.h5"]


def test_the_shipped_table_is_the_shipped_data_set(adult):
    """Its one-hot columns were made by another program."""
    data, _ = adult
    with h5py.File(DATA / "adult.h5") as file:
        expected = pd.DataFrame(file["X"][:], columns=[name.decode() for name in file["feature_names"][:]])
        y = file["y"][:]
    found = pd.DataFrame(matrix(data), columns=names(data))
    assert set(found.columns) < set(expected.columns)
    assert (found == expected[found.columns]).all(axis=None)
    assert ((np.array(labels(data)) == ">50K") == (y == 1)).all()


@pytest.mark.parametrize("ranks", (1, 3))
def test_raw_rows_are_predicted_as_the_imported_ones(tmp_path, ranks):
    frame = sample()
    path = write_csv(tmp_path / "t.csv", frame)
    data = import_csv(path, "--label", "y", "--dates", "day", output=tmp_path / "t.h5").output
    model = tmp_path / "model.h5"
    assert mpilogit("train", data, "--l2", "1e-3", "--model", model, "--quiet").code == 0
    mpilogit("predict", model, data, "--output", tmp_path / "expected.h5")
    # Columns in another order, and without the label.
    shuffled = write_csv(tmp_path / "s.csv", frame[["word", "code", "day"]]
                         .assign(extra="?").join(frame[["colour", "a, \"b\"", "x"]]))
    done = mpilogit("predict", model, shuffled, "--output", tmp_path / "raw.h5", ranks=ranks)
    assert done.code == 0, done.err
    assert "does not use: extra" in done.err
    assert datasets(tmp_path / "raw.h5") == datasets(tmp_path / "expected.h5")
    for file in (data, path):
        mpilogit("evaluate", model, file, "--json", tmp_path / f"{file.suffix}.json", ranks=ranks)
    raw, imported = (json.loads((tmp_path / f"{suffix}.json").read_text()) for suffix in (".csv", ".h5"))
    for key in ("seconds", "memory"):
        del raw[key], imported[key]
    assert raw == imported


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A model of two columns, n and c: (folder, model)."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "t.csv").write_text("n,c,y\n" + "1,u,0\n2,v,1\n2,u,1\n1,v,0\n3,u,0\n0,v,1\n" * 5)
    data = import_csv(folder / "t.csv", "--label", "y", output=folder / "t.h5").output
    assert mpilogit("train", data, "--l2", "0.1", "--model", folder / "m.h5", "--quiet").code == 0
    return folder, folder / "m.h5"


@pytest.mark.parametrize("contents, message", [
    ("n,c\n1,u\n2,w\n", "line 3: column 'c' has the category 'w'"),
    ("n,d\n1,u\n", "no column 'c'"),
    ("n,c\n1,u\n,v\n", "line 3: column 'n' has no value"),
    ("n,c\nx,u\n", "line 2: column 'n' holds 'x'"),
    ("n,c\n", "header"),
])
def test_rows_that_the_model_cannot_take(small, tmp_path, contents, message):
    _, model = small
    table = tmp_path / "new.csv"
    table.write_text(contents)
    done = mpilogit("predict", model, table, "--output", tmp_path / "p.h5", ranks=3)
    assert done.code == 2 and len(done.errors) == 1 and message in done.errors[0], done.err
    assert list(tmp_path.iterdir()) == [table]


def test_a_pipe_is_not_waited_for(small, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    done = mpilogit("predict", small[1], tmp_path / "pipe", "--output", tmp_path / "p.h5", ranks=0, timeout=20)
    assert done.code == 2 and "pipe: is not a regular file" in done.err


def test_a_schema_of_other_features_than_the_model(small, tmp_path):
    """Many of them would fill the memory with names."""
    shutil.copy(small[1], tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "a") as file:
        changed = json.loads(file["schema"][()])
        changed["columns"][1] = {"name": "c", "kind": "hashed", "buckets": 2**30, "indicates_missing": False}
        del file["schema"]
        file["schema"] = json.dumps(changed)
    (tmp_path / "new.csv").write_text("n,c\n1,u\n")
    done = mpilogit("predict", tmp_path / "m.h5", tmp_path / "new.csv", "--output", tmp_path / "p.h5", ranks=0)
    assert done.code == 2 and "has coefficients for 2 features; its schema makes 1073741825" in done.err, done.err


def test_unseen_categories_as_the_baseline(small):
    folder, model = small
    probabilities = {}
    for level in ("u", "w"):  # u is the level that was dropped
        (folder / "new.csv").write_text(f"n,c\n1,{level}\n2,{level}\n")
        done = mpilogit("predict", model, folder / "new.csv", "--unseen", "baseline", "--output", folder / "p.h5",
                        ranks=2)
        assert done.code == 0, done.err
        assert ("column 'c' has 2 fields" in done.err) == (level == "w")
        with h5py.File(folder / "p.h5") as file:
            probabilities[level] = file["probability"][:].tolist()
    assert probabilities["u"] == probabilities["w"]


def test_unknown_labels_and_idle_options(small):
    folder, model = small
    (folder / "new.csv").write_text("n,c,y\n1,u,0\n1,u,7\n")
    done = mpilogit("evaluate", model, folder / "new.csv")
    assert done.code == 2 and "line 3: the label '7' is unknown" in done.errors[0]
    done = mpilogit("evaluate", model, folder / "t.csv", "--offsets")
    assert done.code == 2 and "--offsets has no effect" in done.errors[0]
    done = mpilogit("predict", model, folder / "t.h5", "--output", folder / "p.h5", "--unseen", "baseline")
    assert done.code == 2 and "--unseen has no effect" in done.errors[0]
    done = mpilogit("evaluate", model, folder / "t.csv", folder / "t.h5")
    assert done.code == 2 and "two kinds" in done.errors[0]


def test_rows_without_a_value_under_each_rule(tmp_path):
    random = np.random.default_rng(2)
    frame = pd.DataFrame({"n": random.normal(size=200).round(2), "c": random.choice(["u", "v"], 200)})
    frame["y"] = (frame["n"] + random.logistic(size=200) > 0).astype(int)
    frame.loc[::9, "n"] = None
    path = write_csv(tmp_path / "t.csv", frame)
    for rule, code in (("mean", 0), ("drop", 2)):
        data = import_csv(path, "--label", "y", "--missing", rule, output=tmp_path / f"{rule}.h5").output
        model = tmp_path / f"{rule}-model.h5"
        assert mpilogit("train", data, "--l2", "0.01", "--model", model, "--quiet").code == 0
        done = mpilogit("predict", model, path, "--output", tmp_path / "p.h5")
        assert done.code == code, done.err
        if code == 2:
            assert "line 2: column 'n' has no value" in done.errors[0] and "dropped" in done.errors[0]
        else:
            mpilogit("predict", model, data, "--output", tmp_path / "q.h5")
            assert datasets(tmp_path / "p.h5") == datasets(tmp_path / "q.h5")
            (tmp_path / "c.csv").write_text("n,c\n1,u\n1,\n")
            done = mpilogit("predict", model, tmp_path / "c.csv", "--output", tmp_path / "p.h5", ranks=0)
            assert done.code == 2 and "line 3: column 'c' has no value; no row had none" in done.errors[0], done.err
        done = mpilogit("evaluate", model, path, "--json", tmp_path / "e.json")
        assert done.code == 0 and done.record["rows"] == len(frame) - (rule == "drop") * frame["n"].isna().sum()


def test_a_model_without_a_schema_takes_no_table(tmp_path):
    model = tmp_path / "m.h5"
    assert mpilogit("train", DATA / "a9a.test.h5", "--l2", "0.01", "--model", model, "--quiet").code == 0
    done = mpilogit("predict", model, DATA / "adult.test.csv.gz", "--output", tmp_path / "p.h5")
    assert done.code == 2 and "does not know the columns" in done.errors[0]


@pytest.mark.parametrize("command", [["train", "--model", "m.h5"], ["inspect"],
                                     ["path", "--model", "m.h5"], ["cross-validate", "--model", "m.h5"]])
def test_other_commands_say_how_to_import(tmp_path, command):
    table = DATA / "adult.test.csv.gz"
    done = mpilogit(command[0], table, *command[1:], cwd=tmp_path)
    assert done.code == 2 and len(done.errors) == 1
    assert "is text compressed by gzip, not HDF5" in done.errors[0] and "mpilogit import csv" in done.errors[0]


def test_quiet_says_nothing(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,0\n2,1\n")
    done = mpilogit("import", "csv", path, "--label", "y", "--output", tmp_path / "o.h5", "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
