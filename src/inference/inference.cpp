#include "inference/inference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "inference/detail/free_variables.hpp"
#include "objective/score_products.hpp"
#include "solvers/cholesky.hpp"
#include "solvers/inverse_diagonal.hpp"
#include "solvers/lbfgs.hpp"
#include "statistics/covariance.hpp"
#include "statistics/fit_statistics.hpp"
#include "statistics/identifiability.hpp"

namespace mpilogit::inference {

namespace {

using model::CoefficientStatus;

// The information matrix and its exact sum take 1.5 GB then, the root of its inverse 0.5 GB.
constexpr std::size_t kMostVariables = 8000;

std::string too_many(std::size_t variables) {
  return fmt::format(
      "the information matrix of {} coefficients and intercepts, more than {}, does "
      "not fit in memory",
      variables, kMostVariables);
}

const char* name_of(CovarianceKind kind) {
  switch (kind) {
    case CovarianceKind::model:
      return "model";
    case CovarianceKind::hc0:
      return "HC0";
    case CovarianceKind::hc1:
      return "HC1";
    case CovarianceKind::cluster:
      return "cluster";
  }
  throw core::internal_failure("unknown kind of covariance");
}

const char* name_of(const data::Source& source, objective::WeightKind kind) {
  if (!source.weights) return "none";
  return kind == objective::WeightKind::sampling ? "sampling" : "frequency";
}

/// Σ s_i ℓ_i of the best model that has only the intercept beside the offsets.
double null_loss(const InferenceProblem& problem) {
  objective::RidgePenalty nothing = objective::uniform_ridge(0.0, problem.set.design.features());
  nothing.excluded.assign(problem.set.design.features(), 1);
  const objective::LogisticObjective null(problem.passes, problem.set.targets, std::move(nothing));
  const solvers::Limits limits{.tolerance = 1e-14, .max_iterations = 100};
  const solvers::Solution solution = solvers::lbfgs(null, null.start_at_shares(), limits, {},
                                                    [](const solvers::Progress&) { return true; });
  return solution.objective * null.total_weight();
}

/// Everything is over the free variables, in their order, until it is told to the user.
class InferenceRun {
 public:
  InferenceRun(const InferenceOptions& options, const InferenceProblem& problem,
               std::vector<double>& coefficients)
      : options_(options),
        problem_(problem),
        objective_(problem.objective),
        coefficients_(coefficients),
        free_(free_variables(objective_, problem.penalty, coefficients)) {}

  InferenceResult run();

 private:
  InferenceResult estimated();
  model::Inference described() const;
  void take_out_aliased();
  bool doubtful(const solvers::SymmetricMatrix& hessian) const;
  solvers::SymmetricMatrix information();
  model::FitStatistics fit_statistics() const;
  solvers::SymmetricMatrix filling(model::Inference& result) const;
  double filling_factor(const model::Inference& result) const;
  void estimate(const statistics::InverseInformation& inverse, model::Inference& result) const;
  bool separated(std::size_t position, double variance) const;
  void tell(std::span<const double> variances, model::Inference& result) const;
  void tell_raw_errors(model::Inference& result) const;
  void leave_frames(model::Inference& result) const;
  void tell_covariance(std::span<const double> covariance, model::Inference& result) const;

  bool wants_covariance() const { return options_.store_covariance || !options_.tests.empty(); }
  bool robust() const { return options_.covariance != CovarianceKind::model; }
  std::size_t columns() const { return objective_.classes(); }
  std::size_t features() const { return objective_.dimension() / columns() - 1; }

  const InferenceOptions& options_;
  const InferenceProblem& problem_;
  const objective::LogisticObjective& objective_;
  std::vector<double>& coefficients_;
  FreeVariables free_;
  std::vector<std::size_t> aliased_;  // the solver's numbers
  std::unique_ptr<solvers::Point> point_;
};

InferenceResult InferenceRun::run() {
  if (options_.estimate) return estimated();
  if (free_.variables.size() > kMostVariables) {
    return {std::nullopt, too_many(free_.variables.size())};
  }
  take_out_aliased();
  point_ = objective_.evaluate(coefficients_);
  solvers::SymmetricMatrix hessian = information();
  if (doubtful(hessian)) {
    auto aliased = statistics::aliased_columns(objective_);
    std::vector<double> without = coefficients_;
    statistics::drop_aliased(aliased, columns(), without);
    auto point = objective_.evaluate(without);
    if (same_fit(point->value(), point_->value(), 0.0)) {
      problem_.diagnosis.aliased = std::move(aliased);
      coefficients_ = std::move(without);
      point_ = std::move(point);
      take_out_aliased();
      hessian = information();
    }
  }
  const statistics::InverseInformation inverse(hessian, objective_.total_weight(),
                                               free_.intercepts);
  model::Inference result = described();
  if (robust() && !(result.fit.observations > static_cast<double>(result.fit.parameters))) {
    return {std::nullopt, "robust standard errors need more rows than coefficients"};
  }
  estimate(inverse, result);
  if (result.clusters == 1) {
    return {std::nullopt,
            "cluster-robust standard errors need rows of positive weight in more than "
            "one cluster"};
  }
  return {std::move(result), {}};
}

model::Inference InferenceRun::described() const {
  model::Inference result;
  result.covariance_kind = name_of(options_.covariance);
  result.method = options_.estimate ? "estimate" : "exact";
  result.weights = name_of(problem_.set.source, options_.weights);
  result.penalised = problem_.penalised;
  result.firth = problem_.firth;
  result.confidence = options_.confidence;
  result.fit = fit_statistics();
  return result;
}

// The error of a standard error is half of that of its variance, relatively; of all the median.
InferenceResult InferenceRun::estimated() {
  constexpr std::uint64_t kSeed = 1;
  point_ = objective_.evaluate(coefficients_);
  const auto inverse =
      solvers::estimate_inverse_diagonal(objective_, *point_, options_.probes, kSeed);
  std::vector<double> variances;
  std::vector<double> errors;
  for (const auto v : free_.variables) {
    variances.push_back(inverse.diagonal[v] / objective_.total_weight());
    errors.push_back(0.5 * inverse.standard_error[v] / inverse.diagonal[v]);
  }
  const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::nth_element(errors.begin(), middle, errors.end());
  model::Inference result = described();
  result.estimate_error = *middle;
  tell(variances, result);
  leave_frames(result);
  return {std::move(result), {}};
}

void InferenceRun::take_out_aliased() {
  const auto& found = problem_.diagnosis.aliased;
  if (found.empty()) return;
  std::vector<std::size_t> kept;
  for (std::size_t a = 0; a < free_.variables.size(); ++a) {
    const std::size_t variable = free_.variables[a];
    const bool aliased = std::any_of(found.begin(), found.end(), [&](const auto& column) {
      return column.column == variable / columns();
    });
    if (aliased) aliased_.push_back(variable);
    if (!aliased) kept.push_back(a);
  }
  std::sort(aliased_.begin(), aliased_.end());
  free_.keep(kept);
}

// Nothing may have pointed to an aliased column before: of a rare level of a factor the pivot that
// should be 0 comes out at ε times all rows over its own, which solvers take for a small one.
bool InferenceRun::doubtful(const solvers::SymmetricMatrix& hessian) const {
  constexpr double kDoubtful = 1e-7;
  if (problem_.penalised) return false;
  return !problem_.diagnosis.examined ||
         !solvers::Cholesky(hessian, free_.intercepts, kDoubtful).aliased().empty();
}

// ∇²F over the free variables, with the penalty's part where there is one.
solvers::SymmetricMatrix InferenceRun::information() {
  solvers::SymmetricMatrix hessian = point_->hessian_matrix(free_.variables);
  lend_curvature(free_, columns(), hessian);
  return hessian;
}

model::FitStatistics InferenceRun::fit_statistics() const {
  const data::Dataset& dataset = problem_.set.dataset;
  std::vector<std::uint32_t> labels;
  dataset.labels().visit([&](const auto own) { labels.assign(own.begin(), own.end()); });
  const bool binary = problem_.set.targets.classes == 2;
  const statistics::ScoredRows rows{
      .shape = {.link = binary ? statistics::Link::logistic : statistics::Link::softmax,
                .columns = columns(),
                .reference_class = !binary && objective_.common_curvature().empty()},
      .margins = objective::margins_of(*point_),
      .labels = labels,
      .weights = dataset.weights(),
      .successes = dataset.successes(),
      .trials = dataset.trials()};
  statistics::FitDescription description;
  description.parameters = static_cast<std::int64_t>(free_.variables.size() - free_.common.size());
  const bool symmetric = !binary && !rows.shape.reference_class;
  description.intercepts = static_cast<std::int64_t>(columns() - (symmetric ? 1 : 0));
  description.aggregated = problem_.set.source.trials.has_value();
  description.sampling_weights = options_.weights == objective::WeightKind::sampling;
  if (problem_.set.source.offsets) description.null_loss = null_loss(problem_);
  return statistics::fit_statistics(rows, description, problem_.set.rows.communicator);
}

solvers::SymmetricMatrix InferenceRun::filling(model::Inference& result) const {
  if (options_.covariance != CovarianceKind::cluster) {
    return objective::score_products(objective_, *point_, free_.variables, options_.weights);
  }
  auto products = objective::cluster_products(objective_, *point_, free_.variables);
  result.clusters = products.clusters;
  return std::move(products.matrix);
}

double InferenceRun::filling_factor(const model::Inference& result) const {
  const double n = result.fit.observations;
  const auto k = static_cast<double>(result.fit.parameters);
  if (options_.covariance == CovarianceKind::hc0) return 1.0;
  if (options_.covariance == CovarianceKind::hc1) return statistics::hc1_factor(n, k);
  return statistics::cluster_factor(static_cast<double>(result.clusters), n, k);
}

void InferenceRun::estimate(const statistics::InverseInformation& inverse,
                            model::Inference& result) const {
  const double weight = objective_.total_weight();
  const problem::FrameMap& frame = problem_.set.frame;
  if (!robust() && !wants_covariance() && frame.identity()) {
    std::vector<double> variances = inverse.variances();
    take_back_curvature(free_, columns(), weight, variances);
    return tell(variances, result);
  }
  std::vector<double> covariance = inverse.matrix();
  take_back_curvature(free_, columns(), weight, covariance);
  if (robust()) {
    const solvers::SymmetricMatrix scores = filling(result);
    covariance = statistics::sandwich(covariance, scores, filling_factor(result));
  }
  tell(statistics::diagonal(covariance, inverse.dimension()), result);
  if (!wants_covariance() && frame.identity()) return;
  tell_covariance(covariance, result);
  if (!frame.identity()) tell_raw_errors(result);
  if (!wants_covariance()) result.covariance.clear();
}

// From the columns' frames to the data's own columns, whose intercept (and products of less than
// all factors) have a part of every coefficient beside them.
void InferenceRun::tell_raw_errors(model::Inference& result) const {
  const problem::FrameMap& frame = problem_.set.frame;
  const std::size_t width = features() + 1;
  const std::size_t dimension = columns() * width;
  result.covariance = frame.raw_covariance(result.covariance, columns());
  const bool some_separated = std::find(result.status.begin(), result.status.end(),
                                        CoefficientStatus::separated) != result.status.end();
  const auto exponent_of = [&](std::size_t place) {
    return place % width == 0 ? 0 : -frame.exponent(place % width - 1);
  };
  const auto set = [&](CoefficientStatus& status, double& error, std::size_t place, bool alone) {
    if (status == CoefficientStatus::aliased) return;
    if (some_separated && !alone) {
      status = CoefficientStatus::separated;
      error = std::numeric_limits<double>::infinity();
    }
    if (status == CoefficientStatus::separated) return;
    const double variance = result.covariance[place * dimension + place];
    if (variance > 0.0) status = CoefficientStatus::estimated;
    if (status == CoefficientStatus::estimated) {
      error = std::ldexp(std::sqrt(variance), exponent_of(place));
    }
  };
  for (std::size_t k = 0; k < columns(); ++k) {
    set(result.intercept_status[k], result.intercept_standard_errors[k], k * width,
        !frame.centred());
    for (std::size_t j = 0; j < features(); ++j) {
      const std::size_t at = k * features() + j;
      set(result.status[at], result.standard_errors[at], k * width + j + 1, frame.alone(j));
    }
  }
  for (std::size_t a = 0; a < dimension; ++a) {
    for (std::size_t b = 0; b < dimension; ++b) {
      double& element = result.covariance[a * dimension + b];
      element = std::ldexp(element, exponent_of(a) + exponent_of(b));
    }
  }
}

// Of variances alone nothing can be said of what has a part of several coefficients.
void InferenceRun::leave_frames(model::Inference& result) const {
  const problem::FrameMap& frame = problem_.set.frame;
  if (frame.identity()) return;
  const auto unknown = [](CoefficientStatus& status, double& error) {
    if (status == CoefficientStatus::estimated) status = CoefficientStatus::fixed;
    error = std::numeric_limits<double>::infinity();
  };
  for (std::size_t k = 0; k < columns(); ++k) {
    if (frame.centred()) unknown(result.intercept_status[k], result.intercept_standard_errors[k]);
    for (std::size_t j = 0; j < features(); ++j) {
      double& error = result.standard_errors[k * features() + j];
      error = std::ldexp(error, -frame.exponent(j));
      if (!frame.alone(j)) unknown(result.status[k * features() + j], error);
    }
  }
}

// Where all rows of a column are certain, rounding may be all that is left of its information.
bool InferenceRun::separated(std::size_t position, double variance) const {
  const auto& separating = problem_.diagnosis.separation.separating;
  return !(variance > 0.0) ||
         std::binary_search(separating.begin(), separating.end(), free_.variables[position]);
}

// From the solver's layout to the model's: rows of coefficients, and intercepts by themselves.
void InferenceRun::tell(std::span<const double> variances, model::Inference& result) const {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  result.standard_errors.assign(features() * columns(), kUnknown);
  result.status.assign(features() * columns(), CoefficientStatus::fixed);
  result.intercept_standard_errors.assign(columns(), kUnknown);
  result.intercept_status.assign(columns(), CoefficientStatus::fixed);
  const auto set = [&](std::size_t variable, CoefficientStatus status, double error) {
    const std::size_t j = variable / columns();
    const std::size_t k = variable % columns();
    const bool intercept = j == features();
    const std::size_t at = intercept ? k : k * features() + j;
    (intercept ? result.intercept_status : result.status)[at] = status;
    (intercept ? result.intercept_standard_errors : result.standard_errors)[at] = error;
  };
  for (const auto variable : aliased_) set(variable, CoefficientStatus::aliased, kUnknown);
  for (std::size_t a = 0; a < variances.size(); ++a) {
    const bool certain = separated(a, variances[a]);
    set(free_.variables[a], certain ? CoefficientStatus::separated : CoefficientStatus::estimated,
        certain ? kUnknown : std::sqrt(variances[a]));
  }
}

void InferenceRun::tell_covariance(std::span<const double> covariance,
                                   model::Inference& result) const {
  const std::size_t n = free_.variables.size();
  const std::size_t width = features() + 1;
  std::vector<std::size_t> places;
  for (const auto v : free_.variables) {
    const std::size_t j = v / columns();
    places.push_back(v % columns() * width + (j == features() ? 0 : j + 1));
  }
  const std::size_t dimension = width * columns();
  result.covariance.assign(dimension * dimension, 0.0);
  for (std::size_t a = 0; a < n; ++a) {
    if (separated(a, covariance[a * n + a])) continue;
    for (std::size_t b = 0; b < n; ++b) {
      if (separated(b, covariance[b * n + b])) continue;
      result.covariance[places[a] * dimension + places[b]] = covariance[a * n + b];
    }
  }
}

}  // namespace

void require_inference_possible(const InferenceOptions& options, const InferenceProblem& problem) {
  const auto& l1 = problem.penalty.l1_and_bounds.l1;
  const bool sparse =
      std::any_of(l1.begin(), l1.end(), [](double l) { return l > 0.0 && std::isfinite(l); });
  const auto variables = static_cast<std::size_t>(
      std::count_if(l1.begin(), l1.end(), [](double l) { return std::isfinite(l); }));
  if (!options.estimate && !sparse && variables > kMostVariables) {
    throw core::agreed_bad_input({.what = "--inference over too many features",
                                  .why = too_many(variables),
                                  .remedy =
                                      "Train without it, on fewer features, or under --l2 with "
                                      "--inference=estimate --force"});
  }
  if (options.covariance == CovarianceKind::cluster && problem.set.dataset.group_count() < 2) {
    throw core::agreed_bad_input({.what = "--clusters has a single cluster",
                                  .where = problem.set.source_file,
                                  .why = "cluster-robust standard errors compare clusters",
                                  .remedy = "Name the data set of another grouping"});
  }
}

InferenceResult infer(const InferenceOptions& options, const InferenceProblem& problem,
                      std::vector<double>& coefficients) {
  return InferenceRun(options, problem, coefficients).run();
}

}  // namespace mpilogit::inference
