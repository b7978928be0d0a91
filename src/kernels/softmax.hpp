#pragma once
// The softmax loss of rows: pure functions of margins, label and weight.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/lane_sum.hpp"

namespace mpilogit::kernels {

/// Margins are rows × columns, row-major. Without a reference class column k is class k; with one,
/// class 0 has the margin 0 and no column, and column k is class k + 1.
struct SoftmaxShape {
  std::size_t columns = 0;
  bool reference_class = false;
};

/// Of one row with margins z, label y and weight s ≥ 0; the sums run over the classes, ascending,
/// from the margins less the largest of them (the reference's 0 included):
///   loss       = s (log Σ_k e^(z_k) − z_y)  ≥ 0
///   p_k        = e^(z_k) / Σ_l e^(z_l)
///   residual_k = s (p_k − [k = y])          |residual_k| ≤ s; for k = y as −s Σ_{l≠y} p_l, so that
///                                           it keeps its tail
/// A margin of +∞ on a wrong class gives a loss of ∞; NaN gives NaN. Loss and residuals of weight 0
/// are 0, whatever the margins.
/// `weights` is empty when all weights are 1. Overwrites `residuals` (rows × columns), which may be
/// the same memory as `margins`; adds the losses onto `losses`, one per row.
void softmax_losses_and_residuals(const SoftmaxShape& shape, std::span<const double> margins,
                                  std::span<const std::uint32_t> labels,
                                  std::span<const double> weights, std::span<double> residuals,
                                  LaneSum& losses);

/// probabilities[i, k] = p_k (rows × columns); may be the same memory as `margins`.
void softmax_probabilities(const SoftmaxShape& shape, std::span<const double> margins,
                           std::span<double> probabilities);

/// What a row contributes to H·v: for u = the margins of v,
///   products[i, k] = s p_k (u_k − Σ_l p_l u_l)      (|product| ≤ s max|u| / 2)
/// in place of u (rows × columns); exactly 0 where all u are equal. The reference class's u is 0,
/// its p is 1 − Σ_k p_k, which knows no tail below 1e-16.
void softmax_curvature_products(const SoftmaxShape& shape, std::span<const double> probabilities,
                                std::span<const double> weights, std::span<double> margins);

/// curvatures[i] = s (p_k [k = l] − p_k p_l): the row's curvature between columns k and l, for
/// k = l as s p_k (1 − p_k) with 1 − p_k from the other classes' sum, within [0, s/4]; else within
/// [−s/4, 0]. (rows)
void softmax_curvatures(const SoftmaxShape& shape, std::span<const double> probabilities,
                        std::span<const double> weights, std::size_t k, std::size_t l,
                        std::span<double> curvatures);

/// The same for k = l of all columns at once: curvatures[i, k] (rows × columns); may be the same
/// memory as `probabilities`. 1 − p_k is the sum of the classes before it plus that of those after
/// it, which may round otherwise than above. Cost: O(1) for each element.
void softmax_diagonal_curvatures(const SoftmaxShape& shape, std::span<const double> probabilities,
                                 std::span<const double> weights, std::span<double> curvatures);

}  // namespace mpilogit::kernels
