"""Writes the corpus of bad files, and cases.json that says what must come of each.

usage: make_bad_files.py FOLDER, with MPILOGIT_PROGRAM and MPILOGIT_SOURCE in the environment

Good files that are spoilt here come from h5py, and models, paths and checkpoints from the program.
"""

import dataclasses
import json
import pathlib
import shutil
import sys

from array_cases import array_cases
from checkpoint_cases import checkpoint_cases
from coefficient_cases import coefficient_cases
from corpus import Corpus
from damage_cases import damage_cases
from data_cases import data_cases
from model_cases import model_cases
from table_cases import table_cases

WRITERS = [data_cases, damage_cases, model_cases, checkpoint_cases, table_cases, array_cases,
           coefficient_cases]


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    pathlib.Path(folder).mkdir(parents=True)
    corpus = Corpus(folder)
    for write in WRITERS:
        write(corpus)
    cases = [dataclasses.asdict(case) for case in corpus.cases]
    corpus.path("cases.json").write_text(json.dumps(cases, indent=1))
    print(f"{len(cases)} bad files")


if __name__ == "__main__":
    main(sys.argv[1])
