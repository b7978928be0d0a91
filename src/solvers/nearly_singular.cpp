#include "solvers/nearly_singular.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "solvers/vector_algebra.hpp"

namespace mpilogit::solvers {

namespace {

constexpr std::size_t kMostDirections = 16;
constexpr double kAliasedByDefinition = 1e-16;

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

}  // namespace

void complete(const Point& point, std::span<const std::size_t> variables, const Cholesky& factor,
              std::span<const double> slopes, const Cholesky::Sizes& sizes, NewtonModel& model) {
  auto left_out = factor.left_out_directions();
  if (left_out.empty() || left_out.size() > kMostDirections) return;
  Directions directions;
  for (auto& [v, curvature] : left_out) {
    auto product = product_over(point, variables, v);
    if (!(dot(v, product) > kAliasedByDefinition * curvature)) continue;
    directions.v.push_back(std::move(v));
    directions.products.push_back(std::move(product));
  }
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
  model.left_out = factor.left_out(slopes, sizes, Cholesky::Part::vanished);
  if (!small.aliased().empty()) model.left_out += small.left_out(along, {});
}

}  // namespace mpilogit::solvers
