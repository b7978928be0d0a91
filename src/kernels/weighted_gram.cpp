#include "kernels/weighted_gram.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "kernels/dense/gram.hpp"
#include "kernels/dense/tiles.hpp"
#include "kernels/dense/widen.hpp"
#include "kernels/detail/visit_rows.hpp"
#include "kernels/sparse/gram.hpp"

namespace mpilogit::kernels {

namespace {

/// The features that the triangle is of: all, or some of them.
struct Chosen {
  std::size_t count;
  const std::uint32_t* features;  // ascending; nullptr: all
};

/// The chosen features of some rows.
template <class Value>
void widen_chosen(const DenseRows<Value>& rows, const Chosen& chosen, double* tile) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const Value* values = rows.values + i * rows.features;
    for (std::size_t c = 0; c < chosen.count; ++c) {
      tile[i * chosen.count + c] = widen(values[chosen.features[c]]);
    }
  }
}

template <class Value>
void add_gram(const DenseRows<Value>& rows, const Chosen& chosen, const double* curvatures,
              double* triangle) {
  using Work = dense::WorkType<Value>;
  constexpr bool in_place = std::is_same_v<Value, Work>;
  const bool all = chosen.features == nullptr;
  const std::size_t tile_rows = std::min(dense_gram_tile_rows(chosen.count), rows.rows);
  std::vector<double> some(all ? 0 : tile_rows * chosen.count);
  std::vector<Work> widened(all && !in_place ? tile_rows * chosen.count : 0);
  DenseGramWorkspace workspace;
  for (std::size_t first = 0; first < rows.rows; first += tile_rows) {
    const std::size_t count = std::min(tile_rows, rows.rows - first);
    const DenseRows<Value> tile{rows.values + first * rows.features, count, rows.features};
    if (!all) {
      widen_chosen(tile, chosen, some.data());
      add_dense_gram(DenseRows<double>{some.data(), count, chosen.count}, curvatures + first,
                     triangle, workspace);
    } else if constexpr (in_place) {
      add_dense_gram(tile, curvatures + first, triangle, workspace);
    } else {
      dense::widen(tile.values, count * rows.features, widened.data());
      add_dense_gram(DenseRows<Work>{widened.data(), count, rows.features}, curvatures + first,
                     triangle, workspace);
    }
  }
}

/// The place of each feature among the chosen ones; `none` for the others.
constexpr std::uint32_t none = ~std::uint32_t{0};

std::vector<std::uint32_t> places_of(const Chosen& chosen, std::size_t features) {
  std::vector<std::uint32_t> places(features, none);
  for (std::uint32_t c = 0; c < chosen.count; ++c) places[chosen.features[c]] = c;
  return places;
}

/// The chosen features of some rows.
struct ChosenRows {
  std::vector<std::uint32_t> columns;
  std::vector<double> values;
  std::vector<std::int64_t> starts{0};
};

template <class Value>
ChosenRows choose(const SparseRows<Value>& rows, const std::vector<std::uint32_t>& places) {
  ChosenRows some;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t n = rows.start(i); n < rows.start(i + 1); ++n) {
      const std::uint32_t place = places[rows.columns[n]];
      if (place == none) continue;
      some.columns.push_back(place);
      some.values.push_back(widen(rows.values == nullptr ? rows.common : rows.values[n]));
    }
    some.starts.push_back(static_cast<std::int64_t>(some.columns.size()));
  }
  return some;
}

template <class Value>
void add_gram(const SparseRows<Value>& rows, const Chosen& chosen, const double* curvatures,
              double* triangle) {
  if (chosen.features == nullptr) {
    add_sparse_gram(rows, curvatures, triangle);
    return;
  }
  const ChosenRows some = choose(rows, places_of(chosen, rows.features));
  const SparseRows<double> chosen_rows{.values = some.values.data(),
                                       .columns = some.columns.data(),
                                       .starts = some.starts.data(),
                                       .rows = rows.rows,
                                       .features = chosen.count};
  add_sparse_gram(chosen_rows, curvatures, triangle);
}

void add_gram_of_any(const AnyRows& rows, const Chosen& chosen, std::span<const double> curvatures,
                     std::span<double> triangle) {
  if (chosen.count == 0) return;
  visit_rows(rows,
             [&](const auto& view) { add_gram(view, chosen, curvatures.data(), triangle.data()); });
}

}  // namespace

void add_weighted_gram(const AnyRows& rows, std::span<const double> curvatures,
                       std::span<double> triangle) {
  add_gram_of_any(rows, {feature_count(rows), nullptr}, curvatures, triangle);
}

void add_weighted_gram(const AnyRows& rows, std::span<const std::uint32_t> chosen,
                       std::span<const double> curvatures, std::span<double> triangle) {
  const bool all = chosen.size() == feature_count(rows);
  add_gram_of_any(rows, {chosen.size(), all ? nullptr : chosen.data()}, curvatures, triangle);
}

}  // namespace mpilogit::kernels
