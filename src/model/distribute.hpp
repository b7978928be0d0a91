#pragma once
// One model on every rank.

#include <cstdint>
#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "model/model.hpp"
#include "model/path_file.hpp"

namespace mpilogit::model {

/// Collective. The root reads the file and the others get it from there. All ranks throw the same
/// error.
Model read_model(const std::string& path, const comm::Communicator& communicator);
Path read_path(const std::string& file, const comm::Communicator& communicator);

/// Collective. Of a model file, or one step of a path file: there the step must be named, and of a
/// model file it must not.
Model read_model_or_step(const std::string& path, std::optional<std::int64_t> step,
                         const comm::Communicator& communicator);

}  // namespace mpilogit::model
