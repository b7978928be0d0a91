#pragma once
// What a direction in the space of coefficients does to the rows: separation is a matter of signs.

#include <cstdint>
#include <span>
#include <vector>

#include "objective/logistic_objective.hpp"

namespace mpilogit::objective {

/// By how much a step along a direction d moves each row to its own side. Of row i, with
/// u_ik = Σ_j x̃_ij d_jk (without its offset):
///   two classes    u_i for y_i = 1, −u_i for y_i = 0; −|u_i| for an aggregated row with both
///   more classes   u_iy − max_{l ≠ y} u_il, of a reference class u = 0
///   weight 0       ∞: it counts for nothing
/// A direction along which no row loses and some row gains shows that the classes are
/// quasi-completely separated (Albert and Anderson 1984): the likelihood rises along it for ever.
struct SignedMargins {
  std::vector<double> of_rows;  ///< local rows
  double smallest = 0.0;        ///< over the rows of positive weight of all ranks, as below
  double largest = 0.0;

  /// Collective: rows of all ranks with a gain from `low` on and below `high`.
  std::int64_t count(double low, double high, const comm::Communicator& communicator) const;
};

/// Collective. `direction`: as the objective's coefficients (dimension), finite. Cost: a read of
/// the rows.
SignedMargins signed_margins(const LogisticObjective& objective, std::span<const double> direction);

/// The largest of these gains alone, without memory for the rows. Collective. Cost: a read of the
/// rows.
double largest_gain(const LogisticObjective& objective, std::span<const double> direction);

/// max_i |x̃_i · v| of a direction over the features and, last, the intercept (features + 1).
/// Collective. Cost: a read of the rows.
double largest_margin(const LogisticObjective& objective, std::span<const double> direction);

/// The same of several directions at once (row-major, features + 1 rows of so many `columns`), over
/// the rows of positive weight. Collective. Cost: a read of the rows.
std::vector<double> largest_margins(const LogisticObjective& objective,
                                    std::span<const double> directions, std::size_t columns);

/// Σ_i s_i x̃_i x̃_iᵀ (features + 1, the intercept last), up to a factor: products of the columns
/// themselves, whatever the margins. Collective. Cost: that of an exact Hessian matrix.
solvers::SymmetricMatrix column_products(const LogisticObjective& objective);

}  // namespace mpilogit::objective
