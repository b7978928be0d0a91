#include "mpilogit/objective/logistic_objective.hpp"

#include <cmath>

#include "mpilogit/core/error.hpp"
#include "mpilogit/kernels/elementary.hpp"

#include "logistic_line.hpp"
#include "logistic_point.hpp"
#include "problem.hpp"

namespace mpilogit::objective {

namespace {

constexpr double kLogTwo = 0.69314718055994530942;

// log x for x > 0 from our own log1p: x = m 2^k with 1 ≤ m < 2, log x = k log 2 + log1p(m − 1).
double natural_logarithm(double x) {
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);  // in [0.5, 1)
  return static_cast<double>(exponent - 1) * kLogTwo +
         kernels::log_of_one_plus(2.0 * fraction - 1.0);
}

void require_both_classes(const Problem& problem) {
  const ColumnBounds& bounds = problem.bounds;
  const bool none_positive = bounds.positive_weight <= 0.0;
  if (!none_positive && bounds.positive_weight < bounds.total_weight) return;
  const auto& classes = problem.dataset.classes();
  throw core::bad_input({.what = "only class '" + classes.name(none_positive ? 0 : 1) +
                                 "' has rows of positive weight",
                         .where = {},
                         .why = "a model needs rows of both classes",
                         .remedy = "Check the sample weights"})
      .as_agreed();
}

}  // namespace

LogisticObjective::LogisticObjective(const data::Dataset& dataset,
                                     const comm::Communicator& communicator,
                                     const LogisticOptions& options)
    : problem_(std::make_unique<Problem>(dataset, communicator, options)) {
  require_both_classes(*problem_);
}

LogisticObjective::~LogisticObjective() = default;

std::size_t LogisticObjective::dimension() const {
  return problem_->dimension();
}

std::unique_ptr<solvers::Point> LogisticObjective::evaluate(
    std::span<const double> coefficients) const {
  return std::make_unique<LogisticPoint>(*problem_, coefficients);
}

std::unique_ptr<solvers::Line> LogisticObjective::between(const solvers::Point& from,
                                                          const solvers::Point& to) const {
  return std::make_unique<LogisticLine>(*problem_, dynamic_cast<const LogisticPoint&>(from),
                                        dynamic_cast<const LogisticPoint&>(to));
}

solvers::HessianMatrixKind LogisticObjective::hessian_matrix_kind() const {
  if (problem_->hessian_stride == 0) return solvers::HessianMatrixKind::unaffordable;
  return problem_->hessian_stride == 1 ? solvers::HessianMatrixKind::exact
                                       : solvers::HessianMatrixKind::sampled;
}

std::int64_t LogisticObjective::data_passes() const {
  const std::int64_t rows = problem_->dataset.shape().rows;
  return (problem_->rows_read + rows - 1) / rows;
}

// σ(b) = S₁ / S is the intercept's optimum when all other coefficients are 0 and there is no
// offset.
std::vector<double> LogisticObjective::start() const {
  std::vector<double> coefficients(dimension(), 0.0);
  const ColumnBounds& bounds = problem_->bounds;
  coefficients.back() =
      natural_logarithm(bounds.positive_weight / (bounds.total_weight - bounds.positive_weight));
  return coefficients;
}

double LogisticObjective::total_weight() const {
  return problem_->bounds.total_weight;
}

double LogisticObjective::separation_threshold() const {
  return kLogTwo * problem_->bounds.smallest_weight / problem_->bounds.total_weight;
}

}  // namespace mpilogit::objective
