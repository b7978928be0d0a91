// Weighted sums of dense rows. The lanes of a vector are features, and each adds up its sum in
// ascending order of rows.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "kernels/dense/kernels.hpp"
#include "kernels/detail/prefetch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense/row_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::dense::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Not more than 4: processors that have AVX-512 but convert 8 floats no faster than twice 4 lose
// nothing by it, and where there are few features less of the last vector is done twice.
constexpr std::size_t full_lanes = hn::MaxLanes(hn::ScalableTag<double>());
constexpr std::size_t most_lanes = std::min<std::size_t>(full_lanes, 4);
constexpr bool many_registers = full_lanes >= 8;

/// Columns, and products of columns and vectors, whose sums fit in registers.
constexpr std::size_t most_columns = many_registers ? 12 : 6;
constexpr std::size_t most_sums = 2 * most_columns;
constexpr std::size_t most_vectors(std::size_t columns) {
  return std::min<std::size_t>(most_sums / columns, many_registers ? 16 : 8);
}

/// A chunk of the pass: where its columns and features begin.
template <class Value>
struct Chunk {
  DenseRows<Value> rows;
  const double* factors;
  std::size_t columns;  // of factors: the distance of two rows
  double* sums;
  std::size_t width;  // features of the chunk
  const Value* next;  // what to fetch meanwhile
};

template <class Tag>
HWY_INLINE hn::Vec<Tag> load_widened(Tag tag, const double* values) {
  return hn::LoadU(tag, values);
}
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_widened(Tag tag, const float* values) {
  return hn::PromoteTo(tag, hn::LoadU(hn::Rebind<float, Tag>(), values));
}

/// Features 0 … width − 1 in `Vectors` vectors, of which the last reaches back so as to end with
/// the last feature: what it shares with its neighbour, both compute and store alike.
template <std::size_t Lanes, std::size_t Vectors, std::size_t Columns, class Value>
HWY_NOINLINE void add_chunk(const Chunk<Value>& chunk) {
  using Tag = hn::CappedTag<double, Lanes>;
  const Tag tag;
  const std::size_t features = chunk.rows.features;
  const std::size_t last = chunk.width - Lanes;
  hn::Vec<Tag> sums[Columns][Vectors];
  HWY_UNROLL(16)
  for (std::size_t k = 0; k < Columns; ++k) {
    HWY_UNROLL(16)
    for (std::size_t v = 0; v < Vectors; ++v) {
      const std::size_t j = v + 1 < Vectors ? v * Lanes : last;
      sums[k][v] = hn::LoadU(tag, chunk.sums + k * features + j);
    }
  }
  const Value* values = chunk.rows.values;
  const Value* last_values = values + last;
  const double* factors = chunk.factors;
  const Value* next = chunk.next;
  for (std::size_t i = 0; i < chunk.rows.rows; ++i) {
    hn::Vec<Tag> x[Vectors];
    HWY_UNROLL(16)
    for (std::size_t v = 0; v < Vectors; ++v) {
      x[v] = load_widened(tag, v + 1 < Vectors ? values + v * Lanes : last_values);
    }
    HWY_UNROLL(16)
    for (std::size_t k = 0; k < Columns; ++k) {
      const auto factor = hn::Set(tag, factors[k]);
      HWY_UNROLL(16)
      for (std::size_t v = 0; v < Vectors; ++v) sums[k][v] = hn::MulAdd(factor, x[v], sums[k][v]);
    }
    if (next != nullptr) {
      prefetch(next + Tile<Value>::fetched_by_sums(i * features),
               Tile<Value>::fetched_by_sums(Lanes * Vectors));
    }
    values += features;
    last_values += features;
    factors += chunk.columns;
  }
  HWY_UNROLL(16)
  for (std::size_t k = 0; k < Columns; ++k) {
    HWY_UNROLL(16)
    for (std::size_t v = 0; v < Vectors; ++v) {
      const std::size_t j = v + 1 < Vectors ? v * Lanes : last;
      hn::StoreU(sums[k][v], tag, chunk.sums + k * features + j);
    }
  }
}

template <std::size_t Lanes, std::size_t Columns, class Value, std::size_t... Index>
HWY_INLINE void add_vectors(std::size_t vectors, const Chunk<Value>& chunk,
                            std::index_sequence<Index...>) {
  using Add = void (*)(const Chunk<Value>&);
  static constexpr Add add[] = {add_chunk<Lanes, Index + 1, Columns, Value>...};
  add[vectors - 1](chunk);
}

/// All features of `Columns` columns, in chunks of nearly the same number of vectors.
template <std::size_t Lanes, std::size_t Columns, class Value>
void add_features(const Chunk<Value>& all) {
  if constexpr (Lanes > 1) {
    if (all.width < Lanes) return add_features<Lanes / 2, Columns>(all);
  }
  constexpr std::size_t most = Lanes == most_lanes ? most_vectors(Columns) : 2;
  std::size_t vectors = (all.width + Lanes - 1) / Lanes;
  std::size_t chunks = (vectors + most - 1) / most;
  Chunk<Value> chunk = all;
  for (std::size_t left = all.width; left > 0; --chunks) {
    const std::size_t count = (vectors + chunks - 1) / chunks;
    chunk.width = std::min(count * Lanes, left);
    if constexpr (Lanes > 1) {
      // Fewer features than a vector are left, and those before them are done.
      if (chunk.width < Lanes) return add_features<Lanes / 2, Columns>(chunk);
    }
    add_vectors<Lanes, Columns>(count, chunk, std::make_index_sequence<most>());
    chunk.rows.values += chunk.width;
    chunk.sums += chunk.width;
    if (chunk.next != nullptr) chunk.next += Tile<Value>::fetched_by_sums(chunk.width);
    left -= chunk.width;
    vectors -= count;
  }
}

template <class Value, std::size_t... Index>
void add_columns(std::size_t columns, const Chunk<Value>& chunk, std::index_sequence<Index...>) {
  using Add = void (*)(const Chunk<Value>&);
  static constexpr Add add[] = {add_features<most_lanes, Index + 1, Value>...};
  add[columns - 1](chunk);
}

template <class Value>
void add_weighted_rows_of(const Tile<Value>& rows, const double* factors, std::size_t columns,
                          double* sums) {
  std::size_t chunks = (columns + most_columns - 1) / most_columns;
  for (std::size_t k = 0; k < columns; --chunks) {
    const std::size_t width = (columns - k + chunks - 1) / chunks;
    const Chunk<Value> chunk{rows,          factors + k,        columns, sums + k * rows.features,
                             rows.features, rows.next_of_sums()};
    add_columns(width, chunk, std::make_index_sequence<most_columns>());
    k += width;
  }
}

void AddFloatRows(const Tile<float>& rows, const double* factors, std::size_t columns,
                  double* sums) {
  add_weighted_rows_of(rows, factors, columns, sums);
}

void AddDoubleRows(const Tile<double>& rows, const double* factors, std::size_t columns,
                   double* sums) {
  add_weighted_rows_of(rows, factors, columns, sums);
}

}  // namespace
}  // namespace mpilogit::kernels::dense::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels::dense {

HWY_EXPORT(AddFloatRows);
HWY_EXPORT(AddDoubleRows);

void add_weighted_rows(const Tile<float>& rows, const double* factors, std::size_t columns,
                       double* sums) {
  HWY_DYNAMIC_DISPATCH(AddFloatRows)(rows, factors, columns, sums);
}

void add_weighted_rows(const Tile<double>& rows, const double* factors, std::size_t columns,
                       double* sums) {
  HWY_DYNAMIC_DISPATCH(AddDoubleRows)(rows, factors, columns, sums);
}

}  // namespace mpilogit::kernels::dense

#endif
