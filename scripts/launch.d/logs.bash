# shellcheck shell=bash
# A folder of logs: DIR/attempt.K/rank.N.out and .err. Every attempt gets a new folder, so that no
# earlier log is written over, neither by a restart nor by the job run again.

# Prints the folder of the next attempt, or nothing where no logs are wanted.
next_attempt() {
  [[ -n $log_dir ]] || return 0
  local number=1
  while [[ -e $log_dir/attempt.$number ]]; do number=$((number + 1)); done
  echo "$log_dir/attempt.$number"
}

# The same, and makes it.
make_attempt() {
  [[ -n $log_dir ]] || return 0
  mkdir -p -- "$log_dir" || refuse "--log-dir: $log_dir cannot be made"
  local folder
  folder=$(next_attempt)
  until mkdir -- "$folder" 2>/dev/null; do # another job may have taken it meanwhile
    [[ -e $folder ]] || refuse "--log-dir: $folder cannot be made"
    folder=$(next_attempt)
  done
  echo "$folder"
}

# Sets `words`, the command with its logs (in the folder $1) and the program's own words.
add_program() {
  local folder=$1
  shift
  words=("${command[@]}")
  if [[ -n $folder ]]; then words+=("$parts/rank" "$folder" "$tee"); fi
  words+=("$program" "$@")
}
