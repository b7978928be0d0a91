#pragma once
// The same rows, dense and compressed, of any storage type.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "kernels/dense/widen.hpp"
#include "kernels/rows.hpp"

namespace mpilogit::testing {

/// Whether compressed rows store some of the zeros.
enum class Zeros { omitted, every_other_stored };

/// Any value of an integer type, its extremes included; floating-point values of both signs over
/// many magnitudes.
template <class Value>
Value any_value(std::mt19937_64& random) {
  const std::uint64_t bits = random();
  if constexpr (std::is_same_v<Value, kernels::Half>) {
    const auto half = static_cast<std::uint16_t>(bits);
    constexpr std::uint16_t finite = 0xbfff;  // clears the exponent's top bit
    return {static_cast<std::uint16_t>(half & finite)};
  } else if constexpr (std::is_integral_v<Value>) {
    return static_cast<Value>(bits);
  } else {
    const int exponent = static_cast<int>(bits % 41) - 20;
    const auto mantissa = static_cast<Value>(static_cast<std::int64_t>(random()) >> 11);
    return std::ldexp(mantissa, exponent - 52);
  }
}

template <class Value>
struct SampleRows {
  std::size_t rows;
  std::size_t features;
  std::vector<Value> dense;
  std::vector<Value> values;
  std::vector<std::uint32_t> columns;
  std::vector<std::int64_t> starts;

  kernels::AnyRows as_dense() const {
    return kernels::AnyDenseRows(kernels::DenseRows<Value>{dense.data(), rows, features});
  }
  kernels::AnyRows as_sparse() const {
    return kernels::AnySparseRows(
        kernels::SparseRows<Value>{values.data(), columns.data(), starts.data(), rows, features});
  }
};

/// About 6 of 10 entries are zero; every fifth row is empty. `starts` begin at 1000: compressed
/// rows are a part of a larger whole.
template <class Value>
SampleRows<Value> sample_rows(std::size_t rows, std::size_t features, Zeros zeros) {
  std::mt19937_64 random(rows * 1000 + features);
  SampleRows<Value> sample{rows, features, {}, {}, {}, {1000}};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < features; ++j) {
      const bool zero = i % 5 == 3 || random() % 10 < 6;
      const Value value = zero ? Value{} : any_value<Value>(random);
      sample.dense.push_back(value);
      const bool stored = zeros == Zeros::every_other_stored && (i + j) % 2 == 0;
      if (kernels::widen(value) != 0 || stored) {
        sample.values.push_back(value);
        sample.columns.push_back(static_cast<std::uint32_t>(j));
      }
    }
    sample.starts.push_back(1000 + static_cast<std::int64_t>(sample.values.size()));
  }
  return sample;
}

/// Numbers of both signs between −1 and 1.
inline std::vector<double> sample_vector(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> vector(size);
  for (double& x : vector) x = static_cast<double>(static_cast<std::int64_t>(random())) * 0x1p-63;
  return vector;
}

}  // namespace mpilogit::testing
