#include "solvers/cholesky.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "solvers/algebra/row_elimination.hpp"

namespace mpilogit::solvers {

namespace {

// A panel of rows times a tile of columns stays in the first-level cache (16 · 128 · 8 B = 16 KiB).
constexpr std::size_t kPanelRows = 16;
constexpr std::size_t kTileColumns = 128;
static_assert(kPanelRows % kEliminatedRows == 0);

// What left-out variables are taken to have at least.
constexpr double kLeastPivot = 1e-16;
constexpr double kLeastShare = 0x1p-50;  // of the largest curvature

constexpr double kLog2 = 0x1.62e42fefa39efp-1;

// Rounding moves a pivot of a matrix with unit diagonal by about √n … n units of ε, and the Hessian
// itself comes with an error of a few ε. Below this a pivot cannot be told from 0.
double rounding_pivot(std::size_t dimension) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  return 50.0 * kEpsilon * static_cast<double>(std::max<std::size_t>(dimension, 10));
}

// log x of x > 0, from operations that round alike everywhere: the logarithms of the C libraries
// differ between CPUs. With x = m 2^e and s = (m − 1) / (m + 1), log m = 2 Σ_k s^(2k+1) / (2k + 1);
// |s| ≤ 0.172, so that the terms left out are below 2^-60 of the sum.
double same_logarithm(double x) {
  constexpr int kTerms = 12;
  constexpr double kRootHalf = 0x1.6a09e667f3bcdp-1;
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < kRootHalf) {
    mantissa *= 2.0;
    --exponent;
  }
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  double series = 0.0;
  for (int k = kTerms - 1; k >= 0; --k) series = series * (s * s) + 1.0 / (2 * k + 1);
  return 2.0 * s * series + exponent * kLog2;
}

// y −= factor · x
void subtract_scaled(double factor, const double* x, double* y, std::size_t size) {
  for (std::size_t j = 0; j < size; ++j) y[j] -= factor * x[j];
}

}  // namespace

Cholesky::Cholesky(const SymmetricMatrix& matrix, std::size_t first)
    : Cholesky(matrix, first, rounding_pivot(matrix.dimension)) {}

Cholesky::Cholesky(const SymmetricMatrix& matrix, std::size_t first, double smallest_pivot)
    : size_(matrix.dimension),
      intercepts_(matrix.dimension - std::min(first, matrix.dimension)),
      smallest_pivot_(smallest_pivot),
      scale_(size_),
      upper_(matrix.triangle.size()) {
  order_.reserve(size_);
  for (std::size_t j = first; j < size_; ++j) order_.push_back(j);
  for (std::size_t j = 0; j < std::min(first, size_); ++j) order_.push_back(j);
  load(matrix);
  factorise();
  std::sort(aliased_.begin(), aliased_.end());
}

// U ← D^-½ Pᵀ H P D^-½, the upper triangle.
void Cholesky::load(const SymmetricMatrix& matrix) {
  for (std::size_t k = 0; k < size_; ++k) {
    const double diagonal = matrix(order_[k], order_[k]);
    scale_[k] = diagonal > 0.0 ? 1.0 / std::sqrt(diagonal) : 0.0;
  }
  own_scale_ = scale_;
  for (std::size_t k = 0; k < size_; ++k) {
    for (std::size_t j = k; j < size_; ++j) {
      const auto [low, high] = std::minmax(order_[k], order_[j]);
      row(k)[j] = scale_[k] * matrix(high, low) * scale_[j];
    }
  }
}

// Row k of U: (a_k − Σ_{p<k} u_pk u_p) / √pivot, with the sum over p always ascending. Rows are
// taken in panels: each row above is read once per panel, n³ / (6 · kPanelRows) reads from memory.
void Cholesky::factorise() {
  for (std::size_t begin = 0; begin < size_; begin += kPanelRows) {
    const std::size_t end = std::min(begin + kPanelRows, size_);
    subtract_rows_above(begin, end);
    for (std::size_t k = begin; k < end; ++k) {
      for (std::size_t p = begin; p < k; ++p) {
        subtract_scaled(row(p)[k], row(p) + k, row(k) + k, size_ - k);
      }
      finish_row(k);
    }
  }
}

// Rows begin … end −= what all rows above the panel contribute, tile by tile of columns.
void Cholesky::subtract_rows_above(std::size_t begin, std::size_t end) {
  for (std::size_t tile = begin; tile < size_; tile += kTileColumns) {
    const std::size_t tile_end = std::min(tile + kTileColumns, size_);
    for (std::size_t p = 0; p < begin; p += kEliminatedRows) {
      const std::array<const double*, kEliminatedRows> above = {row(p), row(p + 1), row(p + 2),
                                                                row(p + 3)};
      for (std::size_t k = begin; k < std::min(end, tile_end); ++k) {
        const std::size_t from = std::max(k, tile);
        std::array<double, kEliminatedRows> factors{};
        std::array<const double*, kEliminatedRows> rows{};
        for (std::size_t r = 0; r < kEliminatedRows; ++r) {
          factors[r] = above[r][k];
          rows[r] = above[r] + from;
        }
        subtract_rows(factors, rows, row(k) + from, tile_end - from);
      }
    }
  }
}

// Divides row k by the root of its pivot, or takes the variable out.
void Cholesky::finish_row(std::size_t k) {
  double* const own = row(k);
  const double pivot = own[k];
  if (!(scale_[k] > 0.0) || !(pivot > smallest_pivot_)) {
    aliased_.push_back(order_[k]);
    scale_[k] = 0.0;
    std::fill(own + k, own + size_, 0.0);
    return;
  }
  least_pivot_ = std::min(least_pivot_, pivot);
  const double root = std::sqrt(pivot);
  for (std::size_t j = k; j < size_; ++j) own[j] /= root;
}

// Uᵀ y = D^-½ Pᵀ b forwards, U x = y backwards, then D^-½ and P. An aliased variable has scale 0
// and an empty row: it takes no part.
void Cholesky::solve(std::span<const double> right_side, std::span<double> solution) const {
  std::vector<double> x(size_);
  for (std::size_t k = 0; k < size_; ++k) x[k] = scale_[k] * right_side[order_[k]];
  for (std::size_t k = 0; k < size_; ++k) {
    if (scale_[k] == 0.0) continue;
    x[k] /= row(k)[k];
    subtract_scaled(x[k], row(k) + k + 1, x.data() + k + 1, size_ - k - 1);
  }
  for (std::size_t k = size_; k-- > 0;) {
    if (scale_[k] == 0.0) {
      x[k] = 0.0;
      continue;
    }
    for (std::size_t j = k + 1; j < size_; ++j) x[k] -= row(k)[j] * x[j];
    x[k] /= row(k)[k];
  }
  for (std::size_t k = 0; k < size_; ++k) solution[order_[k]] = scale_[k] * x[k];
}

// Aliased variable k as a combination of those before it, a = U_KK⁻¹ u_Kk, in the units of the
// scaled H.
std::vector<double> Cholesky::combination_of(std::size_t k) const {
  std::vector<double> a(k, 0.0);
  for (std::size_t p = k; p-- > 0;) {
    if (scale_[p] == 0.0) continue;
    double rest = row(p)[k];
    for (std::size_t q = p + 1; q < k; ++q) rest -= row(p)[q] * a[q];
    a[p] = rest / row(p)[p];
  }
  return a;
}

// The combination carries the rounding of its variables with it: that of γ_k is at most
// Σ_p |a_p| δ_p + δ_k.
double Cholesky::rounding_left(std::size_t k, std::span<const double> rounding) const {
  if (rounding.empty()) return 0.0;
  const std::vector<double> a = combination_of(k);
  double sum = own_scale_[k] * rounding[order_[k]];
  for (std::size_t p = 0; p < k; ++p) {
    sum += std::abs(a[p]) * own_scale_[p] * rounding[order_[p]];
  }
  return sum;
}

// 1 − Σ u_pk² over the intercepts p: what the column's own spread has of its curvature.
double Cholesky::share_beside_intercepts(std::size_t k) const {
  double share = 1.0;
  for (std::size_t p = 0; p < std::min(intercepts_, k); ++p) {
    if (scale_[p] != 0.0) share -= row(p)[k] * row(p)[k];
  }
  return std::max(share, 0.0);
}

std::vector<Cholesky::LeftOut> Cholesky::left_out_directions() const {
  std::vector<LeftOut> result;
  for (std::size_t k = 0; k < size_; ++k) {
    if (scale_[k] != 0.0 || own_scale_[k] == 0.0) continue;
    LeftOut one{std::vector<double>(size_, 0.0),
                share_beside_intercepts(k) / (own_scale_[k] * own_scale_[k]), order_[k]};
    const std::vector<double> a = combination_of(k);
    one.direction[order_[k]] = 1.0;
    for (std::size_t p = 0; p < k; ++p) {
      one.direction[order_[p]] = -a[p] * own_scale_[p] / own_scale_[k];
    }
    result.push_back(std::move(one));
  }
  return result;
}

// y forwards as in `solve`, but the aliased variables have their part of the right side too: what
// is left of it when its turn comes is γ = (b_j − H_jK H_KK⁻¹ b_K) / √H_jj.
double Cholesky::left_out(std::span<const double> right_side, const Sizes& sizes, Part part) const {
  if (aliased_.empty()) return 0.0;
  std::vector<double> x(size_);
  for (std::size_t k = 0; k < size_; ++k) x[k] = own_scale_[k] * right_side[order_[k]];
  double sum = 0.0;
  for (std::size_t k = 0; k < size_; ++k) {
    if (scale_[k] != 0.0) {
      x[k] /= row(k)[k];
      subtract_scaled(x[k], row(k) + k + 1, x.data() + k + 1, size_ - k - 1);
    } else if (own_scale_[k] != 0.0 && x[k] != 0.0) {
      if (part == Part::vanished) continue;
      const double left = std::abs(x[k]) - rounding_left(k, sizes.rounding);
      if (left > 0.0) sum += 0.5 * left * left / kLeastPivot;
    } else if (own_scale_[k] == 0.0) {
      const double b = right_side[order_[k]];
      const double most = sizes.largest.empty() ? 1.0 : sizes.largest[order_[k]];
      if (b != 0.0) sum += 0.5 * b * b / (kLeastShare * most);
    }
  }
  return sum;
}

// V = U⁻¹ by rows from the last one up: v_k = (e_k − Σ_{p>k} u_kp v_p) / u_kk. Then R = D^-½ P V,
// each row written where its variable is.
std::vector<double> Cholesky::inverse_root() const {
  std::vector<double> root(size_ * size_, 0.0);
  for (std::size_t k = size_; k-- > 0;) {
    if (scale_[k] == 0.0) continue;
    double* const own = &root[order_[k] * size_];
    own[k] = 1.0;
    for (std::size_t p = k + 1; p < size_; ++p) {
      subtract_scaled(row(k)[p], &root[order_[p] * size_] + p, own + p, size_ - p);
    }
    for (std::size_t j = k; j < size_; ++j) own[j] /= row(k)[k];
  }
  for (std::size_t k = 0; k < size_; ++k) {
    double* const own = &root[order_[k] * size_];
    for (std::size_t j = k; j < size_; ++j) own[j] *= scale_[k];
  }
  return root;
}

// log |H| = 2 Σ_k log(u_kk √H_kk), as one logarithm of a product: its mantissa has n roundings, its
// exponent is an integer and cannot overflow.
double Cholesky::log_determinant() const {
  double product = 1.0;
  std::int64_t exponent = 0;
  for (std::size_t k = 0; k < size_; ++k) {
    if (scale_[k] == 0.0) continue;
    int shift = 0;
    product = std::frexp(product * (row(k)[k] / scale_[k]), &shift);
    exponent += shift;
  }
  return 2.0 * (same_logarithm(product) + static_cast<double>(exponent) * kLog2);
}

}  // namespace mpilogit::solvers
