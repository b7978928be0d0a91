#pragma once
// What a summary of a regression shows: z, p, intervals and odds ratios, from a model's inference.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "model/model.hpp"

namespace mpilogit::inference {

/// One coefficient. What has no standard error has no z, no p and no interval either.
struct CoefficientFigures {
  std::int64_t row = 0;
  std::int64_t feature = -1;  ///< −1: the intercept
  model::CoefficientStatus status = model::CoefficientStatus::estimated;
  double coefficient = 0.0;
  double standard_error = 0.0;
  double z = 0.0;      ///< coefficient / standard error
  double log_p = 0.0;  ///< log P(|Z| ≥ |z|)
  double lower = 0.0;  ///< of the interval: coefficient − q se, q the normal quantile; or of the
  double upper = 0.0;  ///< profile. Odds ratios are e^ of coefficient, lower and upper
  bool profiled = false;  ///< the interval is of the profile likelihood

  bool estimated() const { return status == model::CoefficientStatus::estimated; }
};

struct Summary {
  double confidence = 0.95;
  /// The model has profile intervals, but at another confidence.
  bool profiles_left_out = false;
  /// For each row of coefficients the intercept, then the features.
  std::vector<CoefficientFigures> coefficients;
};

/// Of a model with an inference; at its own confidence unless another is given (0 < it < 1).
/// Does not communicate. Cost: O(rows × features).
Summary summary_of(const model::Model& model, std::optional<double> confidence = std::nullopt);

struct SummarizeOptions {
  std::string model_path;
  std::optional<double> confidence;
  std::optional<std::string> test;  ///< hypotheses to test, of workflow/hypothesis.hpp
};

struct SummarizeResult {
  model::Model model;  ///< with the tests that were asked for after those that it has
  Summary summary;
};

/// Collective. Throws core::Error, the same on all ranks: bad input if the file is no model, has no
/// inference, or has no covariance to test with.
SummarizeResult summarize(const SummarizeOptions& options, const comm::Communicator& communicator);

/// All figures as JSON; a number that is not finite or is not there is null.
std::string to_json(const SummarizeResult& result);

}  // namespace mpilogit::inference
