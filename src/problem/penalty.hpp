#pragma once
// From penalty options to what the objective and the solver are told.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/model.hpp"
#include "objective/ridge_penalty.hpp"
#include "objective/targets.hpp"
#include "problem/fit_options.hpp"
#include "problem/training_set.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::problem {

/// The penalty of one strength.
struct Penalty {
  objective::RidgePenalty ridge;
  solvers::L1AndBounds l1_and_bounds;
  bool needs_proximal = false;  ///< whether `l1_and_bounds` has a part: an L1 penalty or a bound
};

/// Reads what the options name once; then gives the penalty of any strength for any targets over
/// the same rows.
class PenaltyFactory {
 public:
  /// Collective. Throws core::Error, the same on all ranks. `columns`, `reference_class`: of the
  /// problems.
  PenaltyFactory(const PenaltyOptions& options, const TrainingSet& set, std::size_t columns,
                 bool reference_class, const comm::Communicator& communicator);

  /// What multiplies the strengths of each feature, and which features are left out: those of
  /// infinite factor and, when standardised, the constant ones.
  struct Scales {
    std::vector<double> l1;
    std::vector<double> l2;
    std::vector<std::uint8_t> excluded;
  };
  /// Collective where columns are standardised, by their moments under these targets' weights.
  Scales scales(const objective::Targets& targets) const;

  /// Throws bad input, agreed, if there are factors but nothing that they could change.
  void require_effect(const PenaltyStrength& strength) const;

  Penalty at(const PenaltyStrength& strength, const Scales& scales) const;

 private:
  void put_in_frames(Scales& scales) const;
  /// Throws bad input, agreed, if bounds force coefficient j to where margins have no squares.
  void require_moderate_bounds(std::size_t j) const;

  std::size_t features() const { return set_.design.features(); }
  bool bounded() const { return options_.lower.given() || options_.upper.given(); }

  PenaltyOptions options_;
  const TrainingSet& set_;
  std::size_t columns_;
  std::vector<double> factors_;  // per feature
  std::vector<double> lower_;    // per feature
  std::vector<double> upper_;
  std::vector<double> centre_;  // (features + 1) × columns; empty: 0
};

}  // namespace mpilogit::problem
