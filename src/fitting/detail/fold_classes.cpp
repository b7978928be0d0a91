#include "fitting/detail/fold_classes.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::fitting {

namespace {

// Of one class: how many rows, and the first and the last fold that has one.
struct Occurrence {
  std::int64_t rows = 0;
  std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t last = 0;

  void add(std::uint32_t fold) {
    ++rows;
    first = std::min(first, fold);
    last = std::max(last, fold);
  }
  void add(const Occurrence& other) {
    rows += other.rows;
    first = std::min(first, other.first);
    last = std::max(last, other.last);
  }
};

std::vector<Occurrence> occurrences(const problem::TrainingSet& set,
                                    std::span<const std::uint32_t> fold_of_row,
                                    const comm::Communicator& communicator) {
  const objective::Targets& targets = set.targets;
  std::vector<Occurrence> mine(targets.classes);
  for (std::size_t i = 0; i < fold_of_row.size(); ++i) {
    const double weight = targets.weights.empty() ? 1.0 : targets.weights[i];
    if (!targets.aggregated()) {
      if (weight > 0.0) mine[(*targets.labels)[i]].add(fold_of_row[i]);
      continue;
    }
    if (targets.success_weight[i] > 0.0) mine[1].add(fold_of_row[i]);
    if (targets.success_weight[i] < weight) mine[0].add(fold_of_row[i]);
  }
  const auto all = communicator.all_gather(std::span<const Occurrence>(mine));
  std::vector<Occurrence> together(targets.classes);
  for (std::size_t i = 0; i < all.size(); ++i) together[i % targets.classes].add(all[i]);
  return together;
}

}  // namespace

void require_classes_in_two_folds(const problem::TrainingSet& set,
                                  std::span<const std::uint32_t> fold_of_row,
                                  const comm::Communicator& communicator) {
  const auto all = occurrences(set, fold_of_row, communicator);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const Occurrence& of_class = all[k];
    if (of_class.rows == 0 || of_class.first < of_class.last) continue;
    const bool one = of_class.rows == 1;
    throw core::bad_input(
        {.what =
             one ? fmt::format("class '{}' has one row (of positive weight)", set.classes().name(k))
                 : fmt::format("all {} rows of class '{}' are in one fold", of_class.rows,
                               set.classes().name(k)),
         .where = {},
         .why = fmt::format("when fold {} is left out, no row of the class is left to learn from",
                            of_class.first),
         .remedy = one ? "Give more rows of the class, leave that one out, or join the class with "
                         "another"
                       : "Take another --seed, more --folds, or --groups that split the class"})
        .as_agreed();
  }
}

}  // namespace mpilogit::fitting
