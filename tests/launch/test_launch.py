"""scripts/launch: the command that it makes, what it refuses, what it hands on."""

import os
import signal
import socket
import subprocess

import pytest

from launching import LAUNCH, Launcher, four_cores, has


@four_cores
def test_one_rank_per_physical_core(launcher):
    command = launcher.command("train", "a.h5")
    assert command[0] == str(launcher.mpirun)
    assert has(command, "-n", "4")
    assert has(command, "--map-by", "slot:PE=1", "--bind-to", "core")
    assert has(command, "-x", "OMP_NUM_THREADS=1")
    assert command[-3:] == [str(launcher.program), "train", "a.h5"]


@four_cores
@pytest.mark.parametrize("cpus, ranks", [("0,4", 1), ("0-1", 2), ("1,2,5-6", 2), ("0-3", 4), ("4-6", 3)])
def test_only_cores_that_this_process_may_use(machine, cpus, ranks):
    assert has(Launcher(machine, cpus=cpus).command("train", "a.h5"), "-n", str(ranks))


@four_cores
@pytest.mark.parametrize("ranks, threads", [(1, 4), (2, 2), (3, 1), (4, 1)])
def test_threads_are_the_cores_shared_among_the_ranks(launcher, ranks, threads):
    command = launcher.command("-n", str(ranks), "evaluate", "m.h5", "a.h5")
    assert has(command, "-x", f"OMP_NUM_THREADS={threads}")
    assert has(command, "--map-by", f"slot:PE={threads}", "--bind-to", "core")


@four_cores
def test_threads_as_asked_for_and_no_binding_when_they_do_not_fit(launcher):
    command = launcher.command("-n", "2", "--threads", "3", "train", "a.h5")
    assert has(command, "-x", "OMP_NUM_THREADS=3")
    assert has(command, "--bind-to", "none")
    assert not has(command, "--bind-to", "core")


def test_threads_of_the_environment_are_kept(launcher):
    command = launcher.command("-n", "1", "train", "a.h5", OMP_NUM_THREADS="2")
    assert has(command, "-x", "OMP_NUM_THREADS=2")
    command = launcher.command("-n", "1", "--threads", "3", "train", "a.h5", OMP_NUM_THREADS="2")
    assert has(command, "-x", "OMP_NUM_THREADS=3")


def test_arguments_survive_spaces_and_stars(launcher):
    words = ["train", "my data.h5", "*", "it's", "--quiet"]
    result = launcher.run("-n", "1", *words)
    assert result.returncode == 0
    program = result.stdout.splitlines().index(str(launcher.program))
    assert result.stdout.splitlines()[program + 1:program + 6] == words


def test_the_dry_run_prints_what_the_run_runs(launcher):
    arguments = ["-n", "2", "--mpirun-args", "--tag-output --report-bindings", "train", "a b.h5"]
    printed = launcher.command(*arguments)
    assert launcher.run(*arguments).stdout.splitlines() == printed[1:]
    assert has(printed, "--tag-output", "--report-bindings")


@four_cores
def test_more_ranks_than_cores_need_a_word(launcher):
    assert "--oversubscribe" in launcher.refusal("-n", "5", "train", "a.h5")
    command = launcher.command("-n", "5", "--oversubscribe", "train", "a.h5")
    assert has(command, "-n", "5")
    assert has(command, "--map-by", "slot:OVERSUBSCRIBE", "--bind-to", "none")


@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_needs_a_word(launcher):
    for variable in ("OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"):
        assert "--allow-run-as-root" in launcher.refusal("-n", "1", "train", "a.h5", **{variable: ""})
    assert "--allow-run-as-root" not in launcher.command("-n", "1", "train", "a.h5")
    command = launcher.command("-n", "1", "--allow-run-as-root", "train", "a.h5", OMPI_ALLOW_RUN_AS_ROOT="")
    assert "--allow-run-as-root" in command


@pytest.mark.skipif(os.geteuid() == 0, reason="root")
def test_others_than_root_need_no_word(launcher):
    launcher.command("-n", "1", "train", "a.h5", OMPI_ALLOW_RUN_AS_ROOT="")


@four_cores
def test_hosts_are_handed_on(launcher):
    command = launcher.command("--hosts", "a,b:2", "train", "a.h5")
    assert has(command, "--host", "a:4,b:2")
    assert has(command, "-n", "6")
    assert "--oversubscribe" in launcher.refusal("-n", "7", "--hosts", "a,b:2", "train", "a.h5")
    command = launcher.command("-n", "2", "--hosts", "a,b", "train", "a.h5")
    assert has(command, "-x", "OMP_NUM_THREADS=4")


@four_cores
def test_a_hostfile_is_handed_on(launcher, tmp_path):
    hostfile = tmp_path / "hosts"
    hostfile.write_text("# ours\na slots=3\n\nb slots = 2 # old\nc\n")
    command = launcher.command("--hostfile", str(hostfile), "train", "a.h5")
    assert has(command, "--hostfile", str(hostfile))
    assert has(command, "-n", "9")
    assert "no such file" in launcher.refusal("--hostfile", str(tmp_path / "none"), "train", "a.h5")
    assert "one of them" in launcher.refusal("--hostfile", str(hostfile), "--hosts", "a", "train", "a.h5")


@four_cores
def test_mpich_has_its_own_words(machine):
    command = Launcher(machine, "mpich").command("-n", "2", "--hosts", "a,b", "train", "a.h5")
    assert has(command, "-hosts", "a:4,b:4")
    assert has(command, "-genv", "OMP_NUM_THREADS", "4")
    assert has(command, "-bind-to", "core:4")
    assert "-x" not in command


def test_openmpi_5_lacks_what_was_renamed(machine):
    command = Launcher(machine, "openmpi5").command("-n", "1", "train", "a.h5", container="docker")
    assert "btl_vader_single_copy_mechanism" not in command
    command = Launcher(machine, "openmpi4").command("-n", "1", "train", "a.h5", container="docker")
    assert has(command, "--mca", "btl_vader_single_copy_mechanism", "none")


def test_an_unknown_mpirun_is_refused(machine):
    assert "unknown kind" in Launcher(machine, "Sprocket 1.0").refusal("-n", "1", "train", "a.h5")


@pytest.mark.parametrize("arguments, word", [
    ([], "what shall be run"),
    (["-n", "1"], "what shall be run"),
    (["-n"], "needs a value"),
    (["-n", "0", "train"], "at least 1"),
    (["-n", "two", "train"], "at least 1"),
    (["--threads", "-1", "train"], "at least 1"),
    (["--ranks", "2", "train"], "no option '--ranks'"),
    (["--rank-per", "rack", "train"], "not one of: core numa socket host"),
    (["--rank-per", "numa", "-n", "2", "train"], "give one of them"),
    (["--launcher", "ssh", "train"], "not one of: auto srun mpirun"),
    (["--launcher", "srun", "train"], "needs an allocation"),
    (["--launcher", "srun", "--hosts", "a", "train"], "for mpirun"),
    (["--srun-args", "-v", "train"], "--srun-args is for srun"),
    (["--max-restarts", "two", "train"], "whole number"),
    (["--max-restarts", "2", "train"], "without --checkpoint"),
    (["--grace", "5", "train"], "no --checkpoint"),
    (["--tee", "train"], "give --log-dir"),
])
def test_bad_usage_is_refused(launcher, arguments, word):
    assert word in launcher.refusal(*arguments)


def test_a_missing_program_is_named(launcher):
    assert "/nowhere/mpilogit" in launcher.refusal("-n", "1", "train", MPILOGIT="/nowhere/mpilogit")


def test_help_needs_nothing(launcher):
    result = launcher.run("--help", MPILOGIT="/nowhere/mpilogit")
    assert result.returncode == 0
    for option in ("-n RANKS", "--threads", "--hosts", "--hostfile", "--oversubscribe", "--allow-run-as-root", "--dry-run",
                   "--rank-per", "--launcher", "--srun-args", "--max-restarts", "--grace", "--log-dir", "--tee"):
        assert option in result.stdout


def test_it_says_once_what_it_starts(launcher):
    result = launcher.run("-n", "1", "--threads", "2", "train", "a.h5")
    assert result.stderr == f"mpilogit launch: 1 ranks × 2 threads on {socket.gethostname()}\n"


def test_the_exit_code_is_that_of_mpirun(launcher):
    for code in (0, 2, 3, 75, 86):
        assert launcher.run("-n", "1", "train", "a.h5", FAKE_STATUS=str(code)).returncode == code


def test_it_works_through_a_link(launcher, tmp_path):
    link = tmp_path / "mpilogit-launch"
    link.symlink_to(os.path.relpath(LAUNCH, tmp_path))
    result = subprocess.run([link, "-n", "1", "train", "a.h5"], capture_output=True, text=True, check=False,
                            timeout=60, env=launcher.environment, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-3:] == [str(launcher.program), "train", "a.h5"]


# --- with the real mpirun --------------------------------------------------------------------------

def test_really_two_ranks(jobs):
    jobs.program('echo "rank says $* with $OMP_NUM_THREADS"\n')
    result = jobs.run("--threads", "3", "train", "a b")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["rank says train a b with 3"] * 2


def test_really_the_exit_code_of_the_ranks(jobs):
    jobs.program("exit 75\n")
    assert jobs.run("train").returncode == 75


def test_really_a_signal_reaches_the_ranks(jobs, tmp_path):
    jobs.program("trap 'touch caught; exit 0' USR1\nfor i in {1..200}; do sleep 0.1; done\n")
    job = jobs.start("train", ranks=1)
    job.send_signal(signal.SIGUSR1)
    assert jobs.finish(job).returncode == 0
    assert (tmp_path / "caught").exists()


@pytest.mark.parametrize("what", ["numa", "socket", "host"])
def test_really_a_rank_per_domain(jobs, what):
    jobs.program("echo rank\n")
    result = subprocess.run([LAUNCH, "--rank-per", what, "train"], capture_output=True, text=True, check=False,
                            timeout=60, env=jobs.environment(OMP_NUM_THREADS=""))
    assert result.returncode == 0, result.stderr
    started = int(result.stderr.split(" ranks × ")[0].rsplit(" ", 1)[1])
    assert result.stdout.splitlines() == ["rank"] * started
