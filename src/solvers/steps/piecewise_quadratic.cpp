#include "solvers/steps/piecewise_quadratic.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/cholesky.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kMostSweeps = 20;
constexpr int kSweepsPreferred = 8;

// Where x goes of variable j alone: the minimum of ½ h (x − x₀)² + q (x − x₀) + l1 |x − centre| in
// the box. Without curvature: to the next kink or bound downhill, if there is one.
double coordinate_minimum(const Kink& kink, double x, double q, double h) {
  if (h > 0.0) {
    const double target = x - q / h - kink.centre;
    const double shrunk = std::max(std::abs(target) - kink.l1 / h, 0.0);
    return kink.into_box(kink.centre + std::copysign(shrunk, target));
  }
  const double subgradient = kink.smallest_subgradient(x, q);
  if (subgradient == 0.0) return x;
  const double stop = kink.first_stop(x, subgradient > 0.0 ? -kInfinity : kInfinity);
  return std::isfinite(stop) ? stop : x;
}

class Minimisation {
 public:
  Minimisation(const PiecewiseQuadratic& model, std::span<const double> w,
               std::span<const double> gradient, int most_factorisations)
      : model_(model),
        w_(w),
        gradient_(gradient),
        x_(w.begin(), w.end()),
        factorisations_left_(most_factorisations) {
    refresh();
  }

  PiecewiseQuadratic::Minimum run();

 private:
  using Variables = std::vector<std::size_t>;

  void refresh();
  double change_of_penalty(std::size_t j, double x) const {
    return model_.kink(j).penalty(x) - model_.kink(j).penalty(w_[j]);
  }
  double value_at(const std::vector<double>& x) const;
  bool active(std::size_t j) const { return model_.kink(j).active(x_[j]); }
  double subgradient(std::size_t j) const {
    const double s = model_.kink(j).smallest_subgradient(x_[j], slope_[j]);
    return std::abs(s) > noise_[j] ? s : 0.0;
  }

  bool settle_face();
  Variables face() const;
  Cholesky factor(const Variables& face) const;
  bool newton_step(const Variables& face, const Cholesky& factor);
  bool leave_null_direction(const Variables& face, const Cholesky& factor);
  double left_out(const Variables& face, const Cholesky& factor) const;
  bool move(const Variables& face, const std::vector<double>& step);
  bool falls(const Variables& face, const std::vector<double>& direction) const;
  bool follow(const Variables& face, const std::vector<double>& direction);
  double first_crossing(const Variables& face, const std::vector<double>& step) const;
  std::vector<double> stepped(const Variables& face, const std::vector<double>& step,
                              double t) const;
  bool any_wants_to_leave() const;
  bool sweep();

  const PiecewiseQuadratic& model_;
  std::span<const double> w_;
  std::span<const double> gradient_;
  std::vector<double> x_;
  std::vector<double> slope_;  // q = g + H (x − w)
  std::vector<double> noise_;  // the rounding of q
  double left_out_ = 0.0;      // of the last face
  bool doubtful_ = false;
  int factorisations_left_;
  int sweeps_preferred_ = kSweepsPreferred;
};

// q anew, with a bound on its rounding: |H_jk| ≤ √(H_jj H_kk). Cost: n per variable that moved.
void Minimisation::refresh() {
  slope_.assign(gradient_.begin(), gradient_.end());
  double moved = 0.0;
  for (std::size_t k = 0; k < x_.size(); ++k) {
    const double change = x_[k] - w_[k];
    if (change == 0.0) continue;
    add_scaled(change, model_.row(k), slope_);
    moved += std::sqrt(std::max(model_.row(k)[k], 0.0)) * std::abs(change);
  }
  noise_.resize(x_.size());
  for (std::size_t j = 0; j < x_.size(); ++j) {
    const double l1 = model_.kink(j).l1;
    const double curvature = std::max(model_.row(j)[j], 0.0);
    noise_[j] =
        16.0 * kEpsilon *
        (std::abs(gradient_[j]) + (l1 < kInfinity ? l1 : 0.0) + std::sqrt(curvature) * moved);
  }
}

// M(x). Cost: n per variable that differs from x_.
double Minimisation::value_at(const std::vector<double>& x) const {
  std::vector<double> slope = slope_;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (x[k] != x_[k]) add_scaled(x[k] - x_[k], model_.row(k), slope);
  }
  double sum = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    sum += 0.5 * (gradient_[j] + slope[j]) * (x[j] - w_[j]) + change_of_penalty(j, x[j]);
  }
  return sum;
}

Minimisation::Variables Minimisation::face() const {
  Variables free;
  for (std::size_t j = 0; j < x_.size(); ++j) {
    if (!active(j)) free.push_back(j);
  }
  return free;
}

Cholesky Minimisation::factor(const Variables& face) const {
  SymmetricMatrix matrix(face.size());
  for (std::size_t j = 0; j < face.size(); ++j) {
    for (std::size_t k = 0; k <= j; ++k) matrix(j, k) = model_.row(face[j])[face[k]];
  }
  const auto first = std::lower_bound(face.begin(), face.end(), model_.intercepts());
  return {matrix, static_cast<std::size_t>(first - face.begin())};
}

// The minimum over the face, taking out of it what comes to rest on the way. The first few times
// that something does, it is left to the sweeps to find a better face: they are cheap, and mostly
// right, but need not end. Whether it got to the minimum.
bool Minimisation::settle_face() {
  while (factorisations_left_ > 0) {
    left_out_ = 0.0;
    const Variables free = face();
    const bool settled =
        std::all_of(free.begin(), free.end(), [&](std::size_t j) { return subgradient(j) == 0.0; });
    if (settled) return true;
    --factorisations_left_;
    const Cholesky factorised = factor(free);
    constexpr double kDoubtfulPivot = 1e-9;
    doubtful_ =
        doubtful_ || !factorised.aliased().empty() || factorised.smallest_pivot() < kDoubtfulPivot;
    if (newton_step(free, factorised) && newton_step(free, factorised) &&  // refines the first
        !leave_null_direction(free, factorised)) {
      left_out_ = left_out(free, factorised);
      return true;
    }
    if (sweeps_preferred_ > 0) {
      --sweeps_preferred_;
      return false;
    }
  }
  return false;
}

double Minimisation::left_out(const Variables& face, const Cholesky& factor) const {
  std::vector<double> slopes;
  std::vector<double> rounding;
  for (const std::size_t j : face) {
    slopes.push_back(subgradient(j));
    if (!model_.rounding().empty()) rounding.push_back(model_.rounding()[j]);
  }
  return factor.left_out(slopes, {{}, rounding});
}

// x −= H_FF⁻¹ (q + sign · l1). False if a variable came to rest before that.
bool Minimisation::newton_step(const Variables& face, const Cholesky& factor) {
  std::vector<double> step(face.size());
  for (std::size_t i = 0; i < face.size(); ++i) step[i] = -subgradient(face[i]);
  factor.solve(step, step);
  return move(face, step);
}

// Variables that are linear combinations of others (aliased) took no part in the step. If M still
// falls along one, it falls for ever on the plain z = e_b − H_AA⁻¹ H_Ab, up to the first rest.
// False if there is nothing to gain.
bool Minimisation::leave_null_direction(const Variables& face, const Cholesky& factor) {
  for (const std::size_t b : factor.aliased()) {
    const double slope = subgradient(face[b]);
    if (slope == 0.0) continue;
    const double sign = slope > 0.0 ? -1.0 : 1.0;
    std::vector<double> direction(face.size());
    for (std::size_t i = 0; i < face.size(); ++i) {
      direction[i] = -sign * model_.row(face[b])[face[i]];
    }
    factor.solve(direction, direction);
    direction[b] = sign;
    if (falls(face, direction) && follow(face, direction)) return true;
  }
  return false;
}

// Whether M's slope along the direction is more than rounding: along a common shift of softmax's
// classes, for one, it is 0, and rounding would lead to the farthest bound.
bool Minimisation::falls(const Variables& face, const std::vector<double>& direction) const {
  double slope = 0.0;
  double rounding = 0.0;
  for (std::size_t i = 0; i < face.size(); ++i) {
    const std::size_t j = face[i];
    const double of_gradient = model_.rounding().empty() ? 0.0 : model_.rounding()[j];
    slope += subgradient(j) * direction[i];
    rounding += (noise_[j] + of_gradient) * std::abs(direction[i]);
  }
  return slope < -rounding;
}

// Along a direction without curvature (beyond rounding) to the first rest. False if there is none,
// or M is not lower there.
bool Minimisation::follow(const Variables& face, const std::vector<double>& direction) {
  const double t = first_crossing(face, direction);
  if (!std::isfinite(t)) return false;
  auto x = stepped(face, direction, t);
  if (!(value_at(x) < value_at(x_))) return false;
  x_ = std::move(x);
  refresh();
  return true;
}

// The largest t at which all of the face are still on their side.
double Minimisation::first_crossing(const Variables& face, const std::vector<double>& step) const {
  double first = kInfinity;
  for (std::size_t i = 0; i < face.size(); ++i) {
    if (step[i] == 0.0) continue;
    const double far = step[i] > 0.0 ? kInfinity : -kInfinity;
    const double stop = model_.kink(face[i]).first_stop(x_[face[i]], far);
    first = std::min(first, (stop - x_[face[i]]) / step[i]);
  }
  return first;
}

// x + t step; each variable no further than its rest, and at it exactly where t step reaches it.
std::vector<double> Minimisation::stepped(const Variables& face, const std::vector<double>& step,
                                          double t) const {
  std::vector<double> x = x_;
  for (std::size_t i = 0; i < face.size(); ++i) {
    const std::size_t j = face[i];
    const double far = step[i] > 0.0 ? kInfinity : -kInfinity;
    const double stop = model_.kink(j).first_stop(x_[j], far);
    const bool reaches = step[i] != 0.0 && std::isfinite(stop) && (stop - x_[j]) / step[i] <= t;
    x[j] = reaches ? stop : x_[j] + t * step[i];
  }
  return x;
}

// The whole step if no variable comes to rest on it. Else the whole step bent at the active, or the
// step to the first of them, whichever is lower. False then.
bool Minimisation::move(const Variables& face, const std::vector<double>& step) {
  const double crossing = first_crossing(face, step);
  auto x = stepped(face, step, 1.0);
  if (crossing <= 1.0) {
    auto nearer = stepped(face, step, crossing);
    if (value_at(nearer) < value_at(x)) x = std::move(nearer);
  }
  x_ = std::move(x);
  refresh();
  return crossing > 1.0;
}

bool Minimisation::any_wants_to_leave() const {
  for (std::size_t j = 0; j < x_.size(); ++j) {
    if (active(j) && subgradient(j) != 0.0) return true;
  }
  return false;
}

// One round of coordinate descent. Whether any variable left its rest, found one or changed sides.
bool Minimisation::sweep() {
  bool changed = false;
  for (std::size_t j = 0; j < x_.size(); ++j) {
    if (subgradient(j) == 0.0) continue;
    const Kink& kink = model_.kink(j);
    const double x = coordinate_minimum(kink, x_[j], slope_[j], model_.row(j)[j]);
    if (x == x_[j]) continue;
    const bool same_side =
        active(j) == kink.active(x) && (x > kink.centre) == (x_[j] > kink.centre);
    changed = changed || !same_side;
    add_scaled(x - x_[j], model_.row(j), slope_);
    x_[j] = x;
  }
  return changed;
}

PiecewiseQuadratic::Minimum Minimisation::run() {
  PiecewiseQuadratic::Minimum result;
  while (true) {
    const bool settled = settle_face();
    result.exact = settled && !any_wants_to_leave();
    if (result.exact || factorisations_left_ == 0) break;
    const double before = value_at(x_);
    for (int count = 0; count < kMostSweeps && sweep(); ++count) {
    }
    refresh();
    result.exact = settled && !(value_at(x_) < before - 8.0 * kEpsilon * std::abs(before));
    if (result.exact) break;  // what is left to gain is rounding
  }
  result.decrease = std::max(-value_at(x_), 0.0);
  result.left_out = left_out_;
  result.doubtful = doubtful_;
  for (std::size_t j = 0; j < x_.size(); ++j) {
    result.slope += gradient_[j] * (x_[j] - w_[j]) + change_of_penalty(j, x_[j]);
    const double rounding = model_.row(j)[j] > 0.0 ? noise_[j] : 0.0;
    result.slopes_left.push_back(std::abs(subgradient(j)) + rounding);
  }
  result.x = std::move(x_);
  return result;
}

}  // namespace

PiecewiseQuadratic::PiecewiseQuadratic(const SymmetricMatrix& hessian, std::vector<Kink> kinks,
                                       std::size_t intercepts, std::vector<double> rounding)
    : kinks_(std::move(kinks)),
      intercepts_(intercepts),
      rounding_(std::move(rounding)),
      square_(kinks_.size() * kinks_.size()) {
  for (std::size_t j = 0; j < size(); ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      square_[j * size() + k] = square_[k * size() + j] = hessian(j, k);
    }
  }
}

PiecewiseQuadratic::Minimum PiecewiseQuadratic::minimise(std::span<const double> w,
                                                         std::span<const double> gradient,
                                                         int most_factorisations) const {
  return Minimisation(*this, w, gradient, most_factorisations).run();
}

}  // namespace mpilogit::solvers
