"""The templates for Slurm and PBS, with stand-ins for the launcher and the batch system; the installed launcher."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from launching import LAUNCH, Launcher, eventually

SCRIPTS = LAUNCH.parent
TEMPLATES = ["slurm/train.sbatch", "slurm/sweep.sbatch", "pbs/train.pbs"]


class Batch:
    """A job's environment: a copy of the template in a spool folder, as batch systems make it."""

    def __init__(self, machine, folder, job_state="RUNNING"):
        self.folder = folder
        self.jobs = []
        scripts = folder / "submitted" / "scripts"
        scripts.mkdir(parents=True)
        (scripts / "slurm").symlink_to(SCRIPTS / "slurm")
        (scripts / "launch").write_text(f"""#!/bin/bash
if [[ $1 == --value-of ]]; then [[ " $* " != *" --restart "* ]] || echo true; exit; fi
trap 'echo asked >>{folder}/asked; exit 75' USR2
printf '%s\\n' "$@" >{folder}/words
touch {folder}/ready
if [[ -n ${{CODE:-}} ]]; then exit "$CODE"; fi
for i in {{1..300}}; do sleep 0.1; done
""")
        (scripts / "launch").chmod(0o755)
        machine.tool("squeue", f"if [[ $* == *--jobs=12* ]]; then echo {job_state}; fi\n")
        machine.tool("scontrol", f"echo \"$@\" >>{folder}/requeued\n")
        self.environment = {
            "PATH": f"{machine.tools}:/usr/bin:/bin", "SLURM_JOB_ID": "12",
            "SLURM_SUBMIT_DIR": str(folder / "submitted"), "PBS_O_WORKDIR": str(folder / "submitted")}

    def start(self, template, *arguments, **environment):
        spooled = self.folder / "spool" / "script"
        spooled.parent.mkdir(exist_ok=True)
        shutil.copy(SCRIPTS / template, spooled)
        job = subprocess.Popen(
            ["bash", spooled, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=self.folder / "spool", env={**self.environment, **environment}, start_new_session=True)
        self.jobs.append(job)
        return job

    def run(self, template, *arguments, **environment):
        job = self.start(template, *arguments, **environment)
        output, _ = job.communicate(timeout=30)
        return subprocess.CompletedProcess(job.args, job.returncode, output)

    def words(self):
        return (self.folder / "words").read_text().splitlines()

    def requeued(self):
        path = self.folder / "requeued"
        return path.read_text().splitlines() if path.exists() else []

    def clear(self):
        for job in self.jobs:
            if job.poll() is None:
                os.killpg(job.pid, signal.SIGKILL)  # the session that we made for it
                job.wait()
            job.stdout.close()


@pytest.fixture
def batch(machine, tmp_path):
    batch = Batch(machine, tmp_path)
    yield batch
    batch.clear()


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_templates_are_bash(template):
    assert (SCRIPTS / template).read_text().startswith("#!/usr/bin/env bash\n")  # scripts/lint goes by this
    subprocess.run(["bash", "-n", SCRIPTS / template], check=True)


def test_train_says_everything_to_the_launcher(batch):
    result = batch.run("slurm/train.sbatch", "my data.h5", "model.h5", "--l2", "1e-5", CODE="0",
                       LAUNCH_OPTIONS="--rank-per numa")
    assert result.returncode == 0, result.stdout
    assert batch.words() == ["--grace", "100", "--rank-per", "numa", "train", "my data.h5", "--model", "model.h5",
                             "--checkpoint", "model.h5.checkpoint", "--l2", "1e-5"]
    batch.run("slurm/train.sbatch", "--l2", "1e-5", CODE="0", DATA="d.h5", MODEL="m.h5", CHECKPOINT="c")
    assert batch.words() == ["--grace", "100", "train", "d.h5", "--model", "m.h5", "--checkpoint", "c", "--l2", "1e-5"]
    result = batch.run("slurm/train.sbatch", "d.h5", CODE="0")
    assert result.returncode != 0 and "MODEL" in result.stdout
    result = batch.run("slurm/train.sbatch", "d.h5", "m.h5", SLURM_SUBMIT_DIR="/nowhere")
    assert result.returncode == 2 and "MPILOGIT_SCRIPTS" in result.stdout
    result = batch.run("slurm/train.sbatch", "d.h5", "m.h5", "--restart", CODE="0")
    assert result.returncode == 2 and "remove the checkpoint" in result.stdout


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_launcher_takes_these_words(machine, batch, template):
    launcher = Launcher(machine)
    result = batch.run(template, DATA="d.h5", MODEL="m.h5", L2="1e-5", SLURM_ARRAY_TASK_ID="0",
                       **{**launcher.environment, "MPILOGIT_SCRIPTS": str(SCRIPTS), "SLURM_JOB_ID": ""},
                       LAUNCH_OPTIONS="-n 1 --dry-run")
    assert result.returncode == 0, result.stdout
    assert " train d.h5 --model m" in result.stdout


@pytest.mark.parametrize("name", ["USR1", "TERM"])
def test_a_checkpoint_sends_the_job_back_into_the_queue(batch, tmp_path, name):
    job = batch.start("slurm/train.sbatch", "d.h5", "m.h5")
    assert eventually((tmp_path / "ready").exists)
    job.send_signal(getattr(signal, f"SIG{name}"))
    assert job.wait(timeout=30) == 75
    assert (tmp_path / "asked").read_text() == "asked\n"
    assert batch.requeued() == ["requeue 12"]


def test_a_cancelled_job_does_not_come_back(machine, tmp_path):
    batch = Batch(machine, tmp_path, job_state="COMPLETING")
    try:
        result = batch.run("slurm/train.sbatch", "d.h5", "m.h5", CODE="75")
    finally:
        batch.clear()
    assert result.returncode == 75
    assert batch.requeued() == []
    assert "submit again" in result.stdout


@pytest.mark.parametrize("code", [0, 1, 2, 3, 86, 139])
def test_only_a_checkpoint_requeues(batch, code):
    assert batch.run("slurm/train.sbatch", "d.h5", "m.h5", CODE=str(code)).returncode == code
    assert batch.requeued() == []


def test_a_sweep_has_a_model_and_a_checkpoint_for_each_task(batch, tmp_path):
    given = {"L2": "1e-6 1e-5", "CODE": "0", "CHECKPOINT": "of-all"}
    result = batch.run("slurm/sweep.sbatch", "d.h5", "m.h5", "--tolerance", "1e-9", SLURM_ARRAY_TASK_ID="1", **given)
    assert result.returncode == 0, result.stdout
    assert batch.words() == ["--grace", "100", "train", "d.h5", "--model", "m.l2=1e-5.h5", "--checkpoint",
                             "m.l2=1e-5.h5.checkpoint", "--l2", "1e-5", "--tolerance", "1e-9"]
    result = batch.run("slurm/sweep.sbatch", "d.h5", "m.h5", SLURM_ARRAY_TASK_ID="2", **given)
    assert result.returncode == 2 and "--array=0-1" in result.stdout
    (tmp_path / "ready").unlink()
    job = batch.start("slurm/sweep.sbatch", "d.h5", "m.h5", SLURM_ARRAY_TASK_ID="0", L2="1e-6")
    assert eventually((tmp_path / "ready").exists)
    job.send_signal(signal.SIGUSR1)
    assert job.wait(timeout=30) == 75
    assert batch.requeued() == ["requeue 12"]


@pytest.mark.parametrize("template, given, words", [
    ("slurm/sweep.sbatch", {"SLURM_ARRAY_TASK_ID": "BASH_VERSINFO[$(touch${IFS}FILE)0]", "L2": "1 2"}, "array task"),
    ("pbs/train.pbs", {"STOP_AFTER": "soon"}, "STOP_AFTER is 'soon'"),
    ("pbs/train.pbs", {"TRAIN_OPTIONS": "--restart"}, "remove the checkpoint"),
])
def test_what_the_environment_says_is_looked_at(batch, tmp_path, template, given, words):
    given = {name: value.replace("FILE", str(tmp_path / "made")) for name, value in given.items()}
    result = batch.run(template, CODE="0", DATA="d.h5", MODEL="m.h5", **given)
    assert result.returncode == 2 and words in result.stdout
    assert not (tmp_path / "made").exists() and not (tmp_path / "words").exists()


def test_names_that_look_like_options_are_names(batch):
    assert batch.run("slurm/train.sbatch", CODE="0", DATA="-d.h5", MODEL="-m.h5").returncode == 0
    assert {"./-d.h5", "./-m.h5", "./-m.h5.checkpoint"} <= set(batch.words())


def test_pbs_stops_by_its_own_clock(batch, tmp_path):
    result = batch.run("pbs/train.pbs", DATA="d.h5", MODEL="m.h5", TRAIN_OPTIONS="--l2 1e-5", STOP_AFTER="2",
                       RESUBMIT=f"echo again >{tmp_path}/again")
    assert result.returncode == 75, result.stdout
    assert (tmp_path / "asked").read_text() == "asked\n"
    assert (tmp_path / "again").read_text() == "again\n"
    assert batch.words() == ["--grace", "100", "train", "d.h5", "--model", "m.h5", "--checkpoint", "m.h5.checkpoint",
                             "--l2", "1e-5"]
    (tmp_path / "again").unlink()
    assert batch.run("pbs/train.pbs", DATA="d.h5", MODEL="m.h5", CODE="3", RESUBMIT=f"touch {tmp_path}/again").returncode == 3
    assert not (tmp_path / "again").exists()


def test_the_installed_launcher_finds_its_parts_and_the_program(machine, tmp_path):
    binary = pathlib.Path(os.environ["MPILOGIT_BINARY_DIR"])
    subprocess.run(["cmake", "--install", binary, "--prefix", tmp_path / "prefix"], check=True,
                   stdout=subprocess.DEVNULL)
    environment = {**Launcher(machine).environment, "MPILOGIT": ""}
    result = subprocess.run([tmp_path / "prefix/bin/mpilogit-launch", "-n", "1", "--log-dir", "logs", "--dry-run", "train"],
                            capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert result.returncode == 0, result.stderr
    assert f" {tmp_path}/prefix/bin/mpilogit train" in result.stdout
    rank = next(word for word in result.stdout.split() if word.endswith("/launch.d/rank"))
    assert os.access(rank, os.X_OK)
    for template in TEMPLATES:
        assert (tmp_path / "prefix/libexec/mpilogit" / template).exists()
