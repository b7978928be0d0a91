#include "solvers/lbfgs.hpp"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "solvers/algebra/inverse_hessian.hpp"
#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/newton.hpp"
#include "solvers/steps/descent.hpp"

namespace mpilogit::solvers {

namespace {

std::vector<double> difference(std::span<const double> a, std::span<const double> b) {
  std::vector<double> result(a.begin(), a.end());
  add_scaled(-1.0, b, result);
  return result;
}

class Lbfgs final : public DescentMethod {
 public:
  Lbfgs(const Objective& objective, std::size_t memory) : objective_(objective), memory_(memory) {}

  Direction direction(const Point& point) override {
    if (!inverse_) inverse_.emplace(memory_, curvatures_at(point, objective_.largest_curvature()));
    Direction result;
    result.step.resize(point.gradient().size());
    inverse_->apply(point.gradient(), result.step);
    for (double& component : result.step) component = -component;
    result.decrease = -0.5 * dot(point.gradient(), result.step);
    return result;
  }

  Step step(const Point& from, std::span<const double> direction) override {
    return line_search(objective_, from, direction);
  }

  void update(const Point& from, const Step& step) override {
    inverse_->update(difference(step.point->coefficients(), from.coefficients()),
                     difference(step.point->gradient(), from.gradient()));
  }

  bool reset() override {
    if (inverse_->empty()) return false;
    inverse_->reset();
    return true;
  }

  bool ends_when_contradicted() const override { return true; }

  void visit(core::Archive& archive) override {
    bool begun = inverse_.has_value();
    archive(begun);
    if (archive.reading() && begun) inverse_.emplace(memory_, std::vector<double>());
    if (begun) inverse_->visit(archive, objective_.dimension());
  }

 private:
  const Objective& objective_;
  std::size_t memory_;
  std::optional<InverseHessian> inverse_;  // since the first point
};

// From where differences of gradients show no more of how F bends, counting on.
Solution finished_by_newton(const Objective& objective, const Solution& found, const Limits& limits,
                            Monitor monitor) {
  const auto report = [&](const Progress& progress) {
    if (progress.iteration == 0) return true;
    Progress shifted = progress;
    shifted.iteration += found.iterations;
    return monitor(shifted);
  };
  Solution solution = newton(objective, {found.coefficients},
                             {limits.tolerance, limits.max_iterations - found.iterations},
                             {report, monitor.keeper()});
  solution.iterations += found.iterations;
  return solution;
}

}  // namespace

Solution lbfgs(const Objective& objective, std::span<const double> start, const Limits& limits,
               const LbfgsOptions& options, Monitor monitor) {
  bool stuck = false;
  Solution found;
  const auto visit = [&](core::Archive& archive) {
    archive(stuck);
    found.visit(archive, objective.dimension());
    core::Archive::require(!archive.reading() || !stuck || !found.coefficients.empty());
  };
  const StateFrame frame(monitor.keeper(), visit);
  if (!stuck) {
    Lbfgs method(objective, options.memory);
    found = descend(objective, start, limits, monitor, method);
    stuck = found.stop_reason == StopReason::no_progress && std::isfinite(found.objective);
  }
  return stuck ? finished_by_newton(objective, found, limits, monitor) : found;
}

}  // namespace mpilogit::solvers
