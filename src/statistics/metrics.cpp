#include "statistics/metrics.hpp"

#include "statistics/detail/sums.hpp"
#include "statistics/ranking.hpp"

namespace mpilogit::statistics {

Metrics evaluate(const ScoredRows& rows, const comm::Communicator& communicator) {
  Metrics metrics = sum_rows(rows, communicator).metrics;
  metrics.roc_auc = roc_auc(rows, communicator);
  return metrics;
}

std::optional<double> roc_auc(const ScoredRows& rows, const comm::Communicator& communicator) {
  if (rows.shape.link == Link::logistic) {
    return roc_auc(RankedScores::by_margin(rows, communicator), communicator);
  }
  const std::size_t classes = rows.shape.classes();
  const std::vector<double> probabilities = event_probabilities(rows.shape, rows.margins);
  double sum = 0.0;
  for (std::size_t k = 0; k < classes; ++k) {
    const auto positive = static_cast<std::uint32_t>(k);
    const auto auc = roc_auc(
        RankedScores::by_probability(rows, probabilities, positive, communicator), communicator);
    if (!auc) return std::nullopt;
    sum += *auc;
  }
  return sum / static_cast<double>(classes);
}

}  // namespace mpilogit::statistics
