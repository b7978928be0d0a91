#include "inference/separator.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "objective/margin_gains.hpp"
#include "solvers/proximal_newton.hpp"

namespace mpilogit::inference {

namespace {

constexpr std::array kStrengths = {3e-2, 1e-3, 3e-5};  // of the least that makes all zero
constexpr solvers::Limits kLimits = {.tolerance = 1e-3, .max_iterations = 30};

// λ1_j = λ max_i |x_ij|: what a coefficient makes of its column counts, not its unit.
solvers::NonSmooth penalty_of(const objective::LogisticObjective& objective, double strength) {
  const std::size_t dimension = objective.dimension();
  const std::size_t columns = objective.classes();
  const auto largest = objective.largest_absolute();
  solvers::NonSmooth penalty = solvers::unrestricted(dimension);
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
    if (objective::margin_gains(objective, coefficients).smallest > 0.0) {
      return support(objective, coefficients);
    }
  }
  return {};
}

}  // namespace mpilogit::inference
