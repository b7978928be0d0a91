#include "solvers/steps/newton_direction.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "solvers/algebra/nearly_singular.hpp"
#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/gap/progress.hpp"
#include "solvers/gap/self_concordance.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kWorthChord = 0.1;
constexpr double kSlowestChord = 0.6;
constexpr double kCheapMatrix = 3.0;  // passes
constexpr double kSmallError = 0.03;  // of the decrement, about its square is left by a step

}  // namespace

bool NewtonDirection::has_large_sample(const Objective& objective) {
  return objective.hessian_matrix_kind() == HessianMatrixKind::sampled &&
         objective.hessian_matrix_error() <= kSmallError;
}

NewtonModel NewtonDirection::at(const Point& point, const ForcingTerm& forcing) {
  NewtonModel model = incomplete_at(point, forcing);
  const Cholesky* const factor = preconditioner_->factor();
  const bool one_solve = kind_ == HessianMatrixKind::exact && model.products == 0;
  if (!one_solve || factor == nullptr ||
      whole_decrease(model, relative_gap(forcing.target, point.value()), point.value()) ==
          model.decrease) {
    return model;
  }
  std::vector<std::size_t> all(objective_.dimension());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<double> rounding = gradient_rounding(objective_, point.value());
  complete(objective_, point, all, *factor, point.gradient(),
           {objective_.largest_curvature(), rounding}, aliases_, model);
  return model;
}

NewtonModel NewtonDirection::incomplete_at(const Point& point, const ForcingTerm& forcing) {
  if (has_factor() && contraction_ <= kWorthChord) {
    NewtonModel chord = with_last_factor(point);
    if (one_solve_) contraction_ = chord.decrease / last_decrease_;
    one_solve_ = true;
    last_decrease_ = chord.decrease;
    if (contraction_ <= kWorthChord) {
      // M differs from H by about √contraction, relatively, and may be the larger.
      chord.decrease /= 1.0 - std::sqrt(contraction_);
      return chord;
    }
    direct_ = kind_ == HessianMatrixKind::exact;
  }
  if (direct_ && !preconditions()) return with_new_factor(point);
  return by_conjugate_gradients(point, forcing);
}

// An exact matrix that has grown old still makes a good preconditioner. It is made anew where that
// is cheap, or where products with it have become many.
bool NewtonDirection::preconditions() const {
  return preconditioner_ && contraction_ <= kSlowestChord && matrix_passes_ >= kCheapMatrix &&
         static_cast<double>(products_last_) < 0.5 * matrix_passes_;
}

NewtonModel NewtonDirection::with_new_factor(const Point& point) {
  refresh(point);
  NewtonModel model = with_last_factor(point);
  contraction_ = 0.0;  // the next decrement will tell
  one_solve_ = true;
  last_decrease_ = model.decrease;
  products_last_ = 0;
  return model;
}

NewtonModel NewtonDirection::by_conjugate_gradients(const Point& point,
                                                    const ForcingTerm& forcing) {
  const bool stale = !direct_ && products_last_ > products_when_fresh_ + 2;
  const bool fresh = !preconditioner_ || stale;
  if (fresh) refresh(point);
  NewtonModel model = conjugate_gradient(point, *preconditioner_, forcing, smallest_ritz_,
                                         gradient_rounding(objective_, point.value()));
  smallest_ritz_ = std::min(smallest_ritz_, model.smallest_ritz);
  products_last_ = model.products;
  if (fresh) products_when_fresh_ = model.products;
  contraction_ = model.contraction;
  one_solve_ = false;
  return model;
}

NewtonModel NewtonDirection::with_last_factor(const Point& point) const {
  NewtonModel model;
  const auto gradient = point.gradient();
  model.direction.resize(gradient.size());
  preconditioner_->apply(gradient, model.direction);
  for (double& component : model.direction) component = -component;
  model.decrease = -0.5 * dot(gradient, model.direction);
  model.left_out =
      preconditioner_->left_out(gradient, gradient_rounding(objective_, point.value()));
  return model;
}

std::optional<double> NewtonDirection::bound(const Point& point) const {
  const bool exact = kind_ == HessianMatrixKind::exact && preconditioner_ != nullptr;
  const Cholesky* const factor = exact ? preconditioner_->factor() : nullptr;
  if (factor == nullptr) return std::nullopt;
  return self_concordant_bound(objective_, point, *factor, preconditioned_at_);
}

bool NewtonDirection::chords_reach(double decrease, int chords) const {
  return products_last_ == 0 && last_decrease_ * std::pow(contraction_, chords + 1) <= decrease;
}

void NewtonDirection::refresh(const Point& point) {
  preconditioner_ = preconditioner_for(kind_, point, layout_);
  preconditioned_at_.assign(point.coefficients().begin(), point.coefficients().end());
}

// A factor is made anew where it was made first, for it is as large as the matrix.
void NewtonDirection::visit(core::Archive& archive, const Objective& objective) {
  archive(direct_);
  archive(products_when_fresh_);
  archive(products_last_);
  archive(contraction_);
  archive(one_solve_);
  archive(last_decrease_);
  archive(smallest_ritz_);
  aliases_.visit(archive);
  archive.exactly(preconditioned_at_, objective.dimension(), true);
  if (archive.reading() && !preconditioned_at_.empty()) {
    refresh(*objective.evaluate(std::vector<double>(preconditioned_at_)));
  }
}

}  // namespace mpilogit::solvers
