#include "objective/logistic_batches.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include "objective/point/logistic_point.hpp"
#include "objective/point/problem.hpp"

namespace mpilogit::objective {

namespace {

data::Blocks blocks_of(const Problem& problem) {
  return problem.rows().design.dataset().shape().blocks();
}

// Fisher–Yates. std::shuffle and the standard distributions differ between libraries; the engine
// does not, and the bias of a remainder of 64 bits is below 2^-40 here.
std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::seed_seq sequence{seed & 0xffffffffU, seed >> 32U, static_cast<std::uint64_t>(epoch)};
  std::mt19937_64 engine(sequence);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[engine() % i]);
  return order;
}

}  // namespace

LogisticBatches::LogisticBatches(const LogisticObjective& objective, std::int64_t batch_rows,
                                 std::uint64_t seed)
    : problem_(objective.problem()), seed_(seed) {
  const std::int64_t block = blocks_of(problem_).rows_per_block();
  blocks_per_batch_ = std::max<std::int64_t>(1, (batch_rows + block / 2) / block);
  const std::int64_t rows_in_batch = blocks_per_batch_ * block;
  const ColumnBounds& bounds = problem_.rows().bounds;
  for (std::size_t j = 0; j <= problem_.features(); ++j) {
    const double largest = bounds.largest[j];
    double bound = 0.25 * std::max(bounds.squares[j] / problem_.total_weight,
                                   largest * largest / static_cast<double>(rows_in_batch));
    if (j < problem_.features()) bound += problem_.penalty.l2[j];
    curvature_bound_.insert(curvature_bound_.end(), problem_.columns(), bound > 0.0 ? bound : 1.0);
  }
}

std::int64_t LogisticBatches::batches() const {
  const std::int64_t blocks = blocks_of(problem_).count();
  return (blocks + blocks_per_batch_ - 1) / blocks_per_batch_;
}

// (n_total / n_batch) (1/S) Σ_{i in batch} residual_ik x_ij + λ2_j (w_jk − c_jk), n counted in
// rows.
void LogisticBatches::batch_gradient(std::int64_t epoch, std::int64_t batch,
                                     std::span<const double> coefficients,
                                     std::span<double> gradient) const {
  const std::int64_t rows = problem_.rows().design.rows();
  if (epoch != shuffled_epoch_) {
    order_ = shuffled(blocks_of(problem_).count(), seed_, epoch);
    shuffled_epoch_ = epoch;
  }
  const auto first = static_cast<std::size_t>(batch * blocks_per_batch_);
  const std::size_t count =
      std::min(static_cast<std::size_t>(blocks_per_batch_), order_.size() - first);
  const auto members = std::span<const std::int64_t>(order_).subspan(first, count);
  std::int64_t batch_rows = 0;
  for (const auto block : members) batch_rows += blocks_of(problem_).rows_of(block).size();

  const auto local = local_blocks(problem_.rows().design.dataset(), members);
  const PassResult sums = gradient_pass(problem_, local, false, batch_rows, coefficients, {});
  const double scale =
      static_cast<double>(rows) / static_cast<double>(batch_rows) / problem_.total_weight;
  for (std::size_t v = 0; v < gradient.size(); ++v) gradient[v] = sums.vector[v] * scale;
  problem_.add_penalty_gradient(coefficients, gradient);
}

}  // namespace mpilogit::objective
