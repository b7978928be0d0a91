#pragma once
// A model's margins for the rows of a data set.

#include <vector>

#include "mpilogit/data/dataset.hpp"
#include "mpilogit/model/model.hpp"

namespace mpilogit::workflow {

/// Throws bad input (the same on all ranks) unless the data has the model's features: as many, and
/// of the same names in the same order where both have names.
void require_features(const model::Model& model, const std::string& model_path,
                      const data::Source& source, const data::Shape& shape);

/// z_i = x_i · w + b + offset_i for each local row. Cost: one read of the rows.
std::vector<double> margins(const model::Model& model, const data::Dataset& dataset, int threads);

}  // namespace mpilogit::workflow
