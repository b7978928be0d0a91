#include "importing/synthetic/synthetic_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>

#include "core/error.hpp"
#include "kernels/random_numbers.hpp"

namespace mpilogit::importing {

namespace {

using hdf5::ValueType;

constexpr std::size_t kChunk = 1024;  // numbers that stay in cache from step to step

kernels::RandomRow random_row(const SynthesizeOptions& options, RandomPurpose purpose,
                              std::int64_t row) {
  return {options.seed, static_cast<std::uint32_t>(purpose), row};
}

void normals(const kernels::RandomRow& row, std::span<double> values) {
  for (std::size_t first = 0; first < values.size(); first += kChunk) {
    const auto chunk = values.subspan(first, std::min(kChunk, values.size() - first));
    kernels::uniforms(row, static_cast<std::int64_t>(first), chunk);
    kernels::normal_quantiles(chunk);
  }
}

// Rounds to what a Stored can hold, in place, and appends it so.
template <class Stored>
void store_as(std::span<double> values, double least, double most, std::vector<std::byte>& bytes) {
  const std::size_t before = bytes.size();
  bytes.resize(before + values.size() * sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if constexpr (std::is_integral_v<Stored>) {
      values[i] = std::clamp(std::nearbyint(values[i]), least, most);
    }
    const auto stored = static_cast<Stored>(values[i]);
    values[i] = static_cast<double>(stored);
    std::memcpy(bytes.data() + before + i * sizeof stored, &stored, sizeof stored);
  }
}

// Σ_j coefficients[j] values[j], as eight sums side by side: always in this order.
template <class At>
double dot(std::size_t count, const std::vector<double>& values, At&& coefficient) {
  std::array<double, 8> sums{};
  const std::size_t whole = count - count % sums.size();
  for (std::size_t i = 0; i < whole; i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      sums[lane] += coefficient(i + lane) * values[i + lane];
    }
  }
  for (std::size_t i = whole; i < count; ++i) sums[i - whole] += coefficient(i) * values[i];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

}  // namespace

RowGenerator::RowGenerator(const SynthesizeOptions& options, const SyntheticModel& model)
    : options_(options), model_(model) {}

const SyntheticRows& RowGenerator::rows(data::Range rows) {
  const bool sparse = options_.density < 1.0;
  result_ = {};
  margins_.clear();
  if (sparse) result_.starts.push_back(0);
  for (std::int64_t row = rows.first; row < rows.last; ++row) {
    sparse ? add_sparse_row(row) : add_dense_row(row);
    round_and_store();
    add_margins(sparse);
  }
  draw_labels(rows);
  return result_;
}

// x_j = s_j (√(1 − ρ) z_j + √ρ f): each two columns correlate by ρ.
void RowGenerator::add_dense_row(std::int64_t row) {
  row_values_.resize(static_cast<std::size_t>(options_.features));
  normals(random_row(options_, RandomPurpose::values, row), row_values_);
  double common = 0.0;
  if (options_.correlation > 0.0) {
    normals(random_row(options_, RandomPurpose::factor, row), std::span(&common, 1));
    common *= std::sqrt(options_.correlation);
  }
  const double own = std::sqrt(1.0 - options_.correlation);
  for (std::size_t j = 0; j < row_values_.size(); ++j) {
    row_values_[j] = model_.scales[j] * (own * row_values_[j] + common);
  }
}

void RowGenerator::add_sparse_row(std::int64_t row) {
  find_columns(row);
  row_values_.resize(row_columns_.size());
  result_.columns.insert(result_.columns.end(), row_columns_.begin(), row_columns_.end());
  result_.starts.push_back(static_cast<std::int64_t>(result_.columns.size()));
  if (options_.storage == ValueType::boolean) {
    std::fill(row_values_.begin(), row_values_.end(), 1.0);
    return;
  }
  normals(random_row(options_, RandomPurpose::values, row), row_values_);
  for (std::size_t i = 0; i < row_values_.size(); ++i) {
    row_values_[i] *= model_.scales[row_columns_[i]];
  }
}

// The columns are cut into strips of equal width; a strip has an entry with the probability
// density × width ≤ 1/2 (or of width 1), anywhere in it. So every column has one with the
// probability `density`, and no column without costs anything.
void RowGenerator::find_columns(std::int64_t row) {
  const double density = options_.density;
  const auto width =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(std::min(0.5 / density, 1e9)));
  const kernels::RandomRow random = random_row(options_, RandomPurpose::pattern, row);
  const std::int64_t strips = (options_.features + width - 1) / width;
  constexpr auto kStrips = static_cast<std::int64_t>(kChunk / 2);  // two numbers for each
  std::size_t count = 0;
  for (std::int64_t begin = 0; begin < strips; begin += kStrips) {
    const std::int64_t end = std::min(strips, begin + kStrips);
    uniforms_.resize(static_cast<std::size_t>(2 * (end - begin)));
    kernels::uniforms(random, 2 * begin, uniforms_);
    row_columns_.resize(count + static_cast<std::size_t>(end - begin));
    for (std::int64_t strip = begin; strip < end; ++strip) {
      const double* drawn = &uniforms_[static_cast<std::size_t>(2 * (strip - begin))];
      const std::int64_t first = strip * width;
      const auto here = static_cast<double>(std::min(width, options_.features - first));
      // Kept or written over: a branch that nobody can foresee would cost more.
      row_columns_[count] =
          static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(drawn[1] * here);
      count += static_cast<std::size_t>(drawn[0] < density * here);
    }
  }
  row_columns_.resize(count);
}

std::int64_t RowGenerator::count_entries(data::Range rows) {
  std::int64_t count = 0;
  for (std::int64_t row = rows.first; row < rows.last; ++row) {
    find_columns(row);
    count += std::ssize(row_columns_);
  }
  return count;
}

// From here on the row has the values that the file has: the model is one of these.
void RowGenerator::round_and_store() {
  const StorageGrid grid = grid_of(options_.storage);
  if (grid.step != 1.0) {
    for (double& value : row_values_) value = grid.offset + grid.step * value;
  }
  switch (options_.storage) {
    case ValueType::float32:
      return store_as<float>(row_values_, 0.0, 0.0, result_.values);
    case ValueType::float64:
      return store_as<double>(row_values_, 0.0, 0.0, result_.values);
    case ValueType::int8:
      return store_as<std::int8_t>(row_values_, -127.0, 127.0, result_.values);
    case ValueType::uint8:
      return store_as<std::uint8_t>(row_values_, 0.0, 255.0, result_.values);
    case ValueType::boolean:
      for (double& value : row_values_) value = value > 0.0 ? 1.0 : 0.0;
      return store_as<std::uint8_t>(row_values_, 0.0, 1.0, result_.values);
    default:
      throw core::internal_failure("synthetic values of an unknown type");
  }
}

void RowGenerator::add_margins(bool sparse) {
  const auto features = static_cast<std::size_t>(options_.features);
  for (std::size_t k = 0; k < model_.intercept.size(); ++k) {
    const double* coefficients = model_.coefficients.data() + k * features;
    const double sum =
        sparse ? dot(row_values_.size(), row_values_,
                     [&](std::size_t i) { return coefficients[row_columns_[i]]; })
               : dot(features, row_values_, [&](std::size_t j) { return coefficients[j]; });
    margins_.push_back(model_.intercept[k] + sum);
  }
}

// Each class's margin and −log(−log u): the largest wins class k with the softmax's probability
// (Gumbel).
void RowGenerator::draw_labels(data::Range rows) {
  const auto classes = static_cast<std::size_t>(options_.classes);
  const auto count = static_cast<std::size_t>(rows.size());
  std::vector<double> noise(count * classes);
  for (std::size_t i = 0; i < count; ++i) {
    kernels::uniforms(
        random_row(options_, RandomPurpose::labels, rows.first + static_cast<std::int64_t>(i)), 0,
        std::span(noise).subspan(i * classes, classes));
  }
  kernels::natural_logs(noise);
  for (double& value : noise) value = -value;
  kernels::natural_logs(noise);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t best = 0;
    double most = -noise[i * classes];
    for (std::size_t k = 1; k < classes; ++k) {
      const double score = margins_[i * (classes - 1) + k - 1] - noise[i * classes + k];
      if (score > most) best = k;
      most = std::max(most, score);
    }
    result_.labels.push_back(static_cast<std::uint8_t>(best));
  }
}

}  // namespace mpilogit::importing
