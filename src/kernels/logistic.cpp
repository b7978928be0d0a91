#include "mpilogit/kernels/logistic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "kernels/elementary_formulas.hpp"

namespace mpilogit::kernels {

namespace {

/// σ(z) from e = exp(−|z|)
inline double sigmoid_of(double margin, double exponential) {
  return (margin < 0 ? exponential : 1.0) / (1 + exponential);
}

/// +1 for label 0, −1 for label 1: turns a margin into u.
inline double sign_of(std::uint8_t label) {
  return 1.0 - 2.0 * label;
}

/// `exponential` is e^(−|margin|).
inline RowLoss loss_of(double margin, double exponential, double sign, double weight) {
  const double wrongness = sign * margin;
  const double excess = wrongness > 0 ? wrongness : 0.0;
  const double loss = weight * (excess + formulas::log_of_one_plus(exponential));
  const double residual = sign * (weight * sigmoid_of(wrongness, exponential));
  // A row of weight 0 is no row, whatever its margin: 0 · ∞ would make it NaN.
  return {weight == 0 ? 0.0 : loss, weight == 0 ? 0.0 : residual};
}

inline double curvature_of(double margin, double weight) {
  const double exponential = formulas::exp_of_minus(std::abs(margin));
  const double sum = 1 + exponential;
  const double curvature = exponential / (sum * sum);
  // Rounding can lift it above its bound by one unit in the last place, where e is next to 1.
  return weight * (curvature > 0.25 ? 0.25 : curvature);
}

/// Rows are taken in chunks through local arrays: the compiler then knows that nothing overlaps.
constexpr std::size_t chunk_rows = 64;
using Chunk = std::array<double, chunk_rows>;

void copy_weights(std::span<const double> weights, std::size_t first, std::size_t count,
                  Chunk& chunk) {
  if (weights.empty()) {
    std::fill_n(chunk.begin(), count, 1.0);
  } else {
    std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(first), count, chunk.begin());
  }
}

}  // namespace

RowLoss row_loss(double margin, std::uint8_t label, double weight) {
  return loss_of(margin, formulas::exp_of_minus(std::abs(margin)), sign_of(label), weight);
}

double row_curvature(double margin, double weight) {
  return curvature_of(margin, weight);
}

double sigmoid(double margin) {
  return sigmoid_of(margin, formulas::exp_of_minus(std::abs(margin)));
}

void losses_and_residuals(std::span<const double> margins, std::span<const std::uint8_t> labels,
                          std::span<const double> weights, std::span<double> residuals,
                          LaneSum& losses) {
  Chunk weight;
  Chunk sign;
  Chunk exponential;
  Chunk loss;
  Chunk residual;
  for (std::size_t first = 0; first < margins.size(); first += chunk_rows) {
    const std::size_t count = std::min(chunk_rows, margins.size() - first);
    copy_weights(weights, first, count, weight);
    const double* margin = margins.data() + first;
    // Three loops, not one: labels are narrower than margins, and short chains of operations let
    // the processor work on more rows at once.
    for (std::size_t i = 0; i < count; ++i) sign[i] = sign_of(labels[first + i]);
    for (std::size_t i = 0; i < count; ++i) {
      exponential[i] = formulas::exp_of_minus(std::abs(margin[i]));
    }
    for (std::size_t i = 0; i < count; ++i) {
      const RowLoss row = loss_of(margin[i], exponential[i], sign[i], weight[i]);
      loss[i] = row.loss;
      residual[i] = row.residual;
    }
    losses.add({loss.data(), count});
    std::copy_n(residual.begin(), count, residuals.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

void curvatures(std::span<const double> margins, std::span<const double> weights,
                std::span<double> curvatures) {
  Chunk weight;
  Chunk curvature;
  for (std::size_t first = 0; first < margins.size(); first += chunk_rows) {
    const std::size_t count = std::min(chunk_rows, margins.size() - first);
    copy_weights(weights, first, count, weight);
    const double* margin = margins.data() + first;
    for (std::size_t i = 0; i < count; ++i) curvature[i] = curvature_of(margin[i], weight[i]);
    std::copy_n(curvature.begin(), count, curvatures.begin() + static_cast<std::ptrdiff_t>(first));
  }
}

}  // namespace mpilogit::kernels
