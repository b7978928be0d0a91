#include "importing/synthetic/synthetic_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "kernels/random_numbers.hpp"

namespace mpilogit::importing {

namespace {

using hdf5::ValueType;

// Of a stored value, over the rows, of a column of scale 1.
struct Moments {
  double mean = 0.0;
  double deviation = 1.0;
};

Moments moments_of(const SynthesizeOptions& options) {
  const double density = options.density;
  const bool sparse = density < 1.0;
  if (options.storage == ValueType::boolean) {
    return sparse ? Moments{density, std::sqrt(density * (1.0 - density))} : Moments{0.5, 0.5};
  }
  const StorageGrid grid = grid_of(options.storage);
  return {grid.offset, grid.step * std::sqrt(density)};
}

// From √K' down to 1/√K', K' the power of two nearest to `condition`.
std::vector<double> column_scales(const SynthesizeOptions& options) {
  int exponent = 0;
  const double mantissa = std::frexp(options.condition, &exponent);
  if (mantissa < std::sqrt(0.5)) --exponent;
  std::vector<double> scales(static_cast<std::size_t>(options.features));
  const auto last = std::max<std::int64_t>(options.features - 1, 1);
  for (std::int64_t j = 0; j < options.features; ++j) {
    const double share = static_cast<double>(j) / static_cast<double>(last);
    const int power = static_cast<int>(std::floor(share * exponent + 0.5));
    scales[static_cast<std::size_t>(j)] = std::ldexp(1.0, exponent / 2 - power);
  }
  return scales;
}

// In place: from normal numbers to coefficients whose margins have the standard deviation
// `signal`. With b_j of standardised columns Var(Σ_j b_j x_j) = (1 − ρ) Σ b² + ρ (Σ b)².
void scale_to_signal(std::span<double> coefficients, const SynthesizeOptions& options,
                     const std::vector<double>& scales) {
  const double squares =
      std::inner_product(coefficients.begin(), coefficients.end(), coefficients.begin(), 0.0);
  const double sum = std::accumulate(coefficients.begin(), coefficients.end(), 0.0);
  const double rho = options.correlation;
  const double variance = (1.0 - rho) * squares + rho * sum * sum;
  const double factor = options.signal / std::sqrt(variance) / moments_of(options).deviation;
  for (std::size_t j = 0; j < coefficients.size(); ++j) coefficients[j] *= factor / scales[j];
}

std::uint32_t reversed(std::uint32_t bits) {
  std::uint32_t result = 0;
  for (int n = 0; n < 32; ++n, bits >>= 1) result = result << 1 | (bits & 1U);
  return result;
}

// The b for which P(z + b + ε > 0) is the share that class 1 shall have, z normal of deviation
// `signal`, ε logistic: a quantile of −(z + ε) over the points of Hammersley's sequence, which fill
// the plane of the two evenly. Not from the rows themselves, whose labels would then depend on each
// other.
double balancing_intercept(double share, double signal) {
  if (share == 0.5) return 0.0;
  constexpr std::size_t kPoints = std::size_t{1} << 20;
  std::vector<double> sums(kPoints);
  std::vector<double> below(kPoints);
  std::vector<double> above(kPoints);
  for (std::size_t i = 0; i < kPoints; ++i) {
    sums[i] = (static_cast<double>(i) + 0.5) / kPoints;
    below[i] = (static_cast<double>(reversed(static_cast<std::uint32_t>(i))) + 2048.0) * 0x1p-32;
    above[i] = 1.0 - below[i];
  }
  kernels::normal_quantiles(sums);
  kernels::natural_logs(below);
  kernels::natural_logs(above);
  for (std::size_t i = 0; i < kPoints; ++i) sums[i] = signal * sums[i] + (below[i] - above[i]);
  const auto place = static_cast<std::ptrdiff_t>((1.0 - share) * kPoints);
  std::nth_element(sums.begin(), sums.begin() + place, sums.end());
  return -sums[static_cast<std::size_t>(place)];
}

}  // namespace

StorageGrid grid_of(ValueType storage) {
  if (storage == ValueType::int8) return {0.0, 32.0};
  if (storage == ValueType::uint8) return {128.0, 32.0};
  return {};
}

SyntheticModel synthetic_model(const SynthesizeOptions& options) {
  SyntheticModel model;
  model.scales = column_scales(options);
  const auto features = static_cast<std::size_t>(options.features);
  const auto rows = static_cast<std::size_t>(options.classes - 1);
  const double balance =
      options.classes == 2 ? balancing_intercept(options.balance, options.signal) : 0.0;
  model.coefficients.resize(rows * features);
  for (std::size_t k = 0; k < rows; ++k) {
    const auto row = std::span(model.coefficients).subspan(k * features, features);
    kernels::uniforms({options.seed, static_cast<std::uint32_t>(RandomPurpose::coefficients),
                       static_cast<std::int64_t>(k)},
                      0, row);
    kernels::normal_quantiles(row);
    scale_to_signal(row, options, model.scales);
    const double mean = moments_of(options).mean;
    model.intercept.push_back(balance - mean * std::accumulate(row.begin(), row.end(), 0.0));
  }
  return model;
}

}  // namespace mpilogit::importing
