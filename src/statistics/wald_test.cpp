#include "statistics/wald_test.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "statistics/tail_probabilities.hpp"

namespace mpilogit::statistics {

namespace {

// What is left of a number when all of it should cancel: a few hundred roundings.
constexpr double kRoundings = 1e-13;

[[noreturn]] void refuse(const LinearHypothesis& hypothesis, const std::string& what,
                         const std::string& why, const std::string& remedy) {
  throw core::bad_input(
      {.what = "'" + hypothesis.text + "' " + what, .why = why, .remedy = remedy});
}

// One equation of the elimination: its factors by index, the largest 1, and its value.
struct Equation {
  std::map<std::size_t, double> factors;
  double value = 0.0;
  std::size_t pivot = 0;

  void subtract(const Equation& other) {
    const auto found = factors.find(other.pivot);
    if (found == factors.end()) return;
    const double multiple = found->second;
    for (const auto& [index, factor] : other.factors) factors[index] -= multiple * factor;
    factors.erase(other.pivot);
    value -= multiple * other.value;
  }

  // Returns the largest factor.
  double choose_pivot() {
    double largest = 0.0;
    for (const auto& [index, factor] : factors) {
      if (std::fabs(factor) <= largest) continue;
      largest = std::fabs(factor);
      pivot = index;
    }
    return largest;
  }

  void divide(double by) {
    for (auto& [index, factor] : factors) factor /= by;
    value /= by;
  }
};

// Gaussian elimination, the hypotheses in their order, so that the first that adds nothing to those
// before it can be named.
void require_independent(std::span<const LinearHypothesis> hypotheses) {
  std::vector<Equation> done;
  for (const auto& hypothesis : hypotheses) {
    Equation equation;
    for (const auto& term : hypothesis.terms) equation.factors[term.index] = term.factor;
    equation.value = hypothesis.value;
    equation.divide(equation.choose_pivot());
    double scale = std::fabs(equation.value);
    for (const auto& other : done) {
      equation.subtract(other);
      scale = std::max(scale, std::fabs(other.value));
    }
    if (equation.choose_pivot() <= kRoundings) {
      const bool follows = std::fabs(equation.value) <= kRoundings * scale;
      refuse(hypothesis,
             follows ? "follows from the hypotheses before it" : "contradicts those before it",
             follows ? "it would be counted twice" : "no coefficients fulfil all of them",
             "Leave it away");
    }
    equation.divide(equation.factors[equation.pivot]);
    done.push_back(std::move(equation));
  }
}

double difference(const LinearHypothesis& hypothesis, std::span<const double> estimates) {
  double sum = -hypothesis.value;
  for (const auto& term : hypothesis.terms) sum += term.factor * estimates[term.index];
  return sum;
}

double covariance_of(const LinearHypothesis& left, const LinearHypothesis& right,
                     std::span<const double> covariance, std::size_t dimension) {
  double sum = 0.0;
  for (const auto& one : left.terms) {
    for (const auto& other : right.terms) {
      sum += one.factor * other.factor * covariance[one.index * dimension + other.index];
    }
  }
  return sum;
}

}  // namespace

// With R V Rᵀ = L Lᵀ and L u = Rβ − r, W = ‖u‖². Rows are scaled to the variance 1 first, so that
// units do not matter for what counts as zero.
WaldTest wald_test(std::span<const LinearHypothesis> hypotheses, std::span<const double> estimates,
                   std::span<const double> covariance) {
  require_independent(hypotheses);
  const std::size_t count = hypotheses.size();
  const std::size_t dimension = estimates.size();
  std::vector<double> deviation(count);
  std::vector<double> factor(count * count);  // L, lower triangle
  std::vector<double> u(count);
  WaldTest test;
  for (std::size_t i = 0; i < count; ++i) {
    double* row = factor.data() + i * count;
    const double variance = covariance_of(hypotheses[i], hypotheses[i], covariance, dimension);
    deviation[i] = std::sqrt(std::max(variance, 0.0));
    double left = variance > 0.0 ? 1.0 : 0.0;
    for (std::size_t k = 0; k < i && left > 0.0; ++k) {
      row[k] = covariance_of(hypotheses[i], hypotheses[k], covariance, dimension) /
               (deviation[i] * deviation[k]);
      for (std::size_t m = 0; m < k; ++m) row[k] -= row[m] * factor[k * count + m];
      row[k] /= factor[k * count + k];
      left -= row[k] * row[k];
    }
    if (!(left > kRoundings)) {
      refuse(hypotheses[i], "has no variance beside the hypotheses before it",
             "the covariance is singular there, as with fewer clusters than hypotheses",
             "Test fewer hypotheses together");
    }
    row[i] = std::sqrt(left);
    u[i] = difference(hypotheses[i], estimates) / deviation[i];
    for (std::size_t k = 0; k < i; ++k) u[i] -= row[k] * u[k];
    u[i] /= row[i];
    test.statistic += u[i] * u[i];
  }
  test.degrees = static_cast<std::int64_t>(count);
  test.log_p = log_chi_squared_upper(test.statistic, test.degrees);
  return test;
}

}  // namespace mpilogit::statistics
