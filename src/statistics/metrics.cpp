#include "mpilogit/statistics/metrics.hpp"

#include "mpilogit/core/exact_vector_sum.hpp"
#include "mpilogit/statistics/ranking.hpp"

#include "statistics/outcomes.hpp"

namespace mpilogit::statistics {

namespace {

enum Scalar : std::size_t { kLoss, kWeight, kCorrectWeight, kScalars };

// Losses of each row for what was observed: if[label][row], of two labels where there are trials.
struct Losses {
  explicit Losses(const ScoredRows& rows) : aggregated(!rows.trials.empty()) {
    if (!aggregated) {
      of_label[0] = losses(rows, rows.labels);
      return;
    }
    for (std::uint32_t label = 0; label < 2; ++label) {
      of_label[label] = losses(rows, std::vector<std::uint32_t>(rows.rows(), label));
    }
  }

  static std::vector<double> losses(const ScoredRows& rows, std::span<const std::uint32_t> labels) {
    std::vector<double> result(rows.rows());
    log_losses(rows.shape, rows.margins, labels, result);
    return result;
  }

  double at(const Outcome& outcome) const {
    return of_label[aggregated ? outcome.label : 0][outcome.row];
  }

  bool aggregated;
  std::vector<double> of_label[2];
};

std::vector<std::uint32_t> predictions(const ScoredRows& rows) {
  std::vector<std::uint32_t> predicted;
  predicted.reserve(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto margins = rows.margins.subspan(i * rows.shape.columns, rows.shape.columns);
    predicted.push_back(predicted_class(rows.shape, margins));
  }
  return predicted;
}

}  // namespace

// Each row's terms go into the exact sums by themselves: where the rows are split cannot matter.
Metrics evaluate(const ScoredRows& rows, const comm::Communicator& communicator) {
  const std::size_t classes = rows.shape.classes();
  const Losses losses(rows);
  const std::vector<std::uint32_t> predicted = predictions(rows);
  core::ExactVectorSum sums({}, kScalars);
  std::vector<std::int64_t> counts(classes * classes);
  for_each_outcome(rows, [&](const Outcome& outcome) {
    const double weight = outcome.weight * outcome.count;
    const std::uint32_t prediction = predicted[outcome.row];
    counts[outcome.label * classes + prediction] += static_cast<std::int64_t>(outcome.count);
    if (weight == 0.0) return;  // 0 · ∞ is not 0
    sums.add_scalar(kLoss, weight * losses.at(outcome));
    sums.add_scalar(kWeight, weight);
    if (outcome.label == prediction) sums.add_scalar(kCorrectWeight, weight);
  });
  communicator.sum(sums.pack());
  sums.unpack();
  communicator.sum(counts);

  Metrics metrics;
  metrics.rows = communicator.sum(static_cast<std::int64_t>(rows.rows()));
  metrics.log_loss = sums.scalar(kLoss) / sums.scalar(kWeight);
  metrics.accuracy = sums.scalar(kCorrectWeight) / sums.scalar(kWeight);
  for (auto row = counts.begin(); row != counts.end();
       row += static_cast<std::ptrdiff_t>(classes)) {
    metrics.confusion.emplace_back(row, row + static_cast<std::ptrdiff_t>(classes));
  }
  metrics.roc_auc = roc_auc(rows, communicator);
  return metrics;
}

std::optional<double> roc_auc(const ScoredRows& rows, const comm::Communicator& communicator) {
  if (rows.shape.link == Link::logistic) {
    return roc_auc(RankedScores::by_margin(rows, communicator), communicator);
  }
  const std::size_t classes = rows.shape.classes();
  std::vector<double> probabilities(rows.rows() * classes);
  class_probabilities(rows.shape, rows.margins, probabilities);
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
