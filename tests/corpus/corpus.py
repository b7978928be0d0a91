"""What a case of the corpus is, and the good files that the cases spoil."""

import dataclasses
import os
import pathlib
import shutil
import subprocess

import h5py
import numpy as np

PROGRAM = os.environ["MPILOGIT_PROGRAM"]
SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])
ROWS, FEATURES = 60, 3


@dataclasses.dataclass
class Case:
    """A file that must be refused: by which command, and with which words besides the file's name.

    In `command`, "@NAME" is the file NAME of the corpus, "=NAME" a copy of it in the folder where the
    program runs; other files that are named are outputs, which must stay as they were.
    """

    name: str
    command: list
    says: list
    culprit: str  # the file that the message must name
    needs: str = ""  # what it cannot be made without: "other user"

    def files(self):
        return [word[1:] for word in self.command if word[:1] in ("@", "=")]


class Corpus:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.cases = []

    def path(self, name):
        return self.folder / name

    def add(self, name, command, says, culprit, **facts):
        assert all(case.name != name for case in self.cases), name
        # says may be empty: the place is the file then
        self.cases.append(Case(name, [str(word) for word in command], says, culprit, **facts))

    def train(self, file, says, *options, culprit=None, **facts):
        """`file` is no data set to train on."""
        self.add(pathlib.Path(file).stem, ["train", "@" + file, "--model", "model.h5", "--l2", "0.1", *options], says,
                 file if culprit is None else culprit, **facts)

    def good(self, name, *command):
        """A good file, made by the program itself."""
        words = [str(self.path(word[1:])) if word[:1] == "@" else word for word in map(str, command)]
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 3) and self.path(name).exists(), done.stderr
        return self.path(name)

    def copy(self, good, name):
        shutil.copy(self.path(good), self.path(name))
        return self.path(name)

    def changed(self, good, name, change):
        """A copy of an HDF5 file, changed by h5py."""
        with h5py.File(self.copy(good, name), "r+") as file:
            change(file)
        return name

    def with_bytes(self, good, name, change):
        """A copy of a file, its bytes changed: `change` takes a bytearray, and may return another."""
        contents = bytearray(self.path(good).read_bytes())
        self.path(name).write_bytes(change(contents) or contents)
        return name


def rows(seed=1):
    """Two classes that overlap."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(ROWS, FEATURES))
    return x, (x @ [1.0, -1.0, 0.5] + random.logistic(size=ROWS) > 0).astype(np.int32)


def put(data, old, new, times=1):
    """Replaces bytes that must be there so many times."""
    assert data.count(old) == times, (data.count(old), old)
    return bytearray(bytes(data).replace(old, new))


def at(data, marker, offset, new, occurrence=0):
    """Overwrites bytes at an offset from where a marker is."""
    place = -1
    for _ in range(occurrence + 1):
        place = data.index(marker, place + 1)
    data[place + offset:place + offset + len(new)] = new
    return data


def replace(file, name, values=None, **options):
    """Another data set, or none, in the place of one."""
    if name in file:
        del file[name]
    if values is not None or options:
        file.create_dataset(name, data=values, **options)
