#pragma once
// Inference about coefficients that are named: profile intervals and tests of hypotheses.

#include <span>
#include <string>

#include "inference/inference_options.hpp"
#include "model/model.hpp"
#include "problem/frame_map.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::inference {

/// Throws bad input, agreed, if the options name what the model does not have. `model` needs its
/// features, classes and objective; `columns`: rows of coefficients that it will have.
void require_known_names(const InferenceOptions& options, const model::Model& model,
                         std::size_t columns);

/// What profiles are made of.
struct ProfiledFit {
  const solvers::Objective& objective;  ///< −ℓ / total weight, or Firth's
  double total_weight = 0.0;
  std::span<const double> largest;       ///< max |x_ij|, the intercept's 1 last
  std::span<const double> coefficients;  ///< at the optimum, in the solvers' layout
  const problem::FrameMap& frame;
};

/// Adds the profile intervals that are asked for to `model.inference`. Aliased coefficients and
/// those held by a bound get none. Returns the names of those, joined, whose raw form is a sum over
/// coefficients at the columns' centres: they get none either. Collective. Cost: about eight short
/// fits for each.
std::string add_profiles(const InferenceOptions& options, const ProfiledFit& fit,
                         model::Model& model);

/// Adds Wald's tests that are asked for, from the covariance in `model.inference`, and drops that
/// unless it is to be stored. Returns why they could not be made, if so: because a coefficient was
/// not estimated, or hypotheses follow from or contradict one another.
std::string add_tests(const InferenceOptions& options, model::Model& model);

}  // namespace mpilogit::inference
