"""No file is lost: no output over an input or another output, whatever the names; files of other programs stay
without --overwrite; links, modes and what is no regular file."""

import concurrent.futures
import gzip
import json
import os
import pathlib
import shutil
import stat
import subprocess

import h5py
import numpy as np
import pytest

from conftest import Run, command as command_of, logistic_sample, mpilogit, write_dense

# What each command needs, the inputs that it can name, and its outputs by their options. A word in capitals is
# a file of `place`; "+NAME" is what is added to name it.
FIT_INPUTS = {"DATA": [], "MORE": [], "PRIOR": ["--prior", "PRIOR"], "CONFIG": ["--config", "CONFIG"]}
FIT_OUTPUTS = ["--model", "--json", "--events", "--checkpoint", ".previous"]
FITS = ["DATA", "MORE", "--l2", "0.1"]
COMMANDS = {
    "train": (["train", *FITS], FIT_INPUTS | {"START": ["--start", "START"]}, [*FIT_OUTPUTS, "--diagnostics"]),
    "path": (["path", "DATA", "MORE", "--lambdas", "3"], FIT_INPUTS, FIT_OUTPUTS),
    "cross-validate": (["cross-validate", "DATA", "MORE", "--lambdas", "3", "--folds", "2"], FIT_INPUTS,
                       FIT_OUTPUTS),
    "predict": (["predict", "MODEL", "DATA", "MORE"], {"MODEL": [], "DATA": [], "MORE": []},
                ["--output", "--json", "--events"]),
    "predict a table": (["predict", "TABLE_MODEL", "TABLE"], {"TABLE_MODEL": [], "TABLE": []},
                        ["--output", "--json", "--events"]),
    "evaluate": (["evaluate", "MODEL", "DATA", "MORE"], {"MODEL": [], "DATA": [], "MORE": []},
                 ["--curves", "--json", "--events"]),
    "report": (["report", "MODEL", "MORE", "--data", "DATA"], {"MODEL": [], "DATA": [], "MORE": []},
               ["--output", "--events"]),
    "summarize": (["summarize", "MODEL"], {"MODEL": []}, ["--json"]),
    "import csv": (["import", "csv", "TABLE", "TABLE2", "--label", "y"], {"TABLE": [], "TABLE2": []},
                   ["--output", "--json"]),
    "import libsvm": (["import", "libsvm", "SVM"], {"SVM": [], "CONFIG": ["--config", "CONFIG"]},
                      ["--output", "--json"]),
    "import npy": (["import", "npy", "X"], {"X": [], "Y": ["--labels", "Y"], "W": ["--weights", "W"]},
                   ["--output", "--json"]),
    "import coefficients": (["import", "coefficients", "TERMS"], {"TERMS": []}, ["--output"]),
    "export": (["export", "MODEL", "--format", "json"], {"MODEL": []}, ["--output"]),
    "synthesize": (["synthesize", "--rows", "20", "--features", "2"], {"CONFIG": ["--config", "CONFIG"]},
                   ["--output", "--json"]),
}
REQUIRED = {"train": "--model", "path": "--model", "cross-validate": "--model", "predict": "--output",
            "predict a table": "--output", "report": "--output", "import csv": "--output",
            "import libsvm": "--output", "import npy": "--output", "import coefficients": "--output",
            "export": "--output", "synthesize": "--output"}
OURS = '{"format": "mpilogit model"}'


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with every kind of input, by its name."""
    folder = tmp_path_factory.mktemp("place")
    x, y = logistic_sample(rows=60, features=2)
    write_dense(folder / "DATA", x[:40], y[:40])
    write_dense(folder / "MORE", x[40:], y[40:])
    for name in ("MODEL", "PRIOR", "START"):
        done = mpilogit("train", folder / "DATA", "--l2", "0.1", "--inference", "--force", "--model", folder / name,
                        ranks=0)
        assert done.code == 0, done.err
    rows = "".join(f"{a},{b},{c}\n" for (a, b), c in zip(x.tolist(), y.tolist()))
    (folder / "TABLE").write_text("a,b,y\n" + rows)
    (folder / "TABLE2").write_text("a,b,y\n" + rows)
    (folder / "SVM").write_text("".join(f"{c} 1:{a} 2:{b}\n" for (a, b), c in zip(x.tolist(), y.tolist())))
    for name, values in {"X": x, "Y": y, "W": np.ones(60)}.items():
        with (folder / name).open("wb") as file:
            np.save(file, values)
    (folder / "TERMS").write_text("feature,coefficient\n(Intercept),1\na,2\n")
    (folder / "CONFIG").write_text("stall-timeout = 60\n")
    done = mpilogit("import", "csv", folder / "TABLE", "--label", "y", "--output", folder / "table.h5", ranks=0)
    assert done.code == 0, done.err
    done = mpilogit("train", folder / "table.h5", "--l2", "0.1", "--model", folder / "TABLE_MODEL", ranks=0)
    assert done.code == 0, done.err
    (folder / "table.h5").unlink()
    return folder


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def naming(option, path):
    """The words that have an option name that path; ".previous": a checkpoint whose older one it would be."""
    if option == ".previous":
        return ["--checkpoint", str(path).removesuffix(".previous")]
    return [option, str(path)]


def by_another_name(folder, path, way):
    """A name for `path`, which need not be there; None where there is none of the kind."""
    other = folder / f"{way}.previous"  # as the name of an older checkpoint must be
    if way == "itself":
        return path
    if way == "spelt":
        return f"{folder}/../{folder.name}/./{path.name}"
    if way == "link":
        other.symlink_to(path.name)
    elif path.exists():
        os.link(path, other)
    else:
        return None
    return other


def without_required(command, given):
    option = REQUIRED.get(command)
    return [] if option is None or option in given else [option, "required"]


def refusals(place, folder, command):
    """Every output of a command over every input and every other output, in each way: what is wrong, in words."""
    words, inputs, outputs = COMMANDS[command]
    problems = []

    def check(label, arguments, wanted):
        before = contents(folder)
        done = run_in(folder, arguments)
        if done.code != 2 or len(done.errors) != 1 or wanted not in done.errors[0]:
            problems.append(f"{label}: {done.code} {done.err}")
        if contents(folder) != before:
            problems.append(f"{label}: files changed")

    def prepared(way):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(place, folder)
        return way

    for number, (source, extra) in enumerate(inputs.items()):
        for option in outputs:
            for way in ("itself", "spelt", "link", "hard link") if number == 0 else ("link", "hard link"):
                prepared(way)
                name = source
                if option == ".previous" and way in ("itself", "spelt"):
                    name = f"{source}.previous"
                    (folder / source).rename(folder / name)
                path = by_another_name(folder, folder / name, way)
                given = [word if word != source else name for word in words + extra]
                new = naming(option, path)
                check(f"{command} {option} over {source} ({way})",
                      [*given, *new, *without_required(command, new)], "that is read")
    for i, one in enumerate(outputs):
        for other in outputs[:i]:
            if {one, other} == {"--checkpoint", ".previous"}:
                continue
            for way in ("itself", "link", "hard link"):
                prepared(way)
                path = folder / ("out.previous" if ".previous" in (one, other) else "out")
                if way == "hard link":
                    path.write_text(OURS)
                second = by_another_name(folder, path, way)
                new = [*naming(one, second), *naming(other, path)]
                check(f"{command} {one} and {other} ({way})", [*words, *new, *without_required(command, new)],
                      "are one file")
    return problems


@pytest.mark.parametrize("command", COMMANDS)
def test_no_output_is_an_input_or_another_output(place, tmp_path, command):
    problems = refusals(place, tmp_path / "work", command)
    assert not problems, "\n".join(problems)


def all_outputs(command, folder):
    words, inputs, outputs = COMMANDS[command]
    given = [word for extra in inputs.values() for word in extra]
    names = [word for option in outputs if option != ".previous"
             for word in (option, folder / f"out{option.removeprefix('--')}")]
    return [*words, *given, *names]


def run_in(folder, arguments, ranks=0):
    """The run alone: the file of --json may be none."""
    done = subprocess.run(command_of(arguments, ranks), capture_output=True, text=True, cwd=folder, timeout=60,
                          check=False)
    return Run(done.returncode, done.stdout, done.stderr, 0.0, {})


@pytest.fixture
def work(place, tmp_path):
    folder = tmp_path / "work"
    shutil.copytree(place, folder)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_command_works_twice_and_no_foreign_file_is_lost(work, command):
    arguments = all_outputs(command, work)
    for _ in range(2):
        done = run_in(work, arguments)
        assert done.code == 0, done.err
    for option in COMMANDS[command][2]:
        path = work / f"out{option.removeprefix('--')}"
        if option == ".previous":
            path = work / "outcheckpoint.previous"
        path.write_bytes(b"PAR1" + bytes(100))
        before = contents(work)
        done = run_in(work, arguments)
        assert done.code == 2 and len(done.errors) == 1, done.err
        after = contents(work)
        told = pathlib.Path("outevents")  # that it was refused
        if option != "--events":
            before.pop(told, None), after.pop(told, None)
        assert str(path) in done.errors[0] and after == before
        if option != "--events":  # which replaces nothing
            assert "a Parquet file" in done.errors[0] and "--overwrite" in done.errors[0]
            done = run_in(work, [*arguments, "--overwrite"])
            assert done.code == 0, done.err
            # A checkpoint is gone when its run has ended.
            assert not path.exists() if option in ("--checkpoint", ".previous") else path.stat().st_size != 104
        else:
            path.unlink()


@pytest.mark.parametrize("form", ["json", "csv", "onnx", "pmml", "c", "python", "yaml"])
def test_exports_are_known(work, form):
    arguments = ["export", "MODEL", "--format", form, "--output", "out"]
    for _ in range(2):
        done = run_in(work, arguments)
        assert done.code == 0, done.err


def test_files_of_all_kinds_are_told_apart(work):
    import pickle

    with h5py.File(work / "h5", "w") as file:
        file["X"] = np.ones((3, 2))
        file["X"].attrs["fingerprint"] = "a text of another program"
        file["elsewhere"] = h5py.ExternalLink("MODEL", "coefficients")
    with h5py.File(work / "theirs", "w") as file:
        file.attrs["format"] = "a format of theirs"
    foreign = {
        "h5": "an HDF5 file of another program", "theirs": "an HDF5 file of another program",
        "X": "a NumPy array", "SVM": "text that begins with",
        "TABLE": "text that begins with 'a,b,y'", "json": "text that begins with '{\"rows\": 3, ",
        "array": "text", "page": "text that begins with '<!DOCTYPE html>'", "python": "text", "gz": "a gzip file",
        "cut": "an HDF5 file that cannot be read", "pickle": "binary data", "escapes": "binary data",
        "record of another": "text", "deep": "text"}
    (work / "json").write_text('{"rows": 3, "columns": [1, 2]}')
    (work / "array").write_text(json.dumps([{"rows": 1, "features": 2, "nonzeros": 3}]))
    (work / "record of another").write_text(json.dumps({"data": {"format": "mpilogit model"}, "rows": 1}))
    (work / "deep").write_text("[" * 100_000)
    (work / "page").write_text("<!DOCTYPE html>\n<title>mpilogit</title>")
    (work / "python").write_text('"""A module, written by hand, not by mpilogit."""')
    (work / "gz").write_bytes(gzip.compress(b"class,reference,feature,coefficient"))
    (work / "cut").write_bytes((work / "MODEL").read_bytes()[:3000])
    (work / "pickle").write_bytes(pickle.dumps({"a": 1}))
    (work / "escapes").write_bytes(b"\x1b]0;title\x07")
    make = ["synthesize", "--rows", "20", "--features", "2", "--output"]
    before = contents(work)
    for name, what in foreign.items():
        done = run_in(work, [*make, name])
        assert done.code == 2 and len(done.errors) == 1, (name, done.err)
        assert "mpilogit did not write" in done.errors[0] and what in done.errors[0], (name, done.errors)
        assert "--overwrite" in done.errors[0] and "\x1b" not in done.err
    assert contents(work) == before
    # Ours, of whatever kind, and what is empty; HDF5 that another program has written on is ours still.
    (work / "empty").write_bytes(b"")
    assert run_in(work, [*make, "own.h5"]).code == 0
    with h5py.File(work / "own.h5", "r+") as file:
        del file.attrs["synthesized_by"]
        file["more"] = [1, 2]
    for name in ("empty", "own.h5", "MODEL"):
        done = run_in(work, [*make, name])
        assert done.code == 0, done.err


def test_a_source_of_a_virtual_data_set_is_an_input(work):
    with h5py.File(work / "DATA") as file:
        x, y = file["X"][:], file["y"][:]
    for name, rows in (("part1", slice(0, 20)), ("part2", slice(20, 40))):
        with h5py.File(work / name, "w") as file:
            file["X"] = x[rows]
            file["X"].attrs["fingerprint"] = np.zeros(2, np.uint64)  # ours, as far as anybody knows
    layout = h5py.VirtualLayout(shape=x.shape, dtype=x.dtype)
    layout[:20] = h5py.VirtualSource("part1", "X", shape=(20, 2))
    layout[20:] = h5py.VirtualSource("part2", "X", shape=(20, 2))
    with h5py.File(work / "whole", "w", libver="latest") as file:
        file.create_virtual_dataset("X", layout)
        file["y"] = y
    (work / "link").symlink_to("part2")
    before = contents(work)
    for more in ([], ["--overwrite"]):
        for target in ("part1", "link"):
            done = run_in(work, ["train", "whole", "--l2", "1", "--model", target, *more])
            assert done.code == 2 and "virtual data set" in done.errors[0] and len(done.errors) == 1, done.err
    assert contents(work) == before
    done = run_in(work, ["train", "whole", "--l2", "1", "--model", "m"])
    assert done.code == 0, done.err


def test_what_a_killed_run_left_is_not_cleared_away_while_it_is_read(work):
    left = work / "m.tmp-00000000-999999999"
    shutil.copy(work / "DATA", left)
    os.utime(left, (0, 0))
    done = run_in(work, ["train", left.name, "--l2", "1", "--model", "m"])
    assert done.code == 2 and "cleared away" in done.errors[0] and left.exists(), done.err


def test_links_lead_to_what_is_written_and_modes_stay(work):
    (work / "far").mkdir()
    (work / "link").symlink_to("far/model")
    (work / "second").symlink_to("link")
    os.umask(0o022)
    for name, mode in (("link", 0o644), ("second", 0o600), ("far/model", 0o640), ("link", 0o640)):
        if (work / "far" / "model").exists():
            (work / "far" / "model").chmod(mode)
        done = run_in(work, ["train", "DATA", "--l2", "1", "--model", name])
        assert done.code == 0, done.err
        assert (work / "link").is_symlink() and (work / "second").is_symlink()
        assert stat.S_IMODE((work / "far" / "model").stat().st_mode) == mode
    assert [path.name for path in (work / "far").iterdir()] == ["model"]
    (work / "far" / "model").chmod(0o444)
    for more in ([], ["--overwrite"]):
        done = run_in(work, ["train", "DATA", "--l2", "1", "--model", "link", *more])
        assert done.code == 2 and "read-only" in done.errors[0], done.err
    (work / "loop").symlink_to("loop")
    done = run_in(work, ["train", "DATA", "--l2", "1", "--model", "loop"])
    assert done.code == 2 and "Too many levels" in done.errors[0] and (work / "loop").is_symlink(), done.err


def test_a_checkpoint_may_be_a_link(work):
    (work / "far").mkdir()
    (work / "k").symlink_to("far/state")
    arguments = ["train", "DATA", "--l2", "1e-6", "--model", "m", "--checkpoint", "k", "--checkpoint-every", "1"]
    stopped = run_in(work, [*arguments, "--max-iterations", "3"])
    assert stopped.code == 3 and (work / "k").is_symlink(), stopped.err
    assert {path.name for path in (work / "far").iterdir()} - {"state.previous"} == {"state"}
    assert not (work / "k.previous").exists()
    done = run_in(work, arguments)
    assert done.code == 0 and "going on from the checkpoint k" in done.err, done.err
    assert (work / "k").is_symlink() and not list((work / "far").iterdir())


def test_a_foreign_file_beside_a_checkpoint_stays(work):
    arguments = ["train", "DATA", "--l2", "1e-6", "--model", "m", "--checkpoint", "k", "--checkpoint-every", "1",
                 "--max-iterations", "3"]
    mine = work / "k.previous"
    for more in ([], ["--restart"]):
        assert run_in(work, arguments).code == 3
        mine.write_text("years of work")
        before = contents(work)
        done = run_in(work, [*arguments, *more])
        assert done.code == 2 and "no checkpoint" in done.errors[0] and str(mine.name) in done.errors[0], done.err
        assert contents(work) == before
        mine.unlink()
    # Of ours, but no checkpoint.
    shutil.copy(work / "MODEL", work / "k")
    assert run_in(work, arguments).code == 2
    done = run_in(work, [*arguments, "--overwrite"])
    assert done.code == 3 and (work / "k").read_bytes().startswith(b"mpilogit checkpoint"), done.err


def test_a_large_foreign_file_is_not_read(work):
    with (work / "k").open("wb") as file:
        file.write(b"foreign")
        file.truncate(6 * 2**30)
    done = mpilogit("train", "DATA", "--l2", "1", "--model", "m", "--checkpoint", "k", ranks=0, cwd=work, within=5)
    assert done.code == 2 and "no checkpoint" in done.errors[0], done.err


def test_small_files_are_regular_and_small(work):
    os.mkfifo(work / "pipe")
    (work / "large").write_text("# much\n" * 200_000)
    with (work / "huge").open("wb") as file:
        file.write(b"feature,coefficient\n")
        file.truncate(2**30 + 1)
    for path, why in (("pipe", "not a regular file"), ("/dev/zero", "not a regular file"), ("large", "at most"),
                      (".", "Is a directory"), ("absent", "missing")):
        done = mpilogit("synthesize", "--rows", "20", "--features", "2", "--output", "o", "--config", path, ranks=0,
                        cwd=work, timeout=20)
        assert done.code == 2 and why in done.errors[0], done.err
    for path, why in (("pipe", "not a regular file"), ("/dev/zero", "not a regular file"), ("huge", "at most")):
        done = mpilogit("import", "coefficients", path, "--output", "o", ranks=0, cwd=work, timeout=20)
        assert done.code == 2 and why in done.errors[0], done.err
    assert not (work / "o").exists()


def test_the_name_of_a_class_has_a_limit(work):
    long = "n" * 4097
    with h5py.File(work / "DATA", "r+") as file:
        y = file["y"][:]
        del file["y"]
        file["y"] = np.array(["no", long])[y].astype("S")
    done = run_in(work, ["train", "DATA", "--l2", "1", "--model", "m"])
    assert done.code == 2 and "4097 bytes" in done.errors[0], done.err
    with h5py.File(work / "MODEL", "r+") as file:
        del file["classes"]
        file.attrs["label_kind"] = 3
        file.create_dataset("classes", data=["a", long], dtype=h5py.string_dtype())
    done = run_in(work, ["predict", "MODEL", "MORE", "--output", "p"])
    assert done.code == 2 and "4097 bytes" in done.errors[0] and not (work / "p").exists(), done.err
    for table in (f"class,reference,feature,coefficient\n{long},no,x,1\n",
                  json.dumps({"classes_": ["a", long], "intercept_": [1], "coef_": [[1, 2]]})):
        (work / "t").write_text(table)
        done = run_in(work, ["import", "coefficients", "t", "--output", "o"])
        assert done.code == 2 and "4097 bytes" in done.errors[0], done.err


def test_events_are_appended_to_events_alone(work):
    for text in ('{"rows": 3, "features": 2, "nonzeros": 1}\n', "[1]", "a,b\n"):
        (work / "e").write_text(text)
        for more in ([], ["--overwrite"]):
            done = run_in(work, ["predict", "MODEL", "MORE", "--output", "p", "--events", "e", *more])
            assert done.code == 2 and "something else than events" in done.errors[0], done.err
        assert (work / "e").read_text() == text
    (work / "e").write_text('{"eve')  # what a full disk took
    assert run_in(work, ["predict", "MODEL", "MORE", "--output", "p", "--events", "e"]).code == 0


def test_devices_and_pipes_are_as_they_were(work):
    make = ["synthesize", "--rows", "20", "--features", "2", "--output"]
    for path in ("/dev/null", "/dev/stdout"):
        done = run_in(work, [*make, path])
        assert done.code == 2 and "not a regular file" in done.errors[0], done.err
    done = run_in(work, ["predict", "MODEL", "MORE", "--output", "p", "--events", "/dev/null"])
    assert done.code == 0, done.err
    with (work / "log").open("a") as log:
        done = subprocess.run(command_of(["predict", "MODEL", "MORE", "--output", "p", "--events", "/dev/stdout"], 0),
                              cwd=work, stdout=log, timeout=60, check=False)
    assert done.returncode == 0 and (work / "log").read_text().startswith('{"event":"start"')


def test_what_is_printed_is_not_lost(work):
    for name in ("log", "/dev/stdout"):
        with (work / "log").open("w") as log:
            done = subprocess.run(command_of(["evaluate", "MODEL", "MORE", "--json", name], 0), cwd=work, stdout=log,
                                  stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        assert done.returncode == 2 and "--json and standard output are one file" in done.stderr, done.stderr


def test_raw_rows_are_for_their_owner_alone(work, tmp_path):
    """What there is in TMPDIR while the rows of a table are in it, whatever the umask."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    seen = []

    def watch(job):
        while job.poll() is None:
            for path in folder.glob("mpilogit.rows*"):
                try:
                    seen.append((stat.S_IMODE(path.stat().st_mode), [
                        stat.S_IMODE(inner.stat().st_mode) for inner in path.iterdir()]))
                except OSError:
                    pass

    rows = "".join(f"{i % 7},{i % 11},{i % 2}\n" for i in range(60_000))
    (work / "TABLE").write_text("a,b,y\n" + rows)
    os.umask(0)
    try:
        job = subprocess.Popen([os.environ["MPILOGIT_PROGRAM"], "evaluate", "TABLE_MODEL", "TABLE"], cwd=work,
                               env=os.environ | {"TMPDIR": str(folder)}, stdout=subprocess.DEVNULL)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(watch, job).result()
    finally:
        os.umask(0o022)
    assert job.returncode == 0 and seen
    assert {mode for mode, _ in seen} == {0o700}
    assert {mode for _, inner in seen for mode in inner} == {0o600}
    assert not list(folder.glob("mpilogit*"))


@pytest.mark.parametrize("ranks", [3])
def test_all_ranks_leave_alike(work, ranks):
    (work / "link").symlink_to("DATA")
    (work / "theirs").write_bytes(b"PAR1" + bytes(100))
    before = contents(work)
    for arguments in (["train", "DATA", "--l2", "1", "--model", "link"],
                      ["evaluate", "MODEL", "DATA", "--curves", "c", "--json", "./c"],
                      ["predict", "MODEL", "DATA", "--output", "theirs"]):
        done = run_in(work, arguments, ranks=ranks)
        assert done.code == 2 and len(done.errors) == 1, done.err
    assert contents(work) == before
