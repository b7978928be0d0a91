#pragma once
// What follows once the coefficients of one problem are found: inference, the data's units,
// profiles and tests, diagnostics of the rows.

#include <span>
#include <vector>

#include "fitting/train.hpp"
#include "inference/inference.hpp"
#include "objective/logistic_objective.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::fitting {

/// Standard errors at `coefficients`, if they are asked for and `reliable`: where a solver did not
/// converge, or classes are separated, they would be of nothing. Aliased coefficients become 0.
/// Collective.
void add_inference(const TrainOptions& options, const inference::InferenceProblem& problem,
                   std::vector<double>& coefficients, bool reliable, TrainResult& result);

struct SolvedProblem {
  const problem::TrainingSet& set;
  const objective::LogisticObjective& logistic;
  const solvers::Objective& profiled;    ///< what profiles go along: `logistic`, or Firth's
  std::span<const double> coefficients;  ///< in the solvers' layout
};

/// `result.model` has these coefficients: brings them to the data's units, adds profiles and tests.
/// Collective.
void finish_fit(const TrainOptions& options, const SolvedProblem& problem, TrainResult& result);

/// Writes the diagnostics of the rows, if they are asked for. Collective.
void diagnose_rows(const TrainOptions& options, const SolvedProblem& problem,
                   const TrainResult& result);

}  // namespace mpilogit::fitting
