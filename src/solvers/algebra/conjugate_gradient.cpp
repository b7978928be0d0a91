#include "solvers/algebra/conjugate_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

#include "solvers/algebra/vector_algebra.hpp"

namespace mpilogit::solvers {

namespace {

constexpr std::int64_t kMostProducts = 500;

// Smaller eigenvalues are those of aliased columns, which the residual has no part in.
constexpr double kSmallestEigenvalue = 1e-6;

// The decreases of Q so far. If they went on to shrink as the slower of the last two did, then what
// is missing would be the rest of a geometric series; three times that, but no more than k times
// the last decrease (Nash and Sofer 1990).
class LastSteps {
 public:
  double missing_after(double step) {
    ++count_;
    const double ratio = count_ == 1 ? 1.0 : step / last_;
    const double slower = std::max(ratio, count_ == 2 ? ratio : last_ratio_);
    last_ = step;
    last_ratio_ = ratio;
    const auto count = static_cast<double>(count_);
    const double rest = slower < 1.0 ? 3.0 * slower / (1.0 - slower) : count;
    return step * std::min(count, rest);
  }

 private:
  std::int64_t count_ = 0;
  double last_ = 0.0;
  double last_ratio_ = 1.0;
};

// What the iteration knows of Q.
struct Decrease {
  double total = 0.0;    // Q
  double missing = 0.0;  // of Q, estimated from its last steps
  double bound = 0.0;    // on what is missing: ½ rᵀM⁻¹r / μ
  LastSteps steps;

  /// Q_k − Q_{k−1}, and the bound then.
  void add(double step, double new_bound) {
    total += step;
    missing = steps.missing_after(step);
    bound = new_bound;
  }

  bool below(double target) const { return total + std::max(missing, bound) <= target; }

  bool suffices(const ForcingTerm& wanted) const {
    if (total + missing <= wanted.target) return false;  // for `below` to say
    const double by_curvature = std::min(wanted.quadratic * total, 0.5) * total;
    return std::min(missing, 2.0 * bound) <=
           std::max({wanted.relative * total, by_curvature, 0.25 * wanted.target});
  }

  double estimate(double target) const {
    return total + missing <= target ? total + std::max(missing, bound) : total + missing;
  }
};

}  // namespace

double whole_decrease(const NewtonModel& model, double tolerance, double value) {
  constexpr double kNegligible = 1e-2;
  constexpr double kRounding = std::numeric_limits<double>::epsilon();
  const double allowed = std::max(tolerance, kRounding) * std::abs(value);
  if (!(model.left_out > kNegligible * allowed)) return model.decrease;
  const double whole = model.decrease + model.left_out;
  return std::isfinite(whole) ? whole : std::max(model.decrease, std::abs(value));
}

// Cost per iteration: one pass over the data, 5 · dimension products, one application of M⁻¹.
NewtonModel conjugate_gradient(const Point& point, const Preconditioner& preconditioner,
                               const ForcingTerm& forcing, double smallest_ritz,
                               std::span<const double> rounding) {
  const auto gradient = point.gradient();
  const std::size_t dimension = gradient.size();
  const double smallest = std::max(smallest_ritz, kSmallestEigenvalue);
  NewtonModel model;
  model.direction.assign(dimension, 0.0);
  std::vector<double> residual(dimension);  // r = −(g + H d)
  std::transform(gradient.begin(), gradient.end(), residual.begin(), std::negate<>());
  std::vector<double> preconditioned(dimension);
  preconditioner.apply(residual, preconditioned);
  std::vector<double> search = preconditioned;
  std::vector<double> product(dimension);

  LanczosMatrix lanczos;
  Decrease decrease;
  double rho = dot(residual, preconditioned);
  double beta = 0.0;
  for (std::int64_t k = 1; k <= kMostProducts && rho > 0.0; ++k) {
    point.hessian_vector(search, product);
    model.products = k;
    const double curvature = dot(search, product);
    if (!(curvature > 0.0)) {
      if (k == 1) {
        model.direction = search;
        decrease.total = rho;
        model.left_out = std::numeric_limits<double>::infinity();
      }
      break;
    }
    const double alpha = rho / curvature;
    lanczos.append(alpha, beta);
    add_scaled(alpha, search, model.direction);
    add_scaled(-alpha, product, residual);
    preconditioner.apply(residual, preconditioned);
    const double next_rho = dot(residual, preconditioned);
    if (k == 1) model.contraction = next_rho / rho;
    decrease.add(0.5 * alpha * rho, 0.5 * next_rho / smallest);
    if (decrease.below(forcing.target) || decrease.suffices(forcing)) break;

    beta = next_rho / rho;
    for (std::size_t j = 0; j < dimension; ++j) search[j] = preconditioned[j] + beta * search[j];
    rho = next_rho;
  }
  model.decrease = decrease.estimate(forcing.target);
  model.left_out += preconditioner.left_out(residual, rounding);
  model.smallest_ritz = lanczos.smallest_eigenvalue();
  return model;
}

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
