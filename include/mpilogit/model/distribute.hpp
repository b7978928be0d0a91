#pragma once
// One model on every rank.

#include <string>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/model/model.hpp"

namespace mpilogit::model {

/// Collective. The root reads the file and the others get it from there. All ranks throw the same
/// error.
Model read_model(const std::string& path, const comm::Communicator& communicator);

}  // namespace mpilogit::model
