# shellcheck shell=bash
# The job as a child: signals become requests for a checkpoint, crashes become restarts.
#
# mpirun answers TERM by killing the ranks a second later. Giving it more time does not help (Open MPI 4
# sleeps odls_base_sigkill_timeout once before it hands TERM on and once after, whatever the ranks do,
# also after a crash). It hands USR2 on at once and waits: so USR2 asks for the checkpoint, and TERM
# comes when the grace is over.

# Sets `checkpoint`, the file that the program's words name, and `begins_anew`, whether they say
# --restart, on the command line or in a configuration file. What words mean only the program knows: it
# is asked, on one rank and without MPI. Words that it does not take are refused, in its words.
find_checkpoint() {
  checkpoint=$("$program" --value-of checkpoint "$@") || exit 2
  begins_anew=no
  if [[ -n $("$program" --value-of restart "$@" || true) ]]; then begins_anew=yes; fi
}

# Changes whenever a checkpoint is written.
checkpoint_stamp() { stat -c %y-%i -- "$checkpoint" 2>/dev/null || echo none; }

# 0 done, 2 refused, 3 stopped as it was told: the same would happen again. 126 and 127: no program.
# All else is a crash (MPICH ends with the bare number of a signal), a checkpoint, a silent rank.
worth_restarting() {
  case $1 in
    0 | 2 | 3 | 126 | 127) return 1 ;;
  esac
}

job='' stopping=no deadline='' last_resort=TERM

signal_job() { [[ -z $job ]] || kill -s "$1" "$job" 2>/dev/null || true; }

# MPICH's mpiexec dies of USR2, and hands TERM on without killing.
request_stop() {
  deadline=$((SECONDS + grace))
  if [[ $kind == mpich ]] || ((grace == 0)); then signal_job TERM; else signal_job USR2; fi
}

# Whoever sends one of these wants the job to leave: no restart after them. A second INT, of a person
# who has pressed the keys again, does not wait for the grace to end.
on_stop_signal() {
  if [[ $stopping == no ]]; then
    stopping=yes
    request_stop
  elif [[ $1 == INT ]]; then
    deadline=$SECONDS
  fi
}

# A session of its own, so that the terminal's INT does not reach mpirun past us; and TERM for mpirun
# when this process is killed, so that no job is left over that nobody waits for.
start_job() {
  local detached=()
  if command -v setsid >/dev/null; then detached+=(setsid); fi
  if command -v setpriv >/dev/null; then detached+=(setpriv --pdeathsig TERM); fi
  "${detached[@]}" "${words[@]}" </dev/null &
  job=$!
  if [[ $stopping == yes ]]; then request_stop; fi # it came between two attempts
}

# Sets `status`. A trap ends `wait` early; bash keeps the child's status for the `wait` that follows.
await_job() {
  while kill -0 "$job" 2>/dev/null; do
    if [[ -z $deadline ]]; then
      wait "$job" || true
    elif ((SECONDS < deadline)); then
      sleep 0.1 || true
    else
      say "the job has not left in time: it gets SIG$last_resort"
      signal_job "$last_resort"
      deadline=$((SECONDS + 10)) last_resort=KILL
    fi
  done
  status=0
  wait "$job" || status=$?
  job=''
}

pause_for() {
  local end=$((SECONDS + $1))
  while [[ $stopping == no ]] && ((SECONDS < end)); do sleep 0.1 || true; done
}

# Whether the job shall be started again; says why, and why not.
decide_restart() {
  if [[ $stopping == yes ]] || ! worth_restarting "$status" || ((max_restarts == 0)); then return 1; fi
  if ((restarts == max_restarts)); then
    say "the job ended with code $status after $restarts restarts: that is as many as --max-restarts allows"
    return 1
  fi
  local stamp
  stamp=$(checkpoint_stamp)
  if [[ $stamp == "$last_stamp" ]]; then
    say "the job ended with code $status, the second time without a new checkpoint: another restart would not help"
    return 1
  fi
  last_stamp=$stamp
  say "the job ended with code $status: restart $((restarts + 1)) of $max_restarts in $delay s"
}

# Runs the job to its end, with restarts, and ends with its code.
supervise() {
  local restarts=0 delay=1 last_stamp='' folder signal
  for signal in TERM INT HUP USR2 XCPU; do
    # shellcheck disable=SC2064 # the signal's name is meant to be expanded now
    trap "on_stop_signal $signal" "$signal"
  done
  trap 'signal_job USR1' USR1
  while :; do
    export MPILOGIT_RESTART=$restarts
    folder=$(make_attempt)
    add_program "$folder" "$@"
    start_job
    await_job
    # USR2 kills a program that was not yet so far as to take it, and had nothing to keep either.
    if [[ $stopping == yes ]] && ((status == 128 + $(kill -l USR2))); then status=75; fi
    decide_restart || break
    pause_for "$delay"
    [[ $stopping == no ]] || break
    restarts=$((restarts + 1))
    delay=$((delay < 15 ? 2 * delay : 30))
  done
  exit "$status"
}
