#include "solvers/algebra/nearly_singular.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "solvers/algebra/vector_algebra.hpp"

namespace mpilogit::solvers {

namespace {

constexpr std::size_t kMostDirections = 16;
// What differs from others by 1e-8 of its spread is no alias, whatever weights its rows have and
// however many spreads wide it is: the limits are below that.
constexpr double kAliasedByDefinition = 2.5e-17;  // of curvature; the square of 5e-9
constexpr double kLeastSpread = 1e-9;             // of the column's largest entry, on average
constexpr double kFar = 0x1p40;
constexpr double kHidden = 1e-13;  // of F

struct Directions {
  std::vector<std::vector<double>> v;
  std::vector<std::vector<double>> products;  // H v, over the variables
};

std::vector<double> product_over(const Point& point, std::span<const std::size_t> variables,
                                 std::span<const double> v) {
  std::vector<double> whole(point.gradient().size(), 0.0);
  std::vector<double> product(whole.size());
  for (std::size_t i = 0; i < variables.size(); ++i) whole[variables[i]] = v[i];
  point.hessian_vector(whole, product);
  std::vector<double> own;
  own.reserve(variables.size());
  for (const std::size_t j : variables) own.push_back(product[j]);
  return own;
}

bool contains(const std::vector<std::size_t>& all, std::size_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

double rounding_along(std::span<const double> v, std::span<const double> rounding) {
  double sum = 0.0;
  for (std::size_t i = 0; i < rounding.size(); ++i) sum += std::abs(v[i]) * rounding[i];
  return sum;
}

// Whether the rows' x·v are more than nothing beside the column of variable `aliased`, so that v
// has no curvature only because the weights p (1 − p) of those rows have vanished. From far out on
// both sides of the point F grows by |x·v|, whatever the weights are. Cost: one pass.
bool spreads(const Objective& objective, const Point& point, std::span<const std::size_t> variables,
             std::span<const double> v, std::size_t aliased) {
  const auto largest = objective.penalty_shape().largest;
  const double column = largest.empty() ? 0.0 : largest[aliased / objective.classes()];
  if (!(column > 0.0)) return false;
  const double far = kFar * (1.0 + point.value());  // in units of the margins
  const auto w = point.coefficients();
  std::vector<double> there(w.begin(), w.end());
  for (std::size_t i = 0; i < variables.size(); ++i) there[variables[i]] += far / column * v[i];
  const auto to = objective.evaluate(there);
  const auto line = objective.between(point, *to);
  return line->at(1.0).value + line->at(-1.0).value > 2.0 * point.value() + kLeastSpread * far;
}

// Newton's step within the directions is taken, too. Returns the decrease that is left out there.
double step_along(const Directions& directions, std::span<const double> slopes,
                  NewtonModel& model) {
  const std::size_t count = directions.v.size();
  SymmetricMatrix matrix(count);
  std::vector<double> along(count);
  for (std::size_t a = 0; a < count; ++a) {
    along[a] = dot(slopes, directions.v[a]);
    for (std::size_t b = 0; b <= a; ++b)
      matrix(a, b) = dot(directions.v[a], directions.products[b]);
  }
  const Cholesky small(matrix, 0);
  std::vector<double> steps(count);
  small.solve(along, steps);
  for (std::size_t a = 0; a < count; ++a) {
    add_scaled(-steps[a], directions.v[a], model.direction);
  }
  model.decrease += 0.5 * dot(along, steps);
  return small.aliased().empty() ? 0.0 : small.left_out(along, {});
}

}  // namespace

void complete(const Objective& objective, const Point& point,
              std::span<const std::size_t> variables, const Cholesky& factor,
              std::span<const double> slopes, const Cholesky::Sizes& sizes, KnownAliases& known,
              NewtonModel& model) {
  auto left_out = factor.left_out_directions();
  std::vector<std::size_t> numbers;
  numbers.reserve(left_out.size());
  for (const auto& one : left_out) numbers.push_back(variables[one.variable]);
  if (numbers != known.left_out) known = {std::move(numbers), {}};
  // A slope that rounding hides has nothing to give where that is nothing at the least curvature
  // that is no alias.
  std::erase_if(left_out, [&](const Cholesky::LeftOut& one) {
    const double rounding = rounding_along(one.direction, sizes.rounding);
    const double hidden = 0.5 * rounding * rounding / (kAliasedByDefinition * one.curvature);
    const bool is_hidden = std::abs(dot(slopes, one.direction)) <= rounding &&
                           hidden <= kHidden * std::abs(point.value());
    return is_hidden || contains(known.aliased, variables[one.variable]);
  });
  if (left_out.size() > kMostDirections) return;
  Directions directions;
  double unknown = 0.0;
  for (auto& [v, curvature, aliased] : left_out) {
    auto product = product_over(point, variables, v);
    if (!(dot(v, product) > kAliasedByDefinition * curvature)) {
      if (spreads(objective, point, variables, v, variables[aliased])) {
        const double slope = dot(slopes, v);
        unknown += 0.5 * slope * slope / (kAliasedByDefinition * curvature);
      } else {
        known.aliased.push_back(variables[aliased]);
      }
      continue;
    }
    directions.v.push_back(std::move(v));
    directions.products.push_back(std::move(product));
  }
  const double small = step_along(directions, slopes, model);
  model.left_out = unknown + factor.left_out(slopes, sizes, Cholesky::Part::vanished);
  model.left_out += small;
}

}  // namespace mpilogit::solvers
