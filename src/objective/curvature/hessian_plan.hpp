#pragma once
// Whether Hessian matrices are worth their arithmetic: from shapes alone.

#include <cstddef>
#include <cstdint>

#include "objective/passes.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

struct HessianPlan {
  solvers::HessianMatrixKind kind;
  std::int64_t stride = 1;  ///< one in so many rows is in it
  double passes = 0.0;      ///< what it costs, in passes
};

/// For a whole Hessian or, with several columns, its diagonal blocks.
HessianPlan plan_hessian(const SharedRows& rows, std::int64_t global_rows, std::size_t columns);

/// Whether the exact Hessian over `features` features and their `columns` columns is affordable to
/// a solver that cannot do without it.
bool affordable(const SharedRows& rows, std::size_t features, std::size_t columns);

}  // namespace mpilogit::objective
