"""scripts/check-rooms finds every kind of violation that is planted in a small tree."""

import os
import pathlib
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])


def check(root):
    return subprocess.run(
        [sys.executable, SOURCE / "scripts" / "check-rooms", root],
        capture_output=True, text=True, check=False)


def write(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def tree(tmp_path):
    """Two rooms as they should be."""
    write(tmp_path, "src/CMakeLists.txt", ROOMS)
    write(tmp_path, "docs/architecture.md", "| room | holds |\n|---|---|\n| `core` | x |\n| `comm` | y |\n")
    write(tmp_path, "include/mpilogit/version.h", "\n")
    write(tmp_path, "src/core/error.hpp", "#include <string>\n")
    write(tmp_path, "src/core/error.cpp", '#include "core/error.hpp"\n#include "mpilogit/version.h"\n')
    write(tmp_path, "src/core/sums/lane.hpp", "#pragma once\n")
    write(tmp_path, "src/core/sums/lane.cpp", '#include "core/sums/lane.hpp"\n')
    write(tmp_path, "src/comm/ranks.hpp", "#include <mpi.h>\n")
    write(tmp_path, "src/comm/ranks.cpp", '#include "comm/ranks.hpp"\n#include "core/error.hpp"\n')
    return tmp_path


ROOMS = "mpilogit_room(core\n  LIBRARIES fmt::fmt)\nmpilogit_room(comm\n  USES core\n  LIBRARIES mpi)\n"


def test_a_tree_in_order_passes(tree):
    result = check(tree)
    assert result.returncode == 0, result.stdout


def test_the_repository_passes():
    result = check(SOURCE)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path, text, fault", [
    ("src/core/error.cpp", '#include "comm/ranks.hpp"\n', "core does not use comm"),
    ("src/core/error.hpp", '\n#  include "comm/ranks.hpp"\n', "error.hpp:2: "),
    ("src/comm/sum.cpp", '#include "core/sums/lane.hpp"\n', "is core's own"),
    ("src/core/error.hpp", '#include "core/sums/lane.hpp"\n', "this header is for everybody"),
    ("src/core/sum.cpp", '#include "../comm/ranks.hpp"\n', "no file of a room"),
    ("src/core/sum.cpp", '#include "error.hpp"\n', "no file of a room"),
    ("src/core/sum.cpp", '#include "core/nowhere.hpp"\n', "no file of a room"),
    ("src/core/sum.cpp", "#include <mpi.h>\n", "only comm may include <mpi.h>"),
    ("src/comm/files.cpp", "#include <hdf5.h>\n", "only hdf5 may include <hdf5.h>"),
    ("src/comm/files.cpp", "#include <H5Dpublic.h>\n", "only hdf5 may include"),
    ("src/nowhere/x.cpp", "", "no room of src/CMakeLists.txt"),
    ("src/comm/ranks.cpp", "", "comm uses core, but does not include it"),
    ("src/CMakeLists.txt", "mpilogit_room(core)\nmpilogit_room(comm)\n", "comm does not use core"),
    ("src/CMakeLists.txt", "mpilogit_room(comm USES core)\nmpilogit_room(core)\n", "does not stand above it"),
    ("docs/architecture.md", "| `core` | x |\n", "its rooms are core; those of src/CMakeLists.txt core, comm"),
])
def test_a_violation_is_found(tree, path, text, fault):
    write(tree, path, text)
    result = check(tree)
    assert result.returncode == 1
    assert fault in result.stdout


def test_a_folder_may_not_be_too_full(tree):
    for number in range(36):
        write(tree, f"src/core/sums/{number}.hpp", "")
    result = check(tree)
    assert result.returncode == 1
    assert "src/core/sums: 38 files, more than 35" in result.stdout
