#pragma once
// Whether the data determines every coefficient: rank and separation.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "objective/logistic_objective.hpp"

namespace mpilogit::statistics {

/// A column of the design that is a combination of columns before it (the intercept's column of
/// ones comes first): x_j = Σ_k factor_k x_k.
struct AliasedColumn {
  struct Term {
    std::size_t column = 0;  ///< a feature, or `features` for the intercept
    double factor = 0.0;
  };
  std::size_t column = 0;
  std::vector<Term> combination;  ///< without the terms that are rounding noise; empty: all 0
};

/// The aliased columns of the rows of positive weight, ascending: those that R's glm reports as NA.
/// Candidates have a small pivot in XᵀSX (exact sums; Cholesky with the intercept first); whether
/// x_j = Σ_k factor_k x_k is then seen in the rows, to 1e-8 of the column's spread about its mean:
/// none is returned of which they say otherwise. Collective, of an objective without penalty.
/// Cost: a Gram matrix, its factor and mostly one read; ask only where
/// `objective.hessian_affordable`.
std::vector<AliasedColumn> aliased_columns(const objective::LogisticObjective& objective);

/// w_k ← w_k + factor_k w_j and w_j ← 0 for every aliased column j: the same margins, and R's
/// choice among all the coefficients that have them. `columns`: of coefficients.
void drop_aliased(const std::vector<AliasedColumn>& aliased, std::size_t columns,
                  std::vector<double>& coefficients);

enum class Separation {
  none,            ///< the optimum is finite
  quasi_complete,  ///< some rows can be told with certainty, and none of the others suffers by it
  complete,        ///< all rows can
  suspected,       ///< coefficients grow without end as far as training shows; no certificate
};

struct SeparationResult {
  Separation separation = Separation::none;
  std::vector<std::size_t> separating;  ///< variables that have no finite optimum, ascending
  std::vector<double> direction;        ///< along which the likelihood rises for ever (dimension)
  std::int64_t certain_rows = 0;        ///< rows whose probability goes to 1 along it
};

/// What is examined, and where its fit ended.
struct FittedProblem {
  const objective::Passes& passes;
  const objective::Targets& targets;
  const objective::LogisticObjective& objective;  ///< of these, without penalty
  const std::vector<AliasedColumn>& aliased;      ///< their coefficients are 0 and stay so
  std::span<const double> coefficients;           ///< (dimension)
};

/// Whether some row lies so far on its own side that separation is possible: with no such row no
/// tolerance in use is reached by way of infinity. Collective. Cost: one read of the rows.
bool has_certain_rows(const objective::LogisticObjective& objective,
                      std::span<const double> coefficients);

/// Looks for a direction of recession. Near the end of a fit Newton's step is one, up to rounding:
/// the loss of a row that can be told with certainty is e^(−z), whose Newton step is 1, so that
/// such a row gains a margin of about 1 however long one goes on, and no other row moves. That no
/// row loses is checked over all rows: the certificate of Albert and Anderson (1984). Of two
/// classes, the variables without a finite optimum are then those that the rows which do not move
/// leave undetermined: all that Konis' (2007) linear programmes could find. Of more classes, those
/// that have a part in the step. Collective. Cost: mostly one, at most eight Newton steps with
/// exact Hessian matrices, a read of the rows for each, and a Gram matrix.
SeparationResult find_separation(const FittedProblem& fitted);

}  // namespace mpilogit::statistics
