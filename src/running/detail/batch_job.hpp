#pragma once
// What the batch system tells a job about itself.

#include <cstdint>
#include <optional>
#include <string>

namespace mpilogit::running {

/// Of Slurm, PBS, LSF or Grid Engine.
std::optional<std::string> batch_job_id();

/// How often the job was started before: by Slurm, or by whoever sets MPILOGIT_RESTART.
std::int64_t restart_count();

}  // namespace mpilogit::running
