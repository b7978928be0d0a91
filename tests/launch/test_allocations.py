"""scripts/launch in the allocations of batch systems, and ranks per domain: the words of the command."""

import pytest

from launching import Launcher, four_cores, has

SLURM = {"SLURM_JOB_ID": "12", "SLURM_JOB_NUM_NODES": "2", "SLURM_JOB_CPUS_PER_NODE": "4(x2)"}


def test_slurm_with_pmix_means_srun(launcher):
    command = launcher.command("train", "a.h5", SLURM_NTASKS="4", SLURM_CPUS_PER_TASK="2", **SLURM)
    assert command[0] == str(launcher.srun)
    for word in ("--mpi=pmix", "--kill-on-bad-exit=1", "--nodes=2", "--ntasks=4", "--cpus-per-task=2",
                 "--cpu-bind=cores", "--export=ALL,OMP_NUM_THREADS=2"):
        assert word in command
    assert command[-3:] == [str(launcher.program), "train", "a.h5"]


def test_ranks_that_keep_a_checkpoint_are_killed_rather_than_asked(launcher):
    command = launcher.command("train", "a.h5", "--checkpoint", "c", SLURM_NTASKS="4", **SLURM)
    assert "--kill-on-bad-exit=0" in command and "--wait=3" in command


def test_it_says_what_it_found(launcher):
    result = launcher.run("train", "a.h5", SLURM_NTASKS="4", SLURM_CPUS_PER_TASK="2", **SLURM)
    assert result.stderr == "mpilogit launch: 4 ranks × 2 threads on 2 hosts (Slurm job 12, by srun)\n"


@pytest.mark.parametrize("given, tasks, threads", [
    ({"SLURM_NTASKS": "6"}, 6, 1),
    ({"SLURM_NTASKS": "2"}, 2, 4),
    ({"SLURM_CPUS_PER_TASK": "2"}, 4, 2),
    ({}, 8, 1),
    ({"SLURM_NTASKS": "4", "OMP_NUM_THREADS": "1"}, 4, 1),
])
def test_tasks_and_cpus_are_the_allocations(launcher, given, tasks, threads):
    command = launcher.command("train", "a.h5", **given, **SLURM)
    assert f"--ntasks={tasks}" in command
    assert f"--cpus-per-task={threads}" in command
    assert f"--export=ALL,OMP_NUM_THREADS={threads}" in command


def test_the_number_of_ranks_may_be_said(launcher):
    command = launcher.command("-n", "1", "train", "a.h5", SLURM_NTASKS="4", **SLURM)
    assert "--ntasks=1" in command and "--nodes=1" in command and "--cpus-per-task=4" in command
    assert "--oversubscribe" in launcher.refusal("-n", "9", "train", "a.h5", **SLURM)
    command = launcher.command("-n", "9", "--oversubscribe", "train", "a.h5", **SLURM)
    assert "--overcommit" in command and "--cpu-bind=none" in command


def test_unequal_nodes(launcher):
    given = {**SLURM, "SLURM_JOB_NUM_NODES": "4", "SLURM_JOB_CPUS_PER_NODE": "2(x3),1"}
    command = launcher.command("train", "a.h5", **given)
    assert "--ntasks=7" in command and "--cpus-per-task=1" in command and "--cpu-bind=cores" in command


@pytest.mark.parametrize("what, per_node, threads, bind", [
    ("numa", 2, 2, "ldoms"), ("socket", 2, 2, "sockets"), ("host", 1, 4, "none")])
@four_cores
def test_a_task_per_domain(launcher, what, per_node, threads, bind):
    command = launcher.command("--rank-per", what, "train", "a.h5", SLURM_CPUS_PER_TASK="1", **SLURM)
    assert f"--ntasks={2 * per_node}" in command and f"--ntasks-per-node={per_node}" in command
    assert f"--cpus-per-task={threads}" in command and f"--cpu-bind={bind}" in command


def test_slurm_without_pmix_means_mpirun_and_a_word(machine):
    launcher = Launcher(machine, mpi_list="MPI plugin types are...\n\tnone\n\tpmi2\n")
    result = launcher.run("--dry-run", "train", "a.h5", SLURM_NTASKS="4", **SLURM)
    assert result.stdout.startswith(str(launcher.mpirun) + " -n 4 ")
    assert "--host" not in result.stdout  # mpirun asks Slurm
    assert "srun has no PMIx" in result.stderr and "mpirun starts the ranks" in result.stderr
    assert "no PMIx" in launcher.refusal("--launcher", "srun", "train", "a.h5", **SLURM)


def test_mpirun_may_be_chosen(launcher):
    result = launcher.run("--dry-run", "--launcher", "mpirun", "train", "a.h5", SLURM_NTASKS="4", **SLURM)
    assert result.stdout.startswith(str(launcher.mpirun) + " -n 4 ")
    assert result.stderr == ""
    assert "--srun-args" in launcher.refusal("--mpirun-args", "-v", "train", "a.h5", **SLURM)
    assert has(launcher.command("--srun-args", "-v --label", "train", "a.h5", **SLURM), "-v", "--label")


def test_hosts_that_are_named_win_over_the_allocation(launcher):
    result = launcher.run("--dry-run", "--hosts", "a:2", "train", "a.h5", **SLURM)
    assert result.stdout.startswith(str(launcher.mpirun) + " -n 2 --host a:2 ")
    assert result.stderr == "mpilogit launch: the hosts are those of --hosts, not those of Slurm job 12\n"


@pytest.mark.parametrize("variable", ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_STEP_ID"])
def test_ranks_in_ranks_are_refused(launcher, variable):
    assert f"{variable} is set" in launcher.refusal("train", "a.h5", **{variable: "0"}, **SLURM)


def test_salloc_s_shell_is_no_step_of_ranks(launcher):
    assert launcher.command("train", "a.h5", SLURM_STEP_ID="4294967290", **SLURM)[0] == str(launcher.srun)


def nodefile(tmp_path, text):
    path = tmp_path / "nodes"
    path.write_text(text)
    return str(path)


# Two slots on a, three on b, as each of them says it; FILE stands for a file of these lines.
BATCH_SYSTEMS = [
    ("PBS job 7", {"PBS_JOBID": "7", "PBS_NODEFILE": "FILE"}, "a\nb\na\nb\nb\n"),
    ("LSF job 7", {"LSB_JOBID": "7", "LSB_DJOB_HOSTFILE": "FILE"}, "a\nb\na\nb\nb\n"),
    ("LSF job 7", {"LSB_JOBID": "7", "LSB_MCPU_HOSTS": "a 2 b 3"}, ""),
    ("Grid Engine job 7", {"JOB_ID": "7", "PE_HOSTFILE": "FILE"}, "a 2 all.q@a UNDEFINED\nb 3 all.q@b 0\n"),
]


@pytest.mark.parametrize("name, given, lines", BATCH_SYSTEMS)
def test_other_batch_systems_name_their_hosts(launcher, tmp_path, name, given, lines):
    path = nodefile(tmp_path, lines)
    given = {variable: path if value == "FILE" else value for variable, value in given.items()}
    result = launcher.run("train", "a.h5", **given)
    words = result.stdout.splitlines()
    assert has(words, "-n", "5") and has(words, "--host", "a:2,b:3")
    assert has(words, "--map-by", "slot:PE=1", "--bind-to", "core")
    assert result.stderr == f"mpilogit launch: 5 ranks × 1 threads on 2 hosts ({name}, by mpirun)\n"
    words = launcher.command("-n", "2", "train", "a.h5", **given)
    assert has(words, "-x", "OMP_NUM_THREADS=2")


def test_pbs_counts_ranks_and_their_threads_apart(launcher, tmp_path):
    given = {"PBS_NODEFILE": nodefile(tmp_path, "a\na\nb\nb\n"), "OMP_NUM_THREADS": "8"}
    words = launcher.command("train", "a.h5", **given)
    assert has(words, "-n", "4") and has(words, "--host", "a:2,b:2")
    assert has(words, "--map-by", "slot:PE=8", "--bind-to", "core")


def test_a_nodefile_that_cannot_be_read_is_named(launcher):
    assert "/nowhere/nodes" in launcher.refusal("train", "a.h5", PBS_NODEFILE="/nowhere/nodes")


# Bash's arithmetic would run it; FILE stands for the file that it would make.
COMMAND_AS_NUMBER = "BASH_VERSINFO[$(touch${IFS}FILE)0]"


@pytest.mark.parametrize("given, lines, words", [
    ({"PE_HOSTFILE": "FILE"}, f"a {COMMAND_AS_NUMBER} q UNDEFINED\n", "BASH_VERSINFO"),
    ({"SLURM_JOB_ID": "12", "SLURM_NTASKS": COMMAND_AS_NUMBER}, "", "SLURM_NTASKS is"),
    ({"SLURM_JOB_ID": "12", "SLURM_CPUS_PER_TASK": COMMAND_AS_NUMBER}, "", "SLURM_CPUS_PER_TASK is"),
    ({"SLURM_JOB_ID": "12", "SLURM_JOB_NUM_NODES": COMMAND_AS_NUMBER}, "", "SLURM_JOB_NUM_NODES is"),
    ({"SLURM_JOB_ID": "12", "SLURM_JOB_CPUS_PER_NODE": COMMAND_AS_NUMBER}, "", "SLURM_JOB_CPUS_PER_NODE is"),
    ({"SLURM_JOB_ID": "12", "SLURM_JOB_CPUS_PER_NODE": "1(x9999999999)"}, "", "'1(x9999999999)'"),
    ({"SLURM_JOB_ID": "12", "SLURM_JOB_CPUS_PER_NODE": "8,"}, "", "'8,'"),
    ({"LSB_MCPU_HOSTS": "a"}, "", "the host 'a' in LSB_MCPU_HOSTS is ''"),
    ({"LSB_MCPU_HOSTS": "a 2 b many"}, "", "the host 'b' in LSB_MCPU_HOSTS is 'many'"),
    ({"PBS_NODEFILE": "FILE"}, "-x\n", "'-x'"),
])
def test_what_the_environment_calls_a_number_is_one(launcher, tmp_path, given, lines, words):
    made = tmp_path / "made"
    path = nodefile(tmp_path, lines.replace("FILE", str(made)))
    given = {name: path if value == "FILE" else value.replace("FILE", str(made)) for name, value in given.items()}
    assert words in launcher.refusal("train", "a.h5", **given)
    assert words in launcher.refusal("--dry-run", "-n", "1", "train", "a.h5", **given)
    assert not made.exists()


@pytest.mark.parametrize("hosts, words", [
    ("a:x", "the host 'a' in --hosts is 'x'"), ("a:-3", "is '-3'"), ("a:99999999999999999999", "is '99999999999999999999'"),
    ("a:1:2", "is '1:2'"), ("a:2 3", "is '2 3'"), ("-n:2", "the host '-n'"), ("a;b", "the host 'a;b'"), (":2", "the host"),
])
def test_hosts_are_names_and_numbers(launcher, hosts, words):
    assert words in launcher.refusal("--hosts", hosts, "train", "a.h5")


@pytest.mark.parametrize("line, words", [("a slots=x", "is 'x'"), ("a:0", "is '0'"), ("a slots = -1", "is '-1'")])
def test_a_hostfile_has_names_and_numbers(launcher, tmp_path, line, words):
    assert words in launcher.refusal("--hostfile", nodefile(tmp_path, line + "\n"), "train", "a.h5")


@four_cores
def test_several_hosts_notice_a_silent_one(launcher):
    words = launcher.command("--hosts", "a,b", "train", "a.h5")
    assert has(words, "--mca", "oob_tcp_keepalive_time", "5", "--mca", "oob_tcp_keepalive_intvl", "2",
               "--mca", "oob_tcp_keepalive_probes", "3")
    assert "oob_tcp_keepalive_time" not in launcher.command("train", "a.h5")


# --- ranks per domain, without a batch system ------------------------------------------------------

@four_cores
@pytest.mark.parametrize("mpi, what, ranks, words", [
    ("openmpi4", "core", 4, ("--map-by", "slot:PE=1", "--bind-to", "core")),
    ("openmpi4", "numa", 2, ("--map-by", "ppr:1:numa:PE=2", "--bind-to", "core")),
    ("openmpi4", "socket", 2, ("--map-by", "ppr:1:socket:PE=2", "--bind-to", "core")),
    ("openmpi5", "socket", 2, ("--map-by", "ppr:1:package:PE=2", "--bind-to", "core")),
    ("openmpi4", "host", 1, ("--map-by", "ppr:1:node:PE=4", "--bind-to", "core")),
    ("mpich", "numa", 2, ("-map-by", "numa", "-bind-to", "numa")),
    ("mpich", "host", 1, ("-ppn", "1")),
])
def test_a_rank_per_domain(machine, mpi, what, ranks, words):
    command = Launcher(machine, mpi).command("--rank-per", what, "train", "a.h5")
    assert has(command, "-n", str(ranks))
    assert has(command, *words)
    threads = 4 // ranks
    assert has(command, "-x", f"OMP_NUM_THREADS={threads}") or has(command, "-genv", "OMP_NUM_THREADS", str(threads))


@four_cores
@pytest.mark.parametrize("cpus, ranks, threads", [("0-2", 2, 1), ("0-1", 1, 2), ("0,4", 1, 1)])
def test_domains_count_only_with_cores_that_this_process_may_use(machine, cpus, ranks, threads):
    command = Launcher(machine, cpus=cpus).command("--rank-per", "numa", "train", "a.h5")
    assert has(command, "-n", str(ranks)) and has(command, "--map-by", f"ppr:1:numa:PE={threads}")


@four_cores
def test_the_smallest_domain_says_the_threads(machine):
    lscpu = "# CPU,Core,Socket,Node\n" + "".join(f"{cpu},{cpu},0,{cpu // 4}\n" for cpu in range(5))
    command = Launcher(machine, cpus="0-4", lscpu=lscpu).command("--rank-per", "numa", "train", "a.h5")
    assert has(command, "-n", "2") and has(command, "--map-by", "ppr:1:numa:PE=1")


@four_cores
def test_more_threads_than_a_domain_has_are_not_bound(launcher):
    command = launcher.command("--rank-per", "numa", "--threads", "3", "--hosts", "a,b", "train", "a.h5")
    assert has(command, "-n", "4") and has(command, "--map-by", "ppr:1:numa", "--bind-to", "none")
