#include "kernels/column_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <variant>
#include <vector>

#include "kernels/dense/tiles.hpp"
#include "kernels/dense/widen.hpp"
#include "kernels/detail/visit_rows.hpp"
#include "kernels/sparse/loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/column_statistics.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

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

/// One look at compressed rows.
template <class Value>
RowScan scan_of(const SparseRows<Value>& rows, double* maxima) {
  RowScan found;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    std::int64_t count = 0;
    for_entries(rows, i, [&](std::size_t j, double x) {
      maxima[j] = std::max(maxima[j], std::abs(x));
      count += x != 0 ? 1 : 0;
      found.finite &= is_finite(x);
    });
    found.non_zeros.add_row(count);
  }
  return found;
}

RowScan ScanSparse(const AnySparseRows& rows, double* maxima) {
  return std::visit([&](const auto& view) { return scan_of(view, maxima); }, rows);
}

void AddSparseSums(const AnySparseRows& rows, const double* weights, double* absolute,
                   double* squares) {
  std::visit(
      [&](const auto& view) {
        for (std::size_t i = 0; i < view.rows; ++i) {
          const double weight = weights == nullptr ? 1.0 : weights[i];
          for_entries(view, i, [&](std::size_t j, double x) {
            if (absolute != nullptr) absolute[j] += weight * std::abs(x);
            squares[j] += weight * (x * x);
          });
        }
      },
      rows);
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

}  // namespace
}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels {

HWY_EXPORT(FindNonFinite);
HWY_EXPORT(ScanSparse);
HWY_EXPORT(AddSparseSums);
HWY_EXPORT(AddCentredSquares);

namespace {

template <class Value>
RowScan scan_dense(const DenseRows<Value>& rows, std::span<double> maxima) {
  using Work = dense::WorkType<Value>;
  RowScan found;
  std::vector<Work> own(rows.features, 0);
  std::vector<std::uint32_t> counts;
  dense::for_tiles(rows, 1, [&](std::size_t, const DenseRows<Work>& tile) {
    counts.resize(tile.rows);
    found.finite &= dense::scan(tile, own.data(), counts.data());
    for (const std::uint32_t count : counts) found.non_zeros.add_row(count);
  });
  for (std::size_t j = 0; j < own.size(); ++j) {
    maxima[j] = std::max(maxima[j], static_cast<double>(own[j]));
  }
  return found;
}

/// No `absolute`: squares alone.
void add_sums(const AnyRows& rows, std::span<const double> weights, double* absolute,
              double* squares) {
  const double* weight = weights.empty() ? nullptr : weights.data();
  if (const auto* sparse = std::get_if<AnySparseRows>(&rows)) {
    return HWY_DYNAMIC_DISPATCH(AddSparseSums)(*sparse, weight, absolute, squares);
  }
  std::visit(
      [&](const auto& view) {
        dense::for_tiles(view, 1, [&](std::size_t first, const auto& tile) {
          dense::add_statistics(tile, weight == nullptr ? nullptr : weight + first, absolute,
                                squares);
        });
      },
      std::get<AnyDenseRows>(rows));
}

}  // namespace

NonFinite find_non_finite(const AnyRows& rows) {
  return HWY_DYNAMIC_DISPATCH(FindNonFinite)(rows);
}

RowScan scan_rows(const AnyRows& rows, std::span<double> maxima) {
  if (const auto* sparse = std::get_if<AnySparseRows>(&rows)) {
    return HWY_DYNAMIC_DISPATCH(ScanSparse)(*sparse, maxima.data());
  }
  return std::visit([&](const auto& view) { return scan_dense(view, maxima); },
                    std::get<AnyDenseRows>(rows));
}

void add_column_sums(const AnyRows& rows, std::span<const double> weights,
                     std::span<double> absolute, std::span<double> squares) {
  add_sums(rows, weights, absolute.data(), squares.data());
}

void add_column_squares(const AnyRows& rows, std::span<const double> weights,
                        std::span<double> squares) {
  add_sums(rows, weights, nullptr, squares.data());
}

void add_centred_squares(const AnyRows& rows, std::span<const double> weights,
                         std::span<const double> centres, std::span<double> sums,
                         std::span<double> weight) {
  HWY_DYNAMIC_DISPATCH(AddCentredSquares)(rows, weights, centres, sums, weight);
}

}  // namespace mpilogit::kernels

#endif
