# shellcheck shell=bash
# The words of the command, for each thing that starts ranks.

# Sets `program`.
find_program() {
  local root=${here%/*} # of the source tree; an installed launcher is in PREFIX/libexec/mpilogit
  program=${MPILOGIT:-}
  if [[ -z $program ]]; then
    for program in "$root/build/release/bin/mpilogit" "${root%/*}/bin/mpilogit" "$(command -v mpilogit || true)"; do
      [[ ! -x $program ]] || break
    done
  fi
  [[ -x $(command -v -- "$program" || true) ]] ||
    refuse "${MPILOGIT:-mpilogit} is not to be found: build it (cmake --preset release &&" \
      "cmake --build --preset release), or name it in the environment variable MPILOGIT"
  program=$(command -v -- "$program")
}

# Sets `kind` to openmpi4, openmpi5 or mpich, and `mpirun`.
find_mpirun() {
  mpirun=$(command -v mpirun) || refuse "mpirun is not to be found: install Open MPI (scripts/setup does)"
  local version
  version=$("$mpirun" --version 2>&1 || true)
  case $version in
    *"Open MPI) 4."* | *OpenRTE*) kind=openmpi4 ;;
    *"Open MPI"* | *PRRTE* | *prterun*) kind=openmpi5 ;;
    *HYDRA* | *MPICH* | *"Intel(R) MPI"*) kind=mpich ;;
    *) refuse "$mpirun is of an unknown kind (it says '${version%%$'\n'*}'): Open MPI 4, 5 or MPICH is needed" ;;
  esac
}

# Sets `kind`: srun where Slurm's can wire up Open MPI's ranks, else the kind of mpirun.
find_starter() {
  if [[ $launcher == srun && $allocation != slurm ]]; then
    refuse "--launcher srun needs an allocation of Slurm's: start it by sbatch or in salloc's shell"
  fi
  if [[ $allocation == slurm && $launcher != mpirun ]]; then
    local why=''
    if ! srun=$(command -v srun); then
      why="there is no srun"
    elif [[ ! $("$srun" --mpi=list 2>&1 || true) =~ (^|[[:space:]])pmix([[:space:]]|$) ]]; then
      why="srun has no PMIx (srun --mpi=list)"
    fi
    if [[ -z $why ]]; then
      kind=srun
      return
    fi
    [[ $launcher == auto ]] || refuse "$why: --launcher mpirun does without"
    say "$why: mpirun starts the ranks"
  fi
  find_mpirun
}

may_run_as_root() {
  [[ $root_allowed == yes || "${OMPI_ALLOW_RUN_AS_ROOT:-}${OMPI_ALLOW_RUN_AS_ROOT_CONFIRM:-}" == 11 ||
    "${PRTE_ALLOW_RUN_AS_ROOT:-}${PRTE_ALLOW_RUN_AS_ROOT_CONFIRM:-}" == 11 ]]
}

refuse_root() {
  if [[ $kind == openmpi* ]] && ((EUID == 0)) && ! may_run_as_root; then
    refuse "you are root, and a fault in an MPI job of root's can damage the system:" \
      "start it as another user, or add --allow-run-as-root (usual in containers)"
  fi
}

# Where ranks go, and the cores that they are bound to.
openmpi_placement() {
  local map=slot
  case $rank_per in
    numa) map=ppr:1:numa ;;
    socket) if [[ $kind == openmpi4 ]]; then map=ppr:1:socket; else map=ppr:1:package; fi ;;
    host) map=ppr:1:node ;;
  esac
  if [[ $binding == yes ]]; then
    command+=(--map-by "$map:PE=$threads" --bind-to core)
  else
    if [[ $oversubscribe == yes ]]; then map+=:OVERSUBSCRIBE; fi
    if [[ $map != slot ]]; then command+=(--map-by "$map"); fi
    command+=(--bind-to none)
  fi
}

openmpi_command() {
  command=("$mpirun" -n "$ranks")
  if [[ -n $hostfile ]]; then
    command+=(--hostfile "$hostfile")
  elif [[ -n $hosts || $allocation =~ ^(pbs|lsf|sge)$ ]]; then
    command+=(--host "$(host_words)")
  fi
  if [[ $root_allowed == yes ]]; then command+=(--allow-run-as-root); fi
  openmpi_placement
  # Containers often forbid the system call by which ranks read each other's memory.
  if [[ $kind == openmpi4 ]] && in_container; then
    command+=(--mca btl_vader_single_copy_mechanism none)
  fi
  # A host that fell silent is found missing within seconds; by default it takes eight minutes.
  if [[ $kind == openmpi4 ]] && ((host_count > 1)); then
    command+=(--mca oob_tcp_keepalive_time 5 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3)
  fi
  command+=(-x "OMP_NUM_THREADS=$threads")
  if ((max_restarts > 0)); then command+=(-x MPILOGIT_RESTART); fi
}

mpich_command() {
  command=("$mpirun" -n "$ranks")
  if [[ -n $hostfile ]]; then
    command+=(-f "$hostfile")
  elif [[ -n $hosts || $allocation =~ ^(pbs|lsf|sge)$ ]]; then
    command+=(-hosts "$(host_words)")
  fi
  case $rank_per in
    numa | socket) command+=(-map-by "$rank_per") ;;
    host) command+=(-ppn 1) ;;
  esac
  if [[ $binding == yes ]]; then
    case $rank_per in
      numa | socket) command+=(-bind-to "$rank_per") ;;
      host) ;;
      *) command+=(-bind-to "core:$threads") ;;
    esac
  fi
  command+=(-genv OMP_NUM_THREADS "$threads")
}

# One failed rank ends the step (Slurm's default is to wait for the others, which wait for it): at once
# by SIGTERM, or, where the ranks would take that for a request to keep a checkpoint together with the
# one that is gone, by SIGKILL three seconds later. The CPUs of a task are said again, for srun does not
# take them over from the allocation.
srun_command() {
  command=("$srun" --mpi=pmix --nodes="$host_count" --ntasks="$ranks")
  if [[ -n $checkpoint ]]; then
    command+=(--kill-on-bad-exit=0 --wait=3)
  else
    command+=(--kill-on-bad-exit=1)
  fi
  if [[ $rank_per =~ ^(numa|socket|host)$ ]]; then command+=(--ntasks-per-node="$((ranks / host_count))"); fi
  local bind=none
  if [[ $binding == yes ]]; then
    command+=(--cpus-per-task="$threads")
    case $rank_per in
      numa) bind=ldoms ;;
      socket) bind=sockets ;;
      host) bind=none ;;
      *) bind=cores ;;
    esac
  fi
  command+=(--cpu-bind="$bind")
  if [[ $oversubscribe == yes ]]; then command+=(--overcommit); fi
  command+=(--export="ALL,OMP_NUM_THREADS=$threads")
}

# Sets `command`: all words before the program.
make_command() {
  local extra
  case $kind in
    srun)
      [[ -z $mpirun_args ]] || refuse "--mpirun-args is for mpirun, and srun starts the ranks here: give --srun-args"
      srun_command
      ;;
    *)
      [[ -z $srun_args ]] || refuse "--srun-args is for srun, and mpirun starts the ranks here: give --mpirun-args"
      if [[ $kind == mpich ]]; then mpich_command; else openmpi_command; fi
      ;;
  esac
  read -r -a extra <<<"$mpirun_args$srun_args"
  command+=("${extra[@]}")
}
