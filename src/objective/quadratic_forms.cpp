#include "objective/quadratic_forms.hpp"

#include <algorithm>

#include "kernels/fused_pass.hpp"

namespace mpilogit::objective {

namespace {

// As many columns as the loops over dense rows take in two or three goes; the margins of a tile of
// rows stay in the first-level cache (128 · 24 · 8 B = 24 KiB).
constexpr std::size_t kPanelColumns = 24;
constexpr std::size_t kTileRows = 128;

std::vector<std::size_t> columns_with_entries(std::span<const double> root, std::size_t size) {
  std::vector<std::size_t> columns;
  for (std::size_t k = 0; k < size; ++k) {
    for (std::size_t j = 0; j < size; ++j) {
      if (root[j * size + k] == 0.0) continue;
      columns.push_back(k);
      break;
    }
  }
  return columns;
}

}  // namespace

QuadraticForms::QuadraticForms(const Design& design, std::span<const double> root)
    : design_(design) {
  const std::size_t size = design.features() + 1;
  const auto columns = columns_with_entries(root, size);
  for (std::size_t first = 0; first < columns.size(); first += kPanelColumns) {
    Panel panel;
    panel.columns = std::min(kPanelColumns, columns.size() - first);
    panel.coefficients.reserve(design.features() * panel.columns);
    for (std::size_t j = 0; j < size; ++j) {
      auto& values = j < design.features() ? panel.coefficients : panel.intercepts;
      for (std::size_t k = 0; k < panel.columns; ++k) {
        values.push_back(root[j * size + columns[first + k]]);
      }
    }
    panels_.push_back(std::move(panel));
  }
}

// The squares of a row are added in ascending order of the columns.
void QuadraticForms::of(const LocalBlock& block, std::span<double> forms) const {
  std::fill(forms.begin(), forms.end(), 0.0);
  std::vector<double> margins(kTileRows * kPanelColumns);
  design_.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
    const std::size_t count = kernels::row_count(rows);
    for (std::size_t begin = 0; begin < count; begin += kTileRows) {
      const std::size_t tile_rows = std::min(kTileRows, count - begin);
      const kernels::AnyRows tile = kernels::rows_of(rows, begin, tile_rows);
      double* const own = &forms[first + begin];
      for (const auto& panel : panels_) {
        const auto products = std::span<double>(margins).first(tile_rows * panel.columns);
        for (std::size_t i = 0; i < tile_rows; ++i) {
          std::copy(panel.intercepts.begin(), panel.intercepts.end(), &products[i * panel.columns]);
        }
        kernels::add_margins(tile, panel.coefficients, panel.columns, products);
        for (std::size_t i = 0; i < tile_rows; ++i) {
          for (const double u : products.subspan(i * panel.columns, panel.columns)) own[i] += u * u;
        }
      }
    }
  });
}

}  // namespace mpilogit::objective
