#pragma once
// The columns of a pass with several, cut into chunks whose running sums fit in registers.

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

namespace mpilogit::kernels {

/// Two neighbouring columns, of which the compiler makes one instruction. GCC leaves about half of
/// these loops in scalar form if it has to find the pairs by itself.
using ColumnPair [[gnu::vector_size(2 * sizeof(double))]] = double;

/// `Width` neighbouring columns. The second half of an odd width's last pair is idle.
template <std::size_t Width>
struct Columns {
  static constexpr std::size_t pair_count = (Width + 1) / 2;
  static constexpr std::size_t whole_pairs = Width / 2;

  ColumnPair pairs[pair_count];  // not std::array: the type's alignment is no part of its name

  static Columns load(const double* values) {
    Columns columns;
    for (std::size_t n = 0; n < whole_pairs; ++n) {
      std::memcpy(&columns.pairs[n], values + 2 * n, sizeof(ColumnPair));
    }
    if constexpr (whole_pairs < pair_count) {
      columns.pairs[whole_pairs] = ColumnPair{values[2 * whole_pairs], 0};
    }
    return columns;
  }

  void store(double* values) const {
    for (std::size_t n = 0; n < whole_pairs; ++n) {
      std::memcpy(values + 2 * n, &pairs[n], sizeof(ColumnPair));
    }
    if constexpr (whole_pairs < pair_count) values[2 * whole_pairs] = pairs[whole_pairs][0];
  }

  /// this[k] += x factors[k], two roundings each
  void add_product(double x, const Columns& factors) {
    for (std::size_t n = 0; n < pair_count; ++n) pairs[n] += ColumnPair{x, x} * factors.pairs[n];
  }
};

/// chunk(first column, std::integral_constant of its width) for all columns, ascending.
template <class Visitor>
void for_column_chunks(std::size_t columns, Visitor&& chunk) {
  constexpr std::size_t widest = 8;
  std::size_t k = 0;
  for (; k + widest <= columns; k += widest) {
    chunk(k, std::integral_constant<std::size_t, widest>());
  }
  const auto try_width = [&](auto width) {
    if (columns - k == width) chunk(k, width);
  };
  [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    (try_width(std::integral_constant<std::size_t, Index + 1>()), ...);
  }
  (std::make_index_sequence<widest - 1>());
}

}  // namespace mpilogit::kernels
