#pragma once
// The coefficients that an optimum left free to move, and directions in which nothing holds them.

#include <cstddef>
#include <span>
#include <vector>

#include "objective/logistic_objective.hpp"
#include "problem/penalty.hpp"

namespace mpilogit::inference {

/// Softmax with coefficients for every class does not change when those of one feature all move
/// alike. Where no penalty holds them their sum is 0 by convention (`centre_classes`).
struct CommonDirection {
  std::size_t first = 0;   ///< position of the first of the `columns` variables
  double curvature = 0.0;  ///< that is lent to them: c
};

struct FreeVariables {
  std::vector<std::size_t> variables;  ///< ascending; the solver's numbers
  std::size_t intercepts = 0;          ///< position of the first intercept
  std::vector<CommonDirection> common;

  /// Only those at these positions (ascending); of a problem without common directions.
  void keep(std::span<const std::size_t> positions);
};

/// All but those that are left out, at a bound, or where an L1 penalty holds them at its centre.
FreeVariables free_variables(const objective::LogisticObjective& objective,
                             const problem::Penalty& penalty, std::span<const double> coefficients);

/// H + Σ c 1 1ᵀ: with the curvature that the common directions lack. Sets c to the size of H.
void lend_curvature(FreeVariables& free, std::size_t columns, solvers::SymmetricMatrix& hessian);

/// Takes back from V = (S (H + Σ c 1 1ᵀ))⁻¹ what was lent: the rest is the pseudo-inverse, the
/// covariance of estimates whose sums are 0. `covariance` is n × n, or its diagonal.
void take_back_curvature(const FreeVariables& free, std::size_t columns, double total_weight,
                         std::span<double> covariance);

}  // namespace mpilogit::inference
