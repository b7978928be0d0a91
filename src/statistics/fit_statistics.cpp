#include "statistics/fit_statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/exact_vector_sum.hpp"
#include "kernels/elementary.hpp"
#include "kernels/logistic.hpp"
#include "statistics/detail/outcomes.hpp"
#include "statistics/detail/sums.hpp"
#include "statistics/ranked_scores.hpp"
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

namespace {

// Where the quantile of `probability` lies: between the values of two ranks, counted from 1 (a row
// of weight s has s ranks). In R's words: index = 1 + (n − 1) p.
struct QuantilePlace {
  QuantilePlace(double rows, double probability) {
    const double index = 1.0 + std::max(rows - 1.0, 0.0) * probability;
    lower = std::min(std::floor(index), rows);
    upper = std::min(std::ceil(index), rows);
    share = index - lower;
  }
  double lower;
  double upper;
  double share;
};

// The margins that have the given ranks (ascending, from 1 to the number of rows), the same on
// every rank of MPI. Cost: a look at the groups.
std::vector<double> margins_of_ranks(const RankedScores& ranked, const std::vector<double>& wanted,
                                     const comm::Communicator& communicator) {
  std::vector<double> found(wanted.size(), -std::numeric_limits<double>::infinity());
  std::size_t next = 0;
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    const double before = ranked.unit() * static_cast<double>(below.negatives + below.positives);
    const double until =
        ranked.unit() * static_cast<double>(below.negatives + below.positives +
                                            group.weights.negatives + group.weights.positives);
    while (next < wanted.size() && wanted[next] <= before) ++next;  // on a rank before
    for (; next < wanted.size() && wanted[next] <= until; ++next) found[next] = group.score;
  });
  communicator.maximum(found);
  return found;
}

// Quantiles of type 7: (1 − h) x[⌊index⌋] + h x[⌈index⌉], h = index − ⌊index⌋; each once.
std::vector<double> quantile_cuts(const RankedScores& ranked, std::int64_t groups,
                                  const comm::Communicator& communicator) {
  const double rows =
      ranked.unit() * static_cast<double>(ranked.total().negatives + ranked.total().positives);
  const double step = 1.0 / static_cast<double>(groups);
  std::vector<QuantilePlace> places;
  std::vector<double> wanted;
  for (std::int64_t i = 0; i <= groups; ++i) {
    places.emplace_back(rows, i == groups ? 1.0 : static_cast<double>(i) * step);
    wanted.insert(wanted.end(), {places.back().lower, places.back().upper});
  }
  std::sort(wanted.begin(), wanted.end());
  const std::vector<double> margins = margins_of_ranks(ranked, wanted, communicator);
  const auto probability_of = [&](double rank) {
    const auto found = std::lower_bound(wanted.begin(), wanted.end(), rank);
    return ranked.probability(margins[static_cast<std::size_t>(found - wanted.begin())]);
  };
  std::vector<double> cuts;
  for (const auto& place : places) {
    const double lower = probability_of(place.lower);
    const double upper = probability_of(place.upper);
    // Rounding must not push the cut below the row that it is to take in.
    const double cut = place.share > 0.0 && upper != lower
                           ? std::max(lower, (1.0 - place.share) * lower + place.share * upper)
                           : lower;
    if (cuts.empty() || cuts.back() < cut) cuts.push_back(cut);
  }
  return cuts;
}

// Of one group, class 0 and class 1.
struct Cell {
  std::array<std::int64_t, 2> observed{};
  std::array<core::WideSum, 2> expected;
};

std::vector<Cell> fill_cells(const RankedScores& ranked, const std::vector<double>& cuts) {
  std::vector<Cell> cells(cuts.size() - 1);
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights&) {
    const double probability = kernels::sigmoid(group.score);
    const auto cut = std::lower_bound(cuts.begin() + 1, cuts.end() - 1, probability);
    Cell& cell = cells[static_cast<std::size_t>(cut - cuts.begin()) - 1];
    const ClassWeights& weights = group.weights;
    cell.observed[0] += weights.negatives;
    cell.observed[1] += weights.positives;
    const double weight =
        ranked.unit() * static_cast<double>(weights.negatives + weights.positives);
    cell.expected[0].add(weight * kernels::sigmoid(-group.score));
    cell.expected[1].add(weight * probability);
  });
  return cells;
}

}  // namespace

std::optional<HosmerLemeshow> hosmer_lemeshow(const ScoredRows& rows,
                                              const comm::Communicator& communicator,
                                              std::int64_t groups) {
  const RankedScores ranked = RankedScores::by_margin(rows, communicator);
  const std::vector<double> cuts = quantile_cuts(ranked, groups, communicator);
  if (cuts.size() < 2) return std::nullopt;
  HosmerLemeshow test;
  test.degrees = -2;
  for (auto& cell : fill_cells(ranked, cuts)) {
    sum_over_ranks(cell.expected, communicator);
    communicator.sum(cell.observed);
    if (cell.observed[0] + cell.observed[1] > 0) ++test.degrees;
    for (std::size_t k = 0; k < 2; ++k) {
      const double expected = cell.expected[k].value();
      const double difference = ranked.unit() * static_cast<double>(cell.observed[k]) - expected;
      if (difference != 0.0) test.statistic += difference * difference / expected;
    }
  }
  if (test.degrees < 1) return std::nullopt;
  return test;
}

}  // namespace mpilogit::statistics
