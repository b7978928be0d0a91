#pragma once
// XᵀCX of a block: the Hessian's part that the features have.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// Elements of a packed lower triangle: element (j, k), k ≤ j, is at j (j + 1) / 2 + k.
constexpr std::size_t triangle_size(std::size_t features) {
  return features * (features + 1) / 2;
}

/// triangle[j, k] += Σ_i (c_i x_ij) x_ik   (accumulates). Order: ascending i; the product with c_i,
/// which must be finite, is rounded, the second and the sum are fused where the instruction set
/// can. Cost: features²/2 products per dense row, entries²/2 per sparse row.
void add_weighted_gram(const AnyRows& rows, std::span<const double> curvatures,
                       std::span<double> triangle);

/// As above over the features `chosen` (ascending) alone: triangle of chosen.size() rows, the same
/// bits as the elements of the whole triangle. Cost beside the products: one look at each entry.
void add_weighted_gram(const AnyRows& rows, std::span<const std::uint32_t> chosen,
                       std::span<const double> curvatures, std::span<double> triangle);

}  // namespace mpilogit::kernels
