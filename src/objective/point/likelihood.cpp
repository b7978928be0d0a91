#include "objective/point/likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/logistic.hpp"

namespace mpilogit::objective {

namespace {

template <class T>
std::span<const T> part(std::span<const T> block, std::size_t first, std::size_t count) {
  return block.empty() ? block : block.subspan(first, count);
}

template <class T>
std::span<const T> tile_of(const std::vector<T>& rows, const LocalBlock& block, std::size_t first,
                           std::size_t count) {
  return part(block.of(std::span<const T>(rows)), first, count);
}

}  // namespace

Likelihood::Likelihood(Targets targets)
    : shape_{targets.columns(), targets.reference_class},
      binary_(targets.classes == 2),
      aggregated_(targets.aggregated()),
      rows_(targets.aggregated() ? targets.success_weight.size() : targets.labels->size()),
      weights_(std::move(targets.weights)) {
  if (aggregated_) {
    failure_weight_.resize(rows_);
    for (std::size_t i = 0; i < rows_; ++i) {
      failure_weight_[i] = std::max(0.0, weights_[i] - targets.success_weight[i]);
    }
    success_weight_ = std::move(targets.success_weight);
  } else if (binary_) {
    shared_labels_ = std::move(targets.labels);
    binary_labels_ = shared_labels_->narrow();
  } else {
    targets.labels->visit([&](const auto own) { labels_.assign(own.begin(), own.end()); });
  }
}

void Likelihood::residuals(const LocalBlock& block, std::size_t first, std::span<double> tile,
                           kernels::LaneSum& losses) const {
  const std::size_t count = tile.size() / shape_.columns;
  const auto weights = tile_of(weights_, block, first, count);
  if (!binary_) {
    kernels::softmax_losses_and_residuals(shape_, tile, tile_of(labels_, block, first, count),
                                          weights, tile, losses);
    return;
  }
  if (!aggregated_) {
    kernels::losses_and_residuals(tile, part(block.of(binary_labels_), first, count), weights, tile,
                                  losses);
    return;
  }
  // An aggregated row is two: its successes with label 1, its failures with label 0.
  std::vector<double> of_failures(count);
  const std::vector<std::uint8_t> zeros(count, 0);
  const std::vector<std::uint8_t> ones(count, 1);
  kernels::losses_and_residuals(tile, zeros, tile_of(failure_weight_, block, first, count),
                                of_failures, losses);
  kernels::losses_and_residuals(tile, ones, tile_of(success_weight_, block, first, count), tile,
                                losses);
  for (std::size_t i = 0; i < count; ++i) tile[i] += of_failures[i];
}

void Likelihood::add_class_weights(const LocalBlock& block, std::span<double> totals) const {
  for (std::size_t i = block.first; i < block.first + block.rows; ++i) {
    const double weight = weights_.empty() ? 1.0 : weights_[i];
    if (aggregated()) {
      totals[0] += failure_weight_[i];
      totals[1] += success_weight_[i];
    } else {
      totals[binary_ ? binary_labels_[i] : labels_[i]] += weight;
    }
  }
}

void Likelihood::curvature_state(std::span<const double> margins, std::span<double> state) const {
  kernels::softmax_probabilities(shape_, margins, state);
}

void Likelihood::curvature_products(const LocalBlock& block, std::size_t first,
                                    std::span<const double> state, std::span<double> tile) const {
  const std::size_t count = tile.size() / shape_.columns;
  std::vector<double> room;
  const auto own = probabilities_of(state.subspan(first * shape_.columns, tile.size()), room);
  if (binary_) {
    kernels::curvature_products(own, tile_of(weights_, block, first, count), tile);
    return;
  }
  kernels::softmax_curvature_products(shape_, own, tile_of(weights_, block, first, count), tile);
}

void Likelihood::curvatures(const LocalBlock& block, std::span<const double> state, std::size_t k,
                            std::size_t l, std::span<double> curvatures) const {
  if (binary_) {
    kernels::curvatures(state, block.of(weights()), curvatures);
  } else {
    std::vector<double> room;
    kernels::softmax_curvatures(shape_, probabilities_of(state, room), block.of(weights()), k, l,
                                curvatures);
  }
}

void Likelihood::diagonal_curvatures(const LocalBlock& block, std::span<const double> state,
                                     std::span<double> curvatures) const {
  std::vector<double> room;
  kernels::softmax_diagonal_curvatures(shape_, probabilities_of(state, room), block.of(weights()),
                                       curvatures);
}

// Of some rows: the state itself where it is stored; of two classes, which need none, too.
std::span<const double> Likelihood::probabilities_of(std::span<const double> state,
                                                     std::vector<double>& room) const {
  if (binary_ || !margins_are_state()) return state;
  room.resize(state.size());
  curvature_state(state, room);
  return room;
}

BlockDiagonals::BlockDiagonals(const Likelihood& likelihood, const LocalBlock& block,
                               std::span<const double> state)
    : likelihood_(likelihood), block_(block), state_(state) {
  if (likelihood.columns() <= kFewColumns) return;
  all_.resize(state.size());
  likelihood.diagonal_curvatures(block, state, all_);
}

void BlockDiagonals::of(std::size_t k, std::span<double> curvatures) const {
  if (all_.empty()) return likelihood_.curvatures(block_, state_, k, k, curvatures);
  const std::size_t columns = likelihood_.columns();
  for (std::size_t i = 0; i < curvatures.size(); ++i) curvatures[i] = all_[i * columns + k];
}

double Likelihood::binary_gain(std::size_t row, double margin) const {
  if (!aggregated()) return binary_labels_[row] != 0 ? margin : -margin;
  const bool succeeds = success_weight_[row] > 0.0;
  const bool fails = failure_weight_[row] > 0.0;
  if (succeeds && fails) return -std::fabs(margin);
  return succeeds ? margin : -margin;
}

// A reference class has the margin 0.
double Likelihood::class_gain(std::size_t row, std::span<const double> margins) const {
  const std::size_t skipped = shape_.reference_class ? 1 : 0;
  const std::size_t label = labels_[row];
  double own = 0.0;
  double strongest =
      shape_.reference_class && label != 0 ? 0.0 : -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < margins.size(); ++k) {
    if (k + skipped == label) {
      own = margins[k];
    } else {
      strongest = std::max(strongest, margins[k]);
    }
  }
  return own - strongest;
}

void Likelihood::gains(const LocalBlock& block, std::span<const double> margins,
                       std::span<double> gains) const {
  for (std::size_t i = 0; i < block.rows; ++i) {
    const std::size_t row = block.first + i;
    if (!weights_.empty() && weights_[row] == 0.0) {
      gains[i] = std::numeric_limits<double>::infinity();
    } else if (binary_) {
      gains[i] = binary_gain(row, margins[i]);
    } else {
      gains[i] = class_gain(row, margins.subspan(i * shape_.columns, shape_.columns));
    }
  }
}

}  // namespace mpilogit::objective
