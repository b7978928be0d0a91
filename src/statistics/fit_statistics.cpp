#include "statistics/fit_statistics.hpp"

#include <vector>

#include "core/exact_vector_sum.hpp"
#include "kernels/elementary.hpp"
#include "kernels/logistic.hpp"
#include "statistics/detail/hosmer_lemeshow.hpp"
#include "statistics/detail/outcomes.hpp"
#include "statistics/tail_probabilities.hpp"

namespace mpilogit::statistics {

namespace {

enum Scalar : std::size_t {
  kRows,                    // of positive weight
  kWeight,                  // Σ s_i
  kLoss,                    // Σ s_i ℓ_i, without binomial coefficients
  kSaturated,               // that of the saturated model
  kLargest,                 // the saturated model's log-likelihood with the coefficients
  kSuccess,                 // Σ s_i P(y = 1) over class 0, then over class 1
  kClasses = kSuccess + 2,  // Σ s_i of each class
};

// −Σ_k m_k log(m_k / m), m = Σ m_k.
double entropy(std::span<const double> totals) {
  double total = 0.0;
  for (const double m : totals) total += m;
  double sum = 0.0;
  for (const double m : totals) {
    if (m > 0.0) sum -= m * kernels::log_of(m / total);
  }
  return sum;
}

void add_row(const ScoredRows& rows, std::size_t i, core::ExactVectorSum& sums) {
  const double weight = rows.weights.empty() ? 1.0 : rows.weights[i];
  sums.add_scalar(kRows, 1.0);
  sums.add_scalar(kWeight, weight);
  if (rows.trials.empty()) return;
  const std::vector<double> counts = {rows.trials[i] - rows.successes[i], rows.successes[i]};
  sums.add_scalar(kSaturated, weight * entropy(counts));
  sums.add_scalar(kLargest, weight * log_saturated_binomial(rows.successes[i], rows.trials[i]));
}

void add_outcome(const ScoredRows& rows, const Outcome& outcome, core::ExactVectorSum& sums) {
  const double weight = outcome.weight * outcome.count;
  const std::size_t columns = rows.shape.columns;
  const auto margins = rows.margins.subspan(outcome.row * columns, columns);
  double loss = 0.0;
  log_losses(rows.shape, margins, {&outcome.label, 1}, {&loss, 1});
  sums.add_scalar(kLoss, weight * loss);
  sums.add_scalar(kClasses + outcome.label, weight);
  if (rows.shape.classes() > 2) return;
  sums.add_scalar(kSuccess + outcome.label, weight * kernels::sigmoid(margins[0]));
}

// Each row's terms go into the exact sums by themselves: where the rows are split cannot matter.
core::ExactVectorSum exact_sums(const ScoredRows& rows, const comm::Communicator& communicator) {
  core::ExactVectorSum sums({}, kClasses + rows.shape.classes());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const bool counts = (rows.weights.empty() || rows.weights[i] > 0.0) &&
                        (rows.trials.empty() || rows.trials[i] > 0.0);
    if (counts) add_row(rows, i, sums);
  }
  for_each_outcome(rows, [&](const Outcome& outcome) {
    if (outcome.weight > 0.0) add_outcome(rows, outcome, sums);
  });
  communicator.sum(sums.pack());
  sums.unpack();
  return sums;
}

std::vector<double> class_totals(const core::ExactVectorSum& sums, std::size_t classes) {
  std::vector<double> totals;
  for (std::size_t k = 0; k < classes; ++k) totals.push_back(sums.scalar(kClasses + k));
  return totals;
}

}  // namespace

// ℓ = ℓ of the saturated model − ½ deviance;  AIC = 2 p − 2 ℓ;  BIC = p log n − 2 ℓ;
// McFadden's R² = 1 − ℓ / ℓ₀;  Tjur's R² = mean of P(y = 1) over class 1 − that over class 0.
model::FitStatistics fit_statistics(const ScoredRows& rows, const FitDescription& description,
                                    const comm::Communicator& communicator) {
  const core::ExactVectorSum sums = exact_sums(rows, communicator);
  const std::vector<double> totals = class_totals(sums, rows.shape.classes());
  const double scale =
      description.sampling_weights ? sums.scalar(kRows) / sums.scalar(kWeight) : 1.0;
  const double null_loss = description.null_loss.value_or(entropy(totals));
  const double saturated = scale * sums.scalar(kLargest);
  const auto parameters = static_cast<double>(description.parameters);

  model::FitStatistics fit;
  fit.observations = description.sampling_weights ? sums.scalar(kRows) : sums.scalar(kWeight);
  fit.parameters = description.parameters;
  fit.null_deviance = 2.0 * scale * (null_loss - sums.scalar(kSaturated));
  fit.residual_deviance = 2.0 * scale * (sums.scalar(kLoss) - sums.scalar(kSaturated));
  fit.log_likelihood = saturated - 0.5 * fit.residual_deviance;
  fit.null_log_likelihood = saturated - 0.5 * fit.null_deviance;
  fit.null_degrees = sums.scalar(kRows) - static_cast<double>(description.intercepts);
  fit.residual_degrees = sums.scalar(kRows) - parameters;
  fit.aic = 2.0 * parameters - 2.0 * fit.log_likelihood;
  fit.bic = parameters * kernels::log_of(fit.observations) - 2.0 * fit.log_likelihood;
  fit.mcfadden = 1.0 - fit.log_likelihood / fit.null_log_likelihood;
  if (rows.shape.classes() == 2) {
    fit.tjur = sums.scalar(kSuccess + 1) / totals[1] - sums.scalar(kSuccess) / totals[0];
  }
  if (rows.shape.classes() == 2 && !description.aggregated) {
    if (const auto test = hosmer_lemeshow(rows, communicator)) {
      fit.hosmer_lemeshow = {test->statistic, test->degrees,
                             log_chi_squared_upper(test->statistic, test->degrees)};
    }
  }
  const std::int64_t tested = description.parameters - description.intercepts;
  const double statistic = fit.null_deviance - fit.residual_deviance;
  fit.likelihood_ratio = {statistic, tested,
                          tested > 0 ? log_chi_squared_upper(statistic, tested) : 0.0};
  return fit;
}

}  // namespace mpilogit::statistics
