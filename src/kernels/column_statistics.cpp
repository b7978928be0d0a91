#include "mpilogit/kernels/column_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/sparse_loops.hpp"
#include "kernels/visit_rows.hpp"
#include "kernels/widen.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/column_statistics.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// Plain loops, which the compiler vectorises for each instruction set.
HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {
namespace {

/// visitor(feature, entry) for the stored entries of one row, features ascending.
template <class Value, class Visitor>
void for_entries(const DenseRows<Value>& rows, std::size_t row, Visitor&& visitor) {
  const Value* values = rows.values + row * rows.features;
  for (std::size_t j = 0; j < rows.features; ++j) visitor(j, widen(values[j]));
}

template <class Value, class Visitor>
void for_entries(const SparseRows<Value>& rows, std::size_t row, Visitor&& visitor) {
  const Entries<Value> found = entries(rows, row);
  for (std::size_t n = 0; n < found.count; ++n) {
    visitor(std::size_t{found.columns[n]},
            widen(found.values == nullptr ? rows.common : found.values[n]));
  }
}

template <class Rows>
constexpr bool always_finite = std::numeric_limits<typename Rows::value_type>::is_integer;

bool is_finite(double value) {
  return std::abs(value) <= std::numeric_limits<double>::max();
}

template <class Rows>
NonFinite non_finite_of(const Rows& rows) {
  NonFinite found;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    // Counted first and searched after: the loop without exit vectorises.
    std::int64_t in_row = 0;
    for_entries(rows, i, [&](std::size_t, double x) { in_row += is_finite(x) ? 0 : 1; });
    if (in_row > 0 && found.count == 0) {
      found.first_row = i;
      found.first_column = rows.features;
      for_entries(rows, i, [&](std::size_t j, double x) {
        if (!is_finite(x)) found.first_column = std::min(found.first_column, j);
      });
    }
    found.count += in_row;
  }
  return found;
}

NonFinite FindNonFinite(const AnyRows& rows) {
  return visit_rows(rows, [](const auto& view) {
    if constexpr (always_finite<std::remove_cvref_t<decltype(view)>>) return NonFinite{};
    return non_finite_of(view);
  });
}

void RaiseColumnMaxima(const AnyRows& rows, std::span<double> maxima) {
  visit_rows(rows, [&](const auto& view) {
    double* maximum = maxima.data();
    for (std::size_t i = 0; i < view.rows; ++i) {
      for_entries(view, i,
                  [&](std::size_t j, double x) { maximum[j] = std::max(maximum[j], std::abs(x)); });
    }
  });
}

void AddColumnSums(const AnyRows& rows, std::span<const double> weights, std::span<double> absolute,
                   std::span<double> squares) {
  visit_rows(rows, [&](const auto& view) {
    double* absolute_sum = absolute.data();
    double* square_sum = squares.data();
    for (std::size_t i = 0; i < view.rows; ++i) {
      const double weight = weights.empty() ? 1.0 : weights[i];
      for_entries(view, i, [&](std::size_t j, double x) {
        absolute_sum[j] += weight * std::abs(x);
        square_sum[j] += weight * (x * x);
      });
    }
  });
}

void AddColumnSquares(const AnyRows& rows, std::span<const double> weights,
                      std::span<double> squares) {
  visit_rows(rows, [&](const auto& view) {
    double* square_sum = squares.data();
    for (std::size_t i = 0; i < view.rows; ++i) {
      const double weight = weights.empty() ? 1.0 : weights[i];
      for_entries(view, i, [&](std::size_t j, double x) { square_sum[j] += weight * (x * x); });
    }
  });
}

void AddCentredSquares(const AnyRows& rows, std::span<const double> weights,
                       std::span<const double> centres, std::span<double> sums,
                       std::span<double> weight) {
  visit_rows(rows, [&](const auto& view) {
    double* sum = sums.data();
    double* weight_sum = weight.data();
    const double* centre = centres.data();
    for (std::size_t i = 0; i < view.rows; ++i) {
      const double row_weight = weights.empty() ? 1.0 : weights[i];
      for_entries(view, i, [&](std::size_t j, double x) {
        const double entry_weight = x != 0 ? row_weight : 0.0;
        const double deviation = x - centre[j];
        sum[j] += entry_weight * (deviation * deviation);
        weight_sum[j] += entry_weight;
      });
    }
  });
}

/// Of one row.
template <class Rows>
std::int64_t non_zeros_of(const Rows& rows, std::size_t row) {
  std::int64_t count = 0;
  for_entries(rows, row, [&](std::size_t, double x) { count += x != 0 ? 1 : 0; });
  return count;
}

NonZeros CountNonZeros(const AnyRows& rows) {
  return visit_rows(rows, [](const auto& view) {
    NonZeros found;
    for (std::size_t i = 0; i < view.rows; ++i) {
      const std::int64_t count = non_zeros_of(view, i);
      found.squared += count * count;
      found.most = std::max(found.most, count);
    }
    return found;
  });
}

}  // namespace
}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels {

HWY_EXPORT(FindNonFinite);
HWY_EXPORT(RaiseColumnMaxima);
HWY_EXPORT(AddColumnSums);
HWY_EXPORT(AddColumnSquares);
HWY_EXPORT(AddCentredSquares);
HWY_EXPORT(CountNonZeros);

NonFinite find_non_finite(const AnyRows& rows) {
  return HWY_DYNAMIC_DISPATCH(FindNonFinite)(rows);
}

void raise_column_maxima(const AnyRows& rows, std::span<double> maxima) {
  HWY_DYNAMIC_DISPATCH(RaiseColumnMaxima)(rows, maxima);
}

void add_column_sums(const AnyRows& rows, std::span<const double> weights,
                     std::span<double> absolute, std::span<double> squares) {
  HWY_DYNAMIC_DISPATCH(AddColumnSums)(rows, weights, absolute, squares);
}

void add_column_squares(const AnyRows& rows, std::span<const double> weights,
                        std::span<double> squares) {
  HWY_DYNAMIC_DISPATCH(AddColumnSquares)(rows, weights, squares);
}

void add_centred_squares(const AnyRows& rows, std::span<const double> weights,
                         std::span<const double> centres, std::span<double> sums,
                         std::span<double> weight) {
  HWY_DYNAMIC_DISPATCH(AddCentredSquares)(rows, weights, centres, sums, weight);
}

NonZeros count_non_zeros(const AnyRows& rows) {
  return HWY_DYNAMIC_DISPATCH(CountNonZeros)(rows);
}

}  // namespace mpilogit::kernels

#endif
