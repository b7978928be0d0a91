"""Tables of text for `import csv` and for predict: what a table may not be, and what a schema does not allow."""

import gzip
import json
import subprocess

import h5py
import numpy as np

from corpus import put, replace

HEADER = "age,town,bought\n"
ROWS = [f"{20 + i % 50},{['Bern', 'Ulm', 'Graz'][i % 3]},{['no', 'yes'][i % 7 % 2]}\n" for i in range(90)]


def table(row=None, line=None, header=HEADER):
    """The good table, but for one line."""
    lines = list(ROWS)
    if line is not None:
        lines[row] = line
    return header + "".join(lines)


class Tables:
    def __init__(self, corpus):
        self.corpus = corpus

    def bad(self, name, says, contents, *options, label=("--label", "bought"), suffix=".csv"):
        file = f"csv_{name}{suffix}"
        self.corpus.path(file).write_bytes(contents.encode() if isinstance(contents, str) else contents)
        self.refused(file, says, *label, *options)

    def refused(self, file, says, *options):
        self.corpus.add(file.replace(".", "_"), ["import", "csv", "@" + file, "--output", "data.h5", *options], says, file)


def structure(tables):
    bad = tables.bad
    bad("empty", ["empty"], "")
    bad("header_only", ["rows"], HEADER)
    bad("newlines_only", [], "\n\n\n")
    bad("too_few_fields", ["line 42", "2", "3"], table(40, "30,Bern\n"))
    bad("too_many_fields", ["line 42", "4", "3"], table(40, "30,Bern,yes,\n"))
    bad("last_row_cut", ["line 91"], table()[:-8])
    bad("stray_quote", ["line 42", "quote"], table(40, '30,Be"rn,yes\n'))
    bad("text_after_quote", ["line 42", "quote"], table(40, '30,"Be"rn,yes\n'))
    bad("open_quote", ["line 42", "quote"], table(40, '30,"Bern,yes\n'))
    bad("open_quote_in_header", ["quote"], table(header='age,"town,bought\n'))
    bad("nul_byte", ["line 42"], table(40, "3\0,Bern,yes\n"))
    bad("nul_bytes_only", [], bytes(5000))
    bad("columns_of_one_name", ["'age'", "two columns"], table(header="age,age,bought\n"))
    bad("unnamed_column", [], table(header="age,,bought\n"))
    bad("is_hdf5", [], tables.corpus.path("dense.h5").read_bytes())
    bad("utf_16", [], table().encode("utf-16"))
    bad("random_bytes", [], np.random.default_rng(5).bytes(20000))
    bad("one_endless_field", [], HEADER + "x" * 3_000_000)
    bad("header_other_separator", ["line 2", "3 columns"], table().replace(",", "|", 2), "--delimiter", "|")
    tables.corpus.path("csv_folder").mkdir()
    tables.refused("csv_folder", ["folder"], "--label", "bought")
    tables.refused("csv_absent.csv", ["No such file"], "--label", "bought")


def columns(tables):
    bad = tables.bad
    bad("no_such_label", ["'paid'"], table(), label=("--label", "paid"))
    bad("label_only", ["column"], "bought\nyes\nno\n")
    bad("label_empty", ["line 42", "bought"], table(40, "30,Bern,\n"))
    bad("number_empty", ["line 42", "'age'", "--missing"], table(40, ",Bern,yes\n"))
    bad("category_empty", ["line 42", "'town'", "--missing"], table(40, "30,,yes\n"))
    bad("number_missing_word", ["line 42", "'age'", "--missing"], table(40, "NA,Bern,yes\n"))
    bad("weights_negative", ["'age'", "line 42"], table(40, "-3,Bern,yes\n"), "--weights", "age")
    bad("weights_text", ["'town'"], table(), "--weights", "town")
    bad("weights_are_label", ["bought"], table(), "--weights", "bought")
    bad("ignored_unknown", ["'height'"], table(), "--ignore", "height")
    bad("ignored_all", [], table(), "--ignore", "age,town")
    bad("columns_unknown", ["'height'"], table(), "--columns", "height")
    bad("dates_are_none", ["line 42", "'day'"], "day,bought\n" + "".join(
        f"2024-02-{1 + i % 28:02},{i % 2}\n" if i != 40 else "2024-02-31,1\n" for i in range(90)), "--dates", "day")
    bad("too_many_categories", ["'name'", "--max-categories"],
        "name,bought\n" + "".join(f"n{i},{i % 2}\n" for i in range(500)), "--max-categories", "100")
    bad("too_many_categories_at_all", ["'name'", "--max-categories"],
        "name,bought\n" + "".join(f"n{i},{i % 2}\n" for i in range(2500)))
    for name, options in {"delimiter_long": ["--delimiter", ",,"], "delimiter_quote": ["--delimiter", '"'],
                          "buckets_none": ["--hash", "town", "--buckets", "0"], "missing_rule": ["--missing", "guess"],
                          "drop_level": ["--drop-level", "last"], "buckets_alone": ["--buckets", "16"],
                          "column_twice": ["--ignore", "age", "--columns", "age,town"]}.items():
        file = f"csv_option_{name}.csv"
        tables.corpus.path(file).write_text(table())
        tables.corpus.add("csv_option_" + name, ["import", "csv", "@" + file, "--label", "bought", "--output", "data.h5",
                                                 *options], ["--" + options[-2].strip("-")], "")
    tables.corpus.path("csv_two_first.csv").write_text(table())
    for name, header in {"other_order": "town,age,bought\n", "fewer": "age,bought\n", "other_name": "age,city,bought\n"}.items():
        file = f"csv_two_{name}.csv"
        tables.corpus.path(file).write_text(table(header=header))
        tables.corpus.add(f"csv_two_{name}", ["import", "csv", "@csv_two_first.csv", "@" + file, "--label", "bought",
                                              "--output", "data.h5"], ["line 1", "the same columns"], file)


def compression(tables):
    bad, text = tables.bad, (table() * 30).encode()
    packed = gzip.compress(text)
    bad("gz_cut", ["cut", "gz"], packed[:len(packed) // 2], suffix=".csv.gz")
    bad("gz_header_only", ["gz"], packed[:10], suffix=".csv.gz")
    bad("gz_flipped", ["gz"], packed[:200] + bytes([packed[200] ^ 0xFF]) + packed[201:], suffix=".csv.gz")
    bad("gz_wrong_sum", ["gz"], packed[:-8] + bytes(4) + packed[-4:], suffix=".csv.gz")
    bad("gz_rubbish_after", ["gz"], packed + b"rubbish", suffix=".csv.gz")
    bad("gz_bomb", [], gzip.compress(bytes(300_000_000), 9), suffix=".csv.gz")
    packed = subprocess.run(["zstd", "-c"], input=text, capture_output=True, check=True).stdout
    bad("zst_cut", ["zst"], packed[:len(packed) // 2], suffix=".csv.zst")
    bad("zst_flipped", ["zst"], packed[:100] + bytes([packed[100] ^ 0xFF]) + packed[101:], suffix=".csv.zst")
    bad("zst_wrong_sum", ["zst"], packed[:-4] + bytes(4), suffix=".csv.zst")
    # A window of 2^41 bytes.
    bad("zst_window", ["zst"], packed[:4] + b"\x00\xff" + packed[6:], suffix=".csv.zst")


def schemas(tables):
    """The schema of a data set and of a model, damaged; and rows that a schema does not fit."""
    corpus = tables.corpus
    corpus.path("good.csv").write_text(table())
    corpus.good("imported.h5", "import", "csv", "@good.csv", "--label", "bought", "--output", "@imported.h5", "--quiet")
    corpus.good("table_model.h5", "train", "@imported.h5", "--l2", "0.1", "--model", "@table_model.h5", "--quiet")
    with h5py.File(corpus.path("table_model.h5")) as file:
        good = json.loads(file["schema"].asstr()[()])

    def stored(name, says, text):
        def change(file):
            replace(file, "schema", text)
            file.attrs.pop("texts_sha256", None)
        file = corpus.changed("table_model.h5", f"stored_schema_{name}.h5", change)
        corpus.add(f"stored_schema_{name}", ["predict", "@" + file, "@good.csv", "--output", "predictions.h5"], says, file)

    def edited(name, says, **changes):
        schema = json.loads(json.dumps(good))
        for key, value in changes.items():
            at, key = (schema["columns"][int(key[1])], key[3:]) if key[0] == "c" and key[1].isdigit() else (schema, key)
            if value is None:
                del at[key]
            else:
                at[key] = value
        stored(name, says, json.dumps(schema))

    where = ["holds no schema that can be used"]
    stored("empty", ["does not know the columns of raw tables"], "")
    for name, text in {"no_json": "{", "list": "[]", "number": "1", "null": "null",
                       "not_utf8": b"\xff\xfe{}", "long": "x" * 1_000_000}.items():
        stored(name, where, text)
    stored("deep", ["/schema", "nested too deeply"], "[" * 100_000)
    for key in ["version", "label", "missing", "missing_texts", "header", "delimiter", "quote", "columns"]:
        edited(f"no_{key}", where, **{key: None})
        edited(f"{key}_of_other_type", where, **{key: {"a": [1.5]}})
    edited("newer", [*where, "newer version"], version=2)
    edited("no_columns_at_all", where, columns=[])
    edited("unknown_missing", where, missing="guess")
    edited("delimiter_long", where, delimiter="ab")
    for key in ["name", "kind", "mean", "indicates_missing"]:
        edited(f"column_no_{key}", where, **{"c0_" + key: None})
    edited("column_kind", [*where, "text"], c0_kind="text")
    edited("column_mean_text", where, c0_mean="much")
    edited("column_twice", [*where, "twice"], c1_name="age")
    edited("column_is_label", [*where, "label"], c0_name="bought")
    edited("levels_descend", [*where, "ascend"], c1_levels=["Ulm", "Graz", "Bern"])
    edited("levels_twice", [*where, "ascend"], c1_levels=["Bern", "Bern", "Ulm"])
    edited("level_dropped_unknown", [*where, "drops a level"], c1_dropped="Wien")
    edited("buckets_none", where, c1_kind="hashed", c1_levels=None, c1_dropped=None, c1_buckets=0)
    edited("buckets_endless", where, c1_kind="hashed", c1_levels=None, c1_dropped=None, c1_buckets=2**62)

    def predicted(name, says, contents, *options):
        file = f"raw_{name}.csv"
        corpus.path(file).write_text(contents)
        corpus.add(f"raw_{name}", ["predict", "@table_model.h5", "@" + file, "--output", "predictions.h5", *options], says,
                   file)
    predicted("unseen", ["line 42", "'town'", "'Wien'", "--unseen"], table(40, "30,Wien,yes\n"))
    predicted("number_text", ["line 42", "'age'"], table(40, "young,Bern,yes\n"))
    predicted("number_missing", ["line 42", "'age'"], table(40, ",Bern,yes\n"))
    predicted("no_column", ["'town'"], table(header="age,city,bought\n"))
    predicted("few_fields", ["line 42"], table(40, "30\n"))
    predicted("empty", [], "")


def table_cases(corpus):
    tables = Tables(corpus)
    for add in [structure, columns, compression, schemas]:
        add(tables)
