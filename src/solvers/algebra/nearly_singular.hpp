#pragma once
// Newton's step along directions in which the Hessian, as a matrix, is nothing but rounding.

#include <cstddef>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "solvers/algebra/conjugate_gradient.hpp"
#include "solvers/cholesky.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// Variables that were found to be aliased when just `left_out` were left out: their combination
/// with the same others is the same at the next point, where nobody need look again.
struct KnownAliases {
  std::vector<std::size_t> left_out;
  std::vector<std::size_t> aliased;

  void visit(core::Archive& archive) {
    archive(left_out);
    archive(aliased);
  }
};

/// Of two columns that differ by 1e-7 of their spread a matrix of doubles knows 1e-14 ± 1e-15, but
/// a product H v knows the curvature along their difference to many digits. So for every variable
/// that `factor` left out, with v the direction in which it moves and the others undo what it does,
/// the small matrix VᵀH V is made from products, and the model gets what F gives along V, where
/// that is more than 2.5e-17 of the variable's own curvature. Below that it is aliased, or the
/// weights of the rows have vanished that tell it from the others: then what it may give is
/// unknown.
///
/// `model`: −H⁻¹ slopes without those, over `variables` (ascending) of the point; adds to its
/// direction and decrease, and leaves in `left_out` what is still not known. `sizes`: of the
/// variables. `known`: from the point before. Nothing is done for more than 16 directions whose
/// slope matters. Cost: a pass for each.
void complete(const Objective& objective, const Point& point,
              std::span<const std::size_t> variables, const Cholesky& factor,
              std::span<const double> slopes, const Cholesky::Sizes& sizes, KnownAliases& known,
              NewtonModel& model);

}  // namespace mpilogit::solvers
