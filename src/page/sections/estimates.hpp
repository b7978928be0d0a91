#pragma once
// The model's coefficients one by one, with all that is known of each.

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace mpilogit::page {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// What is not known is NaN.
struct Estimate {
  std::string feature;   ///< empty: the intercept
  std::string of_class;  ///< of models with several rows: the row's class
  double value = 0.0;
  double standard_error = kUnknown;
  double z = kUnknown;      ///< value / standard error
  double log_p = kUnknown;  ///< of both tails of a normal distribution
  double lower = kUnknown;  ///< of the confidence interval
  double upper = kUnknown;
  bool profiled = false;        ///< the interval is of the profiled likelihood, not Wald's
  double deviation = kUnknown;  ///< of the feature, in the data that is at hand
  model::CoefficientStatus status = model::CoefficientStatus::estimated;

  bool intercept() const { return feature.empty(); }
};

/// Whether standard errors are there.
bool has_errors(const model::Model& model);

/// Of all rows: the intercepts, then the `most` strongest of the others, the strongest first: by
/// |z| where there are standard errors, else by |value| · deviation, else by |value|; of equals the
/// first. `deviations` of the features; empty: unknown. Cost: O(n) + O(most log most) for n
/// coefficients.
std::vector<Estimate> strongest_estimates(const model::Model& model,
                                          std::span<const double> deviations, std::size_t most);

/// "by |z|", …: what `strongest_estimates` goes by.
std::string order_of_strength(const model::Model& model, std::span<const double> deviations);

}  // namespace mpilogit::page
