#pragma once
// x̃ᵢᵀ M x̃ᵢ of rows, for a matrix M that is known by a root of it.

#include <cstddef>
#include <span>
#include <vector>

#include "objective/design.hpp"

namespace mpilogit::objective {

/// With M = R Rᵀ the form is Σ_k (x̃ᵢ · R_k)², a sum of squares: never negative, and the columns of
/// R are taken for columns of coefficients, so that dense and sparse rows of any type give the same
/// bits. x̃ is the row with a 1 behind its features.
class QuadraticForms {
 public:
  /// `design` must outlive this object. `root`: R, (features + 1)², row-major, the intercept's row
  /// last, as `solvers::Cholesky::inverse_root` has it. Columns of zeros cost nothing.
  QuadraticForms(const Design& design, std::span<const double> root);

  /// forms[i] = x̃ᵢᵀ R Rᵀ x̃ᵢ for the rows of the block. Any thread. Cost: 2 (features + 1) flops per
  /// entry; the rows are read again for every few columns of R, from cache.
  void of(const LocalBlock& block, std::span<double> forms) const;

 private:
  /// A few columns of R, the values of one feature side by side.
  struct Panel {
    std::size_t columns = 0;
    std::vector<double> coefficients;  // features × columns
    std::vector<double> intercepts;    // columns
  };

  const Design& design_;
  std::vector<Panel> panels_;
};

}  // namespace mpilogit::objective
