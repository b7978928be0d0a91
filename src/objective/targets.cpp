#include "objective/targets.hpp"

#include <algorithm>

#include "objective/pass/exact_pass.hpp"

namespace mpilogit::objective {

namespace {

// Weights that can be written to: 1 for every row where there were none.
void materialise_weights(Targets& targets, std::size_t rows) {
  if (targets.weights.empty()) targets.weights.assign(rows, 1.0);
}

std::size_t row_count(const Targets& targets) {
  return targets.aggregated() ? targets.success_weight.size() : targets.labels->size();
}

// Rows of weight 1 are counted, which is faster and the same.
void count_classes(const data::ClassIndices& labels, const LocalBlock& block,
                   std::span<double> totals) {
  std::vector<std::size_t> counts(totals.size());
  labels.visit([&](const auto indices) {
    for (const auto label : indices.subspan(block.first, block.rows)) ++counts[label];
  });
  for (std::size_t k = 0; k < totals.size(); ++k) totals[k] += static_cast<double>(counts[k]);
}

}  // namespace

Targets targets_of(const data::Dataset& dataset) {
  Targets targets;
  targets.classes = dataset.classes().size();
  targets.weights.assign(dataset.weights().begin(), dataset.weights().end());
  const auto trials = dataset.trials();
  if (!dataset.aggregated()) {
    targets.labels = {std::shared_ptr<void>(), &dataset.labels()};
    return targets;
  }
  materialise_weights(targets, trials.size());
  targets.success_weight.resize(trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    targets.success_weight[i] = targets.weights[i] * dataset.successes()[i];
    targets.weights[i] *= trials[i];
  }
  return targets;
}

// Cost: one look at labels and weights; an allreduce of one scalar per class.
std::vector<double> class_totals(const data::Dataset& dataset, const Targets& targets,
                                 const comm::Communicator& communicator, int threads) {
  const core::ExactVectorSum sums =
      exact_sum(nullptr, local_blocks(dataset), threads, communicator, {}, targets.classes,
                [&](const LocalBlock& block, BlockSums out) {
                  if (targets.weights.empty() && !targets.aggregated()) {
                    count_classes(*targets.labels, block, out.scalars);
                    return;
                  }
                  const auto weights = block.of(std::span<const double>(targets.weights));
                  const auto success = block.of(std::span<const double>(targets.success_weight));
                  for (std::size_t i = 0; i < block.rows; ++i) {
                    const double weight = weights.empty() ? 1.0 : weights[i];
                    if (!targets.aggregated()) {
                      out.scalars[(*targets.labels)[block.first + i]] += weight;
                    } else {
                      out.scalars[0] += weight - success[i];
                      out.scalars[1] += success[i];
                    }
                  }
                });
  std::vector<double> totals;
  for (std::size_t k = 0; k < targets.classes; ++k) totals.push_back(sums.scalar(k));
  return totals;
}

void apply_class_weights(Targets& targets, std::span<const double> factors) {
  const std::size_t rows = row_count(targets);
  materialise_weights(targets, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    if (targets.aggregated()) {
      const double success = targets.success_weight[i] * factors[1];
      const double failure = (targets.weights[i] - targets.success_weight[i]) * factors[0];
      targets.success_weight[i] = success;
      targets.weights[i] = failure + success;
    } else {
      targets.weights[i] *= factors[(*targets.labels)[i]];
    }
  }
}

Targets one_against_rest(const Targets& targets, std::size_t positive) {
  Targets binary = targets;
  binary.classes = 2;
  binary.reference_class = false;
  std::vector<std::uint32_t> indices(targets.labels->size());
  targets.labels->visit([&](const auto own) {
    std::transform(own.begin(), own.end(), indices.begin(),
                   [&](auto label) { return label == positive ? 1U : 0U; });
  });
  data::ClassIndices labels;
  labels.append(indices);
  binary.labels = std::make_shared<const data::ClassIndices>(std::move(labels));
  return binary;
}

Targets without_part(const Targets& targets, std::span<const std::uint32_t> left_out,
                     std::uint32_t part) {
  Targets remaining = targets;
  materialise_weights(remaining, left_out.size());
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    if (left_out[i] != part) continue;
    remaining.weights[i] = 0.0;
    if (remaining.aggregated()) remaining.success_weight[i] = 0.0;
  }
  return remaining;
}

}  // namespace mpilogit::objective
