#include "importing/npy/npy_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <span>
#include <string>

#include "core/error.hpp"

namespace mpilogit::importing {

namespace {

template <class Float>
std::int64_t first_bad(std::span<const std::byte> bytes) {
  const std::size_t count = bytes.size() / sizeof(Float);
  for (std::size_t i = 0; i < count; ++i) {
    Float value;
    std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
    if (!std::isfinite(value)) return static_cast<std::int64_t>(i);
  }
  return -1;
}

// The first value that is not finite; −1: there is none.
std::int64_t first_not_finite(const formats::NpyType& type, std::span<const std::byte> bytes) {
  if (type.kind != 'f') return -1;
  if (type.size == 4) return first_bad<float>(bytes);
  if (type.size == 8) return first_bad<double>(bytes);
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    constexpr std::byte kExponent{0x7c};
    if ((bytes[i + 1] & kExponent) == kExponent) return static_cast<std::int64_t>(i / 2);
  }
  return -1;
}

// Of Fortran order: a piece of every column.
std::vector<std::byte> gathered_rows(formats::NpyArray& matrix, data::Range rows) {
  const auto size = static_cast<std::size_t>(matrix.type().size);
  const auto columns = static_cast<std::size_t>(matrix.shape()[1]);
  const auto count = static_cast<std::size_t>(rows.size());
  std::vector<std::byte> bytes(count * columns * size);
  std::vector<std::byte> piece(count * size);
  for (std::size_t j = 0; j < columns; ++j) {
    matrix.read_raw(static_cast<std::int64_t>(j) * matrix.shape()[0] + rows.first, piece);
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(&bytes[(i * columns + j) * size], &piece[i * size], size);
    }
  }
  return bytes;
}

}  // namespace

void require_finite(const formats::NpyArray& array, std::span<const std::byte> bytes,
                    core::FunctionRef<std::string(std::int64_t)> place) {
  const std::int64_t bad = first_not_finite(array.type(), bytes);
  if (bad < 0) return;
  throw refused(array.name(), place(bad) + " is NaN or infinite", "features must be finite",
                "Remove or fill in such rows first");
}

// scipy does not promise an order.
void sort_row(std::span<std::uint32_t> columns, std::span<std::byte> values, std::size_t size) {
  if (std::is_sorted(columns.begin(), columns.end())) return;
  std::vector<std::size_t> order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return columns[a] < columns[b]; });
  const std::vector<std::uint32_t> old_columns(columns.begin(), columns.end());
  const std::vector<std::byte> old_values(values.begin(), values.end());
  for (std::size_t i = 0; i < order.size(); ++i) {
    columns[i] = old_columns[order[i]];
    std::memcpy(&values[i * size], &old_values[order[i] * size], size);
  }
}

core::Error column_twice(const formats::NpyArray& array, std::int64_t row, std::uint32_t column) {
  return refused(
      array.name(),
      "row " + std::to_string(row) + " has the column " + std::to_string(column) + " twice", {},
      "Call X.sum_duplicates() before saving");
}

std::vector<std::byte> dense_rows(formats::NpyArray& matrix, data::Range rows) {
  const std::int64_t columns = matrix.shape()[1];
  std::vector<std::byte> bytes;
  if (matrix.fortran_order()) {
    bytes = gathered_rows(matrix, rows);
  } else {
    bytes.resize(static_cast<std::size_t>(rows.size() * columns * matrix.type().size));
    matrix.read_raw(rows.first * columns, bytes);
  }
  require_finite(matrix, bytes, [&](std::int64_t at) {
    return "row " + std::to_string(rows.first + at / columns) + ", column " +
           std::to_string(at % columns);
  });
  return bytes;
}

std::vector<std::int64_t> sparse_starts(NpySparse& matrix, data::Range rows) {
  std::vector<std::int64_t> starts = matrix.starts.integers(rows.first, rows.size() + 1);
  const bool begins = rows.first > 0 || starts.front() == 0;
  const bool ends = rows.last < matrix.rows || starts.back() == matrix.values.elements();
  if (begins && ends && starts.front() >= 0 && starts.back() <= matrix.values.elements() &&
      std::is_sorted(starts.begin(), starts.end())) {
    return starts;
  }
  throw refused(matrix.starts.name(), "does not ascend from 0 to the number of values",
                "the matrix is damaged", "Save it again with scipy.sparse.save_npz");
}

SparseRows sparse_rows(NpySparse& matrix, std::int64_t first_row,
                       std::vector<std::int64_t> starts) {
  SparseRows rows;
  const std::int64_t first = starts.front();
  const std::int64_t count = starts.back() - first;
  const auto size = static_cast<std::size_t>(matrix.values.type().size);
  rows.values.resize(static_cast<std::size_t>(count) * size);
  matrix.values.read_raw(first, rows.values);
  require_finite(matrix.values, rows.values,
                 [&](std::int64_t at) { return "value " + std::to_string(first + at); });
  for (const std::int64_t column : matrix.indices.integers(first, count)) {
    if (column < 0 || column >= matrix.columns) {
      throw refused(matrix.indices.name(), "holds the column " + std::to_string(column),
                    "there are " + std::to_string(matrix.columns), "The matrix is damaged");
    }
    rows.columns.push_back(static_cast<std::uint32_t>(column));
  }
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const auto begin = static_cast<std::size_t>(starts[i] - first);
    const auto entries = static_cast<std::size_t>(starts[i + 1] - starts[i]);
    const auto columns = std::span(rows.columns).subspan(begin, entries);
    sort_row(columns, std::span(rows.values).subspan(begin * size, entries * size), size);
    const auto twice = std::adjacent_find(columns.begin(), columns.end());
    if (twice == columns.end()) continue;
    throw column_twice(matrix.indices, first_row + static_cast<std::int64_t>(i), *twice);
  }
  rows.starts = std::move(starts);
  return rows;
}

}  // namespace mpilogit::importing
