// Margins of dense rows. The lanes of a vector are rows, so that each lane adds up its margin in
// ascending order of features; small squares of entries are transposed for that, in registers or,
// with AVX2, by way of memory.

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "kernels/dense/kernels.hpp"
#include "kernels/detail/prefetch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense/margins.cpp"
#include <hwy/foreach_target.h>

#include "kernels/dense/transposed_floats.hpp"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::dense::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Rows one by one: all, where a vector is one double, and elsewhere fewer than fill a unit.
template <class Value>
void add_few_rows(const DenseRows<Value>& rows, const double* coefficients, std::size_t columns,
                  double* margins) {
  const hn::CappedTag<double, 1> one;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k) {
      auto sum = hn::Set(one, margins[i * columns + k]);
      for (std::size_t j = 0; j < rows.features; ++j) {
        const auto x = hn::Set(one, static_cast<double>(rows.values[i * rows.features + j]));
        sum = hn::MulAdd(x, hn::Set(one, coefficients[j * columns + k]), sum);
      }
      margins[i * columns + k] = hn::GetLane(sum);
    }
  }
}

#if HWY_TARGET != HWY_SCALAR

using Wide = hn::ScalableTag<double>;
using WideVector = hn::Vec<Wide>;
constexpr std::size_t lanes = hn::MaxLanes(Wide());

/// Entries of 128 bits: the side of the square that the instructions transpose.
template <class Value>
constexpr std::size_t side = 16 / sizeof(Value);

/// Rows that are transposed together.
template <class Value>
constexpr std::size_t unit_rows = std::max(lanes,
                                           sizeof(Value) == 4 && lanes == 4 ? 8 : side<Value>);

template <class Value>
constexpr std::size_t unit_vectors = unit_rows<Value> / lanes;

template <class Value>
using UnitTag = hn::CappedTag<Value, unit_rows<Value>>;

/// Columns whose sums fit in registers beside a square.
constexpr std::size_t most_columns = lanes >= 8 ? 12 : 8;

/// 128 bits each of rows 0, side, 2 side, …
template <class Value, std::size_t Lanes>
HWY_INLINE auto load_blocks(const Value* values, std::size_t stride) {
  const hn::CappedTag<Value, Lanes> tag;
  if constexpr (Lanes == side<Value>) {
    return hn::LoadU(tag, values);
  } else {
    constexpr std::size_t half = Lanes / 2;
    return hn::Combine(tag, load_blocks<Value, half>(values + half * stride, stride),
                       load_blocks<Value, half>(values, stride));
  }
}

/// square[b], lane r: entry b of row r.
HWY_INLINE void transpose(const float* values, std::size_t stride,
                          hn::Vec<UnitTag<float>> (&square)[4]) {
  const UnitTag<float> tag;
  const hn::RepartitionToWide<UnitTag<float>> pairs;
  constexpr std::size_t count = unit_rows<float>;
  const auto a = load_blocks<float, count>(values, stride);
  const auto b = load_blocks<float, count>(values + stride, stride);
  const auto c = load_blocks<float, count>(values + 2 * stride, stride);
  const auto d = load_blocks<float, count>(values + 3 * stride, stride);
  const auto ab_lower = hn::BitCast(pairs, hn::InterleaveLower(tag, a, b));
  const auto cd_lower = hn::BitCast(pairs, hn::InterleaveLower(tag, c, d));
  const auto ab_upper = hn::BitCast(pairs, hn::InterleaveUpper(tag, a, b));
  const auto cd_upper = hn::BitCast(pairs, hn::InterleaveUpper(tag, c, d));
  square[0] = hn::BitCast(tag, hn::InterleaveLower(pairs, ab_lower, cd_lower));
  square[1] = hn::BitCast(tag, hn::InterleaveUpper(pairs, ab_lower, cd_lower));
  square[2] = hn::BitCast(tag, hn::InterleaveLower(pairs, ab_upper, cd_upper));
  square[3] = hn::BitCast(tag, hn::InterleaveUpper(pairs, ab_upper, cd_upper));
}

HWY_INLINE void transpose(const double* values, std::size_t stride,
                          hn::Vec<UnitTag<double>> (&square)[2]) {
  const UnitTag<double> tag;
  const auto a = load_blocks<double, lanes>(values, stride);
  const auto b = load_blocks<double, lanes>(values + stride, stride);
  square[0] = hn::InterleaveLower(tag, a, b);
  square[1] = hn::InterleaveUpper(tag, a, b);
}

/// Lanes Part · lanes … of a unit's rows.
template <std::size_t Part, class Value>
HWY_INLINE WideVector widened_part(hn::Vec<UnitTag<Value>> values) {
  const Wide wide;
  if constexpr (std::is_same_v<Value, double>) {
    return values;
  } else if constexpr (unit_vectors<Value> == 1) {
    return hn::PromoteTo(wide, values);
  } else if constexpr (Part == 0) {
    return hn::PromoteTo(wide, hn::LowerHalf(values));
  } else {
    return hn::PromoteTo(wide, hn::UpperHalf(hn::Half<UnitTag<Value>>(), values));
  }
}

/// sums[v][k] += x[v] w[k] for the unit's rows and one feature.
template <std::size_t Columns, class Value>
HWY_INLINE void add_feature(hn::Vec<UnitTag<Value>> values, const double* coefficients,
                            WideVector (&sums)[unit_vectors<Value>][Columns]) {
  const Wide wide;
  const WideVector x = widened_part<0, Value>(values);
  HWY_UNROLL(16)
  for (std::size_t k = 0; k < Columns; ++k) {
    sums[0][k] = hn::MulAdd(x, hn::Set(wide, coefficients[k]), sums[0][k]);
  }
  if constexpr (unit_vectors<Value> == 2) {
    const WideVector y = widened_part<1, Value>(values);
    HWY_UNROLL(16)
    for (std::size_t k = 0; k < Columns; ++k) {
      sums[1][k] = hn::MulAdd(y, hn::Set(wide, coefficients[k]), sums[1][k]);
    }
  }
}

/// Features first … side − 1 of a square.
template <std::size_t Columns, class Value>
HWY_INLINE void add_square(const Value* values, std::size_t stride, std::size_t first,
                           const double* coefficients, std::size_t columns,
                           WideVector (&sums)[unit_vectors<Value>][Columns]) {
  hn::Vec<UnitTag<Value>> square[side<Value>];
  transpose(values, stride, square);
  HWY_UNROLL(4)
  for (std::size_t b = 0; b < side<Value>; ++b) {
    if (b >= first) add_feature<Columns, Value>(square[b], coefficients + b * columns, sums);
  }
}

/// Rows of fewer features than a square has, through a copy.
template <std::size_t Columns, class Value>
HWY_INLINE void add_narrow_rows(const DenseRows<Value>& rows, const double* coefficients,
                                std::size_t columns,
                                WideVector (&sums)[unit_vectors<Value>][Columns]) {
  constexpr std::size_t width = side<Value>;
  Value copy[unit_rows<Value> * width] = {};
  for (std::size_t r = 0; r < unit_rows<Value>; ++r) {
    for (std::size_t j = 0; j < rows.features; ++j) {
      copy[r * width + j] = rows.values[r * rows.features + j];
    }
  }
  hn::Vec<UnitTag<Value>> square[width];
  transpose(copy, width, square);
  HWY_UNROLL(4)
  for (std::size_t b = 0; b < width; ++b) {
    if (b < rows.features) {
      add_feature<Columns, Value>(square[b], coefficients + b * columns, sums);
    }
  }
}

/// The sums of `Units` units of rows. Several give chains of sums that do not wait for each other.
template <std::size_t Units, std::size_t Columns, class Value>
HWY_INLINE void add_units(const Tile<Value>& rows, const double* coefficients, std::size_t columns,
                          WideVector (&sums)[Units][unit_vectors<Value>][Columns]) {
  constexpr std::size_t width = side<Value>;
  const std::size_t unit_stride = unit_rows<Value> * rows.features;
  if (rows.features < width) {
    for (std::size_t u = 0; u < Units; ++u) {
      const DenseRows<Value> unit{rows.values + u * unit_stride, unit_rows<Value>, rows.features};
      add_narrow_rows<Columns>(unit, coefficients, columns, sums[u]);
    }
    return;
  }
  const Value* next = rows.next;
  std::size_t j = 0;
  for (; j + width <= rows.features; j += width) {
    HWY_UNROLL(8)
    for (std::size_t u = 0; u < Units; ++u) {
      add_square<Columns>(rows.values + u * unit_stride + j, rows.features, 0,
                          coefficients + j * columns, columns, sums[u]);
    }
    prefetch_next(next, Tile<Value>::fetched_by_margins(Units * unit_rows<Value> * width));
  }
  if (j == rows.features) return;
  // The last square reaches back to features that are done.
  const std::size_t last = rows.features - width;
  HWY_UNROLL(8)
  for (std::size_t u = 0; u < Units; ++u) {
    add_square<Columns>(rows.values + u * unit_stride + last, rows.features, j - last,
                        coefficients + last * columns, columns, sums[u]);
  }
}

/// The margins of rows 0 … Units · unit_rows − 1, of which those from `first` on are stored.
template <std::size_t Units, std::size_t Columns, class Value>
HWY_NOINLINE void add_group(const Tile<Value>& rows, const double* coefficients,
                            std::size_t columns, std::size_t first, double* margins) {
  const Wide wide;
  constexpr std::size_t vectors = unit_vectors<Value>;
  constexpr std::size_t count = Units * unit_rows<Value>;
  alignas(64) double lane_sums[Columns][count];
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t k = 0; k < Columns; ++k) lane_sums[k][r] = margins[r * columns + k];
  }
  WideVector sums[Units][vectors][Columns];
  HWY_UNROLL(8)
  for (std::size_t u = 0; u < Units; ++u) {
    HWY_UNROLL(2)
    for (std::size_t v = 0; v < vectors; ++v) {
      HWY_UNROLL(16)
      for (std::size_t k = 0; k < Columns; ++k) {
        sums[u][v][k] = hn::Load(wide, &lane_sums[k][(u * vectors + v) * lanes]);
      }
    }
  }
  add_units<Units, Columns>(rows, coefficients, columns, sums);
  HWY_UNROLL(8)
  for (std::size_t u = 0; u < Units; ++u) {
    HWY_UNROLL(2)
    for (std::size_t v = 0; v < vectors; ++v) {
      HWY_UNROLL(16)
      for (std::size_t k = 0; k < Columns; ++k) {
        hn::Store(sums[u][v][k], wide, &lane_sums[k][(u * vectors + v) * lanes]);
      }
    }
  }
  for (std::size_t r = first; r < count; ++r) {
    for (std::size_t k = 0; k < Columns; ++k) margins[r * columns + k] = lane_sums[k][r];
  }
}

#if HWY_TARGET == HWY_AVX2

using Doubles = TransposedFloats<1>::Doubles;

/// sums[u] += x[u] w for the rows of each unit and one feature.
template <std::size_t Units>
HWY_INLINE void add_feature_of(const TransposedFloats<Units>& units, std::size_t feature,
                               double coefficient, hn::Vec<Doubles> (&sums)[Units]) {
  const auto w = hn::Set(Doubles(), coefficient);
  HWY_UNROLL(4)
  for (std::size_t u = 0; u < Units; ++u) {
    sums[u] = hn::MulAdd(units.feature(u, feature), w, sums[u]);
  }
}

template <std::size_t Units>
HWY_INLINE void add_transposed(const Tile<float>& rows, const double* coefficients,
                               hn::Vec<Doubles> (&sums)[Units]) {
  constexpr std::size_t width = TransposedFloats<1>::features;
  constexpr std::size_t height = TransposedFloats<1>::rows;
  const std::size_t features = rows.features;
  const std::size_t unit_stride = height * features;
  TransposedFloats<Units> units;
  const float* values = rows.values;
  const float* next = rows.next;
  const double* end = coefficients + features;
  for (; end - coefficients >= static_cast<std::ptrdiff_t>(width); coefficients += width) {
    HWY_UNROLL(4)
    for (std::size_t u = 0; u < Units; ++u) units.take(u, values + u * unit_stride, features);
    HWY_UNROLL(8)
    for (std::size_t b = 0; b < width; ++b) add_feature_of(units, b, coefficients[b], sums);
    prefetch_next(next, Tile<float>::fetched_by_margins(Units * height * width));
    values += width;
  }
  const std::size_t left = features % width;
  if (left == 0) return;
  prefetch_next(next, Tile<float>::fetched_by_margins(Units * height * left));
  HWY_UNROLL(4)
  for (std::size_t u = 0; u < Units; ++u) {
    units.take_some(u, values + u * unit_stride, features, left);
  }
  std::size_t b = 0;
  if (left >= width / 2) {
    HWY_UNROLL(4)
    for (; b < width / 2; ++b) add_feature_of(units, b, coefficients[b], sums);
  }
  for (; b < left; ++b) add_feature_of(units, b, coefficients[b], sums);
}

/// One column's margins of 4 · Units rows of floats.
template <std::size_t Units>
HWY_INLINE void add_rows(const Tile<float>& rows, const double* coefficients, double* margins) {
  constexpr std::size_t height = TransposedFloats<1>::rows;
  hn::Vec<Doubles> sums[Units];
  HWY_UNROLL(4)
  for (std::size_t u = 0; u < Units; ++u) sums[u] = hn::LoadU(Doubles(), margins + u * height);
  add_transposed(rows, coefficients, sums);
  HWY_UNROLL(4)
  for (std::size_t u = 0; u < Units; ++u) hn::StoreU(sums[u], Doubles(), margins + u * height);
}

void add_column(const Tile<float>& rows, const double* coefficients, double* margins) {
  constexpr std::size_t unit = TransposedFloats<1>::rows;
  constexpr std::size_t units = 4;
  std::size_t i = 0;
  for (; i + units * unit <= rows.rows; i += units * unit) {
    add_rows<units>(rows.from(i), coefficients, margins + i);
  }
  for (; i + unit <= rows.rows; i += unit) add_rows<1>(rows.from(i), coefficients, margins + i);
  if (i == rows.rows) return;
  // The last unit reaches back to rows that are done.
  const std::size_t last = rows.rows - unit;
  double of_unit[unit];
  std::copy_n(margins + last, unit, of_unit);
  add_rows<1>(rows.from(last), coefficients, of_unit);
  std::copy(of_unit + (i - last), of_unit + unit, margins + i);
}

#endif

template <std::size_t Columns, class Value>
void add_chunk(const Tile<Value>& rows, const double* coefficients, std::size_t columns,
               double* margins) {
  constexpr std::size_t unit = unit_rows<Value>;
  constexpr std::size_t units = Columns == 1 ? std::max<std::size_t>(16 / unit, 1) : 1;
  std::size_t i = 0;
  for (; i + units * unit <= rows.rows; i += units * unit) {
    add_group<units, Columns>(rows.from(i), coefficients, columns, 0, margins + i * columns);
  }
  for (; i + unit <= rows.rows; i += unit) {
    add_group<1, Columns>(rows.from(i), coefficients, columns, 0, margins + i * columns);
  }
  if (i == rows.rows) return;
  // The last unit reaches back to rows that are done.
  const std::size_t last = rows.rows - unit;
  add_group<1, Columns>(rows.from(last), coefficients, columns, i - last, margins + last * columns);
}

template <class Value, std::size_t... Index>
void add_chunk_of(std::size_t width, const Tile<Value>& rows, const double* coefficients,
                  std::size_t columns, double* margins, std::index_sequence<Index...>) {
  using Chunk = void (*)(const Tile<Value>&, const double*, std::size_t, double*);
  static constexpr Chunk chunks[] = {add_chunk<Index + 1, Value>...};
  chunks[width - 1](rows, coefficients, columns, margins);
}

template <class Value>
void add_margins_of(const Tile<Value>& rows, const double* coefficients, std::size_t columns,
                    double* margins) {
#if HWY_TARGET == HWY_AVX2
  if constexpr (sizeof(Value) == 4) {
    if (columns == 1 && rows.rows >= TransposedFloats<1>::rows) {
      return add_column(rows, coefficients, margins);
    }
  }
#endif
  if (rows.rows < unit_rows<Value>) return add_few_rows(rows, coefficients, columns, margins);
  Tile<Value> tile = rows;
  std::size_t chunks = (columns + most_columns - 1) / most_columns;
  for (std::size_t k = 0; k < columns; --chunks) {
    const std::size_t width = (columns - k + chunks - 1) / chunks;
    add_chunk_of(width, tile, coefficients + k, columns, margins + k,
                 std::make_index_sequence<most_columns>());
    k += width;
    tile.next = nullptr;  // fetched
  }
}

#else

template <class Value>
void add_margins_of(const Tile<Value>& rows, const double* coefficients, std::size_t columns,
                    double* margins) {
  add_few_rows(rows, coefficients, columns, margins);
}

#endif

void AddFloatMargins(const Tile<float>& rows, const double* coefficients, std::size_t columns,
                     double* margins) {
  add_margins_of(rows, coefficients, columns, margins);
}

void AddDoubleMargins(const Tile<double>& rows, const double* coefficients, std::size_t columns,
                      double* margins) {
  add_margins_of(rows, coefficients, columns, margins);
}

}  // namespace
}  // namespace mpilogit::kernels::dense::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels::dense {

HWY_EXPORT(AddFloatMargins);
HWY_EXPORT(AddDoubleMargins);

void add_margins(const Tile<float>& rows, const double* coefficients, std::size_t columns,
                 double* margins) {
  HWY_DYNAMIC_DISPATCH(AddFloatMargins)(rows, coefficients, columns, margins);
}

void add_margins(const Tile<double>& rows, const double* coefficients, std::size_t columns,
                 double* margins) {
  HWY_DYNAMIC_DISPATCH(AddDoubleMargins)(rows, coefficients, columns, margins);
}

}  // namespace mpilogit::kernels::dense

#endif
