#include "solvers/steps/working_set.hpp"

#include "solvers/non_smooth_problems.hpp"
#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

// ½ Σ (w_j − m_j)² with l1 = 1: at 0 the slope of variable j is −m_j, and it leaves 0 from 1 on.
TEST_CASE("What may leave its rest when the others move is in the set, and nothing else") {
  const Vector minimum = {2.0, 0.9999, -0.9999, 0.9, 0.0, 0.0};
  TestObjective objective(quadratic(diagonal_matrix(Vector(6, 1.0)), minimum, 1.0));
  auto l1_and_bounds = lasso(6, 1.0, 0);
  l1_and_bounds.lower[4] = 0.0;  // at its bound as well as at its kink
  l1_and_bounds.l1[5] = 1e-5;    // so weak that any step may release it
  const auto point = evaluate_composite(objective, l1_and_bounds, Vector(6, 0.0));
  const WorkingSet set = working_set_at(l1_and_bounds, point);
  REQUIRE(set.variables == std::vector<std::size_t>{0});
  const auto with = [&](double gap) {
    return with_nearly_leaving(set, objective, l1_and_bounds, point, gap).variables;
  };
  CHECK(with(1e-3) == set.variables);  // the objective does not know its curvatures
  objective.largest = Vector(6, 1.0);
  // g moves by √(2 gap): 2e-5, 4e-4 and 0.14.
  CHECK(with(2e-10) == std::vector<std::size_t>{0, 5});
  CHECK(with(8e-8) == std::vector<std::size_t>{0, 1, 2, 5});
  CHECK(with(1e-2) == std::vector<std::size_t>{0, 1, 2, 3, 5});
  objective.largest[1] = 0.0;
  CHECK(with(8e-8) == std::vector<std::size_t>{0, 2, 5});
}
