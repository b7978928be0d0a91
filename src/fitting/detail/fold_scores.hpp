#pragma once
// Models of folds against the rows that they were not trained on.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fitting/cross_validate.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::fitting {

/// Coefficients of one fold along the path: step s is (features + 1) × columns, as solvers lay them
/// out.
using FoldPath = std::vector<std::vector<double>>;

/// Collective. scores[step][fold]: fold's model of that step on the rows of `fold_of_row` (local
/// rows) that are the fold's, with their sample weights. Cost: a pass for every few steps, a
/// distributed sort per step and fold.
std::vector<std::vector<FoldScore>> score_folds(const problem::TrainingSet& set,
                                                std::span<const std::uint32_t> fold_of_row,
                                                std::span<const FoldPath> paths,
                                                std::size_t columns,
                                                const comm::Communicator& communicator);

}  // namespace mpilogit::fitting
