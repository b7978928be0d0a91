// Coefficients that have no finite optimum.

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "objective/signed_margins.hpp"
#include "solvers/cholesky.hpp"
#include "statistics/identifiability.hpp"

namespace mpilogit::statistics {

namespace {

// The loss of a row at a margin of 12 is e^-12.
constexpr double kCertainMargin = 12.0;
constexpr int kMostSteps = 8;
constexpr double kStandstill = 0.1;     // a step that moves no row by as much leads to an optimum
constexpr double kRisingGain = 0.5;     // about 1 is expected
constexpr double kRoundingGain = 1e-5;  // of the largest gain: a gain of that size is none
constexpr double kNoPart = 1e-3;        // a column that moves no row by as much has no part

bool is_aliased(const std::vector<AliasedColumn>& aliased, std::size_t column) {
  return std::any_of(aliased.begin(), aliased.end(),
                     [&](const AliasedColumn& one) { return one.column == column; });
}

std::vector<std::size_t> free_variables(const FittedProblem& fitted) {
  const std::size_t columns = fitted.objective.classes();
  std::vector<std::size_t> free;
  for (std::size_t v = 0; v < fitted.objective.dimension(); ++v) {
    if (!is_aliased(fitted.aliased, v / columns)) free.push_back(v);
  }
  return free;
}

// p = −H⁻¹ g over the free variables, 0 elsewhere.
std::vector<double> newton_step(const solvers::Point& point, std::span<const std::size_t> free,
                                std::size_t columns) {
  const solvers::Cholesky factor(point.hessian_matrix(free), free.size() - columns);
  std::vector<double> right_side;
  for (const auto v : free) right_side.push_back(-point.gradient()[v]);
  factor.solve(right_side, right_side);
  std::vector<double> step(point.coefficients().size(), 0.0);
  for (std::size_t k = 0; k < free.size(); ++k) step[free[k]] = right_side[k];
  return step;
}

// The variables of which a direction makes something that shows in a row.
std::vector<std::size_t> parts(const objective::LogisticObjective& objective,
                               std::span<const double> direction) {
  const auto largest = objective.largest_absolute();
  std::vector<std::size_t> chosen;
  for (std::size_t v = 0; v < direction.size(); ++v) {
    if (std::fabs(direction[v]) * largest[v / objective.classes()] > kNoPart) chosen.push_back(v);
  }
  return chosen;
}

// Two classes: a direction along which no row of `resting` moves may be added to the direction of
// recession, so that each variable in it is as free as those. Cost: a Gram matrix.
std::vector<std::size_t> undetermined_by(const objective::LogisticObjective& resting,
                                         const FittedProblem& fitted) {
  std::set<std::size_t> undetermined;
  for (const auto& [column, combination] : aliased_columns(resting)) {
    if (is_aliased(fitted.aliased, column)) continue;
    undetermined.insert(column);
    for (const auto& term : combination) undetermined.insert(term.column);
  }
  return {undetermined.begin(), undetermined.end()};
}

class Search {
 public:
  Search(const FittedProblem& fitted, const std::vector<double>& step)
      : fitted_(fitted),
        step_(step),
        communicator_(fitted.passes.rows().communicator),
        gains_(objective::signed_margins(fitted.objective, step)) {}

  bool at_standstill() const { return gains_.largest < kStandstill; }

  // No row loses, and none is between those that move and those that do not.
  bool certified() const {
    const double rounding = kRoundingGain * gains_.largest;
    return gains_.largest >= kRisingGain && gains_.smallest >= -rounding &&
           gains_.count(rounding, kRisingGain, communicator_) == 0;
  }

  SeparationResult report() const;

 private:
  objective::Targets resting_targets() const;

  const FittedProblem& fitted_;
  const std::vector<double>& step_;
  const comm::Communicator& communicator_;
  objective::SignedMargins gains_;
};

objective::Targets Search::resting_targets() const {
  std::vector<std::uint32_t> rising;
  rising.reserve(gains_.of_rows.size());
  for (const double gain : gains_.of_rows) rising.push_back(gain >= kRisingGain ? 1 : 0);
  return objective::without_part(fitted_.targets, rising, 1);
}

// Rows of one class alone are told by the intercept: then all rows can be.
SeparationResult Search::report() const {
  SeparationResult result;
  result.separation = Separation::quasi_complete;
  result.direction = step_;
  result.certain_rows = gains_.count(kRisingGain, HUGE_VAL, communicator_);
  result.separating = parts(fitted_.objective, step_);
  const auto resting = resting_targets();
  const auto totals = objective::class_totals(fitted_.passes.rows().design.dataset(), resting,
                                              communicator_, fitted_.passes.rows().threads);
  const auto present = std::count_if(totals.begin(), totals.end(), [](double w) { return w > 0; });
  if (gains_.smallest >= kRisingGain || present < 2) result.separation = Separation::complete;
  if (present < 2 || totals.size() > 2) return result;
  const auto features = fitted_.passes.rows().features();
  const objective::LogisticObjective objective(fitted_.passes, resting,
                                               objective::uniform_ridge(0.0, features));
  result.separating = undetermined_by(objective, fitted_);
  return result;
}

}  // namespace

bool has_certain_rows(const objective::LogisticObjective& objective,
                      std::span<const double> coefficients) {
  return objective::largest_gain(objective, coefficients) >= kCertainMargin;
}

SeparationResult find_separation(const FittedProblem& fitted) {
  const std::vector<std::size_t> free = free_variables(fitted);
  std::vector<double> coefficients(fitted.coefficients.begin(), fitted.coefficients.end());
  for (int count = 0; count < kMostSteps; ++count) {
    const auto point = fitted.objective.evaluate(coefficients);
    const auto step = newton_step(*point, free, fitted.objective.classes());
    const Search search(fitted, step);
    if (search.at_standstill()) return {};
    if (search.certified()) return search.report();
    for (std::size_t v = 0; v < step.size(); ++v) coefficients[v] += step[v];
  }
  SeparationResult result;
  result.separation = Separation::suspected;
  return result;
}

}  // namespace mpilogit::statistics
