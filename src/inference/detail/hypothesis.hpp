#pragma once
// Tests of linear hypotheses about the coefficients of a model, by the names of its features.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace mpilogit::inference {

/// Wald's tests of the hypotheses in `text` (grammar: docs/summary.md): "age = 0, hours = 0; age =
/// hours" is one test of two degrees of freedom and one of one. `model` has an inference, of which
/// the statuses are used; `covariance` has the layout of Inference::covariance. Does not
/// communicate. Throws bad input that says where the text goes wrong, or which hypothesis is about
/// a coefficient that was not estimated, follows from others, or contradicts them.
std::vector<model::HypothesisTest> test_hypotheses(const model::Model& model,
                                                   std::span<const double> covariance,
                                                   const std::string& text);

/// Which coefficient a name means.
struct CoefficientPlace {
  std::int64_t row = 0;
  std::int64_t feature = -1;  ///< −1: the intercept
};

/// Those that `names` ("age, hours, (intercept)"; of several classes "age[yes]") means. Does not
/// communicate. Throws bad input that says where the text goes wrong. Statuses are not looked at.
std::vector<CoefficientPlace> named_coefficients(const model::Model& model,
                                                 const std::string& names);

/// Throws bad input, as `test_hypotheses` would, if `text` is wrong or speaks of what the model
/// does not have. `model` needs no inference and no values. Does not communicate.
void require_known(const model::Model& model, const std::string& text);

}  // namespace mpilogit::inference
