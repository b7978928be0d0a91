#pragma once
// Whether every class is left to learn from when a fold is held out.

#include <cstdint>
#include <span>

#include "comm/communicator.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::fitting {

/// Collective. Throws bad input, agreed, if all rows of positive weight of a class are in one fold:
/// a class of one row, or of one group.
void require_classes_in_two_folds(const problem::TrainingSet& set,
                                  std::span<const std::uint32_t> fold_of_row,
                                  const comm::Communicator& communicator);

}  // namespace mpilogit::fitting
