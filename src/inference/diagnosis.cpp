#include "inference/diagnosis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <fmt/format.h>

#include "core/error.hpp"
#include "objective/signed_margins.hpp"
#include "solvers/proximal_newton.hpp"

namespace mpilogit::inference {

namespace {

// Longer combinations say nothing to anybody.
constexpr std::size_t kMostTerms = 6;

bool is_affordable(const objective::LogisticObjective& objective) {
  std::vector<std::size_t> all(objective.dimension());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return objective.hessian_affordable(all);
}

// Solvers leave an aliased column where it started.
bool has_zero(const objective::LogisticObjective& objective, std::span<const double> coefficients) {
  const auto features = coefficients.first(coefficients.size() - objective.classes());
  return std::any_of(features.begin(), features.end(), [](double w) { return w == 0.0; });
}

std::string name_of(const model::Model& model, std::size_t column) {
  const auto feature = static_cast<std::int64_t>(column);
  return feature == model.features ? "(intercept)" : model.feature_name(feature);
}

std::string variable_name(const model::Model& model, std::size_t variable) {
  const auto columns = static_cast<std::size_t>(model.rows());
  const std::string name = name_of(model, variable / columns);
  if (columns == 1) return name;
  const auto row = static_cast<std::int64_t>(variable % columns);
  return name + " (class " + model.classes.name(model.row_class(row)) + ")";
}

// A factor within rounding of a small whole number is that number.
double tidy(double factor) {
  const double whole = std::round(factor);
  return std::fabs(factor - whole) <= 1e-6 ? whole : factor;
}

std::string term_of(const model::Model& model, const statistics::AliasedColumn::Term& term,
                    bool first) {
  const double factor = tidy(term.factor);
  std::string text;
  if (first) {
    text = factor < 0.0 ? "-" : "";
  } else {
    text = factor < 0.0 ? " - " : " + ";
  }
  if (std::fabs(factor) != 1.0) text += fmt::format("{:.6g} ", std::fabs(factor));
  return text + name_of(model, term.column);
}

std::string describe(const statistics::AliasedColumn& column, const model::Model& model) {
  const std::string name = name_of(model, column.column);
  const auto& terms = column.combination;
  const bool constant =
      terms.empty() ||
      (terms.size() == 1 && terms.front().column == static_cast<std::size_t>(model.features));
  if (constant) return name + " is constant";
  if (terms.size() > kMostTerms) {
    return fmt::format("{} is a combination of {} other columns", name, terms.size());
  }
  std::string text = name + " = ";
  for (std::size_t k = 0; k < terms.size(); ++k) text += term_of(model, terms[k], k == 0);
  return text;
}

// Those that rows which can be told anyway leave undetermined need not move.
std::string tendency(double direction) {
  constexpr double kMoves = 1e-6;
  if (std::fabs(direction) < kMoves) return " undetermined";
  return direction > 0.0 ? " -> +inf" : " -> -inf";
}

}  // namespace

std::string to_string(statistics::Separation separation) {
  switch (separation) {
    case statistics::Separation::none:
      return "none";
    case statistics::Separation::quasi_complete:
      return "quasi-complete";
    case statistics::Separation::complete:
      return "complete";
    case statistics::Separation::suspected:
      return "suspected";
  }
  throw core::internal_failure("unknown kind of separation");
}

std::vector<std::string> describe_aliased(const Diagnosis& diagnosis, const model::Model& model) {
  std::vector<statistics::AliasedColumn> columns = diagnosis.aliased;
  std::stable_sort(columns.begin(), columns.end(), [](const auto& a, const auto& b) {
    return a.combination.size() < b.combination.size();
  });
  std::vector<std::string> texts;
  texts.reserve(columns.size());
  for (const auto& column : columns) texts.push_back(describe(column, model));
  return texts;
}

std::vector<std::string> describe_separating(const Diagnosis& diagnosis,
                                             const model::Model& model) {
  const auto& direction = diagnosis.separation.direction;
  std::vector<std::string> texts;
  for (const auto v : diagnosis.separation.separating) {
    texts.push_back(variable_name(model, v) + tendency(direction[v]));
  }
  return texts;
}

std::vector<std::string> describe_separator(const Diagnosis& diagnosis, const model::Model& model) {
  std::vector<std::string> texts;
  texts.reserve(diagnosis.separator.size());
  for (const auto v : diagnosis.separator) texts.push_back(variable_name(model, v));
  return texts;
}

Diagnosis diagnose(const objective::Passes& passes, const objective::Targets& targets,
                   const objective::LogisticObjective& objective, bool suspicious,
                   std::vector<double>& coefficients) {
  Diagnosis diagnosis;
  if (!is_affordable(objective)) return diagnosis;
  diagnosis.examined = true;
  const bool certain = suspicious || statistics::has_certain_rows(objective, coefficients);
  if (!certain && !has_zero(objective, coefficients)) return diagnosis;
  diagnosis.aliased = statistics::aliased_columns(objective);
  statistics::drop_aliased(diagnosis.aliased, objective.classes(), coefficients);
  if (certain) {
    diagnosis.separation =
        statistics::find_separation({passes, targets, objective, diagnosis.aliased, coefficients});
  }
  return diagnosis;
}

namespace {

constexpr std::array kStrengths = {3e-2, 1e-3, 3e-5};  // of the least that makes all zero
constexpr solvers::Limits kLimits = {.tolerance = 1e-3, .max_iterations = 30};

// λ1_j = λ max_i |x_ij|: what a coefficient makes of its column counts, not its unit.
solvers::L1AndBounds penalty_of(const objective::LogisticObjective& objective, double strength) {
  const std::size_t dimension = objective.dimension();
  const std::size_t columns = objective.classes();
  const auto largest = objective.largest_absolute();
  solvers::L1AndBounds penalty = solvers::unrestricted(dimension);
  for (std::size_t v = 0; v < dimension - columns; ++v) {
    penalty.l1[v] = strength * largest[v / columns];
  }
  return penalty;
}

double least_for_all_zero(const objective::LogisticObjective& objective,
                          std::span<const double> start) {
  const std::size_t columns = objective.classes();
  const auto largest = objective.largest_absolute();
  const auto point = objective.evaluate(start);
  double steepest = 0.0;
  for (std::size_t v = 0; v < objective.dimension() - columns; ++v) {
    const double scale = largest[v / columns];
    if (scale > 0.0) steepest = std::max(steepest, std::fabs(point->gradient()[v]) / scale);
  }
  return steepest;
}

std::vector<std::size_t> support(const objective::LogisticObjective& objective,
                                 const std::vector<double>& coefficients) {
  const std::size_t columns = objective.classes();
  const auto largest = objective.largest_absolute();
  std::vector<std::size_t> variables;
  for (std::size_t v = 0; v < coefficients.size() - columns; ++v) {
    if (coefficients[v] != 0.0) variables.push_back(v);
  }
  const auto size = [&](std::size_t v) {
    return std::fabs(coefficients[v]) * largest[v / columns];
  };
  std::stable_sort(variables.begin(), variables.end(),
                   [&](auto a, auto b) { return size(a) > size(b); });
  return variables;
}

}  // namespace

std::vector<std::size_t> few_separating(const objective::LogisticObjective& objective) {
  std::vector<double> coefficients = objective.start_at_shares();
  const double most = least_for_all_zero(objective, coefficients);
  for (const double strength : kStrengths) {
    auto solution =
        solvers::proximal_newton(objective, penalty_of(objective, strength * most), coefficients,
                                 kLimits, {}, [](const solvers::Progress&) { return true; });
    coefficients = std::move(solution.coefficients);
    if (objective::signed_margins(objective, coefficients).smallest > 0.0) {
      return support(objective, coefficients);
    }
  }
  return {};
}

}  // namespace mpilogit::inference
