// The two loops over compressed rows for one vector of coefficients, for every instruction set.
// Each entry is worked on by itself: what counts is how many of them are under way at once.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

#include "kernels/dense/widen.hpp"
#include "kernels/sparse/passes.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sparse/vector_passes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {
namespace {

/// a b + sum as a lane of hn::MulAdd has it, without the way of a scalar into a vector.
HWY_INLINE double product_sum(double a, double b, double sum) {
  if constexpr (HWY_NATIVE_FMA != 0) {
    return std::fma(a, b, sum);
  } else {
    return a * b + sum;
  }
}

/// What memory is asked for ahead: it comes in lines, and into the second-level cache, for the
/// first one has no room for it.
constexpr std::size_t line = 64;
constexpr int read = 0;
constexpr int second_level = 2;

template <class Value>
struct StoredValues {
  const Value* values;
  HWY_INLINE double operator[](std::size_t n) const { return widen(values[n]); }
  HWY_INLINE StoredValues from(std::size_t n) const { return {values + n}; }
  HWY_INLINE void prefetch(std::size_t n) const {
    __builtin_prefetch(values + n, read, second_level);
  }
};

struct CommonValue {
  double value;
  HWY_INLINE double operator[](std::size_t) const { return value; }
  HWY_INLINE CommonValue from(std::size_t) const { return *this; }
  HWY_INLINE void prefetch(std::size_t) const {}
};

/// Entries from some place on, by number.
template <class Values, class Column>
struct EntriesFrom {
  Values values;
  const Column* columns;

  HWY_INLINE EntriesFrom from(std::size_t n) const { return {values.from(n), columns + n}; }

  /// Asks for the entries that follow `count` ones by a few tiles; a burst for all of a tile would
  /// be more than the processor can queue. Nothing is read past the end: it is only asked for.
  HWY_INLINE void prefetch_after(std::size_t count) const {
    constexpr std::size_t ahead = 4096;
    constexpr std::size_t step = line / sizeof(float);
    for (std::size_t n = 0; n < count; n += step) {
      values.prefetch(n + ahead);
      __builtin_prefetch(columns + n + ahead, read, second_level);
    }
  }
};

/// sum + Σ_n values[n] coefficients[columns[n]] over the first entries, as many as `Index`.
template <class Entries, std::size_t... Index>
HWY_INLINE double margin_after(double sum, [[maybe_unused]] const Entries& entries,
                               [[maybe_unused]] const double* coefficients,
                               std::index_sequence<Index...>) {
  ((sum = product_sum(entries.values[Index], coefficients[entries.columns[Index]], sum)), ...);
  return sum;
}

/// sums[columns[n]] += factor values[n] over the first entries. The columns of a row differ, so
/// that all may be loaded before the first is stored.
template <class Entries, std::size_t... Index>
HWY_INLINE void add_to_sums([[maybe_unused]] double factor, [[maybe_unused]] const Entries& entries,
                            [[maybe_unused]] double* sums, std::index_sequence<Index...>) {
  [[maybe_unused]] const std::array<double, sizeof...(Index)> updated = {
      product_sum(factor, entries.values[Index], sums[entries.columns[Index]])...};
  ((sums[entries.columns[Index]] = updated[Index]), ...);
}

constexpr std::size_t group = 4;
using Group = std::make_index_sequence<group>;

/// Rows of one length: groups of entries and `Rest` more, without a branch that could be guessed
/// wrongly. The processor has several rows under way by itself.
template <std::size_t Rest, class Entries>
HWY_NOINLINE void equal_margins(Entries entries, std::size_t rows, std::size_t length,
                                const double* coefficients, double* margins) {
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = margins[i];
    for (std::size_t n = group; n <= length; n += group) {
      sum = margin_after(sum, entries, coefficients, Group());
      entries = entries.from(group);
    }
    margins[i] = margin_after(sum, entries, coefficients, std::make_index_sequence<Rest>());
    entries = entries.from(Rest);
  }
}

template <std::size_t Rest, class Entries>
HWY_NOINLINE void add_equal_rows(Entries entries, std::size_t rows, std::size_t length,
                                 const double* factors, double* sums) {
  for (std::size_t i = 0; i < rows; ++i) {
    entries.prefetch_after(length);
    for (std::size_t n = group; n <= length; n += group) {
      add_to_sums(factors[i], entries, sums, Group());
      entries = entries.from(group);
    }
    add_to_sums(factors[i], entries, sums, std::make_index_sequence<Rest>());
    entries = entries.from(Rest);
  }
}

/// Whether rows of any lengths are so short, on average, that their ends count more than what is
/// between.
HWY_INLINE bool are_short(const std::int64_t* starts, std::size_t rows) {
  constexpr std::size_t short_row = 32;
  return static_cast<std::size_t>(starts[rows] - starts[0]) <= short_row * rows;
}

/// A row of which the first `left` entries of `entries` are still to be added.
template <class Entries>
struct RowSum {
  double sum;
  Entries entries;
  std::size_t left;
  double* margin;
};

/// Rows of any lengths. A row's products wait for each other, so four rows are under way at once.
template <class Entries>
struct RaggedMargins {
  Entries entries;
  const std::int64_t* starts;
  std::size_t rows;
  const double* coefficients;
  double* margins;

  using Row = RowSum<Entries>;

  HWY_INLINE Row begin(std::size_t row) const {
    const auto first = static_cast<std::size_t>(starts[row] - starts[0]);
    return {margins[row], entries.from(first),
            static_cast<std::size_t>(starts[row + 1] - starts[row]), margins + row};
  }

  template <class... Rows>
  HWY_INLINE void add_next(std::size_t count, Rows&... under_way) const {
    for (std::size_t n = 0; n < count; ++n) {
      ((under_way.sum = product_sum(under_way.entries.values[n],
                                    coefficients[under_way.entries.columns[n]], under_way.sum)),
       ...);
    }
    ((under_way.entries = under_way.entries.from(count), under_way.left -= count), ...);
  }

  HWY_INLINE void finish(Row& row) const {
    add_next(row.left, row);
    *row.margin = row.sum;
  }

  HWY_INLINE void finish(Row& a, Row& b) const {
    add_next(std::min(a.left, b.left), a, b);
    finish(a);
    finish(b);
  }

  /// For short rows: four that begin together.
  HWY_INLINE void run_in_fours() const {
    std::size_t i = 0;
    for (; i + 4 <= rows; i += 4) {
      Row a = begin(i);
      Row b = begin(i + 1);
      Row c = begin(i + 2);
      Row d = begin(i + 3);
      add_next(std::min(std::min(a.left, b.left), std::min(c.left, d.left)), a, b, c, d);
      finish(a, b);
      finish(c, d);
    }
    for (; i < rows; ++i) {
      Row row = begin(i);
      finish(row);
    }
  }

  /// For long rows: when one ends, the next takes its place. At least four.
  HWY_INLINE void run_in_turns() const {
    std::array<Row, 4> under_way = {begin(0), begin(1), begin(2), begin(3)};
    for (std::size_t next = 4;; ++next) {
      auto [a, b, c, d] = under_way;
      const std::size_t shorter = b.left < a.left ? 1 : 0;
      const std::size_t other = d.left < c.left ? 3 : 2;
      const std::size_t ended = under_way[other].left < under_way[shorter].left ? other : shorter;
      add_next(under_way[ended].left, a, b, c, d);
      under_way = {a, b, c, d};
      *under_way[ended].margin = under_way[ended].sum;
      if (next >= rows) {
        under_way[ended] = under_way[3];
        break;
      }
      under_way[ended] = begin(next);
    }
    finish(under_way[0], under_way[1]);
    finish(under_way[2]);
  }

  HWY_NOINLINE void run() const {
    if (rows < 4 || are_short(starts, rows)) return run_in_fours();
    run_in_turns();
  }
};

/// Of short rows by twos, each of which costs less where lengths cannot be guessed; of long rows by
/// fours, for which the processor fetches ahead by itself.
template <std::size_t Together, class Entries>
HWY_INLINE void add_ragged_rows_by(const Entries& entries, const std::int64_t* starts,
                                   std::size_t rows, const double* factors, double* sums) {
  for (std::size_t i = 0; i < rows; ++i) {
    Entries row = entries.from(static_cast<std::size_t>(starts[i] - starts[0]));
    auto left = static_cast<std::size_t>(starts[i + 1] - starts[i]);
    if constexpr (Together < group) row.prefetch_after(left);
    for (; left >= Together; left -= Together) {
      add_to_sums(factors[i], row, sums, std::make_index_sequence<Together>());
      row = row.from(Together);
    }
    for (; left > 0; --left) {
      add_to_sums(factors[i], row, sums, std::index_sequence<0>());
      row = row.from(1);
    }
  }
}

template <class Entries>
HWY_NOINLINE void add_ragged_rows(const Entries& entries, const std::int64_t* starts,
                                  std::size_t rows, const double* factors, double* sums) {
  if (are_short(starts, rows)) {
    add_ragged_rows_by<2>(entries, starts, rows, factors, sums);
  } else {
    add_ragged_rows_by<group>(entries, starts, rows, factors, sums);
  }
}

/// body(length mod 4 as a constant)
template <class Body>
HWY_INLINE void with_rest(std::size_t length, const Body& body) {
  static_assert(group == 4);
  switch (length % group) {
    case 0:
      return body(std::integral_constant<std::size_t, 0>());
    case 1:
      return body(std::integral_constant<std::size_t, 1>());
    case 2:
      return body(std::integral_constant<std::size_t, 2>());
    default:
      return body(std::integral_constant<std::size_t, 3>());
  }
}

/// body(entries) in the types that they are stored in.
template <class Value, class Body>
HWY_INLINE void with_entries(const SparseRows<Value>& rows, const Body& body) {
  if (rows.rows == 0) return;
  rows.columns.visit([&]<class Column>(const Column* columns) {
    if (rows.values == nullptr) {
      body(EntriesFrom<CommonValue, Column>{{widen(rows.common)}, columns});
    } else {
      body(EntriesFrom<StoredValues<Value>, Column>{{rows.values}, columns});
    }
  });
}

struct MarginsVisitor {
  const double* coefficients;
  double* margins;

  template <class Value>
  void operator()(const SparseRows<Value>& rows) const {
    with_entries(rows, [&]<class Entries>(const Entries& entries) {
      if (rows.starts != nullptr) {
        RaggedMargins<Entries>{entries, rows.starts, rows.rows, coefficients, margins}.run();
        return;
      }
      with_rest(rows.row_entries, [&]<std::size_t Rest>(std::integral_constant<std::size_t, Rest>) {
        equal_margins<Rest>(entries, rows.rows, rows.row_entries, coefficients, margins);
      });
    });
  }
};

struct WeightedRowsVisitor {
  const double* factors;
  double* sums;

  template <class Value>
  void operator()(const SparseRows<Value>& rows) const {
    with_entries(rows, [&](const auto& entries) {
      if (rows.starts != nullptr) {
        add_ragged_rows(entries, rows.starts, rows.rows, factors, sums);
        return;
      }
      with_rest(rows.row_entries, [&]<std::size_t Rest>(std::integral_constant<std::size_t, Rest>) {
        add_equal_rows<Rest>(entries, rows.rows, rows.row_entries, factors, sums);
      });
    });
  }
};

}  // namespace

void AddVectorMargins(const AnySparseRows& rows, const double* coefficients, double* margins) {
  std::visit(MarginsVisitor{coefficients, margins}, rows);
}

void AddVectorWeightedRows(const AnySparseRows& rows, const double* factors, double* sums) {
  std::visit(WeightedRowsVisitor{factors, sums}, rows);
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels {

HWY_EXPORT(AddVectorMargins);
HWY_EXPORT(AddVectorWeightedRows);

void add_sparse_margins(const AnySparseRows& rows, const double* coefficients, double* margins) {
  HWY_DYNAMIC_DISPATCH(AddVectorMargins)(rows, coefficients, margins);
}

void add_sparse_weighted_rows(const AnySparseRows& rows, const double* factors, double* sums) {
  HWY_DYNAMIC_DISPATCH(AddVectorWeightedRows)(rows, factors, sums);
}

}  // namespace mpilogit::kernels

#endif
