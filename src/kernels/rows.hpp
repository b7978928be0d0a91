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

/// The columns of entries, of 16 or of 32 bits each. Loops that want to be fast ask once which they
/// are, with `visit`.
class ColumnNumbers {
 public:
  ColumnNumbers() = default;
  ColumnNumbers(const std::uint16_t* narrow) : narrow_(narrow) {}
  ColumnNumbers(const std::uint32_t* wide) : wide_(wide) {}

  std::uint32_t operator[](std::size_t entry) const {
    return narrow_ != nullptr ? narrow_[entry] : wide_[entry];
  }

  /// visitor(const std::uint16_t*) or visitor(const std::uint32_t*)
  template <class Visitor>
  decltype(auto) visit(Visitor&& visitor) const {
    return narrow_ != nullptr ? visitor(narrow_) : visitor(wide_);
  }

  /// Those from number `entry` on.
  ColumnNumbers from(std::size_t entry) const {
    return visit([&](const auto* columns) { return ColumnNumbers(columns + entry); });
  }

 private:
  const std::uint16_t* narrow_ = nullptr;
  const std::uint32_t* wide_ = nullptr;
};

/// Compressed rows: entries start(row) … start(row + 1) of `columns` and `values` are row `row`, in
/// ascending order of columns. Without `values` every entry is `common`: so are indicators stored,
/// whose entries are all 1. Without `starts` every row has `row_entries` entries.
template <class Value>
struct SparseRows {
  using value_type = Value;
  const Value* values = nullptr;
  ColumnNumbers columns;
  const std::int64_t* starts = nullptr;  // rows + 1 of them; the first need not be 0
  std::size_t rows = 0;
  std::size_t features = 0;
  Value common{};
  std::size_t row_entries = 0;

  std::size_t start(std::size_t row) const {
    return starts == nullptr ? row * row_entries
                             : static_cast<std::size_t>(starts[row] - starts[0]);
  }
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
