#include "running/detail/batch_job.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace mpilogit::running {

std::optional<std::string> batch_job_id() {
  for (const char* name : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return std::nullopt;
}

std::int64_t restart_count() {
  for (const char* name : {"SLURM_RESTART_COUNT", "MPILOGIT_RESTART"}) {
    const char* value = std::getenv(name);
    if (value == nullptr) continue;
    const std::string_view text(value);
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc() && end == text.data() + text.size()) return count;
  }
  return 0;
}

}  // namespace mpilogit::running
