#include "solvers/algebra/lanczos.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace mpilogit::solvers {

void LanczosMatrix::append(double alpha, double beta) {
  diagonal_.push_back(1.0 / alpha + beta / last_alpha_);
  off_diagonal_squared_.push_back(beta / (last_alpha_ * last_alpha_));
  last_alpha_ = alpha;
}

// T − x I has a negative pivot exactly if T has an eigenvalue below x (Sylvester's law of inertia).
bool LanczosMatrix::has_eigenvalue_below(double x) const {
  double pivot = 1.0;
  for (std::size_t k = 0; k < diagonal_.size(); ++k) {
    pivot = diagonal_[k] - x - off_diagonal_squared_[k] / pivot;
    if (!(pivot > 0.0)) return true;
  }
  return false;
}

double LanczosMatrix::smallest_eigenvalue() const {
  if (diagonal_.empty()) return 1.0;
  double high = *std::min_element(diagonal_.begin(), diagonal_.end());
  double low = 0.0;
  for (int bisection = 0; bisection < 40 && high - low > 1e-6 * high; ++bisection) {
    const double middle = 0.5 * (low + high);
    (has_eigenvalue_below(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace mpilogit::solvers
