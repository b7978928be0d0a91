#pragma once
// What a problem predicts, and how much each row counts.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"

namespace mpilogit::objective {

/// One element per local row in each vector that is not empty. A rank may have no rows: what kind
/// of data it is, no vector's length tells.
struct Targets {
  std::size_t classes = 2;
  bool reference_class = false;  ///< of several classes, the first has no coefficients
  /// Class of each row; null for aggregated rows. The data set's own where possible.
  std::shared_ptr<const data::ClassIndices> labels;
  std::vector<double> weights;         ///< s_i ≥ 0; empty: all 1. Aggregated: s_i · trials_i
  std::vector<double> success_weight;  ///< aggregated rows: s_i · successes_i of it is class 1

  /// Columns of coefficients: 1 for two classes.
  std::size_t columns() const {
    if (classes == 2) return 1;
    return reference_class ? classes - 1 : classes;
  }
  bool aggregated() const { return labels == nullptr; }
};

/// Of a data set, which must outlive them, with its sample weights. Aggregated where it has trials.
Targets targets_of(const data::Dataset& dataset);

/// Σ of the weights of each class, exact but for one rounding. Collective.
std::vector<double> class_totals(const data::Dataset& dataset, const Targets& targets,
                                 const comm::Communicator& communicator, int threads);

/// Multiplies the weight of every row by that of its class (`factors`: one per class, ≥ 0).
void apply_class_weights(Targets& targets, std::span<const double> factors);

/// The two-class problem of class `positive` against all others.
Targets one_against_rest(const Targets& targets, std::size_t positive);

/// The same problem with weight 0 wherever `left_out` (local rows) is `part`.
Targets without_part(const Targets& targets, std::span<const std::uint32_t> left_out,
                     std::uint32_t part);

}  // namespace mpilogit::objective
