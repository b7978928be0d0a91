#include <array>
#include <cmath>
#include <cstddef>

#include "kernels/elementary.hpp"
#include "statistics/fit_statistics.hpp"

namespace mpilogit::statistics {

namespace {

constexpr double kTwoPi = 6.28318530717958647693;

// δ(n) = log n! − (½ log 2πn + n log n − n), n ≥ 1. From 16 on five terms of Stirling's series are
// below 2^-53 of an error; before, from n! itself, an exact product.
double stirling_error(double n) {
  constexpr double kSeriesFrom = 16.0;
  if (n < kSeriesFrom) {
    double factorial = 1.0;
    for (int i = 2; i <= static_cast<int>(n); ++i) factorial *= i;
    const double log_n = kernels::log_of(n);
    return kernels::log_of(factorial) - (0.5 * kernels::log_of(kTwoPi * n) + n * log_n - n);
  }
  constexpr std::array terms = {1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0,
                                1.0 / 1188.0};
  const double inverse_square = 1.0 / (n * n);
  double sum = 0.0;
  for (std::size_t t = terms.size(); t-- > 0;) sum = sum * inverse_square + terms[t];
  return sum / n;
}

}  // namespace

// log [C(n, k) (k/n)^k ((n−k)/n)^(n−k)] = δ(n) − δ(k) − δ(n−k) − ½ log(2π k (n−k) / n): the large
// parts have cancelled by algebra.
double log_saturated_binomial(double successes, double trials) {
  const double failures = trials - successes;
  if (!(successes > 0.0) || !(failures > 0.0)) return 0.0;
  const double errors =
      stirling_error(trials) - stirling_error(successes) - stirling_error(failures);
  return errors - 0.5 * kernels::log_of(kTwoPi * successes * (failures / trials));
}

}  // namespace mpilogit::statistics
