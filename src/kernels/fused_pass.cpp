#include "mpilogit/kernels/fused_pass.hpp"

#include "kernels/dense_column_loops.hpp"
#include "kernels/sparse_column_loops.hpp"
#include "kernels/visit_rows.hpp"

namespace mpilogit::kernels {

namespace {

/// tile_visitor(first row, tile) for tiles of rows that stay in cache, in order. The tiles have a
/// type of which add_margins and add_weighted_rows know the loops.
template <class Visitor>
void for_tiles(const AnyRows& rows, Visitor&& tile_visitor) {
  visit_rows(rows, [&](const auto& view) { for_tiles_of(view, tile_visitor); });
}

// One column is the common case, and its loops need no strides.
template <class Tile>
void add_tile_margins(const Tile& tile, const double* coefficients, std::size_t columns,
                      double* margins) {
  if (columns == 1) {
    add_margins(tile, coefficients, margins);
  } else {
    add_margins(tile, coefficients, columns, margins);
  }
}

template <class Tile>
void add_weighted_tile(const Tile& tile, const double* factors, std::size_t columns, double* sums) {
  if (columns == 1) {
    add_weighted_rows(tile, factors, sums);
  } else {
    add_weighted_rows(tile, factors, columns, sums);
  }
}

}  // namespace

void add_margins(const AnyRows& rows, std::span<const double> coefficients, std::size_t columns,
                 std::span<double> margins) {
  for_tiles(rows, [&](std::size_t first, const auto& tile) {
    add_tile_margins(tile, coefficients.data(), columns, margins.data() + first * columns);
  });
}

void add_weighted_rows(const AnyRows& rows, std::span<const double> factors, std::size_t columns,
                       std::span<double> sums) {
  for_tiles(rows, [&](std::size_t first, const auto& tile) {
    add_weighted_tile(tile, factors.data() + first * columns, columns, sums.data());
  });
}

void fused_pass(const AnyRows& rows, std::span<const double> coefficients, std::size_t columns,
                RowTransform transform, std::span<double> margins, std::span<double> sums) {
  for_tiles(rows, [&](std::size_t first, const auto& tile) {
    const std::span<double> tile_margins = margins.subspan(first * columns, tile.rows * columns);
    add_tile_margins(tile, coefficients.data(), columns, tile_margins.data());
    transform(first, tile_margins);
    add_weighted_tile(tile, tile_margins.data(), columns, sums.data());
  });
}

}  // namespace mpilogit::kernels
