#include "statistics/detail/weight_grid.hpp"

#include <algorithm>
#include <cmath>

#include "statistics/detail/outcomes.hpp"

namespace mpilogit::statistics {

WeightGrid::WeightGrid(const ScoredRows& rows, const comm::Communicator& communicator) {
  double largest = 0.0;
  for_each_outcome(rows, [&](const Outcome& outcome) {
    largest = std::max(largest, outcome.weight * outcome.count);
  });
  int exponent = 0;
  std::frexp(communicator.maximum(largest), &exponent);  // largest < 2^exponent
  const std::int64_t count = communicator.sum(static_cast<std::int64_t>(rows.rows()));
  int row_bits = 0;
  while ((std::int64_t{1} << row_bits) < count) ++row_bits;
  unit_exponent_ = exponent - std::min(40, 62 - row_bits);
}

std::int64_t WeightGrid::to_integer(double weight) const {
  return std::llrint(std::ldexp(weight, -unit_exponent_));
}

double WeightGrid::unit() const {
  return std::ldexp(1.0, unit_exponent_);
}

}  // namespace mpilogit::statistics
