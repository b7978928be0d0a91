#include "solvers/algebra/vector_algebra.hpp"

#include <cmath>
#include <cstddef>

namespace mpilogit::solvers {

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
  return sum;
}

void add_scaled(double factor, std::span<const double> x, std::span<double> y) {
  for (std::size_t j = 0; j < x.size(); ++j) y[j] += factor * x[j];
}

double largest_magnitude(std::span<const double> x) {
  double largest = 0.0;
  for (const double value : x) {
    const double magnitude = std::abs(value);
    if (!(magnitude <= largest)) largest = magnitude;  // takes NaN, and …
    if (std::isnan(largest)) return largest;           // … keeps it
  }
  return largest;
}

bool all_finite(std::span<const double> x) {
  return std::isfinite(largest_magnitude(x));
}

}  // namespace mpilogit::solvers
