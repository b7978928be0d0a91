#pragma once
// A block of rows as it lies in memory: a view in the type that the file stores.

#include <cstddef>
#include <cstdint>
#include <variant>

namespace mpilogit::kernels {

/// IEEE 754 binary16: storage only. Widening to double is exact.
struct Half {
  std::uint16_t bits;
};

/// Row-major, without gaps: values[row * features + feature].
template <class Value>
struct DenseRows {
  using value_type = Value;
  const Value* values = nullptr;
  std::size_t rows = 0;
  std::size_t features = 0;
};

/// Compressed rows: entries starts[row] − starts[0] … starts[row + 1] − starts[0] of `columns` and
/// `values` are row `row`, in ascending order of columns. Without `values` every entry is `common`:
/// so are indicators stored, whose entries are all 1.
template <class Value>
struct SparseRows {
  using value_type = Value;
  const Value* values = nullptr;
  const std::uint32_t* columns = nullptr;
  const std::int64_t* starts = nullptr;  // rows + 1 of them
  std::size_t rows = 0;
  std::size_t features = 0;
  Value common{};
};

template <template <class> class Rows>
using RowsOfAnyType =
    std::variant<Rows<std::uint8_t>, Rows<std::int8_t>, Rows<std::uint16_t>, Rows<std::int16_t>,
                 Rows<std::uint32_t>, Rows<std::int32_t>, Rows<std::uint64_t>, Rows<std::int64_t>,
                 Rows<Half>, Rows<float>, Rows<double>>;

using AnyDenseRows = RowsOfAnyType<DenseRows>;
using AnySparseRows = RowsOfAnyType<SparseRows>;

/// What every kernel takes.
using AnyRows = std::variant<AnyDenseRows, AnySparseRows>;

std::size_t row_count(const AnyRows& rows);
std::size_t feature_count(const AnyRows& rows);

/// Rows first … first + count − 1, in place.
AnyRows rows_of(const AnyRows& rows, std::size_t first, std::size_t count);

}  // namespace mpilogit::kernels
