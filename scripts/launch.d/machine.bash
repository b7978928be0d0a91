# shellcheck shell=bash
# What this machine has: CPUs that this process may use, cores, NUMA domains, a limit of time.

# The CPUs in this process's affinity mask, one a line.
allowed_cpus() {
  local range
  sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status | tr ',' '\n' |
    while read -r range; do seq "${range%-*}" "${range#*-}"; done
}

# CPUs' worth of time that the control group grants, if it sets a limit (version 2, version 1).
cpu_quota() {
  local quota=max period=1
  if [[ -r /sys/fs/cgroup/cpu.max ]]; then
    read -r quota period </sys/fs/cgroup/cpu.max
  elif [[ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]]; then
    quota=$(</sys/fs/cgroup/cpu/cpu.cfs_quota_us)
    period=$(</sys/fs/cgroup/cpu/cpu.cfs_period_us)
  fi
  if [[ $quota =~ ^[1-9][0-9]{0,15}$ && $period =~ ^[1-9][0-9]{0,15}$ ]]; then echo $(((quota + period - 1) / period)); fi
}

knows_topology() { command -v lscpu >/dev/null && [[ -r /proc/self/status ]]; }

# Physical cores with at least one allowed CPU, a line each: core, socket, NUMA node.
allowed_cores() {
  awk -F, 'NR == FNR { allowed[$1] = 1; next } !/^#/ && $1 in allowed && !seen[$2, $3]++ { print $2, $3, $4 }' \
    <(allowed_cpus) <(lscpu --parse=cpu,core,socket,node)
}

physical_cores() {
  if knows_topology; then allowed_cores | wc -l; else getconf _NPROCESSORS_ONLN; fi
}

# "4 8": four domains (socket, numa) with allowed cores, eight of them in the smallest.
domains() {
  local column=3
  if [[ $1 == socket ]]; then column=2; fi
  if ! knows_topology; then
    echo 1 "$(physical_cores)"
    return
  fi
  allowed_cores | awk -v column="$column" '
    { size[$column]++ }
    END { for (d in size) { n++; if (!least || size[d] < least) least = size[d] } print n + 0, least + 0 }'
}

in_container() { [[ -e /.dockerenv || -e /run/.containerenv || -n ${container:-} ]]; }
