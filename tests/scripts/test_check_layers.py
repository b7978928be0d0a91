"""scripts/check-layers finds every kind of violation that is planted in a small tree."""

import os
import pathlib
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])


def check(root):
    return subprocess.run(
        [sys.executable, SOURCE / "scripts" / "check-layers", root],
        capture_output=True, text=True, check=False)


def write(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def tree(tmp_path):
    """Two layers as they should be."""
    write(tmp_path, "include/mpilogit/core/error.hpp", "#include <string>\n")
    write(tmp_path, "src/core/CMakeLists.txt", "mpilogit_layer(NAME core SOURCES error.cpp)\n")
    write(tmp_path, "src/core/error.cpp", '#include "mpilogit/core/error.hpp"\n')
    write(tmp_path, "include/mpilogit/comm/ranks.hpp", "#include <mpi.h>\n")
    write(tmp_path, "src/comm/CMakeLists.txt",
          "mpilogit_layer(NAME comm\n  SOURCES ranks.cpp\n  LAYERS core\n  LIBRARIES mpi)\n")
    write(tmp_path, "src/comm/ranks.cpp",
          '#include "mpilogit/comm/ranks.hpp"\n#include "mpilogit/core/error.hpp"\n#include "pieces.hpp"\n')
    write(tmp_path, "src/comm/pieces.hpp", "#pragma once\n")
    return tmp_path


def test_a_tree_in_order_passes(tree):
    result = check(tree)
    assert result.returncode == 0, result.stdout


def test_the_repository_passes():
    result = check(SOURCE)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("path, text, fault", [
    ("src/core/error.cpp", '#include "mpilogit/comm/ranks.hpp"\n', "core may not include comm"),
    ("include/mpilogit/core/error.hpp", '\n#  include "mpilogit/comm/ranks.hpp"\n', "error.hpp:2: "),
    ("src/core/sum.cpp", '#include "comm/pieces.hpp"\n', "private to comm"),
    ("src/core/sum.cpp", '#include "../comm/pieces.hpp"\n', "in no layer"),
    ("src/core/sum.cpp", "#include <mpi.h>\n", "only comm may include <mpi.h>"),
    ("src/comm/files.cpp", "#include <hdf5.h>\n", "only hdf5 may include <hdf5.h>"),
    ("src/comm/files.cpp", "#include <H5Dpublic.h>\n", "only hdf5 may include"),
    ("src/core/sum.cpp", '#include "mpilogit/nowhere/x.hpp"\n', "in no layer"),
    ("src/nowhere/x.cpp", "", "not in the table"),
    ("src/core/CMakeLists.txt", "mpilogit_layer(NAME core SOURCES e.cpp LAYERS comm)", "may not link comm"),
    ("src/comm/CMakeLists.txt", "mpilogit_layer(NAME comm SOURCES r.cpp)", "core is included, but not in LAYERS"),
    ("src/comm/ranks.cpp", "", "core is in LAYERS, but not included"),
])
def test_a_violation_is_found(tree, path, text, fault):
    write(tree, path, text)
    result = check(tree)
    assert result.returncode == 1
    assert fault in result.stdout
