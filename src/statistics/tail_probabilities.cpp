#include "statistics/tail_probabilities.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>

namespace mpilogit::statistics {

namespace {

// Below it probabilities lose digits and then vanish; we leave them earlier.
constexpr double kSmallestProbability = 1e-290;

// log(x^a e^(−x) / Γ(a)). Of large a the terms are so large that their difference would lose
// digits; there, by Stirling's series (DLMF 5.11.1) and with u = (x − a) / a,
//   a (log(1 + u) − u) + ½ log(a / 2π) − (1/(12a) − 1/(360a³) + 1/(1260a⁵) − …)
double log_prefix(double a, double x) {
  constexpr double kLarge = 50.0;
  if (a < kLarge) return a * std::log(x) - x - boost::math::lgamma(a);
  const double square = a * a;
  const double correction = (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / a;
  return a * boost::math::log1pmx((x - a) / a) + 0.5 * std::log(0.5 * std::numbers::inv_pi * a) -
         correction;
}

// log of the upper incomplete gamma function's share, log Q(a, x), for x well above a: Legendre's
// continued fraction (DLMF 8.9.2), evaluated by Lentz's method:
//   Q(a, x) = x^a e^(−x) / Γ(a) · 1/(x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …)))
// Cost: far out a few terms; O(√a) where x comes near to a.
double log_gamma_q_far_out(double a, double x) {
  double b = x + 1.0 - a;
  double c = std::numeric_limits<double>::max();
  double d = 1.0 / b;
  double fraction = d;
  double change = 0.0;
  for (double i = 1.0; std::fabs(change - 1.0) > std::numeric_limits<double>::epsilon(); i += 1.0) {
    const double numerator = i * (a - i);
    b += 2.0;
    d = 1.0 / (b + numerator * d);
    c = b + numerator / c;
    change = c * d;
    fraction *= change;
  }
  return log_prefix(a, x) + std::log(fraction);
}

}  // namespace

double log_two_sided_normal(double z) {
  constexpr double kFar = 30.0;
  const double magnitude = std::fabs(z);
  if (std::isinf(magnitude)) return -magnitude;
  const double x = magnitude / std::numbers::sqrt2;
  if (magnitude < 1.0) return std::log1p(-std::erf(x));
  if (!(magnitude >= kFar)) return std::log(std::erfc(x));
  // P(|Z| ≥ z) ~ √(2/π) e^(−z²/2) / z · (1 − 1/z² + 1·3/z⁴ − 1·3·5/z⁶ + …): at z = 30 eight terms
  // leave less than 1e-18.
  const double inverse_square = 1.0 / magnitude / magnitude;
  double series = 0.0;
  for (int k = 8; k >= 1; --k) series = -(2.0 * k - 1.0) * inverse_square * (1.0 + series);
  return -0.5 * magnitude * magnitude - std::log(magnitude) +
         0.5 * std::log(2.0 * std::numbers::inv_pi) + std::log1p(series);
}

double log_chi_squared_upper(double x, std::int64_t degrees) {
  if (x <= 0.0) return 0.0;
  if (std::isinf(x)) return -x;
  if (std::isnan(x)) return x;
  const double a = 0.5 * static_cast<double>(degrees);
  const double upper = boost::math::gamma_q(a, 0.5 * x);
  if (upper > 0.5) return std::log1p(-boost::math::gamma_p(a, 0.5 * x));
  return upper > kSmallestProbability ? std::log(upper) : log_gamma_q_far_out(a, 0.5 * x);
}

double normal_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p);
}

double chi_squared_quantile(double p, std::int64_t degrees) {
  return 2.0 * boost::math::gamma_p_inv(0.5 * static_cast<double>(degrees), p);
}

}  // namespace mpilogit::statistics
