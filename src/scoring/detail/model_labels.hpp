#pragma once
// Labels of a data set as the classes of a model.

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "model/model.hpp"

namespace mpilogit::scoring {

/// Index of each local row's class in the model, empty for aggregated data, whose successes are
/// class 1 of whatever the model calls it. Throws bad input, the same on all ranks, for a label
/// that the model does not know.
std::vector<std::uint32_t> labels_in_model(const data::Dataset& dataset,
                                           const data::ClassSet& classes,
                                           const data::Source& source);

/// Throws bad input (the same on all ranks) if the source names trials and the model has more
/// classes than successes and failures.
void require_two_classes(const data::Source& source, const model::Model& model,
                         const std::string& model_path);

}  // namespace mpilogit::scoring
