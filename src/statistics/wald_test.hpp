#pragma once
// Wald's test of linear hypotheses about coefficients.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mpilogit::statistics {

/// Σ factor · β[index] = value.
struct LinearHypothesis {
  struct Term {
    std::size_t index = 0;
    double factor = 0.0;
  };
  std::vector<Term> terms;  ///< no index twice, no factor 0
  double value = 0.0;
  std::string text;  ///< what messages call it
};

struct WaldTest {
  double statistic = 0.0;    ///< χ² under the hypotheses
  std::int64_t degrees = 0;  ///< as many as there are hypotheses
  double log_p = 0.0;        ///< log of the upper tail
};

/// W = (Rβ − r)ᵀ (R V Rᵀ)⁻¹ (Rβ − r) of all hypotheses together (Wald 1943). `covariance`: V, row
/// major, of as many rows and columns as there are estimates. Throws bad input, naming the
/// hypothesis, if it follows from those before it, contradicts them, or has no variance beside
/// theirs. Cost: O(q² (t + q)) for q hypotheses of t terms.
WaldTest wald_test(std::span<const LinearHypothesis> hypotheses, std::span<const double> estimates,
                   std::span<const double> covariance);

}  // namespace mpilogit::statistics
