"""scripts/affected names what has changed since the commit of .ci/checked and what includes it, or everything;
scripts/tidy and scripts/check-headers look at that. All in a small repository of its own."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])
SCRIPTS = ("affected", "tidy", "check-headers")
FILES = {
    ".clang-tidy": (SOURCE / ".clang-tidy").read_text(),
    ".gitignore": "/build/\n",
    "CMakeLists.txt": "project(small)\n",
    "cmake/Room.cmake": "\n",
    "docs/page.md": "words\n",
    "src/core/deep.hpp": "#pragma once\ninline int deep(const int* x) { return x == nullptr ? 0 : *x; }\n",
    "src/core/error.hpp": '#pragma once\n#include "core/deep.hpp"\n',
    "src/CMakeLists.txt": "mpilogit_room(core LIBRARIES fmt::fmt)\n",
    "src/core/apart.cpp": "int apart() { return 1; }\n",
    "src/core/error.cpp": '#include "core/error.hpp"\nint error(int x) { return deep(&x); }\n',
    "src/core/loops.cpp": '#define HWY_TARGET_INCLUDE "core/loops-inl.hpp"\n#include HWY_TARGET_INCLUDE\n',
    "src/core/loops-inl.hpp": "#pragma once\n",
    "tests/core/error_test.cpp": '#include "near.hpp"\n',
    "tests/core/near.hpp": "#  include <core/error.hpp>\n",
}
CODE = sorted(name for name in FILES if name.endswith((".cpp", ".hpp")))
OF_DEEP = ["src/core/deep.hpp", "src/core/error.cpp", "src/core/error.hpp",
           "tests/core/error_test.cpp", "tests/core/near.hpp"]


class Repository:
    def __init__(self, root):
        self.root = root
        for name, text in FILES.items():
            self.write(name, text)
        (root / "scripts").mkdir()
        for script in SCRIPTS:
            shutil.copy(SOURCE / "scripts" / script, root / "scripts")
        self.git("init", "--quiet")
        self.commit()
        self.check()

    def git(self, *words):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false", *words], cwd=self.root,
            env=environment | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True, text=True, check=True).stdout.strip()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")

    def check(self, commit=None):
        """As scripts/check-all notes what it has checked."""
        self.write(".ci/checked", (commit or self.git("rev-parse", "HEAD")) + "\n")
        self.commit()

    def run(self, script, *words):
        return subprocess.run([sys.executable, self.root / "scripts" / script, *words], capture_output=True, text=True,
                              check=False)

    def affected(self):
        done = self.run("affected")
        assert done.returncode == 0, done.stderr
        return done.stdout.split(), done.stderr


@pytest.fixture
def repository(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    return Repository(tmp_path / "repository")


def test_nothing_has_changed(repository):
    assert repository.affected() == ([], "affected: 0 files by 0 changes\n")
    repository.write("docs/page.md", "other words\n")
    assert repository.affected()[0] == []


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("name, expected", [
    ("src/core/apart.cpp", ["src/core/apart.cpp"]),
    ("src/core/deep.hpp", OF_DEEP),
    ("src/core/loops-inl.hpp", ["src/core/loops-inl.hpp", "src/core/loops.cpp"]),
])
def test_what_changed_and_what_includes_it(repository, name, expected, committed):
    repository.write(name, FILES[name] + "// more\n")
    if committed:
        repository.commit()
    assert repository.affected()[0] == expected


def test_a_new_file_and_one_that_is_gone(repository):
    """A header that is nearer than the one that was included so far changes what includes that name."""
    repository.write("src/core/core/deep.hpp", "#pragma once\n")
    repository.write("src/core/new.cpp", "\n")
    assert repository.affected()[0] == sorted([*OF_DEEP[1:], "src/core/new.cpp", "src/core/core/deep.hpp"])
    repository.commit()
    repository.check()
    (repository.root / "src/core/core/deep.hpp").unlink()
    assert repository.affected()[0] == OF_DEEP[1:]


@pytest.mark.parametrize("name", [
    ".clang-tidy", "src/.clang-tidy", "CMakeLists.txt", "cmake/Room.cmake", "cmake/New.cmake", "CMakePresets.json",
    "src/CMakeLists.txt", "src/core/flags.cmake", "scripts/tidy", "scripts/affected"])
def test_what_decides_means_everything(repository, name):
    path = repository.root / name
    path.write_text((path.read_text() if path.exists() else "") + "\n# more\n")
    found, told = repository.affected()
    assert found == CODE
    assert told == f"affected: everything, for {name} has changed\n"


@pytest.mark.parametrize("checked", [None, "", "no commit", "0" * 40])
def test_no_commit_that_is_known(repository, checked):
    if checked is None:
        (repository.root / ".ci/checked").unlink()
    else:
        repository.write(".ci/checked", checked)
    found, told = repository.affected()
    assert found == CODE and "everything" in told and ".ci/checked" in told


def test_a_commit_that_is_not_before_this_one(repository):
    repository.git("checkout", "--quiet", "-b", "side")
    repository.write("src/core/apart.cpp", "int apart() { return 2; }\n")
    repository.commit()
    side = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "--quiet", "-")
    repository.check(side)
    found, told = repository.affected()
    assert found == CODE and f"{side} of .ci/checked is not known to be before HEAD" in told


def test_a_shallow_clone_and_none(repository, tmp_path):
    shallow = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.root}", str(shallow))
    repository.root = shallow
    found, told = repository.affected()
    assert found == CODE and "no history" in told
    shutil.rmtree(shallow / ".git")
    assert repository.affected()[0] == CODE


def with_commands(repository):
    """What CMake would write; the sources of the layer are joined by scripts/tidy."""
    root = repository.root
    entries = [{"directory": str(root), "file": str(root / name),
                "command": f"g++ -I{root}/include -I{root}/src -std=c++20 -Wall -Werror -Wno-restrict -o x.o -c {root / name}"}
               for name in ("src/core/apart.cpp", "src/core/error.cpp")]
    repository.write("build/release/compile_commands.json", json.dumps(entries))


NULL = "{ const int* none = nullptr; return *none; }\n"


@pytest.mark.skipif(shutil.which("clang-tidy-14") is None, reason="there is no clang-tidy-14")
def test_planted_faults_are_found_in_sources_and_in_headers_of_unchanged_ones(repository):
    with_commands(repository)
    done = repository.run("tidy", "--changed")
    assert done.returncode == 0 and "tidy: 0 sources looked at" in done.stdout
    done = repository.run("tidy")
    assert done.returncode == 0 and "tidy: 2 sources looked at" in done.stdout, done.stdout
    for name, text in [("src/core/apart.cpp", "int apart() " + NULL),
                       ("src/core/deep.hpp", "#pragma once\ninline int deep(const int* x) "
                        "{ const int* none = nullptr; return x == nullptr ? *none : *x + *none; }\n")]:
        repository.write(name, text)
        done = repository.run("tidy", "--changed")
        assert done.returncode == 1 and "tidy: 1 sources looked at" in done.stdout, done.stdout
        assert f"{name}:" in done.stdout and "null" in done.stdout, done.stdout
        repository.write(name, FILES[name])


@pytest.mark.skipif(shutil.which("clang++-14") is None, reason="there is no clang++-14")
def test_what_does_not_compile_alone(repository):
    with_commands(repository)
    done = repository.run("check-headers", "--changed")
    assert done.returncode == 0 and "0 files compiled alone" in done.stdout
    done = repository.run("check-headers")
    # Of the headers, error.hpp is shown by its source.
    assert done.returncode == 0 and "4 files compiled alone" in done.stdout, done.stderr
    repository.write("src/core/deep.hpp", "#pragma once\ninline std::string deep(int*) { return {}; }\n")
    done = repository.run("check-headers", "--changed")
    assert done.returncode == 1 and "deep.hpp does not compile alone" in done.stderr, done.stderr
