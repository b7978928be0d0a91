#pragma once
// The smooth part of the penalty: it belongs to the objective; L1 and boxes belong to the solvers.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mpilogit::objective {

/// ½ Σ_j l2_j Σ_k (w_jk − centre_jk)², without the intercepts.
struct RidgePenalty {
  std::vector<double> l2;      ///< λ2 of each feature, ≥ 0, finite
  std::vector<double> centre;  ///< features × columns; empty: all 0
  /// Features whose coefficients stay where the solver starts them: they have no gradient and no
  /// curvature. One per feature; empty: none.
  std::vector<std::uint8_t> excluded;

  bool keeps_out(std::size_t feature) const { return !excluded.empty() && excluded[feature] != 0; }
};

/// λ2 for every feature alike.
inline RidgePenalty uniform_ridge(double l2, std::size_t features) {
  return {std::vector<double>(features, l2), {}, {}};
}

}  // namespace mpilogit::objective
