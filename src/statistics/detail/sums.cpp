#include "statistics/detail/sums.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "statistics/detail/outcomes.hpp"

namespace mpilogit::statistics {

namespace {

// The sums of class k are 3 k + these; after all classes one of losses.
enum ClassSum : std::size_t { kCorrect, kMissed, kMistaken, kSumsPerClass };

// Before anything is rounded: rightly predicted weight and all weight.
void add_up(std::span<const core::WideSum> sums, RowSums& result) {
  core::WideSum correct;
  core::WideSum all;
  for (std::size_t at = 0; at + kSumsPerClass <= sums.size(); at += kSumsPerClass) {
    const ClassSums of_class{sums[at + kCorrect].value(), sums[at + kMissed].value(),
                             sums[at + kMistaken].value()};
    result.classes.push_back(of_class);
    correct.add(sums[at + kCorrect].limbs());
    all.add(sums[at + kCorrect].limbs());
    all.add(sums[at + kMissed].limbs());
  }
  result.correct = correct.value();
  result.weight = all.value();
}

}  // namespace

// Each row's terms go into the exact sums by themselves: where the rows are split cannot matter.
RowSums sum_rows(const ScoredRows& rows, const comm::Communicator& communicator) {
  const std::size_t classes = rows.shape.classes();
  const RowLosses losses(rows);
  const std::vector<std::uint32_t> predicted = predictions(rows);
  std::vector<core::WideSum> sums(classes * kSumsPerClass + 1);
  core::WideSum& loss = sums.back();
  std::vector<std::int64_t> counts(classes * classes);
  for_each_outcome(rows, [&](const Outcome& outcome) {
    const double weight = outcome.weight * outcome.count;
    const std::uint32_t prediction = predicted[outcome.row];
    counts[outcome.label * classes + prediction] += static_cast<std::int64_t>(outcome.count);
    if (weight == 0.0) return;  // 0 · ∞ is not 0
    loss.add(weight * losses.at(outcome));
    if (outcome.label == prediction) {
      sums[outcome.label * kSumsPerClass + kCorrect].add(weight);
    } else {
      sums[outcome.label * kSumsPerClass + kMissed].add(weight);
      sums[prediction * kSumsPerClass + kMistaken].add(weight);
    }
  });
  sum_over_ranks(sums, communicator);
  communicator.sum(counts);

  RowSums result;
  for (auto& sum : sums) sum.normalise();
  add_up(std::span<const core::WideSum>(sums).first(classes * kSumsPerClass), result);
  Metrics& metrics = result.metrics;
  metrics.rows = communicator.sum(static_cast<std::int64_t>(rows.rows()));
  metrics.log_loss = loss.value() / result.weight;
  metrics.accuracy = result.correct / result.weight;
  for (auto row = counts.begin(); row != counts.end();
       row += static_cast<std::ptrdiff_t>(classes)) {
    metrics.confusion.emplace_back(row, row + static_cast<std::ptrdiff_t>(classes));
  }
  return result;
}

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

void sum_over_ranks(std::span<core::WideSum> sums, const comm::Communicator& communicator) {
  constexpr std::size_t kLimbs = core::WideSum::kLimbs;
  std::vector<std::int64_t> limbs(sums.size() * kLimbs);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i].normalise();
    std::copy(sums[i].limbs().begin(), sums[i].limbs().end(), &limbs[i * kLimbs]);
  }
  communicator.sum(limbs);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = core::WideSum::from_limbs(
        std::span<const std::int64_t, kLimbs>(&limbs[i * kLimbs], kLimbs));
  }
}

double value_over_ranks(core::WideSum sum, const comm::Communicator& communicator) {
  sum_over_ranks({&sum, 1}, communicator);
  return sum.value();
}

}  // namespace mpilogit::statistics
