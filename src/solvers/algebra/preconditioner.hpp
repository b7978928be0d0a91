#pragma once
// Approximate inverses of the Hessian: cheap to apply, the same on every rank.

#include <cstddef>
#include <memory>
#include <span>

#include "solvers/cholesky.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::solvers {

class Preconditioner {
 public:
  virtual ~Preconditioner() = default;
  Preconditioner() = default;
  Preconditioner(const Preconditioner&) = delete;
  Preconditioner& operator=(const Preconditioner&) = delete;

  /// result = M⁻¹ vector (dimension each), M symmetric, positive on what is not aliased.
  virtual void apply(std::span<const double> vector, std::span<double> result) const = 0;

  /// The factor of the whole matrix, if it is nothing else.
  virtual const Cholesky* factor() const { return nullptr; }

  /// What F may have to give in directions that M⁻¹ knows nothing of, with this gradient (or, of
  /// conjugate gradients, the residual of it that they leave): see Cholesky::left_out.
  /// `rounding`: of the gradient, or empty.
  virtual double left_out(std::span<const double> /*gradient*/,
                          std::span<const double> /*rounding*/) const {
    return 0.0;
  }
};

/// What is known of the variables beforehand: `Objective::classes` and `common_curvature`.
///
/// Where the latter is not empty, H moves the common direction of the classes (one v_j for all
/// classes of feature j) by diag(c) and leaves what is orthogonal to it among itself. Then
///     M⁻¹ = P B⁻¹ P + (I − P) C⁻ (I − P),   P v = v − its mean over the classes of each feature,
/// with B what a preconditioner would be otherwise and C⁻ = 1/c, or 0 where c is 0: exact in the
/// common direction, and no rounding error of B enters there. Then intercepts never drift together.
struct ClassLayout {
  std::size_t classes = 1;
  std::span<const double> common_curvature;  ///< (dimension / classes), or empty

  /// `Objective::largest_curvature`. A variable with less than 2⁻⁵⁰ of it in H has no curvature but
  /// rounding, and is aliased.
  std::span<const double> largest_curvature = {};
};

/// Makes 0 what a matrix has of variables whose curvature is nothing but rounding: below 2⁻⁵⁰ of
/// `largest` (or empty: none). Row j of the matrix is variable first + j · stride.
void take_out_vanished(SymmetricMatrix& matrix, std::span<const double> largest, std::size_t first,
                       std::size_t stride);

/// B = the point's Hessian matrix, factorised with the intercepts first.
/// Cost: that of the matrix, and n³/3 products.
std::unique_ptr<Preconditioner> matrix_preconditioner(const Point& point,
                                                      const ClassLayout& layout = {});

/// B = each class's block of the point's Hessian, factorised with the intercept first.
/// Cost: that of the blocks, and classes · (n/classes)³/3 products.
std::unique_ptr<Preconditioner> block_preconditioner(const Point& point, const ClassLayout& layout);

/// B = the tempered diagonal of the point's Hessian, which need not be exact.
std::unique_ptr<Preconditioner> diagonal_preconditioner(const Point& point,
                                                        const ClassLayout& layout = {});

/// The best of them that this kind of matrix allows.
std::unique_ptr<Preconditioner> preconditioner_for(HessianMatrixKind kind, const Point& point,
                                                   const ClassLayout& layout);

}  // namespace mpilogit::solvers
