#pragma once
// Columns that are combinations of others: which they are, and a solution that does without them.

#include <cstddef>
#include <span>
#include <vector>

#include "mpilogit/objective/logistic_objective.hpp"
#include "mpilogit/solvers/symmetric_matrix.hpp"

#include "free_variables.hpp"

namespace mpilogit::workflow {

struct AliasedColumns {
  std::vector<std::size_t> variables;  ///< the solver's numbers; ascending
  std::vector<std::size_t> kept;       ///< positions of the others among the free
  bool moved = false;                  ///< whether some had coefficients, which the others now have
};

/// Collective; of a problem without penalty. Takes those out of `free` whose column is a
/// combination of the intercept and features before it (to 1e-7 of the norms, as R's lm), for all
/// classes. Of equally good solutions chooses the one in which they are 0, as R: changes
/// `coefficients` where the solver did not.
///
/// `hessian`: at the optimum, over `free`; it points out candidates and their combinations, and the
/// rows decide. `squares`: Q_j ≥ Σ s_i x_ij², the intercept's last. Where the rows of a column are
/// all predicted with near certainty, the Hessian knows too few digits of it: then that of the
/// model of intercepts alone does, for what is a combination of what does not hang on the point.
/// Cost: n³/3 products and, if there are candidates, a pass, again where the rows refute some;
/// perhaps another Hessian.
AliasedColumns take_out_aliased(const objective::LogisticObjective& objective,
                                std::span<const double> squares,
                                const solvers::SymmetricMatrix& hessian, FreeVariables& free,
                                std::span<double> coefficients);

}  // namespace mpilogit::workflow
