#include "solvers/algebra/preconditioner.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "solvers/cholesky.hpp"

namespace mpilogit::solvers {

namespace {

class MatrixPreconditioner final : public Preconditioner {
 public:
  MatrixPreconditioner(const SymmetricMatrix& matrix, const ClassLayout& layout)
      : factor_(matrix, matrix.dimension - layout.classes), largest_(layout.largest_curvature) {}

  void apply(std::span<const double> vector, std::span<double> result) const override {
    factor_.solve(vector, result);
  }

  const Cholesky* factor() const override { return &factor_; }

  double left_out(std::span<const double> gradient,
                  std::span<const double> rounding) const override {
    return factor_.left_out(gradient, {largest_, rounding});
  }

 private:
  Cholesky factor_;
  std::span<const double> largest_;
};

class BlockPreconditioner final : public Preconditioner {
 public:
  BlockPreconditioner(const std::vector<SymmetricMatrix>& blocks, std::span<const double> largest)
      : largest_(largest) {
    for (const auto& block : blocks) factors_.emplace_back(block, block.dimension - 1);
  }

  void apply(std::span<const double> vector, std::span<double> result) const override {
    const std::size_t classes = factors_.size();
    std::vector<double> column(vector.size() / classes);
    for (std::size_t k = 0; k < classes; ++k) {
      for (std::size_t j = 0; j < column.size(); ++j) column[j] = vector[j * classes + k];
      factors_[k].solve(column, column);
      for (std::size_t j = 0; j < column.size(); ++j) result[j * classes + k] = column[j];
    }
  }

  double left_out(std::span<const double> gradient,
                  std::span<const double> rounding) const override {
    const std::size_t classes = factors_.size();
    double sum = 0.0;
    for (std::size_t k = 0; k < classes; ++k) {
      if (factors_[k].aliased().empty()) continue;
      const auto own = [&](std::span<const double> all) {
        std::vector<double> part;
        for (std::size_t v = k; v < all.size(); v += classes) part.push_back(all[v]);
        return part;
      };
      sum += factors_[k].left_out(own(gradient), {own(largest_), own(rounding)});
    }
    return sum;
  }

 private:
  std::vector<Cholesky> factors_;  // one per class
  std::span<const double> largest_;
};

class DiagonalPreconditioner final : public Preconditioner {
 public:
  explicit DiagonalPreconditioner(std::vector<double> diagonal) : diagonal_(std::move(diagonal)) {}

  void apply(std::span<const double> vector, std::span<double> result) const override {
    for (std::size_t j = 0; j < vector.size(); ++j) result[j] = vector[j] / diagonal_[j];
  }

 private:
  std::vector<double> diagonal_;
};

// P v in place; the means go to `means` (features and intercept).
void take_out_means(std::span<double> vector, std::span<double> means) {
  const std::size_t classes = vector.size() / means.size();
  for (std::size_t j = 0; j < means.size(); ++j) {
    const auto feature = vector.subspan(j * classes, classes);
    means[j] = std::accumulate(feature.begin(), feature.end(), 0.0) / static_cast<double>(classes);
    for (double& component : feature) component -= means[j];
  }
}

// M⁻¹ = P B⁻¹ P + (I − P) C⁻ (I − P).
class CommonDirectionApart final : public Preconditioner {
 public:
  CommonDirectionApart(std::unique_ptr<Preconditioner> inner, std::span<const double> curvature)
      : inner_(std::move(inner)), curvature_(curvature.begin(), curvature.end()) {}

  void apply(std::span<const double> vector, std::span<double> result) const override {
    std::vector<double> apart(vector.begin(), vector.end());
    std::vector<double> common(curvature_.size());
    std::vector<double> left(curvature_.size());
    take_out_means(apart, common);
    inner_->apply(apart, result);
    take_out_means(result, left);
    const std::size_t classes = vector.size() / curvature_.size();
    for (std::size_t j = 0; j < curvature_.size(); ++j) {
      if (!(curvature_[j] > 0.0)) continue;
      for (std::size_t k = 0; k < classes; ++k) {
        result[j * classes + k] += common[j] / curvature_[j];
      }
    }
  }

  double left_out(std::span<const double> gradient,
                  std::span<const double> rounding) const override {
    std::vector<double> apart(gradient.begin(), gradient.end());
    std::vector<double> common(curvature_.size());
    take_out_means(apart, common);
    return inner_->left_out(apart, rounding);
  }

 private:
  std::unique_ptr<Preconditioner> inner_;
  std::vector<double> curvature_;
};

// H + Σ_j τ_j u_j u_jᵀ with u_j the common direction of feature j: what P takes out anyway, so that
// the singular directions need not be told from rounding. τ_j is the mean curvature of feature j.
void stiffen_common_direction(SymmetricMatrix& matrix, std::size_t classes) {
  const double share = 1.0 / static_cast<double>(classes);
  for (std::size_t first = 0; first < matrix.dimension; first += classes) {
    double curvature = 0.0;
    for (std::size_t k = first; k < first + classes; ++k) curvature += share * matrix(k, k);
    for (std::size_t k = first; k < first + classes; ++k) {
      for (std::size_t l = first; l <= k; ++l) matrix(k, l) += share * curvature;
    }
  }
}

std::unique_ptr<Preconditioner> with_layout(std::unique_ptr<Preconditioner> inner,
                                            const ClassLayout& layout) {
  if (layout.common_curvature.empty()) return inner;
  return std::make_unique<CommonDirectionApart>(std::move(inner), layout.common_curvature);
}

// The median of the positive entries; 1 if there is none.
double typical_entry(const std::vector<double>& diagonal) {
  std::vector<double> positive;
  positive.reserve(diagonal.size());
  std::copy_if(diagonal.begin(), diagonal.end(), std::back_inserter(positive),
               [](double entry) { return entry > 0.0 && std::isfinite(entry); });
  if (positive.empty()) return 1.0;
  const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
  std::nth_element(positive.begin(), middle, positive.end());
  return *middle;
}

// M_jj = √(d_j · median d), but within a factor of 10 of d_j. The diagonal itself makes much of
// rare columns, which matter little (text: a third more passes); the identity makes nothing of
// columns in small units. Half way between is good for both, and the bound keeps columns whose
// units differ by orders of magnitude in step.
void temper(std::vector<double>& diagonal) {
  constexpr double kMostTempering = 10.0;
  const double typical = typical_entry(diagonal);
  for (double& entry : diagonal) {
    if (!(entry > 0.0) || !std::isfinite(entry)) entry = typical;
    entry = std::clamp(std::sqrt(entry) * std::sqrt(typical), entry / kMostTempering,
                       entry * kMostTempering);
  }
}

}  // namespace

void take_out_vanished(SymmetricMatrix& matrix, std::span<const double> largest, std::size_t first,
                       std::size_t stride) {
  constexpr double kRoundedShare = 0x1p-50;
  if (largest.empty()) return;
  for (std::size_t j = 0; j < matrix.dimension; ++j) {
    if (matrix(j, j) >= kRoundedShare * largest[first + j * stride]) continue;
    for (std::size_t m = 0; m < matrix.dimension; ++m) {
      matrix(std::max(j, m), std::min(j, m)) = 0.0;
    }
  }
}

std::unique_ptr<Preconditioner> matrix_preconditioner(const Point& point,
                                                      const ClassLayout& layout) {
  SymmetricMatrix matrix = point.hessian_matrix();
  take_out_vanished(matrix, layout.largest_curvature, 0, 1);
  if (!layout.common_curvature.empty()) stiffen_common_direction(matrix, layout.classes);
  return with_layout(std::make_unique<MatrixPreconditioner>(matrix, layout), layout);
}

std::unique_ptr<Preconditioner> block_preconditioner(const Point& point,
                                                     const ClassLayout& layout) {
  std::vector<SymmetricMatrix> blocks = point.hessian_blocks();
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    take_out_vanished(blocks[k], layout.largest_curvature, k, blocks.size());
  }
  return with_layout(std::make_unique<BlockPreconditioner>(blocks, layout.largest_curvature),
                     layout);
}

std::unique_ptr<Preconditioner> diagonal_preconditioner(const Point& point,
                                                        const ClassLayout& layout) {
  std::vector<double> diagonal(point.gradient().size());
  point.rough_hessian_diagonal(diagonal);
  temper(diagonal);
  return with_layout(std::make_unique<DiagonalPreconditioner>(std::move(diagonal)), layout);
}

std::unique_ptr<Preconditioner> preconditioner_for(HessianMatrixKind kind, const Point& point,
                                                   const ClassLayout& layout) {
  switch (kind) {
    case HessianMatrixKind::exact:
    case HessianMatrixKind::sampled:
      return matrix_preconditioner(point, layout);
    case HessianMatrixKind::class_blocks:
      return block_preconditioner(point, layout);
    case HessianMatrixKind::unaffordable:
      return diagonal_preconditioner(point, layout);
  }
  throw core::internal_failure("unknown kind of Hessian matrix");
}

}  // namespace mpilogit::solvers
