# shellcheck shell=bash
# Where ranks may run: an allocation of a batch system, hosts that were named, this machine.

# Sets `allocation` to slurm, pbs, lsf, sge or nothing, and `allocation_name` to what people call it.
find_allocation() {
  allocation='' allocation_name=''
  if [[ -n ${SLURM_JOB_ID:-} ]]; then
    allocation=slurm allocation_name="Slurm job $SLURM_JOB_ID"
  elif [[ -n ${PBS_NODEFILE:-} ]]; then
    allocation=pbs allocation_name="PBS job ${PBS_JOBID:-}"
  elif [[ -n ${LSB_DJOB_HOSTFILE:-}${LSB_MCPU_HOSTS:-} ]]; then
    allocation=lsf allocation_name="LSF job ${LSB_JOBID:-}"
  elif [[ -n ${PE_HOSTFILE:-} ]]; then
    allocation=sge allocation_name="Grid Engine job ${JOB_ID:-}"
  fi
}

# A rank that calls the launcher would start ranks in ranks, as many jobs as there are ranks.
# Slurm's own steps for the batch script and salloc's shell have numbers above all others.
refuse_inside_a_job() {
  local variable
  for variable in OMPI_COMM_WORLD_RANK PMIX_RANK PMI_RANK; do
    [[ -z ${!variable:-} ]] ||
      refuse "this is a rank of an MPI job already ($variable is set): call scripts/launch once, not under" \
        "mpirun or srun"
  done
  if [[ ${SLURM_STEP_ID:-} =~ ^(0|[1-9][0-9]{0,9})$ ]] && ((SLURM_STEP_ID < 4294967280)); then
    refuse "this is inside a step of Slurm job ${SLURM_JOB_ID:-} already (SLURM_STEP_ID is set): call" \
      "scripts/launch in the batch script or in salloc's shell, not under srun"
  fi
}

# Lines "host" for every slot become lines "host slots", in the order of the file.
count_lines() { awk 'NF { if (!n[$1]++) order[++hosts] = $1 } END { for (h = 1; h <= hosts; h++) print order[h], n[order[h]] }'; }

# "2(x3),1" as Slurm writes it: nodes of 2, 2, 2 and 1.
require_counts() {
  local part='[1-9][0-9]{0,8}(\(x[1-9][0-9]{0,5}\))?'
  [[ $2 =~ ^$part(,$part)*$ ]] || refuse "$1 is '$2', not numbers like 16(x2),8"
}

expand_counts() {
  tr ',' '\n' <<<"$1" | awk -F'[(x)]+' '{ for (n = 0; n < ($2 == "" ? 1 : $2); n++) print "node" ++node, $1 }'
}

readable() { [[ -r $2 ]] || refuse "$1 names $2, which cannot be read"; }

allocated_slots() {
  case $allocation in
    slurm)
      expand_counts "${SLURM_JOB_CPUS_PER_NODE:-$cores(x${SLURM_JOB_NUM_NODES:-1})}"
      ;;
    pbs) count_lines <"$PBS_NODEFILE" ;;
    lsf)
      if [[ -n ${LSB_DJOB_HOSTFILE:-} ]]; then
        count_lines <"$LSB_DJOB_HOSTFILE"
      else
        tr -s ' ' '\n' <<<"$LSB_MCPU_HOSTS" | paste -d' ' - -
      fi
      ;;
    sge) awk 'NF { print $1, $2 }' <"$PE_HOSTFILE" ;;
  esac
}

# One line per host, "name slots"; named hosts without a number get this machine's cores.
host_slots() {
  if [[ -n $hosts ]]; then
    tr ',' '\n' <<<"$hosts" |
      awk -v cores="$cores" 'NF { slots = $0; if (!sub(/^[^:]*:/, "", slots) || slots == "") slots = cores
        sub(/:.*/, ""); print $0, slots }'
  elif [[ -n $hostfile ]]; then
    sed 's/#.*//' <"$hostfile" | awk -v cores="$cores" 'NF {
      slots = cores
      if (match($0, /slots *= *[^ \t]+/)) { slots = substr($0, RSTART, RLENGTH); sub(/.*= */, "", slots) }
      split($1, name, ":"); if (name[2] != "") slots = name[2]
      print name[1], slots }'
  elif [[ -n $allocation ]]; then
    allocated_slots
  else
    printf "%s %s\n" "$(uname -n)" "$cores"
  fi
}

# The hosts and their slots as one word, "a:4,b:4".
host_words() { tr ' ' ':' <<<"$host_list" | paste -sd,; }

# Each line is the name of a host and a number, or the script ends with the word that is neither.
require_hosts() {
  local source=$1 name slots more
  while read -r name slots more; do
    [[ $name =~ ^[A-Za-z0-9_][A-Za-z0-9_.@+-]*$ ]] || refuse "$source names the host '$name', which is no name of one"
    require_count "the number of slots of the host '$name' in $source" "$slots${more:+ $more}"
  done
}

# What says where the hosts are.
source_of_hosts() {
  if [[ -n $hosts ]]; then
    echo --hosts
  elif [[ -n $hostfile ]]; then
    echo "$hostfile"
  else
    case $allocation in
      slurm) echo SLURM_JOB_CPUS_PER_NODE ;;
      pbs) echo PBS_NODEFILE ;;
      lsf) if [[ -n ${LSB_DJOB_HOSTFILE:-} ]]; then echo LSB_DJOB_HOSTFILE; else echo LSB_MCPU_HOSTS; fi ;;
      sge) echo PE_HOSTFILE ;;
      *) echo 'this machine' ;;
    esac
  fi
}

# Sets host_list, host_count, slots and, in an allocation, cores: those of its smallest host.
find_hosts() {
  if [[ -n $hosts$hostfile && -n $allocation ]]; then
    say "the hosts are those of ${hosts:+--hosts}${hostfile:+--hostfile}, not those of $allocation_name"
    allocation=''
  fi
  case $allocation in # here, for host_slots runs in a subshell, which cannot end the script
    pbs) readable PBS_NODEFILE "$PBS_NODEFILE" ;;
    lsf) [[ -z ${LSB_DJOB_HOSTFILE:-} ]] || readable LSB_DJOB_HOSTFILE "$LSB_DJOB_HOSTFILE" ;;
    sge) readable PE_HOSTFILE "$PE_HOSTFILE" ;;
    slurm)
      require_given_count SLURM_JOB_NUM_NODES
      require_counts SLURM_JOB_CPUS_PER_NODE "${SLURM_JOB_CPUS_PER_NODE:-1}"
      ;;
  esac
  host_list=$(host_slots)
  [[ -z $host_list ]] || require_hosts "$(source_of_hosts)" <<<"$host_list"
  host_count=$(awk 'NF { print $1 }' <<<"$host_list" | sort -u | wc -l)
  ((host_count > 0)) || refuse "there is no host in ${hostfile:-${hosts:+--hosts}}${allocation_name:-}"
  slots=$(awk '{ slots += $2 } END { print slots }' <<<"$host_list")
  if [[ -n $allocation ]]; then
    cores=$(awk 'NR == 1 || $2 < least { least = $2 } END { print least }' <<<"$host_list")
    limited=no
  fi
  if [[ $allocation == pbs && ${OMP_NUM_THREADS:-} =~ ^[1-9][0-9]{0,8}$ ]]; then
    cores=$((cores * OMP_NUM_THREADS)) # PBS's slots are ranks (mpiprocs), each with ompthreads cores
  fi
}
