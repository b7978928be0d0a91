#pragma once
// Sums of products of features, Σ_i c_i x̃_ij x̃_ik: what Hessians and products of scores are made
// of.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/fixed_point.hpp"
#include "objective/point/problem.hpp"
#include "solvers/cholesky.hpp"

namespace mpilogit::objective {

/// Columns of coefficients whose product a Gram matrix is weighted by.
struct ColumnPair {
  std::size_t k;
  std::size_t l;  ///< ≤ k
};

std::vector<ColumnPair> all_pairs(std::size_t columns);

/// Scales of `pairs` packed triangles over the chosen features and, last, the intercept, one after
/// the other. With |c_i| ≤ largest · s_i, Cauchy–Schwarz bounds each element by largest · √(Q_j
/// Q_k).
std::vector<core::FixedPoint> gram_scales(const Problem& problem,
                                          std::span<const std::uint32_t> chosen, std::size_t pairs,
                                          double largest);

/// Adds one block's Σ_i c_i x̃_i x̃_iᵀ (x̃: the chosen features and, last, a 1) to a packed triangle
/// of zeros. `factors`: c of the block's rows, of any sign.
void add_gram(const Problem& problem, const LocalBlock& block, std::span<const double> factors,
              std::span<const std::uint32_t> chosen, std::span<double> triangle);

/// The matrix over (chosen + 1) × columns variables from the triangles of `all_pairs`, each element
/// divided by `divisor`.
solvers::SymmetricMatrix assemble(std::span<const double> triangles, std::size_t chosen,
                                  std::size_t columns, double divisor);

/// The features that `variables` (ascending) touch, ascending.
std::vector<std::uint32_t> features_of(const Problem& problem,
                                       std::span<const std::size_t> variables);

/// Of a matrix over (chosen + 1) × columns variables the rows and columns of `variables`.
solvers::SymmetricMatrix restricted(const solvers::SymmetricMatrix& whole,
                                    std::span<const std::uint32_t> chosen,
                                    std::span<const std::size_t> variables, std::size_t columns);

/// Where each of `variables` stands among the (chosen + 1) × columns.
std::vector<std::size_t> places_of(std::span<const std::uint32_t> chosen,
                                   std::span<const std::size_t> variables, std::size_t columns);

}  // namespace mpilogit::objective
