"""Writes the files that read_dataset_test.cpp reads, and a manifest that says what must come of each.

usage: make_files.py FOLDER

Written by h5py, so that what the reader understands is not what it wrote itself. A good file carries
its own answer: `expected` (rows x features, float64) and `expected_class` (row's index in the classes).
"""

import json
import pathlib
import sys

import bad_files
import good_files
from file_parts import Collection


def main(folder):
    out = Collection(pathlib.Path(folder))
    out.folder.mkdir(parents=True, exist_ok=True)
    for write in [good_files.good_types, good_files.good_storage, good_files.good_slices, good_files.good_labels,
                  good_files.good_trials, good_files.good_feature_values,
                  good_files.good_collections, bad_files.bad_files, bad_files.bad_shapes,
                  bad_files.bad_values, bad_files.bad_trials, bad_files.bad_sparse,
                  bad_files.bad_storage, bad_files.bad_collections]:
        write(out)
    manifest = {"good": out.good, "bad": out.bad}
    (out.folder / "manifest.json").write_text(json.dumps(manifest, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
