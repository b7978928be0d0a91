#pragma once
// Probabilities and labels for rows, in their order.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "running/timing.hpp"
#include "scoring/raw_table.hpp"

namespace mpilogit::scoring {

struct PredictOptions {
  std::string model_path;
  std::optional<std::int64_t> step;  ///< which model of a path file
  data::Source source;               ///< its labels are not read
  std::optional<RawOptions> raw;     ///< the files are tables
  std::string output_path;
  int threads = 1;
};

struct PredictResult {
  data::Shape shape;
  data::ClassSet classes;
  std::vector<std::int64_t> predicted;  ///< rows per class
  RawTableResult raw;
  int ranks = 1;
  int threads = 1;
  running::MemoryUse memory;
  double seconds_total = 0.0;
};

/// Collective. Writes HDF5: `probability` (float64), for two classes P(y = classes[1]) (rows), for
/// more all of them (rows × classes), and `label` (rows), in the kind that the training labels had;
/// whole or not at all, by all ranks together.
PredictResult predict(const PredictOptions& options, const comm::Communicator& communicator);

}  // namespace mpilogit::scoring
