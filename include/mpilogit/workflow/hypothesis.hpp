#pragma once
// Tests of linear hypotheses about the coefficients of a model, by the names of its features.

#include <span>
#include <string>
#include <vector>

#include "mpilogit/model/model.hpp"

namespace mpilogit::workflow {

/// Wald's tests of the hypotheses in `text` (grammar: docs/summary.md): "age = 0, hours = 0; age =
/// hours" is one test of two degrees of freedom and one of one. `model` has an inference, of which
/// the statuses are used; `covariance` has the layout of Inference::covariance. Does not
/// communicate. Throws bad input that says where the text goes wrong, or which hypothesis is about
/// a coefficient that was not estimated, follows from others, or contradicts them.
std::vector<model::HypothesisTest> test_hypotheses(const model::Model& model,
                                                   std::span<const double> covariance,
                                                   const std::string& text);

}  // namespace mpilogit::workflow
