#pragma once
// Dense rows in tiles that stay in cache from their margins to their weighted sum.

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "kernels/dense/kernels.hpp"

namespace mpilogit::kernels::dense {

/// What the loops work on: floats hold the narrow types exactly.
template <class Value>
using WorkType = std::conditional_t<std::is_same_v<Value, double> ||
                                        (std::is_integral_v<Value> && sizeof(Value) > 2),
                                    double, float>;

/// A multiple of the 16 rows that the margins take together.
constexpr std::size_t tile_rows(std::size_t features, std::size_t entries) {
  return 16 * std::clamp<std::size_t>(entries / (16 * std::max<std::size_t>(features, 1)), 1, 16);
}

/// Tiles between the one that is worked on and the one that memory sends meanwhile: measured, one
/// is too near.
constexpr std::size_t tiles_ahead = 2;

/// visitor(first row, tile of the work type) for tiles of rows, in order. A tile has at least the
/// 8 rows that fill a vector, unless there are fewer in all.
template <class Value, class Visitor>
void for_tiles(const DenseRows<Value>& rows, std::size_t columns, Visitor&& visitor) {
  using Work = WorkType<Value>;
  constexpr bool in_place = std::is_same_v<Value, Work>;
  constexpr std::size_t fewest = 8;
  const std::size_t features = rows.features;
  const std::size_t entries = columns > 1 ? 1 << 15 : 1 << 11;
  const std::size_t step = std::min(tile_rows(features, entries), rows.rows);
  std::vector<Work> widened(in_place ? 0 : (step + fewest) * features);
  for (std::size_t first = 0; first < rows.rows;) {
    const std::size_t left = rows.rows - first;
    const std::size_t count = left < step + fewest ? left : step;
    const Value* values = rows.values + first * features;
    if constexpr (in_place) {
      visitor(first, Tile<Work>{{values, count, features}, values + tiles_ahead * step * features});
    } else {
      widen(values, count * features, widened.data());
      visitor(first, Tile<Work>{{widened.data(), count, features}});
    }
    first += count;
  }
}

/// The sums of several columns as the loops over dense rows want them, column by column. Added up
/// there, and put back at the end: once per block of rows.
class ColumnSums {
 public:
  ColumnSums(double* sums, std::size_t features, std::size_t columns)
      : sums_(sums), features_(features), columns_(columns) {
    if (columns == 1) return;
    by_column_.resize(features * columns);
    for (std::size_t j = 0; j < features; ++j) {
      for (std::size_t k = 0; k < columns; ++k)
        by_column_[k * features + j] = sums[j * columns + k];
    }
  }

  double* data() { return by_column_.empty() ? sums_ : by_column_.data(); }

  void put_back() const {
    if (by_column_.empty()) return;
    for (std::size_t j = 0; j < features_; ++j) {
      for (std::size_t k = 0; k < columns_; ++k) {
        sums_[j * columns_ + k] = by_column_[k * features_ + j];
      }
    }
  }

 private:
  double* sums_;
  std::size_t features_;
  std::size_t columns_;
  std::vector<double> by_column_;
};

}  // namespace mpilogit::kernels::dense
