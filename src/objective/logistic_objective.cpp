#include "objective/logistic_objective.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"
#include "kernels/elementary.hpp"
#include "kernels/lane_sum.hpp"
#include "objective/curvature/hessian_plan.hpp"
#include "objective/point/logistic_point.hpp"
#include "objective/point/problem.hpp"

namespace mpilogit::objective {

namespace {

constexpr double kLogTwo = 0.69314718055994530942;

std::string class_name(const Problem& problem, std::size_t k) {
  const auto& classes = problem.rows().design.dataset().classes();
  const bool one_against_rest = problem.class_weights.size() != classes.size();
  if (one_against_rest) return k == 0 ? "all others" : "one of the classes";
  return "class '" + classes.name(k) + "'";
}

void require_all_classes(const Problem& problem) {
  for (std::size_t k = 0; k < problem.class_weights.size(); ++k) {
    if (problem.class_weights[k] > 0.0) continue;
    if (problem.rows().design.dataset().communicator().maximum(
            std::int64_t{problem.likelihood->aggregated() ? 1 : 0}) > 0) {
      throw core::agreed_bad_input(
          {.what = k == 0 ? "every trial is a success" : "no trial is a success",
           .why = "a model needs trials of both ends",
           .remedy = "Check the counts of successes and of trials"});
    }
    throw core::agreed_bad_input(
        {.what = class_name(problem, k) + " has no rows of positive weight",
         .why = "a model needs rows of every class",
         .remedy = "Check the sample weights, or leave its rows out of the data "
                   "(in cross-validation: take fewer folds)"});
  }
}

}  // namespace

LogisticObjective::LogisticObjective(const Passes& passes, Targets targets, RidgePenalty penalty)
    : problem_(std::make_unique<Problem>(passes, std::move(targets), std::move(penalty))) {
  require_all_classes(*problem_);
}

LogisticObjective::LogisticObjective(std::unique_ptr<Problem> problem)
    : problem_(std::move(problem)) {}

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
  return problem_->hessian_kind;
}

double LogisticObjective::hessian_matrix_error() const {
  const data::Blocks blocks = problem_->rows().design.dataset().shape().blocks();
  return std::sqrt(static_cast<double>(dimension()) /
                   static_cast<double>(sampled_rows(problem_->hessian_sampling, blocks)));
}

double LogisticObjective::hessian_matrix_passes() const {
  return problem_->hessian_passes;
}

std::size_t LogisticObjective::classes() const {
  return problem_->columns();
}

std::span<const double> LogisticObjective::common_curvature() const {
  return problem_->common_curvature;
}

std::span<const double> LogisticObjective::largest_curvature() const {
  return problem_->largest_curvature;
}

solvers::PenaltyShape LogisticObjective::penalty_shape() const {
  const auto& largest = problem_->rows().bounds.largest;
  if (!(problem_->sampling == Sampling{})) return {{}, largest};  // nobody asks it for bounds
  return {problem_->quadratic_part, largest};
}

bool LogisticObjective::hessian_affordable(std::span<const std::size_t> variables) const {
  std::size_t features = 0;
  std::size_t last = problem_->features();  // the intercepts count for nothing
  for (const auto v : variables) {
    const std::size_t j = v / problem_->columns();
    if (j != last && j < problem_->features()) ++features;
    last = j;
  }
  return affordable(problem_->rows(), features, problem_->columns());
}

// Fewer rows than this are a pass that nobody waits for.
constexpr std::int64_t kFewestSampleRows = 1024;

std::unique_ptr<solvers::Objective> LogisticObjective::sampled(std::int64_t stride) const {
  if (problem_->global_rows / stride < kFewestSampleRows) return nullptr;
  auto sample = std::make_unique<Problem>(*problem_, stride);
  const auto& weights = sample->class_weights;
  const bool complete =
      std::all_of(weights.begin(), weights.end(), [](double w) { return w > 0.0; });
  if (!complete) return nullptr;
  return std::unique_ptr<solvers::Objective>(new LogisticObjective(std::move(sample)));
}

std::int64_t LogisticObjective::data_rows() const {
  return problem_->global_rows;
}

std::int64_t LogisticObjective::data_passes() const {
  return problem_->passes.data_passes();
}

void LogisticObjective::visit_passes(core::Archive& archive) const {
  problem_->passes.read().visit(archive);
}

// More than two classes start with equal probabilities: at its share p of a few rows a rare class
// has residuals of 1 and curvatures of p, and Newton's first steps would be 1/p too long.
std::vector<double> LogisticObjective::start() const {
  if (problem_->class_weights.size() == 2) return start_at_shares();
  std::vector<double> coefficients(dimension(), 0.0);
  const auto& centre = problem_->penalty.centre;
  std::copy(centre.begin(), centre.end(), coefficients.begin());
  return coefficients;
}

// P(y = k) = S_k / S is the intercepts' optimum when all other coefficients are 0 and there is no
// offset: b_k = log S_k but for a constant, here such that Σ_k b_k = 0 or the reference has 0.
std::vector<double> LogisticObjective::start_at_shares() const {
  const Problem& problem = *problem_;
  std::vector<double> coefficients(dimension(), 0.0);
  const auto& centre = problem.penalty.centre;
  std::copy(centre.begin(), centre.end(), coefficients.begin());
  const auto& weights = problem.class_weights;
  const std::size_t columns = problem.columns();
  const std::size_t skipped = weights.size() - columns;
  const auto intercepts = std::span<double>(coefficients).last(columns);
  double mean = 0.0;
  for (std::size_t k = 0; k < columns; ++k) {
    intercepts[k] = kernels::log_of(weights[k + skipped] / weights[0]);
    mean += intercepts[k] / static_cast<double>(columns);
  }
  if (problem.symmetric) {
    for (double& intercept : intercepts) intercept -= mean;
  }
  return coefficients;
}

void LogisticObjective::change_penalty(RidgePenalty penalty) {
  problem_->set_penalty(std::move(penalty));
}

double LogisticObjective::total_weight() const {
  return problem_->total_weight;
}

std::span<const double> LogisticObjective::largest_absolute() const {
  return problem_->rows().bounds.largest;
}

double LogisticObjective::separation_threshold() const {
  if (problem_->likelihood->aggregated()) return 0.0;
  return kLogTwo * problem_->smallest_weight / problem_->total_weight;
}

// (1/S) Σ_i s_i ℓ(y_i, z_i)
double LogisticObjective::mean_loss(std::span<const double> margins) const {
  const Problem& problem = *problem_;
  const std::size_t columns = problem.columns();
  const auto block_loss = [&](const LocalBlock& block, BlockSums out) {
    const auto own = margins.subspan(block.first * columns, block.rows * columns);
    std::vector<double> residuals(own.begin(), own.end());
    kernels::LaneSum losses;
    problem.likelihood->residuals(block, 0, residuals, losses);
    out.scalars[0] = losses.total();
  };
  const PassResult sums = problem.passes.run(BlockSum{.blocks = problem.blocks,
                                                      .all_blocks = problem.all_blocks(),
                                                      .global_rows = 0,
                                                      .scales = {},
                                                      .scalars = 1,
                                                      .body = block_loss});
  return sums.scalars[0] / problem.total_weight;
}

double LogisticObjective::penalty(std::span<const double> coefficients) const {
  return problem_->penalty_value(coefficients);
}

std::span<const double> margins_of(const solvers::Point& point) {
  return dynamic_cast<const LogisticPoint&>(point).margins();
}

}  // namespace mpilogit::objective
