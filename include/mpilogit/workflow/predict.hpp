#pragma once
// Probabilities and labels for rows, in their order.

#include <array>
#include <cstdint>
#include <string>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/dataset.hpp"

namespace mpilogit::workflow {

struct PredictOptions {
  std::string model_path;
  data::Source source;  ///< its labels are not read
  std::string output_path;
  int threads = 1;
};

struct PredictReport {
  data::Shape shape;
  data::ClassSet classes;
  std::array<std::int64_t, 2> predicted{};  ///< rows per class
  int ranks = 1;
  int threads = 1;
  double seconds_total = 0.0;
};

/// Collective. Writes HDF5: `probability` (rows, float64), P(y = classes[1]), and `label` (rows),
/// in the kind that the training labels had; whole or not at all, by all ranks together.
PredictReport predict(const PredictOptions& options, const comm::Communicator& communicator);

}  // namespace mpilogit::workflow
