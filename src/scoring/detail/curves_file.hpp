#pragma once
// The file of `evaluate --curves` (docs/formats.md).

#include <string>

#include "comm/communicator.hpp"
#include "model/model.hpp"
#include "statistics/assessment.hpp"

namespace mpilogit::scoring {

/// Collective. Written by the root, whole or not at all.
void write_curves(const std::string& path, const model::Model& model,
                  const statistics::Assessment& assessment, const comm::Communicator& communicator);

}  // namespace mpilogit::scoring
