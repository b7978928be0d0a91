#pragma once
// The logistic loss of rows: pure functions of margin, label and weight.

#include <cstdint>
#include <span>

#include "kernels/lane_sum.hpp"

namespace mpilogit::kernels {

/// Of one row with margin z, label y in {0, 1} and weight s ≥ 0. With u = z for y = 0, −z for y = 1
/// (how far the row is on the wrong side) and e = exp(−|z|):
///   loss      = s (max(u, 0) + log1p(e))                ≥ 0; = s (log(1 + e^z) − y z)
///   residual  = ±s σ(u), minus for y = 1                |residual| ≤ s; = s (σ(z) − y)
///   curvature = s e / (1 + e)²                          0 ≤ curvature ≤ s/4
/// Never log(1 + e^z), σ(z) − 1 or σ(1 − σ): they lose the tails. A margin of ±∞ has the limits (a
/// loss of ∞ on the wrong side); one of NaN gives NaN. Loss and residual of weight 0 are 0,
/// whatever the margin.
struct RowLoss {
  double loss;
  double residual;
};

RowLoss row_loss(double margin, std::uint8_t label, double weight);
double row_curvature(double margin, double weight);

/// P(y = 1) = 1 / (1 + e^(−z)); from e^(−|z|), so that it neither overflows nor loses its tail.
double sigmoid(double margin);

/// Element-wise over rows; `weights` is empty when all weights are 1. Overwrites `residuals`, which
/// may be the same memory as `margins`; adds the losses onto `losses`.
void losses_and_residuals(std::span<const double> margins, std::span<const std::uint8_t> labels,
                          std::span<const double> weights, std::span<double> residuals,
                          LaneSum& losses);

/// Element-wise over rows, as above. Overwrites `curvatures`, which may be the same memory as
/// `margins`.
void curvatures(std::span<const double> margins, std::span<const double> weights,
                std::span<double> curvatures);

/// factors[i] *= curvature of row i, of which nothing is stored: what a row contributes to H·v, for
/// the margins of the point and factors = the margins of v.
void curvature_products(std::span<const double> margins, std::span<const double> weights,
                        std::span<double> factors);

}  // namespace mpilogit::kernels
