#include "kernels/dense/gram.hpp"

#include <array>

#include "kernels/weighted_gram.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense/gram.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The triangle is cut into blocks of `lanes` rows by up to three vectors of columns, whose sums
// stay in registers over the rows of a tile. A panel is three vectors of features of all rows, one
// row after the other, so that a block reads memory in order.
using Doubles = hn::CappedTag<double, 8>;
constexpr Doubles doubles;
constexpr std::size_t lanes = hn::MaxLanes(doubles);
constexpr std::size_t panel_vectors = 3;
constexpr std::size_t panel_width = panel_vectors * lanes;

/// Where the sums of a block are: the start of each of its rows.
using BlockRows = std::array<double*, lanes>;

/// sums[r][v] += Σ_i products[i, r] entries[i, v], ascending i.
template <std::size_t Vectors>
HWY_INLINE void add_block(const double* HWY_RESTRICT products, const double* HWY_RESTRICT entries,
                          std::size_t rows, const BlockRows& block) {
  hn::Vec<Doubles> sums[lanes][Vectors];
  for (std::size_t r = 0; r < lanes; ++r) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      sums[r][v] = hn::LoadU(doubles, block[r] + v * lanes);
    }
  }
  for (std::size_t i = 0; i < rows; ++i) {
    hn::Vec<Doubles> entry[Vectors];
    for (std::size_t v = 0; v < Vectors; ++v) {
      entry[v] = hn::LoadU(doubles, entries + i * panel_width + v * lanes);
    }
    for (std::size_t r = 0; r < lanes; ++r) {
      const auto product = hn::Set(doubles, products[i * panel_width + r]);
      for (std::size_t v = 0; v < Vectors; ++v) {
        sums[r][v] = hn::MulAdd(product, entry[v], sums[r][v]);
      }
    }
  }
  for (std::size_t r = 0; r < lanes; ++r) {
    for (std::size_t v = 0; v < Vectors; ++v) {
      hn::StoreU(sums[r][v], doubles, block[r] + v * lanes);
    }
  }
}

void add_block_of(std::size_t vectors, const double* products, const double* entries,
                  std::size_t rows, const BlockRows& block) {
  if (vectors == 1) return add_block<1>(products, entries, rows, block);
  if (vectors == 2) return add_block<2>(products, entries, rows, block);
  add_block<3>(products, entries, rows, block);
}

/// A block at the triangle's edge, by way of whole vectors: of row j only the columns up to j
/// exist, and no rows from `features` on.
void add_edge_block(std::size_t vectors, const double* products, const double* entries,
                    std::size_t rows, std::size_t row, std::size_t column, std::size_t features,
                    double* triangle) {
  std::array<double, lanes * panel_width> sums{};
  BlockRows block;
  const auto existing = [&](std::size_t r) {
    return std::min(vectors * lanes, row + r + 1 - column);
  };
  const std::size_t count = std::min(lanes, features - row);
  for (std::size_t r = 0; r < lanes; ++r) {
    block[r] = sums.data() + r * panel_width;
    if (r < count) std::copy_n(triangle + triangle_size(row + r) + column, existing(r), block[r]);
  }
  add_block_of(vectors, products, entries, rows, block);
  for (std::size_t r = 0; r < count; ++r) {
    std::copy_n(block[r], existing(r), triangle + triangle_size(row + r) + column);
  }
}

HWY_INLINE hn::Vec<Doubles> load_doubles(const double* values) {
  return hn::LoadU(doubles, values);
}

HWY_INLINE hn::Vec<Doubles> load_doubles(const float* values) {
  return hn::PromoteTo(doubles, hn::LoadU(hn::Rebind<float, Doubles>(), values));
}

/// The first `count` values, then zeros. Reads a whole vector where that ends before `end`, for a
/// masked load reads it too where the instruction set has none (SSE4).
template <class Value>
HWY_INLINE hn::Vec<Doubles> load_some(const Value* values, std::size_t count, const Value* end) {
  if (count >= lanes) return load_doubles(values);
  if (static_cast<std::size_t>(end - values) >= lanes) {
    return hn::IfThenElseZero(hn::FirstN(doubles, count), load_doubles(values));
  }
  std::array<Value, lanes> padded{};
  for (std::size_t k = 0; k < count; ++k) padded[k] = values[k];
  return load_doubles(padded.data());
}

/// Copies the rows into panels, of which zeros fill up the last vector, with their products.
template <class Value>
void fill_panels(const DenseRows<Value>& tile, const double* HWY_RESTRICT curvatures,
                 double* all_entries, double* all_products) {
  const std::size_t panel_size = tile.rows * panel_width;
  const std::size_t panels = (tile.features + panel_width - 1) / panel_width;
  const Value* const end = tile.values + tile.rows * tile.features;
  for (std::size_t p = 0; p < panels; ++p) {
    const std::size_t first = p * panel_width;
    const std::size_t count = std::min(panel_width, tile.features - first);
    const Value* HWY_RESTRICT values = tile.values + first;
    double* HWY_RESTRICT entries = all_entries + p * panel_size;
    double* HWY_RESTRICT products = all_products + p * panel_size;
    for (std::size_t i = 0; i < tile.rows; ++i) {
      const auto curvature = hn::Set(doubles, curvatures[i]);
      for (std::size_t j = 0; j < count; j += lanes) {
        const auto entry = load_some(values + j, count - j, end);
        hn::StoreU(entry, doubles, entries + j);
        hn::StoreU(hn::Mul(curvature, entry), doubles, products + j);
      }
      values += tile.features;
      entries += panel_width;
      products += panel_width;
    }
  }
}

// Where a whole triangle fits in so many vectors, blocks would be mostly empty.
constexpr std::size_t narrow_vectors = 2;

constexpr bool is_narrow(std::size_t features) {
  return features <= lanes && triangle_size(features) <= narrow_vectors * lanes;
}

template <class Value>
HWY_INLINE hn::Vec<Doubles> load_row(const Value* values, std::size_t count, const Value* end) {
  if (static_cast<std::size_t>(end - values) >= lanes) return load_doubles(values);
  return load_some(values, count, end);
}

/// A few features: lane (j, k) of the sums takes lane j of a row's products and lane k of its
/// entries. Cost per row: two permutations and a product for each vector of the triangle.
template <class Value>
void add_narrow_gram(const DenseRows<Value>& tile, const double* curvatures, double* triangle) {
  constexpr std::size_t size = narrow_vectors * lanes;
  std::array<std::int64_t, size> rows{};
  std::array<std::int64_t, size> columns{};
  std::array<double, size> sums{};
  const std::size_t features = tile.features;
  const std::size_t elements = triangle_size(features);
  std::size_t element = 0;
  for (std::size_t j = 0; j < features; ++j) {
    for (std::size_t k = 0; k <= j; ++k, ++element) {
      rows[element] = static_cast<std::int64_t>(j);
      columns[element] = static_cast<std::int64_t>(k);
    }
  }
  std::copy_n(triangle, elements, sums.data());
  const auto first_rows = hn::SetTableIndices(doubles, rows.data());
  const auto last_rows = hn::SetTableIndices(doubles, rows.data() + lanes);
  const auto first_columns = hn::SetTableIndices(doubles, columns.data());
  const auto last_columns = hn::SetTableIndices(doubles, columns.data() + lanes);
  auto first = hn::LoadU(doubles, sums.data());
  auto last = hn::LoadU(doubles, sums.data() + lanes);
  const Value* values = tile.values;
  const Value* const end = values + tile.rows * features;
  for (std::size_t i = 0; i < tile.rows; ++i, values += features) {
    const auto entry = load_row(values, features, end);
    const auto product = hn::Mul(hn::Set(doubles, curvatures[i]), entry);
    first = hn::MulAdd(hn::TableLookupLanes(product, first_rows),
                       hn::TableLookupLanes(entry, first_columns), first);
    last = hn::MulAdd(hn::TableLookupLanes(product, last_rows),
                      hn::TableLookupLanes(entry, last_columns), last);
  }
  hn::StoreU(first, doubles, sums.data());
  hn::StoreU(last, doubles, sums.data() + lanes);
  std::copy_n(sums.data(), elements, triangle);
}

template <class Value>
void add_dense_gram_of(const DenseRows<Value>& tile, const double* curvatures, double* triangle,
                       DenseGramWorkspace& workspace) {
  if (is_narrow(tile.features)) return add_narrow_gram(tile, curvatures, triangle);
  const std::size_t panel_size = tile.rows * panel_width;
  const std::size_t panels = (tile.features + panel_width - 1) / panel_width;
  double* all_entries = workspace.entries.of_size(panels * panel_size);
  double* all_products = workspace.products.of_size(panels * panel_size);
  fill_panels(tile, curvatures, all_entries, all_products);
  for (std::size_t column = 0; column < tile.features; column += panel_width) {
    const double* entries = all_entries + column / panel_width * panel_size;
    for (std::size_t row = column; row < tile.features; row += lanes) {
      const double* products = all_products + row / panel_width * panel_size + row % panel_width;
      const std::size_t vectors = std::min(panel_vectors, (row - column) / lanes + 1);
      if (row < column + panel_width || row + lanes > tile.features) {
        add_edge_block(vectors, products, entries, tile.rows, row, column, tile.features, triangle);
        continue;
      }
      BlockRows block;
      for (std::size_t r = 0; r < lanes; ++r) block[r] = triangle + triangle_size(row + r) + column;
      add_block<panel_vectors>(products, entries, tile.rows, block);
    }
  }
}

void AddFloatGram(const DenseRows<float>& tile, const double* curvatures, double* triangle,
                  DenseGramWorkspace& workspace) {
  add_dense_gram_of(tile, curvatures, triangle, workspace);
}

void AddDoubleGram(const DenseRows<double>& tile, const double* curvatures, double* triangle,
                   DenseGramWorkspace& workspace) {
  add_dense_gram_of(tile, curvatures, triangle, workspace);
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(AddFloatGram);
HWY_EXPORT(AddDoubleGram);

void add_dense_gram(const DenseRows<float>& tile, const double* curvatures, double* triangle,
                    DenseGramWorkspace& workspace) {
  HWY_DYNAMIC_DISPATCH(AddFloatGram)(tile, curvatures, triangle, workspace);
}

void add_dense_gram(const DenseRows<double>& tile, const double* curvatures, double* triangle,
                    DenseGramWorkspace& workspace) {
  HWY_DYNAMIC_DISPATCH(AddDoubleGram)(tile, curvatures, triangle, workspace);
}

}  // namespace mpilogit::kernels
#endif
