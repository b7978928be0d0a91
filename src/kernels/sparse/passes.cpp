// The two loops over compressed rows for several columns of coefficients, for every instruction
// set.

#include "kernels/sparse/passes.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>

#include "kernels/dense/widen.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sparse/passes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// `Width` neighbouring columns of a row-major matrix: the widest vector that they fill, and what
/// is left over likewise, so that nothing outside of them is touched.
template <std::size_t Width>
struct Columns {
  static constexpr std::size_t head_width =
      std::min<std::size_t>(std::bit_floor(Width), HWY_LANES(double));
  using Tag = hn::CappedTag<double, head_width>;

  hn::Vec<Tag> head;
  Columns<Width - head_width> tail;

  static HWY_INLINE Columns load(const double* values) {
    return {hn::LoadU(Tag(), values), Columns<Width - head_width>::load(values + head_width)};
  }

  HWY_INLINE void store(double* values) const {
    hn::StoreU(head, Tag(), values);
    tail.store(values + head_width);
  }

  /// x factors[k] + this[k]
  HWY_INLINE Columns plus_product(double x, const Columns& factors) const {
    return {hn::MulAdd(hn::Set(Tag(), x), factors.head, head), tail.plus_product(x, factors.tail)};
  }
};

template <>
struct Columns<0> {
  static HWY_INLINE Columns load(const double*) { return {}; }
  HWY_INLINE void store(double*) const {}
  HWY_INLINE Columns plus_product(double, const Columns&) const { return {}; }
};

/// A tile in the types that its loops, one for each width, take; so they need not be there for
/// every type that is stored.
struct Tile {
  const double* values;
  const std::uint32_t* columns;
  const std::size_t* starts;
  std::size_t rows;

  HWY_INLINE std::size_t start(std::size_t row) const { return starts[row]; }
};

/// A row of which the entries from `next` on are still to be added.
template <std::size_t Width>
struct RowSum {
  Columns<Width> sum;
  std::size_t next;
  std::size_t end;
  double* margins;

  HWY_INLINE std::size_t left() const { return end - next; }
};

/// margins[i, k] += Σ_n values[n] coefficients[columns[n], k], k < Width. A sum's additions wait
/// for each other, so two rows are under way at once; when one ends, the next takes its place.
template <std::size_t Width>
struct Margins {
  Tile tile;
  const double* coefficients;
  std::size_t stride;  // columns of the whole matrix
  double* margins;

  HWY_INLINE RowSum<Width> begin(std::size_t row) const {
    double* start = margins + row * stride;
    return {Columns<Width>::load(start), tile.start(row), tile.start(row + 1), start};
  }

  HWY_INLINE void add_entry(RowSum<Width>& row) const {
    const auto factors = Columns<Width>::load(coefficients + tile.columns[row.next] * stride);
    row.sum = row.sum.plus_product(tile.values[row.next], factors);
    ++row.next;
  }

  HWY_INLINE void finish(RowSum<Width>& row) const {
    while (row.left() > 0) add_entry(row);
    row.sum.store(row.margins);
  }

  HWY_INLINE void run_one_by_one() const {
    for (std::size_t i = 0; i < tile.rows; ++i) {
      RowSum<Width> row = begin(i);
      finish(row);
    }
  }

  HWY_INLINE void run_in_pairs() const {
    RowSum<Width> earlier = begin(0);
    for (std::size_t i = 1; i < tile.rows; ++i) {
      RowSum<Width> later = begin(i);
      for (std::size_t n = std::min(earlier.left(), later.left()); n > 0; --n) {
        add_entry(earlier);
        add_entry(later);
      }
      if (earlier.left() == 0) std::swap(earlier, later);
      later.sum.store(later.margins);
    }
    finish(earlier);
  }

  HWY_INLINE void run() const {
    // Of short rows the processor has several under way by itself.
    constexpr std::size_t short_row = 16;
    if (tile.start(tile.rows) <= short_row * tile.rows) return run_one_by_one();
    run_in_pairs();
  }
};

/// sums[columns[n], k] += factors[i, k] values[n], k < Width. The columns of a row differ, so that
/// two entries may be loaded before the first is stored.
template <std::size_t Width>
struct WeightedRows {
  Tile tile;
  const double* factors;
  std::size_t stride;
  double* sums;

  HWY_INLINE void run() const {
    for (std::size_t i = 0; i < tile.rows; ++i) {
      const auto factor = Columns<Width>::load(factors + i * stride);
      std::size_t n = tile.start(i);
      const std::size_t end = tile.start(i + 1);
      for (; n + 2 <= end; n += 2) {
        double* first = sums + tile.columns[n] * stride;
        double* second = sums + tile.columns[n + 1] * stride;
        const auto first_sum = sum_with(first, n, factor);
        const auto second_sum = sum_with(second, n + 1, factor);
        first_sum.store(first);
        second_sum.store(second);
      }
      if (n < end) {
        double* last = sums + tile.columns[n] * stride;
        sum_with(last, n, factor).store(last);
      }
    }
  }

  HWY_INLINE Columns<Width> sum_with(const double* sum, std::size_t n,
                                     const Columns<Width>& factor) const {
    return Columns<Width>::load(sum).plus_product(tile.values[n], factor);
  }
};

/// Runs `Loop` for all columns, in chunks whose sums fit in registers. `input` has the columns of
/// one matrix, `output` those of the other.
template <template <std::size_t> class Loop>
struct ColumnChunks {
  static constexpr std::size_t widest = 8;

  Tile tile;
  const double* input;
  std::size_t columns;
  double* output;

  template <std::size_t Width>
  HWY_NOINLINE void run_chunk(std::size_t k) const {
    Loop<Width>{tile, input + k, columns, output + k}.run();
  }

  template <std::size_t... Index>
  HWY_INLINE void run_rest(std::size_t k, std::index_sequence<Index...>) const {
    ((columns - k == Index + 1 ? run_chunk<Index + 1>(k) : void()), ...);
  }

  HWY_INLINE void run() const {
    std::size_t k = 0;
    for (; k + widest <= columns; k += widest) run_chunk<widest>(k);
    run_rest(k, std::make_index_sequence<widest - 1>());
  }
};

/// Its own copy of a tile, in the types that the loops take.
class Widened {
 public:
  template <class Value>
  explicit Widened(const SparseRows<Value>& rows)
      : rows_(rows.rows), count_(rows.start(rows.rows)) {
    if (rows.values == nullptr) {
      std::fill_n(values_.get(), count_, widen(rows.common));
    } else {
      for (std::size_t n = 0; n < count_; ++n) values_[n] = widen(rows.values[n]);
    }
    rows.columns.visit([&](const auto* columns) { std::copy_n(columns, count_, columns_.get()); });
    for (std::size_t i = 0; i <= rows_; ++i) starts_[i] = rows.start(i);
  }

  Tile tile() const { return {values_.get(), columns_.get(), starts_.get(), rows_}; }

 private:
  std::size_t rows_;
  std::size_t count_;
  std::unique_ptr<double[]> values_ = std::make_unique_for_overwrite<double[]>(count_);
  std::unique_ptr<std::uint32_t[]> columns_ =
      std::make_unique_for_overwrite<std::uint32_t[]>(count_);
  std::unique_ptr<std::size_t[]> starts_ = std::make_unique_for_overwrite<std::size_t[]>(rows_ + 1);
};

template <template <std::size_t> class Loop>
struct Visitor {
  const double* input;
  std::size_t columns;
  double* output;

  template <class Value>
  void operator()(const SparseRows<Value>& rows) const {
    if (rows.rows == 0) return;
    const Widened widened(rows);
    ColumnChunks<Loop>{widened.tile(), input, columns, output}.run();
  }
};

void AddMargins(const AnySparseRows& rows, const double* coefficients, std::size_t columns,
                double* margins) {
  std::visit(Visitor<Margins>{coefficients, columns, margins}, rows);
}

void AddWeightedRows(const AnySparseRows& rows, const double* factors, std::size_t columns,
                     double* sums) {
  std::visit(Visitor<WeightedRows>{factors, columns, sums}, rows);
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels {

HWY_EXPORT(AddMargins);
HWY_EXPORT(AddWeightedRows);

void add_sparse_margins(const AnySparseRows& rows, const double* coefficients, std::size_t columns,
                        double* margins) {
  HWY_DYNAMIC_DISPATCH(AddMargins)(rows, coefficients, columns, margins);
}

void add_sparse_weighted_rows(const AnySparseRows& rows, const double* factors, std::size_t columns,
                              double* sums) {
  HWY_DYNAMIC_DISPATCH(AddWeightedRows)(rows, factors, columns, sums);
}

}  // namespace mpilogit::kernels

#endif
