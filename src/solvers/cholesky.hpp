#pragma once
// Cholesky factorisation that finds aliased variables.

#include <cstddef>
#include <span>
#include <vector>

namespace mpilogit::solvers {

struct SymmetricMatrix {
  std::size_t dimension = 0;
  std::vector<double> triangle;  ///< element (j, k), k ≤ j, at j (j + 1) / 2 + k

  SymmetricMatrix() = default;
  explicit SymmetricMatrix(std::size_t n) : dimension(n), triangle(n * (n + 1) / 2, 0.0) {}

  double& operator()(std::size_t j, std::size_t k) { return triangle[j * (j + 1) / 2 + k]; }
  double operator()(std::size_t j, std::size_t k) const { return triangle[j * (j + 1) / 2 + k]; }
};

/// H = D^½ P (Uᵀ U) Pᵀ D^½ with D = diag H, so that the scales of the variables do not matter, and
/// P the order of elimination: the variables from `first` on (the intercepts), then those before.
///
/// A variable whose pivot is rounding noise (it is a linear combination of those eliminated before
/// it, or its diagonal is not positive) is aliased: as in R, it is left out, and its component of
/// every solution is 0. With the intercepts eliminated first, a feature is dropped and never the
/// intercept, and of two equal features the later one.
///
/// The sums run in a fixed order: the same bits on every machine. Cost: n³/3 products; n²/2
/// doubles.
class Cholesky {
 public:
  /// What numbers of its variables (n each, or empty: not known) are to be compared with.
  struct Sizes {
    std::span<const double> largest;   ///< an upper bound of H_jj
    std::span<const double> rounding;  ///< of the right side
  };

  Cholesky(const SymmetricMatrix& matrix, std::size_t first);

  /// With a pivot (of the matrix scaled to unit diagonal) below which a variable is aliased, for
  /// those who can tell in another way.
  Cholesky(const SymmetricMatrix& matrix, std::size_t first, double smallest_pivot);

  /// solution = H⁻¹ right_side on the variables that are not aliased (n each; may be the same
  /// memory). Cost: n² products.
  void solve(std::span<const double> right_side, std::span<double> solution) const;

  /// What ½ bᵀH⁻¹b may lack because aliased variables take no part. With γ what is left of such a
  /// variable's b once the others are solved for, it has γ² / (2 H_jj · pivot) to give. A pivot is
  /// counted as 1e-16, what a column has that differs from others by 1e-8 of its spread; γ as what
  /// exceeds its rounding. Where H_jj itself is none, b_j² / (2 · 2⁻⁵⁰ largest_j). 0 if nothing is
  /// aliased. Cost: n² products, and n² for each variable whose γ is not 0.
  /// Part::vanished: only of variables without H_jj.
  enum class Part { all, vanished };
  double left_out(std::span<const double> right_side, const Sizes& sizes,
                  Part part = Part::all) const;

  /// For every aliased variable with an H_jj: the direction e_j − H_KK⁻¹ H_Kj (n), along which H is
  /// its pivot, and what of H_jj the intercepts leave. Cost: n² products each.
  struct LeftOut {
    std::vector<double> direction;
    double curvature = 0.0;
    std::size_t variable = 0;  ///< the one that was left out
  };
  std::vector<LeftOut> left_out_directions() const;

  /// The smallest pivot of H scaled to unit diagonal, of the variables that are not aliased.
  double smallest_pivot() const { return least_pivot_; }

  /// R (n × n, row-major) with H⁻¹ = R Rᵀ over the variables that are not aliased: row j is that of
  /// variable j, 0 where it is aliased. Cost: n³/6 products; n² doubles.
  std::vector<double> inverse_root() const;

  /// log |H| over the variables that are not aliased; 0 if all are. Cost: n products.
  double log_determinant() const;

  /// Indices of the aliased variables, ascending.
  const std::vector<std::size_t>& aliased() const { return aliased_; }

 private:
  // Row k of U, so that row(k)[j] is the element (k, j), j ≥ k.
  double* row(std::size_t k) { return upper_.data() + row_offset(k); }
  const double* row(std::size_t k) const { return upper_.data() + row_offset(k); }
  std::size_t row_offset(std::size_t k) const { return k * size_ - k * (k + 1) / 2; }

  void load(const SymmetricMatrix& matrix);
  void factorise();
  void subtract_rows_above(std::size_t begin, std::size_t end);
  void finish_row(std::size_t k);
  std::vector<double> combination_of(std::size_t k) const;
  double rounding_left(std::size_t k, std::span<const double> rounding) const;

  double share_beside_intercepts(std::size_t k) const;

  std::size_t size_;
  std::size_t intercepts_;  // the first positions
  double smallest_pivot_;
  double least_pivot_ = 1.0;
  std::vector<std::size_t> order_;  // position → variable
  std::vector<double> scale_;       // position → 1 / √H_jj; 0 if aliased
  std::vector<double> own_scale_;   // likewise, but that of aliased ones too; 0 if H_jj is none
  std::vector<double> upper_;       // U by rows, packed
  std::vector<std::size_t> aliased_;
};

}  // namespace mpilogit::solvers
