#pragma once
// Folds of cross-validation: which row is in which, and the classes that each has.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::fitting {

/// Collective. The fold of each local row, 0 … folds − 1. With groups, whole groups, the largest
/// first, each to the fold that has the fewest rows; else stratified: every class is dealt out in
/// turn, `folds` rows at a time in an order that `seed` decides, so that the folds' counts of a
/// class differ by one at most; where that leaves a fold without rows of positive weight, one class
/// goes on where the other ended, so that whole folds differ by one row at most. Throws bad input
/// on all ranks if a fold would stay empty.
std::vector<std::uint32_t> assign_folds(const data::Dataset& dataset, std::size_t folds,
                                        std::uint64_t seed, const comm::Communicator& communicator);

/// Collective. Throws bad input, agreed, if all rows of positive weight of a class are in one fold:
/// a class of one row, or of one group.
void require_classes_in_two_folds(const problem::TrainingSet& set,
                                  std::span<const std::uint32_t> fold_of_row,
                                  const comm::Communicator& communicator);

}  // namespace mpilogit::fitting
