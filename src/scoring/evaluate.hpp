#pragma once
// Metrics of a model on a data set, and its curves as a file.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "model/model.hpp"
#include "running/timing.hpp"
#include "scoring/raw_table.hpp"
#include "statistics/assessment.hpp"
#include "statistics/group_metrics.hpp"

namespace mpilogit::scoring {

struct EvaluateOptions {
  std::string model_path;
  std::optional<std::int64_t> step;        ///< which model of a path file
  data::Source source;                     ///< with `groups`: metrics of each, by name
  std::optional<RawOptions> raw;           ///< the files are tables
  std::size_t bins = 10;                   ///< of the reliability table
  std::optional<statistics::Cost> cost;    ///< for a model of two classes
  std::optional<std::string> curves_path;  ///< where the curves go (docs/formats.md)
  int threads = 1;
};

struct EvaluateResult {
  data::Shape shape;
  data::ClassSet classes;  ///< the model's
  statistics::Assessment metrics;
  data::ClassSet groups;  ///< the values of `source.groups`
  std::vector<statistics::GroupMetrics> by_group;
  RawTableResult raw;
  int ranks = 1;
  int threads = 1;
  running::MemoryUse memory;
  double seconds_total = 0.0;
};

/// Collective. Curves are written whole or not at all. The labels must be among the model's
/// classes, and the features the model's; data with trials needs a model of two classes. Throws
/// core::Error, the same on all ranks.
EvaluateResult evaluate(const EvaluateOptions& options, const comm::Communicator& communicator);

/// Collective. Written by the root, whole or not at all.
void write_curves(const std::string& path, const model::Model& model,
                  const statistics::Assessment& assessment, const comm::Communicator& communicator);

}  // namespace mpilogit::scoring
