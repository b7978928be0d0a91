#include "objective/curvature/grams.hpp"

#include <cmath>

#include "kernels/fused_pass.hpp"
#include "kernels/lane_sum.hpp"
#include "kernels/weighted_gram.hpp"

namespace mpilogit::objective {

std::vector<ColumnPair> all_pairs(std::size_t columns) {
  std::vector<ColumnPair> pairs;
  for (std::size_t k = 0; k < columns; ++k) {
    for (std::size_t l = 0; l <= k; ++l) pairs.push_back({k, l});
  }
  return pairs;
}

std::vector<core::FixedPoint> gram_scales(const Problem& problem,
                                          std::span<const std::uint32_t> chosen, std::size_t pairs,
                                          double largest) {
  const auto& squares = problem.rows().bounds.squares;
  std::vector<double> roots;
  for (const auto j : chosen) roots.push_back(std::sqrt(squares[j]));
  roots.push_back(std::sqrt(squares.back()));
  std::vector<core::FixedPoint> scales;
  scales.reserve(pairs * kernels::triangle_size(roots.size()));
  for (std::size_t p = 0; p < pairs; ++p) {
    for (std::size_t j = 0; j < roots.size(); ++j) {
      for (std::size_t k = 0; k <= j; ++k) {
        scales.emplace_back(largest * kRoundingMargin * roots[j] * roots[k]);
      }
    }
  }
  return scales;
}

void add_gram(const Problem& problem, const LocalBlock& block, std::span<const double> factors,
              std::span<const std::uint32_t> chosen, std::span<double> triangle) {
  const std::size_t count = chosen.size();
  std::vector<double> sums(problem.features());
  const auto features_part = triangle.first(kernels::triangle_size(count));
  problem.rows().design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
    const auto own = factors.subspan(first, kernels::row_count(rows));
    kernels::add_weighted_gram(rows, chosen, own, features_part);
    kernels::add_weighted_rows(rows, own, 1, sums);
  });
  for (std::size_t j = 0; j < count; ++j) triangle[features_part.size() + j] = sums[chosen[j]];
  triangle.back() = kernels::lane_sum(factors);
}

// M_(jk)(ml) is element (j, m) of the triangle of columns k and l, and so is M_(jl)(mk).
solvers::SymmetricMatrix assemble(std::span<const double> triangles, std::size_t chosen,
                                  std::size_t columns, double divisor) {
  solvers::SymmetricMatrix matrix((chosen + 1) * columns);
  std::size_t element = 0;
  for (const auto& [k, l] : all_pairs(columns)) {
    for (std::size_t j = 0; j <= chosen; ++j) {
      for (std::size_t m = 0; m <= j; ++m, ++element) {
        const double value = triangles[element] / divisor;
        matrix(j * columns + k, m * columns + l) = value;
        if (j > m) matrix(j * columns + l, m * columns + k) = value;
      }
    }
  }
  return matrix;
}

std::vector<std::uint32_t> features_of(const Problem& problem,
                                       std::span<const std::size_t> variables) {
  std::vector<std::uint32_t> chosen;
  for (const auto v : variables) {
    const auto j = static_cast<std::uint32_t>(v / problem.columns());
    if (j < problem.features() && (chosen.empty() || chosen.back() != j)) chosen.push_back(j);
  }
  return chosen;
}

std::vector<std::size_t> places_of(std::span<const std::uint32_t> chosen,
                                   std::span<const std::size_t> variables, std::size_t columns) {
  std::vector<std::size_t> places;
  std::size_t position = 0;
  for (const auto v : variables) {
    const std::size_t j = v / columns;
    while (position < chosen.size() && chosen[position] < j) ++position;
    places.push_back(position * columns + v % columns);
  }
  return places;
}

solvers::SymmetricMatrix restricted(const solvers::SymmetricMatrix& whole,
                                    std::span<const std::uint32_t> chosen,
                                    std::span<const std::size_t> variables, std::size_t columns) {
  const std::vector<std::size_t> places = places_of(chosen, variables, columns);
  solvers::SymmetricMatrix part(variables.size());
  for (std::size_t a = 0; a < places.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) part(a, b) = whole(places[a], places[b]);
  }
  return part;
}

}  // namespace mpilogit::objective
