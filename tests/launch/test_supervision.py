"""scripts/launch as a parent: restarts, signals, grace; and logs."""

import signal
import time

import pytest

from launching import Launcher, eventually, has

CHECKPOINTED = ("train", "a.h5", "--checkpoint", "checkpoint")


def counting(machine, tmp_path, codes, *, progress=True):
    """A launcher whose mpirun ends with one code after the other, and writes a checkpoint or does not."""
    launcher = Launcher(machine)
    machine.tool("mpirun", f"""
if [[ $1 == --version ]]; then echo 'mpirun (Open MPI) 4.1.4'; exit; fi
cd {tmp_path}
codes=({" ".join(map(str, codes))})
attempt=$(wc -l <attempts)
echo "$MPILOGIT_RESTART" >>attempts
{"echo $attempt >checkpoint" if progress else ""}
exit "${{codes[attempt]}}"
""")
    (tmp_path / "attempts").touch()
    arguments = ("train", "a.h5", "--checkpoint", str(tmp_path / "checkpoint"))

    def run(*options, arguments=arguments):
        return launcher.run("-n", "1", *options, *arguments)

    return run, lambda: (tmp_path / "attempts").read_text().split()


@pytest.mark.parametrize("code", [1, 75, 86, 134, 137, 139, 143])
def test_a_crash_is_followed_by_a_restart(machine, tmp_path, code):
    run, attempts = counting(machine, tmp_path, [code, 0])
    result = run("--max-restarts", "1")
    assert result.returncode == 0, result.stderr
    assert attempts() == ["0", "1"]
    assert f"the job ended with code {code}: restart 1 of 1 in 1 s" in result.stderr


@pytest.mark.parametrize("code", [0, 2, 3, 126, 127])
def test_what_would_happen_again_is_not_restarted(machine, tmp_path, code):
    run, attempts = counting(machine, tmp_path, [code, 0])
    assert run("--max-restarts", "3").returncode == code
    assert attempts() == ["0"]


def test_restarts_are_as_many_as_allowed_with_growing_pauses(machine, tmp_path):
    run, attempts = counting(machine, tmp_path, [134, 137, 139, 0])
    start = time.monotonic()
    result = run("--max-restarts", "2")
    assert time.monotonic() - start > 1.9  # 1 s and 2 s, counted from whole seconds
    assert result.returncode == 139
    assert attempts() == ["0", "1", "2"]
    assert "restart 2 of 2 in 2 s" in result.stderr
    assert "as many as --max-restarts allows" in result.stderr


@pytest.mark.parametrize("before", [True, False])
def test_two_crashes_without_a_new_checkpoint_are_enough(machine, tmp_path, before):
    if before:  # one of an earlier run
        (tmp_path / "checkpoint").touch()
    run, attempts = counting(machine, tmp_path, [134] * 9, progress=False)
    result = run("--max-restarts", "8")
    assert result.returncode == 134
    assert attempts() == ["0", "1"]
    assert "without a new checkpoint" in result.stderr


def test_without_restarts_a_crash_is_the_end(machine, tmp_path):
    run, attempts = counting(machine, tmp_path, [134, 0])
    assert run().returncode == 134
    assert attempts() == ["0"]


@pytest.mark.parametrize("words", [["--checkpoint", "c"], ["--checkpoint=c"], ["--config", "FILE"], ["--config=FILE"]])
def test_the_checkpoint_is_found_in_the_command(machine, tmp_path, words):
    (tmp_path / "config").write_text("l2 = 1\n  checkpoint = my file  \n")
    words = [word.replace("FILE", str(tmp_path / "config")) for word in words]
    run, _ = counting(machine, tmp_path, [0])
    assert run("--max-restarts", "1", arguments=["train", "a.h5", *words]).returncode == 0


def test_a_configuration_file_without_a_checkpoint_is_none(machine, tmp_path):
    (tmp_path / "config").write_text("# checkpoint = none\ncheckpoint-every = 60s\n")
    run, _ = counting(machine, tmp_path, [0])
    result = run("--max-restarts", "1", arguments=["train", "a.h5", "--config", str(tmp_path / "config")])
    assert result.returncode == 2


def test_a_command_that_begins_anew_is_not_restarted(machine, tmp_path):
    run, attempts = counting(machine, tmp_path, [134, 0])
    arguments = ["train", "a.h5", "--checkpoint", "c", "--restart"]
    result = run("--max-restarts", "1", arguments=arguments)
    assert result.returncode == 2 and "remove c instead" in result.stderr
    assert attempts() == []
    assert run(arguments=arguments).returncode == 134


def test_what_words_mean_the_program_says(machine, tmp_path):
    (tmp_path / "config").write_text("checkpoint = c\nrestart = true\n")
    (tmp_path / "never").write_text("checkpoint = c\nrestart = false\n")
    run, attempts = counting(machine, tmp_path, [0, 0])
    result = run("--max-restarts", "1", arguments=["train", "a.h5", "--config", str(tmp_path / "config")])
    assert result.returncode == 2 and "configuration file would begin anew" in result.stderr
    result = run("--max-restarts", "1", arguments=["train", "a.h5", "--chekpoint", "c"])
    assert result.returncode == 2 and "chekpoint" in result.stderr
    assert attempts() == []
    words = ["train", "a.h5", "--config", str(tmp_path / "never"), "--test", "a --restart b"]
    assert run("--max-restarts", "1", arguments=words).returncode == 0
    result = run("--max-restarts", "1", arguments=["train", "a.h5", "--config", "/nowhere/config"])
    assert result.returncode == 2 and "/nowhere/config" in result.stderr


# --- with the real mpirun --------------------------------------------------------------------------

# As the program does: USR1 is a checkpoint, USR2 is one and the end; TERM here is the end without one.
PATIENT = """
trap 'echo "rank $rank: checkpoint"; touch checkpoint' USR1
trap 'echo "rank $rank: asked"; sleep 3; echo "rank $rank: last words"; exit 75' USR2
trap 'touch killed.$rank; exit 143' TERM
for i in {1..400}; do sleep 0.1; done
"""


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "USR2", "XCPU"])
def test_really_a_stop_leaves_time_for_a_checkpoint(jobs, tmp_path, name):
    jobs.program(PATIENT)
    job = jobs.start("--max-restarts", "3", *CHECKPOINTED)
    job.send_signal(getattr(signal, f"SIG{name}"))
    result = jobs.finish(job)
    assert result.returncode == 75, result.stderr
    assert "rank 0: last words" in result.stdout and "rank 1: last words" in result.stdout
    assert not list(tmp_path.glob("killed.*"))
    assert "restart" not in result.stderr
    assert jobs.nothing_left()


def test_really_usr1_is_handed_on_and_the_job_goes_on(jobs, tmp_path):
    jobs.program(PATIENT)
    job = jobs.start(*CHECKPOINTED)
    job.send_signal(signal.SIGUSR1)
    assert eventually((tmp_path / "checkpoint").exists)
    assert job.poll() is None
    job.send_signal(signal.SIGTERM)
    assert jobs.finish(job).returncode == 75


def test_really_the_grace_ends(jobs):
    jobs.program("trap '' USR2\nfor i in {1..400}; do sleep 0.1; done\n")
    job = jobs.start("--grace", "2", *CHECKPOINTED)
    start = time.monotonic()
    job.send_signal(signal.SIGTERM)
    result = jobs.finish(job)
    assert 0.9 < time.monotonic() - start < 15
    assert result.returncode not in (0, 75)
    assert "has not left in time: it gets SIGTERM" in result.stderr
    assert eventually(jobs.nothing_left)


def test_really_a_second_interrupt_does_not_wait(jobs):
    jobs.program("trap '' USR2\nfor i in {1..400}; do sleep 0.1; done\n")
    job = jobs.start("--grace", "60", *CHECKPOINTED)
    job.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert job.poll() is None
    job.send_signal(signal.SIGINT)
    jobs.finish(job, timeout=20)
    assert eventually(jobs.nothing_left)


def test_really_no_grace_means_no_parent(jobs):
    jobs.program(PATIENT)
    job = jobs.start("--grace", "0", *CHECKPOINTED, ranks=1)
    with open(f"/proc/{job.pid}/cmdline", encoding="utf-8") as words:
        assert "mpirun" in words.read()
    job.send_signal(signal.SIGTERM)
    assert jobs.finish(job).returncode not in (0, 75)


def test_really_nothing_outlives_a_killed_launcher(jobs):
    jobs.program(PATIENT)
    job = jobs.start(*CHECKPOINTED)
    job.kill()
    assert eventually(jobs.nothing_left, seconds=15)


def test_really_a_crashed_rank_is_followed_by_a_restart(jobs, tmp_path):
    jobs.program("""
if [[ -e checkpoint ]]; then echo "continued as attempt $MPILOGIT_RESTART"; exit 0; fi
sleep 0.5
if [[ $rank == 1 ]]; then touch checkpoint; kill -SEGV $$; fi
sleep 60
""")
    result = jobs.run("--max-restarts", "2", "train", "--checkpoint", str(tmp_path / "checkpoint"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == ["continued as attempt 1"] * 2
    assert "the job ended with code 139: restart 1 of 2" in result.stderr


def test_really_no_restart_after_a_stop_in_the_pause(jobs, tmp_path):
    jobs.program("touch checkpoint; sleep 0.5; exit 1\n")
    job = jobs.start("--max-restarts", "9", "train", "--checkpoint", str(tmp_path / "checkpoint"), ranks=1)
    # The pauses grow: the second is long enough to be met.
    for line in job.stderr:
        if "restart 2 of 9" in line:
            break
    job.send_signal(signal.SIGTERM)
    assert jobs.finish(job).returncode == 1
    assert len(jobs.ranks()) == 2


# --- logs ------------------------------------------------------------------------------------------

SPEAKING = 'echo "rank $rank speaks"; echo "rank $rank complains" >&2\n'


def logs(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_really_a_file_for_each_rank_and_rank_0_on_the_terminal(jobs, tmp_path):
    jobs.program(SPEAKING)
    result = jobs.run("--log-dir", str(tmp_path / "my logs"), "train")
    assert result.returncode == 0
    assert result.stdout == "rank 0 speaks\n"
    assert "rank 0 complains\n" in result.stderr and "rank 1" not in result.stderr
    assert logs(tmp_path / "my logs" / "attempt.1") == {
        "rank.0.out": "rank 0 speaks\n", "rank.0.err": "rank 0 complains\n",
        "rank.1.out": "rank 1 speaks\n", "rank.1.err": "rank 1 complains\n"}


def test_really_all_ranks_on_the_terminal_with_tee(jobs, tmp_path):
    jobs.program(SPEAKING)
    result = jobs.run("--log-dir", str(tmp_path / "logs"), "--tee", "train")
    assert sorted(result.stdout.splitlines()) == ["rank 0 speaks", "rank 1 speaks"]
    assert "rank 0 complains" in result.stderr and "rank 1 complains" in result.stderr
    assert logs(tmp_path / "logs" / "attempt.1")["rank.1.err"] == "rank 1 complains\n"


def test_really_earlier_logs_are_kept(jobs, tmp_path):
    jobs.program('echo "rank $rank, attempt $MPILOGIT_RESTART"; touch checkpoint\n'
                 "exit $((MPILOGIT_RESTART == 0 ? 134 : 0))\n")
    result = jobs.run("--max-restarts", "1", "--log-dir", str(tmp_path / "logs"), "train", "--checkpoint",
                      str(tmp_path / "checkpoint"), ranks=1)
    assert result.returncode == 0, result.stderr
    assert logs(tmp_path / "logs" / "attempt.1")["rank.0.out"] == "rank 0, attempt 0\n"
    assert logs(tmp_path / "logs" / "attempt.2")["rank.0.out"] == "rank 0, attempt 1\n"
    jobs.program("echo again\n")
    jobs.run("--log-dir", str(tmp_path / "logs"), "train", ranks=1)
    assert logs(tmp_path / "logs" / "attempt.1")["rank.0.out"] == "rank 0, attempt 0\n"
    assert logs(tmp_path / "logs" / "attempt.3")["rank.0.out"] == "again\n"


def test_really_last_words_and_exit_codes_get_through_the_logs(jobs, tmp_path):
    jobs.program(PATIENT)
    job = jobs.start("--log-dir", str(tmp_path / "logs"), *CHECKPOINTED)
    job.send_signal(signal.SIGTERM)
    result = jobs.finish(job)
    assert result.returncode == 75
    assert "rank 0: last words" in result.stdout and "rank 1" not in result.stdout
    for rank in (0, 1):
        assert f"rank {rank}: last words" in logs(tmp_path / "logs" / "attempt.1")[f"rank.{rank}.out"]


def test_ranks_on_other_hosts_learn_the_attempt(machine):
    words = Launcher(machine).command("-n", "1", "--max-restarts", "1", *CHECKPOINTED)
    assert has(words, "-x", "MPILOGIT_RESTART")


def test_the_dry_run_makes_no_folder(machine, tmp_path):
    folder = tmp_path / "logs"
    command = Launcher(machine).command("-n", "1", "--log-dir", str(folder), "train", "a.h5")
    assert str(folder / "attempt.1") in command
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_refused(machine, tmp_path):
    (tmp_path / "logs").touch()
    result = Launcher(machine).run("-n", "1", "--log-dir", str(tmp_path / "logs"), "train", "a.h5")
    assert result.returncode == 2
    assert "--log-dir" in result.stderr
