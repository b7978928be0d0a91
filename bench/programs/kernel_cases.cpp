#include "kernel_cases.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <type_traits>
#include <utility>

#include "core/exact_vector_sum.hpp"
#include "kernels/elementary.hpp"
#include "kernels/fused_pass.hpp"
#include "kernels/logistic.hpp"
#include "kernels/softmax.hpp"
#include "kernels/weighted_gram.hpp"

namespace mpilogit::bench {

namespace {

using kernels::AnyRows;
using kernels::LaneSum;

// Numbers in [low, high); the standard fixes the generator's bits, but not those of its
// distributions.
class Numbers {
 public:
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(generator_() >> 11) * 0x1p-53;
  }
  std::size_t below(std::size_t end) {
    return static_cast<std::size_t>(between(0.0, static_cast<double>(end)));
  }
  std::vector<double> vector(std::size_t size, double low, double high) {
    std::vector<double> numbers(size);
    for (auto& number : numbers) number = between(low, high);
    return numbers;
  }

 private:
  std::mt19937_64 generator_{4};
};

/// Rows that own their memory, with what a pass over them needs.
struct Sample {
  std::shared_ptr<void> storage;
  AnyRows rows;
  std::size_t entries = 0;
  std::vector<double> coefficients;
  std::vector<std::uint8_t> labels;
  std::vector<double> margins;
  std::vector<double> sums;

  void fill(Numbers& numbers) {
    const std::size_t features = kernels::feature_count(rows);
    const double size = 2.0 / std::sqrt(static_cast<double>(features));
    coefficients = numbers.vector(features, -size, size);
    margins = numbers.vector(kernels::row_count(rows), -4.0, 4.0);
    for (std::size_t i = 0; i < margins.size(); ++i) {
      labels.push_back(static_cast<std::uint8_t>(numbers.below(2)));
    }
    sums.resize(features);
  }
};

using SharedSample = std::shared_ptr<Sample>;

template <class Value>
SharedSample dense_sample(Numbers& numbers, std::size_t rows, std::size_t features) {
  auto values = std::make_shared<std::vector<Value>>(rows * features);
  for (auto& value : *values) {
    value = std::is_integral_v<Value> ? static_cast<Value>(numbers.below(256))
                                      : static_cast<Value>(numbers.between(-1.0, 1.0));
  }
  auto sample = std::make_shared<Sample>();
  sample->rows = kernels::AnyDenseRows(kernels::DenseRows<Value>{values->data(), rows, features});
  sample->storage = values;
  sample->entries = rows * features;
  sample->fill(numbers);
  return sample;
}

enum class Values { stored, all_one };

/// One entry in each of `per_row` equal parts of the features, as one-hot encoding makes them, in
/// the form that the data set's rows take in memory.
SharedSample sparse_sample(Numbers& numbers, std::size_t rows, std::size_t features,
                           std::size_t per_row, Values values) {
  struct Storage {
    std::vector<float> values;
    std::vector<std::uint16_t> columns;
  };
  auto storage = std::make_shared<Storage>();
  const std::size_t part = features / per_row;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < per_row; ++k) {
      storage->columns.push_back(static_cast<std::uint16_t>(k * part + numbers.below(part)));
      storage->values.push_back(static_cast<float>(numbers.between(-1.0, 1.0)));
    }
  }
  auto sample = std::make_shared<Sample>();
  kernels::SparseRows<float> view;
  if (values == Values::stored) view.values = storage->values.data();
  view.columns = storage->columns.data();
  view.rows = rows;
  view.features = features;
  view.common = 1.0F;
  view.row_entries = per_row;
  sample->rows = kernels::AnySparseRows(view);
  sample->entries = storage->columns.size();
  sample->storage = storage;
  sample->fill(numbers);
  return sample;
}

KernelCase fused(const std::string& name, const SharedSample& sample) {
  return {
      "fused " + name, sample->entries, [sample]() {
        LaneSum losses;
        kernels::fused_pass(
            sample->rows, sample->coefficients, 1,
            [](std::size_t, std::span<double> tile) { std::fill(tile.begin(), tile.end(), 0.0); },
            [&](std::size_t first, std::span<double> tile) {
              const auto labels =
                  std::span<const std::uint8_t>(sample->labels).subspan(first, tile.size());
              kernels::losses_and_residuals(tile, labels, {}, tile, losses);
            },
            sample->sums);
      }};
}

KernelCase margins(const std::string& name, const SharedSample& sample) {
  return {"margins " + name, sample->entries, [sample, result = sample->margins]() mutable {
            kernels::add_margins(sample->rows, sample->coefficients, 1, result);
          }};
}

KernelCase column_sums(const std::string& name, const SharedSample& sample) {
  return {"column sums " + name, sample->entries,
          [sample] { kernels::add_weighted_rows(sample->rows, sample->margins, 1, sample->sums); }};
}

/// Entries: the products of which the triangle consists.
KernelCase gram(const std::string& name, const SharedSample& sample) {
  const std::size_t features = kernels::feature_count(sample->rows);
  const std::size_t per_row = sample->entries / sample->margins.size();
  return {"Gram " + name, sample->margins.size() * kernels::triangle_size(per_row),
          [sample, triangle = std::vector<double>(kernels::triangle_size(features))]() mutable {
            kernels::add_weighted_gram(sample->rows, sample->margins, triangle);
          }};
}

void add_row_cases(Numbers& numbers, std::vector<KernelCase>& cases) {
  const auto narrow = dense_sample<float>(numbers, 2048, 28);
  const auto middle = dense_sample<float>(numbers, 512, 123);
  const auto wide = dense_sample<float>(numbers, 128, 500);
  const auto pixels = dense_sample<std::uint8_t>(numbers, 96, 784);
  const auto sparse = sparse_sample(numbers, 4096, 496, 6, Values::stored);
  const auto one_hot = sparse_sample(numbers, 4096, 496, 6, Values::all_one);
  cases.push_back(fused("float32 x 28", narrow));
  cases.push_back(fused("float32 x 123", middle));
  cases.push_back(fused("float32 x 500", wide));
  cases.push_back(fused("uint8 x 784", pixels));
  cases.push_back(fused("CSR, 6 of 496", sparse));
  cases.push_back(fused("CSR of ones, 6 of 496", one_hot));
  cases.push_back(margins("float32 x 28", narrow));
  cases.push_back(margins("float32 x 500", wide));
  cases.push_back(margins("CSR, 6 of 496", sparse));
  cases.push_back(column_sums("float32 x 28", narrow));
  cases.push_back(column_sums("float32 x 500", wide));
  cases.push_back(column_sums("CSR, 6 of 496", sparse));
  cases.push_back(gram("float32 x 28", narrow));
  cases.push_back(gram("float32 x 123", middle));
  cases.push_back(gram("CSR, 6 of 496", sparse));
}

void add_loss_cases(Numbers& numbers, std::vector<KernelCase>& cases) {
  constexpr std::size_t kRows = 4096;
  constexpr std::size_t kClasses = 10;
  const auto z = std::make_shared<const std::vector<double>>(numbers.vector(kRows, -8.0, 8.0));
  std::vector<std::uint8_t> labels(kRows);
  for (auto& label : labels) label = static_cast<std::uint8_t>(numbers.below(2));
  cases.push_back({"loss", kRows, [z, labels, residuals = *z]() mutable {
                     LaneSum losses;
                     kernels::losses_and_residuals(*z, labels, {}, residuals, losses);
                   }});
  cases.push_back(
      {"curvature", kRows, [z, out = *z]() mutable { kernels::curvatures(*z, {}, out); }});
  const std::vector<double> many = numbers.vector(kRows / 4 * kClasses, -8.0, 8.0);
  std::vector<std::uint32_t> classes(kRows / 4);
  for (auto& label : classes) label = static_cast<std::uint32_t>(numbers.below(kClasses));
  cases.push_back({"softmax of 10", many.size(), [many, classes, residuals = many]() mutable {
                     LaneSum losses;
                     kernels::softmax_losses_and_residuals({.columns = kClasses}, many, classes, {},
                                                           residuals, losses);
                   }});
}

/// The function of every number of a fixed sample.
KernelCase elementwise(const std::string& name, std::vector<double> sample,
                       double (*function)(double)) {
  const std::size_t size = sample.size();
  return {name, size,
          [sample = std::move(sample), function, out = std::vector<double>(size)]() mutable {
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = function(sample[i]);
          }};
}

void add_number_cases(Numbers& numbers, std::vector<KernelCase>& cases) {
  constexpr std::size_t kSize = 4096;
  cases.push_back(elementwise("exp", numbers.vector(kSize, 0.0, 40.0), kernels::exp_of_minus));
  cases.push_back(elementwise("log1p", numbers.vector(kSize, 0.0, 1.0), kernels::log_of_one_plus));
  cases.push_back(elementwise("log", numbers.vector(kSize, 1e-3, 1e3), kernels::log_of));
  const std::vector<double> values = numbers.vector(kSize, -1.0, 1.0);
  const auto scales =
      std::make_shared<const std::vector<core::FixedPoint>>(kSize, core::FixedPoint(1e6));
  cases.push_back(
      {"exact vector sum", kSize,
       [values, block = values, scales, sum = core::ExactVectorSum(*scales, 0)]() mutable {
         std::copy(values.begin(), values.end(), block.begin());
         sum.take_vector(block);
       }});
}

}  // namespace

std::vector<KernelCase> kernel_cases() {
  Numbers numbers;
  std::vector<KernelCase> cases;
  add_row_cases(numbers, cases);
  add_loss_cases(numbers, cases);
  add_number_cases(numbers, cases);
  return cases;
}

}  // namespace mpilogit::bench
