#pragma once
// From an optimum to what is known of its coefficients.

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "inference/diagnosis.hpp"
#include "inference/inference_options.hpp"
#include "model/inference.hpp"
#include "objective/logistic_objective.hpp"
#include "problem/penalty.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::inference {

/// A problem that inference is asked for.
struct InferenceProblem {
  const problem::TrainingSet& set;
  const objective::Passes& passes;
  const objective::LogisticObjective& objective;
  const problem::Penalty& penalty;
  bool penalised = false;  ///< whether there is a penalty or a bound
  bool firth = false;      ///< whether the optimum is that of Firth's penalised likelihood
  Diagnosis& diagnosis;    ///< of the solution; is told of aliased columns that are found late
};

/// Throws bad input, agreed, before anything is solved, if inference cannot be had: the information
/// matrix would be too large (an L1 penalty may leave few enough coefficients: nobody knows yet),
/// or there is only one cluster.
void require_inference_possible(const InferenceOptions& options, const InferenceProblem& problem);

struct InferenceResult {
  std::optional<model::Inference> inference;
  std::string remark;  ///< why there is none
};

/// Collective. At the optimum `coefficients` (the solver's layout). Aliased columns, where nobody
/// has looked for them yet, are given the coefficient 0, as R does: the others then have theirs.
/// Cost: a Hessian matrix over the coefficients that are free, the sandwich's filling if asked for,
/// a pass or two; n³ products.
InferenceResult infer(const InferenceOptions& options, const InferenceProblem& problem,
                      std::vector<double>& coefficients);

/// Whether F is the same in two forms of one model, within the tolerance: that a column is left out
/// because others hold it must not change it.
inline bool same_fit(double one, double other, double tolerance) {
  constexpr double kLeastTolerance = 1e-9;
  constexpr double kSmallLoss = 1e-3;
  return std::fabs(one - other) <=
         std::max(tolerance, kLeastTolerance) * (std::fabs(other) + kSmallLoss);
}

}  // namespace mpilogit::inference
