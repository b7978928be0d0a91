""".ci/run stops at the first failure, tells the seconds of its stages, and ends with what ctest says; scripts/check-all
notes what it has checked. Their stages are played by scripts that do nothing."""

import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ["MPILOGIT_SOURCE"])
SCRIPTS = ["setup", "check-rooms", "check-format", "fuzz", "affected", "lint", "check-headers", "test"]
PASSED = """echo ' 1/2 Test  #1: core .............   Passed    0.01 sec'
echo ' 2/2 Test  #2: slurm ............***Skipped   0.01 sec'
echo
echo '100% tests passed, 0 tests failed out of 2'
echo 'Total Test time (real) =   0.02 sec'
"""
STAGES = ["packages", "rooms", "format", "clang build", "address and undefined-behaviour sanitizers", "fuzzers",
          "release build", "shellcheck and clang-tidy", "each file alone", "performance"]


class Repository:
    def __init__(self, root):
        self.root = root
        self.log = root.with_name("log")
        for script in (".ci/run", "scripts/check-all"):
            (root / script).parent.mkdir(parents=True)
            shutil.copy(SOURCE / script, root / script)
        for name in [*(f"scripts/{script}" for script in SCRIPTS), "bench/check-instructions", "bin/cmake", "bin/ctest"]:
            self.play(name, PASSED if name == "scripts/test" else "")
        (root / ".gitignore").write_text("/build/\n")
        (root / "build").mkdir()
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "all")
        self.head = self.git("rev-parse", "HEAD").strip()

    def git(self, *words):
        return subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false", *words],
                              cwd=self.root, capture_output=True, text=True, check=True).stdout

    def play(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "{name} $* ${{MPILOGIT_THOROUGH:-}}" >>"{self.log}"\n{text}')
        path.chmod(0o755)

    def run(self, script, *words):
        environment = os.environ | {"PATH": f"{self.root / 'bin'}:{os.environ['PATH']}"}
        environment.pop("MPILOGIT_THOROUGH", None)
        return subprocess.run([self.root / script, *words], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    return Repository(tmp_path / "repository")


def test_all_stages_with_their_seconds_and_ctest_last(repository):
    done = repository.run(".ci/run")
    assert done.returncode == 0, done.stderr
    table = done.stdout.split("=== seconds\n")[1].splitlines()
    assert [line.split(" s  ")[1] for line in table[:len(STAGES) + 2]] == [*STAGES, "tests", "in all"]
    assert done.stdout.splitlines()[-2:] == [
        "100% tests passed, 0 tests failed out of 2", "Total Test time (real) =   0.02 sec"]
    log = repository.log.read_text()
    assert "scripts/lint --changed" in log and "scripts/check-headers --changed" in log
    assert "-DMPILOGIT_TEST_RANKS=1;3;7" in log


@pytest.mark.parametrize("name, stage", [
    ("scripts/setup", "packages"), ("bin/ctest", "address and undefined-behaviour sanitizers"),
    ("bin/cmake", "clang build"), ("scripts/affected", "release build"), ("scripts/lint", "shellcheck and clang-tidy"),
    ("bench/check-instructions", "performance")])
def test_the_first_failure_is_the_end(repository, name, stage):
    repository.play(name, "exit 3\n")
    done = repository.run(".ci/run")
    assert done.returncode == 1 and f"=== {stage}: FAILED after " in done.stderr
    assert done.stdout.splitlines()[-1] == f"=== {stage}"
    assert "scripts/test" not in repository.log.read_text()


def test_instructions_of_another_cpu_are_no_failure(repository):
    repository.play("bench/check-instructions", "exit 77\n")
    done = repository.run(".ci/run")
    assert done.returncode == 0 and "performance: SKIPPED" in done.stdout


@pytest.mark.parametrize("text", [
    PASSED.replace("100%", "50%") + "exit 8\n", PASSED.replace("  Passed ", "***Skipped"), "", "exit 1\n"])
def test_tests_that_fail_or_do_nothing(repository, text):
    repository.play("scripts/test", text)
    done = repository.run(".ci/run")
    assert done.returncode == 1 and " s  tests\n" in done.stdout
    assert repository.run("scripts/check-all").returncode == 1
    assert not (repository.root / ".ci/checked").exists()


def test_check_all_leaves_nothing_out_and_notes_the_commit(repository):
    done = repository.run("scripts/check-all")
    assert done.returncode == 0, done.stderr
    assert (repository.root / ".ci/checked").read_text() == repository.head + "\n"
    log = repository.log.read_text()
    assert "--changed" not in log and "scripts/fuzz --seconds 60 1\n" in log and "scripts/test  1\n" in log
    assert "-DMPILOGIT_TEST_RANKS=1;2;3;4;7" in log


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_changed_files_are_not_noted(repository, when):
    if when == "before":
        (repository.root / "new").write_text("")
    else:
        repository.play("scripts/lint", "touch new\n")
        repository.git("commit", "--quiet", "--all", "--message", "more")
    done = repository.run("scripts/check-all")
    assert done.returncode == 0 and ".ci/checked stays as it is" in done.stderr
    assert not (repository.root / ".ci/checked").exists()
