#include "mpilogit/kernels/fused_pass.hpp"

#include "kernels/dense_loops.hpp"
#include "kernels/sparse_loops.hpp"
#include "kernels/visit_rows.hpp"

namespace mpilogit::kernels {

namespace {

/// tile_visitor(first row, tile) for tiles of rows that stay in cache, in order. The tiles have a
/// type of which add_margins and add_weighted_rows know the loops.
template <class Visitor>
void for_tiles(const AnyRows& rows, Visitor&& tile_visitor) {
  visit_rows(rows, [&](const auto& view) { for_tiles_of(view, tile_visitor); });
}

}  // namespace

void add_margins(const AnyRows& rows, std::span<const double> coefficients,
                 std::span<double> margins) {
  for_tiles(rows, [&](std::size_t first, const auto& tile) {
    add_margins(tile, coefficients.data(), margins.data() + first);
  });
}

void add_weighted_rows(const AnyRows& rows, std::span<const double> factors,
                       std::span<double> sums) {
  for_tiles(rows, [&](std::size_t first, const auto& tile) {
    add_weighted_rows(tile, factors.data() + first, sums.data());
  });
}

void fused_pass(const AnyRows& rows, std::span<const double> coefficients, RowTransform transform,
                std::span<double> margins, std::span<double> sums) {
  for_tiles(rows, [&](std::size_t first, const auto& tile) {
    const std::span<double> tile_margins = margins.subspan(first, tile.rows);
    add_margins(tile, coefficients.data(), tile_margins.data());
    transform(first, tile_margins);
    add_weighted_rows(tile, tile_margins.data(), sums.data());
  });
}

}  // namespace mpilogit::kernels
