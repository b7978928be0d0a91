#include "problem/memory_needs.hpp"

namespace mpilogit::problem {

namespace {

constexpr std::int64_t kNumber = sizeof(double);

}  // namespace

// Margins of two points and of the direction between them, and the state of the curvature; of the
// rows, weights and labels of each problem. A solver has a few dozen vectors of the coefficients.
data::MemoryPlan needs_of_fits(const data::MemoryPlan& plan, std::size_t problems) {
  const auto count = static_cast<std::int64_t>(problems);
  data::MemoryPlan needs = plan;
  needs.per_row = 2 * kNumber * count;
  needs.per_row_and_column = 4 * kNumber * count;
  needs.per_coefficient = 48 * kNumber * count;
  needs.matrices = true;
  return needs;
}

// Margins and probabilities; the predicted class, and the piece of labels that is written.
data::MemoryPlan needs_of_predictions(const data::MemoryPlan& plan, std::size_t columns) {
  const auto count = static_cast<std::int64_t>(columns);
  data::MemoryPlan needs = plan;
  needs.per_row = 2 * kNumber * (count + 1);
  needs.per_coefficient = 4 * kNumber * count;
  return needs;
}

// Margins and probabilities; labels in the model's terms; the scores of one class in order, twice
// while they are sorted.
data::MemoryPlan needs_of_metrics(const data::MemoryPlan& plan, std::size_t columns) {
  data::MemoryPlan needs = needs_of_predictions(plan, columns);
  needs.per_row += 6 * kNumber;
  return needs;
}

}  // namespace mpilogit::problem
