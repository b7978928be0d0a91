#pragma once
// A model's margins for the rows of a data set, and its classes among theirs.

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "model/model.hpp"
#include "statistics/scores.hpp"

namespace mpilogit::scoring {

/// What the model's margins mean.
statistics::ScoreShape score_shape(const model::Model& model);

/// z_ir = x_i · w_r + b_r + offset_i for each local row i and row r of the coefficients (local rows
/// × model.rows(), row-major); x_i is expanded as the model says. Where the model has a centre, x_i
/// is x_i − c, and w_r and b_r are those at the centre. Cost: one read of the rows.
std::vector<double> margins(const model::Model& model, const data::Dataset& dataset, int threads);

/// The same of any rows, without offsets.
std::vector<double> margins(const model::Model& model, const kernels::AnyRows& rows);

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
