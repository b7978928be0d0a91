#pragma once
// A model against labelled data.

#include <cstdint>
#include <optional>
#include <string>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/dataset.hpp"
#include "mpilogit/statistics/metrics.hpp"

namespace mpilogit::workflow {

struct EvaluateOptions {
  std::string model_path;
  std::optional<std::int64_t> step;  ///< which model of a path file
  data::Source source;
  int threads = 1;
};

struct EvaluateReport {
  data::Shape shape;
  data::ClassSet classes;  ///< the model's
  statistics::Metrics metrics;
  int ranks = 1;
  int threads = 1;
  double seconds_total = 0.0;
};

/// Collective. The labels must be among the model's classes, and the features the model's; data
/// with trials needs a model of two classes. Throws core::Error, the same on all ranks.
EvaluateReport evaluate(const EvaluateOptions& options, const comm::Communicator& communicator);

}  // namespace mpilogit::workflow
