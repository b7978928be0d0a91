#include "mpilogit/statistics/metrics.hpp"

#include <vector>

#include "mpilogit/core/exact_vector_sum.hpp"
#include "mpilogit/kernels/logistic.hpp"

namespace mpilogit::statistics {

namespace {

enum Scalar : std::size_t { kLoss, kWeight, kCorrectWeight, kScalars };

}  // namespace

// Each row's terms go into the exact sums by themselves: where the rows are split cannot matter.
Metrics evaluate(const ScoredRows& rows, const comm::Communicator& communicator) {
  core::ExactVectorSum sums({}, kScalars);
  std::array<std::int64_t, 4> counts{};
  for (std::size_t i = 0; i < rows.margins.size(); ++i) {
    const double weight = rows.weights.empty() ? 1.0 : rows.weights[i];
    const std::size_t actual = rows.labels[i];
    const std::size_t predicted = rows.margins[i] > 0.0 ? 1 : 0;
    sums.add_scalar(kLoss, kernels::row_loss(rows.margins[i], rows.labels[i], weight).loss);
    sums.add_scalar(kWeight, weight);
    if (actual == predicted) sums.add_scalar(kCorrectWeight, weight);
    ++counts[2 * actual + predicted];
  }
  communicator.sum(sums.pack());
  sums.unpack();
  communicator.sum(counts);

  Metrics metrics;
  metrics.rows = counts[0] + counts[1] + counts[2] + counts[3];
  metrics.log_loss = sums.scalar(kLoss) / sums.scalar(kWeight);
  metrics.accuracy = sums.scalar(kCorrectWeight) / sums.scalar(kWeight);
  metrics.confusion = {{{counts[0], counts[1]}, {counts[2], counts[3]}}};
  metrics.roc_auc = roc_auc(rows, communicator);
  return metrics;
}

}  // namespace mpilogit::statistics
