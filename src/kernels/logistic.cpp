#include "kernels/logistic.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/logistic.cpp"
#include <hwy/foreach_target.h>

#include "kernels/detail/elementary_formulas.hpp"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t max_lanes = 8;
using Doubles = hn::CappedTag<double, max_lanes>;
using Vector = hn::Vec<Doubles>;

constexpr Doubles doubles;

/// A vector of loss and residual.
struct VectorLoss {
  Vector loss;
  Vector residual;
};

/// e^(−|z|)
HWY_INLINE Vector exponential_of(Vector margin) {
  return formulas::exp_of_minus(doubles, hn::Abs(margin));
}

/// σ(z) from e = exp(−|z|)
HWY_INLINE Vector sigmoid_of(Vector margin, Vector exponential) {
  const auto one = hn::Set(doubles, 1.0);
  const auto negative = hn::Lt(margin, hn::Zero(doubles));
  return hn::Div(hn::IfThenElse(negative, exponential, one), hn::Add(one, exponential));
}

/// e = exp(−|z|); `sign` is −0 for label 1 and 0 for label 0: it turns a margin into u.
HWY_INLINE VectorLoss loss_of(Vector margin, Vector exponential, Vector sign, Vector weight) {
  const auto zero = hn::Zero(doubles);
  const auto wrongness = hn::Xor(margin, sign);
  const auto excess = hn::IfThenElseZero(hn::Gt(wrongness, zero), wrongness);
  const auto logarithm = formulas::log_of_one_plus(doubles, exponential);
  const auto loss = hn::Mul(weight, hn::Add(excess, logarithm));
  const auto residual = hn::Xor(sign, hn::Mul(weight, sigmoid_of(wrongness, exponential)));
  // A row of weight 0 is no row, whatever its margin: 0 · ∞ would make it NaN.
  const auto absent = hn::Eq(weight, zero);
  return {hn::IfThenZeroElse(absent, loss), hn::IfThenZeroElse(absent, residual)};
}

HWY_INLINE Vector curvature_of(Vector margin, Vector weight) {
  const auto quarter = hn::Set(doubles, 0.25);
  const auto exponential = exponential_of(margin);
  const auto sum = hn::Add(hn::Set(doubles, 1.0), exponential);
  const auto curvature = hn::Div(exponential, hn::Mul(sum, sum));
  // Rounding can lift it above its bound by one unit in the last place, where e is next to 1.
  const auto above = hn::Gt(curvature, quarter);
  return hn::Mul(weight, hn::IfThenElse(above, quarter, curvature));
}

/// The sign bit of each vector lane from a byte that is 0 or 1.
HWY_INLINE Vector signs_of(const std::uint8_t* labels) {
  const hn::RebindToUnsigned<Doubles> words;
  const hn::Rebind<std::uint32_t, Doubles> halves;
  const hn::Rebind<std::uint8_t, Doubles> bytes;
  const auto label = hn::PromoteTo(words, hn::PromoteTo(halves, hn::LoadU(bytes, labels)));
  return hn::BitCast(doubles, hn::ShiftLeft<63>(label));
}

HWY_INLINE Vector ones_or(const double* values, std::size_t row) {
  return values == nullptr ? hn::Set(doubles, 1.0) : hn::LoadU(doubles, values + row);
}

HWY_INLINE const double* data_or_null(std::span<const double> values) {
  return values.empty() ? nullptr : values.data();
}

/// Rows of one call, and where their results go, which may be the margins' memory. No `weights`:
/// all are 1.
struct LossRows {
  const double* margins;
  const std::uint8_t* labels;
  const double* weights;
  double* residuals;
};

HWY_INLINE void exponentials_at(const double* margins, double* exponentials) {
  hn::StoreU(exponential_of(hn::LoadU(doubles, margins)), doubles, exponentials);
}

/// Turns exponentials into losses.
HWY_INLINE void losses_and_residuals_at(const LossRows& rows, std::size_t row, double* losses) {
  const VectorLoss found =
      loss_of(hn::LoadU(doubles, rows.margins + row), hn::LoadU(doubles, losses),
              signs_of(rows.labels + row), ones_or(rows.weights, row));
  hn::StoreU(found.loss, doubles, losses);
  hn::StoreU(found.residual, doubles, rows.residuals + row);
}

/// Fewer rows than lanes, by way of a whole vector.
void last_losses_and_residuals(const LossRows& rows, std::size_t first, std::size_t count,
                               double* losses) {
  std::array<double, max_lanes> margins{};
  std::array<double, max_lanes> weights{};
  std::array<double, max_lanes> padded_losses;
  std::array<std::uint8_t, max_lanes> labels{};
  std::copy_n(rows.margins + first, count, margins.begin());
  std::copy_n(rows.labels + first, count, labels.begin());
  if (rows.weights != nullptr) std::copy_n(rows.weights + first, count, weights.begin());
  const LossRows padded{margins.data(), labels.data(),
                        rows.weights == nullptr ? nullptr : weights.data(), margins.data()};
  exponentials_at(margins.data(), padded_losses.data());
  losses_and_residuals_at(padded, 0, padded_losses.data());
  std::copy_n(padded_losses.begin(), count, losses);
  std::copy_n(margins.begin(), count, rows.residuals + first);
}

void losses_and_residuals(std::span<const double> margins, std::span<const std::uint8_t> labels,
                          std::span<const double> weights, std::span<double> residuals,
                          LaneSum& sum) {
  constexpr std::size_t chunk_rows = 256;  // whole vectors; their losses stay in cache
  const LossRows rows{margins.data(), labels.data(), data_or_null(weights), residuals.data()};
  const std::size_t lanes = hn::Lanes(doubles);
  std::array<double, chunk_rows> losses;
  for (std::size_t first = 0; first < margins.size(); first += chunk_rows) {
    const std::size_t count = std::min(chunk_rows, margins.size() - first);
    const std::size_t whole = count - count % lanes;
    // Two loops: shorter chains of operations let the processor work on more rows at once.
    for (std::size_t i = 0; i < whole; i += lanes) {
      exponentials_at(rows.margins + first + i, losses.data() + i);
    }
    for (std::size_t i = 0; i < whole; i += lanes) {
      losses_and_residuals_at(rows, first + i, losses.data() + i);
    }
    if (whole < count) {
      last_losses_and_residuals(rows, first + whole, count - whole, losses.data() + whole);
    }
    sum.add({losses.data(), count});
  }
}

/// products[i] = curvature of row i · factors[i], both of which may be the same memory; no
/// `factors` are factors of 1.
struct CurvatureRows {
  const double* margins;
  const double* weights;
  const double* factors;
  double* products;
};

HWY_INLINE void curvature_products_at(const CurvatureRows& rows, std::size_t row) {
  const auto curvature =
      curvature_of(hn::LoadU(doubles, rows.margins + row), ones_or(rows.weights, row));
  hn::StoreU(hn::Mul(curvature, ones_or(rows.factors, row)), doubles, rows.products + row);
}

void curvature_products(std::span<const double> margins, std::span<const double> weights,
                        std::span<const double> factors, std::span<double> products) {
  const CurvatureRows rows{margins.data(), data_or_null(weights), data_or_null(factors),
                           products.data()};
  const std::size_t count = margins.size();
  const std::size_t lanes = hn::Lanes(doubles);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) curvature_products_at(rows, i);
  const std::size_t rest = count - i;
  if (rest == 0) return;
  // Fewer rows than lanes, by way of a whole vector.
  std::array<double, max_lanes> margin{};
  std::array<double, max_lanes> weight{};
  std::array<double, max_lanes> factor{};
  std::copy_n(rows.margins + i, rest, margin.begin());
  if (!weights.empty()) std::copy_n(rows.weights + i, rest, weight.begin());
  if (!factors.empty()) std::copy_n(rows.factors + i, rest, factor.begin());
  curvature_products_at({margin.data(), weights.empty() ? nullptr : weight.data(),
                         factors.empty() ? nullptr : factor.data(), margin.data()},
                        0);
  std::copy_n(margin.begin(), rest, rows.products + i);
}

double sigmoid(double margin) {
  const auto z = hn::Set(doubles, margin);
  return hn::GetLane(sigmoid_of(z, exponential_of(z)));
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(losses_and_residuals);
HWY_EXPORT(curvature_products);
HWY_EXPORT(sigmoid);

RowLoss row_loss(double margin, std::uint8_t label, double weight) {
  RowLoss row{};
  LaneSum loss;
  losses_and_residuals({&margin, 1}, {&label, 1}, {&weight, 1}, {&row.residual, 1}, loss);
  row.loss = loss.total();
  return row;
}

double row_curvature(double margin, double weight) {
  double curvature = 0;
  curvatures({&margin, 1}, {&weight, 1}, {&curvature, 1});
  return curvature;
}

double sigmoid(double margin) {
  return HWY_DYNAMIC_DISPATCH(sigmoid)(margin);
}

void losses_and_residuals(std::span<const double> margins, std::span<const std::uint8_t> labels,
                          std::span<const double> weights, std::span<double> residuals,
                          LaneSum& losses) {
  HWY_DYNAMIC_DISPATCH(losses_and_residuals)(margins, labels, weights, residuals, losses);
}

void curvatures(std::span<const double> margins, std::span<const double> weights,
                std::span<double> curvatures) {
  HWY_DYNAMIC_DISPATCH(curvature_products)(margins, weights, {}, curvatures);
}

void curvature_products(std::span<const double> margins, std::span<const double> weights,
                        std::span<double> factors) {
  HWY_DYNAMIC_DISPATCH(curvature_products)(margins, weights, factors, factors);
}

}  // namespace mpilogit::kernels
#endif
