#pragma once
// Rows of NumPy's arrays as a data set stores them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/function_ref.hpp"
#include "data/partition.hpp"
#include "importing/npy/npy_sources.hpp"

namespace mpilogit::importing {

/// Rows of the matrix in C order, whatever order it is stored in. Throws bad input, naming row and
/// column, for a value that is not finite.
std::vector<std::byte> dense_rows(formats::NpyArray& matrix, data::Range rows);

/// Throws bad input for a value that is not finite, naming the `place` of that element.
void require_finite(const formats::NpyArray& array, std::span<const std::byte> bytes,
                    core::FunctionRef<std::string(std::int64_t)> place);

/// Sorts the entries of a row, of `size` bytes a value, by column; those of one column stay in
/// their order.
void sort_row(std::span<std::uint32_t> columns, std::span<std::byte> values, std::size_t size);

/// That an entry is there twice.
core::Error column_twice(const formats::NpyArray& array, std::int64_t row, std::uint32_t column);

/// Rows of CSR, columns in ascending order.
struct SparseRows {
  std::vector<std::int64_t> starts;  ///< rows + 1, counted over the whole matrix
  std::vector<std::uint32_t> columns;
  std::vector<std::byte> values;
};

/// The starts of rows first … last, one more than rows. Throws bad input if they do not ascend from
/// 0 up to the number of values.
std::vector<std::int64_t> sparse_starts(NpySparse& matrix, data::Range rows);

/// The rows that have these starts. Throws bad input for a column that is none or occurs twice, and
/// for a value that is not finite.
SparseRows sparse_rows(NpySparse& matrix, std::int64_t first_row, std::vector<std::int64_t> starts);

}  // namespace mpilogit::importing
