#include "kernels/fused_pass.hpp"

#include <vector>

#include "kernels/dense/tiles.hpp"
#include "kernels/detail/visit_rows.hpp"
#include "kernels/sparse/column_loops.hpp"

namespace mpilogit::kernels {

namespace {

// Each storage's loops under the same names: tiles of rows, and sums in the layout that its loops
// want.

template <class Value, class Visitor>
void for_tiles(const DenseRows<Value>& rows, std::size_t columns, Visitor&& tile_visitor) {
  dense::for_tiles(rows, columns, tile_visitor);
}

template <class Value, class Visitor>
void for_tiles(const SparseRows<Value>& rows, std::size_t, Visitor&& tile_visitor) {
  for_tiles_of(rows, tile_visitor);
}

template <class Value>
void add_tile_margins(const dense::Tile<Value>& tile, const double* coefficients,
                      std::size_t columns, double* margins) {
  dense::add_margins(tile, coefficients, columns, margins);
}

template <class Value>
void add_weighted_tile(const dense::Tile<Value>& tile, const double* factors, std::size_t columns,
                       double* sums) {
  dense::add_weighted_rows(tile, factors, columns, sums);
}

// One column is the common case, and its loops over sparse rows need no strides.
template <class Value>
void add_tile_margins(const SparseRows<Value>& tile, const double* coefficients,
                      std::size_t columns, double* margins) {
  if (columns == 1) {
    add_margins(tile, coefficients, margins);
  } else {
    add_margins(tile, coefficients, columns, margins);
  }
}

template <class Value>
void add_weighted_tile(const SparseRows<Value>& tile, const double* factors, std::size_t columns,
                       double* sums) {
  if (columns == 1) {
    add_weighted_rows(tile, factors, sums);
  } else {
    add_weighted_rows(tile, factors, columns, sums);
  }
}

/// body(the sums in the layout that the loops over `rows` want)
template <class Value, class Body>
void with_sums(const DenseRows<Value>& rows, std::size_t columns, double* sums, Body&& body) {
  if (columns == 1) return body(sums);
  dense::ColumnSums by_column(sums, rows.features, columns);
  body(by_column.data());
  by_column.put_back();
}

template <class Value, class Body>
void with_sums(const SparseRows<Value>&, std::size_t, double* sums, Body&& body) {
  body(sums);
}

}  // namespace

void add_margins(const AnyRows& rows, std::span<const double> coefficients, std::size_t columns,
                 std::span<double> margins) {
  visit_rows(rows, [&](const auto& view) {
    for_tiles(view, columns, [&](std::size_t first, const auto& tile) {
      add_tile_margins(tile, coefficients.data(), columns, margins.data() + first * columns);
    });
  });
}

void add_weighted_rows(const AnyRows& rows, std::span<const double> factors, std::size_t columns,
                       std::span<double> sums) {
  visit_rows(rows, [&](const auto& view) {
    with_sums(view, columns, sums.data(), [&](double* own) {
      for_tiles(view, columns, [&](std::size_t first, const auto& tile) {
        add_weighted_tile(tile, factors.data() + first * columns, columns, own);
      });
    });
  });
}

void fused_pass(const AnyRows& rows, std::span<const double> coefficients, std::size_t columns,
                RowTransform start, RowTransform transform, std::span<double> sums) {
  std::vector<double> buffer;
  visit_rows(rows, [&](const auto& view) {
    with_sums(view, columns, sums.data(), [&](double* own) {
      for_tiles(view, columns, [&](std::size_t first, const auto& tile) {
        const std::size_t count = tile.rows * columns;
        if (buffer.size() < count) buffer.resize(count);
        const auto margins = std::span<double>(buffer).first(count);
        start(first, margins);
        add_tile_margins(tile, coefficients.data(), columns, margins.data());
        transform(first, margins);
        add_weighted_tile(tile, margins.data(), columns, own);
      });
    });
  });
}

}  // namespace mpilogit::kernels
