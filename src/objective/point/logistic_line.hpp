#pragma once
// F between two points whose margins are known: no pass over the data.

#include <vector>

#include "objective/point/logistic_point.hpp"
#include "objective/point/problem.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

class LogisticLine final : public solvers::Line {
 public:
  LogisticLine(const Problem& problem, const LogisticPoint& from, const LogisticPoint& to);

  /// Collective. Cost: O(local rows); an allreduce of two scalars.
  Sample at(double t) const override;

 private:
  const Problem& problem_;
  const LogisticPoint& from_;
  const LogisticPoint& to_;
};

}  // namespace mpilogit::objective
