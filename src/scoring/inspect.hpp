#pragma once
// What is in a file.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "model/model.hpp"
#include "model/path_file.hpp"

namespace mpilogit::scoring {

struct InspectOptions {
  data::Source source;               ///< one file: a data set, a model or a path
  std::optional<std::int64_t> step;  ///< of a path: only this model
};

/// A data set that was read whole and found sound.
struct DatasetDescription {
  data::Shape shape;
  data::ClassSet classes;                  ///< empty when the file has no such labels
  std::vector<std::int64_t> class_counts;  ///< rows (or, where trials are named, trials) of each
  std::int64_t groups = 0;                 ///< 0 where none are named
};

/// One of the three.
struct InspectResult {
  std::optional<model::Model> model;
  std::optional<model::Path> path;
  std::optional<DatasetDescription> dataset;
};

/// Collective. Validates a data set as training would, on all ranks together. Labels are read if
/// the data set that the source names is there. Throws core::Error, the same on all ranks.
InspectResult inspect(const InspectOptions& options, const comm::Communicator& communicator);

}  // namespace mpilogit::scoring
