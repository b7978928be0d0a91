#pragma once
// How well a two-class model fits single rows, and how much each row decides.

namespace mpilogit::statistics {

/// What a row has of each class, as weights: a labelled row has all of its weight in one.
struct RowCounts {
  double failures = 0.0;
  double successes = 0.0;

  double weight() const { return failures + successes; }
};

/// Residuals of one row, as R's `residuals.glm` of a binomial model with prior weights. With μ =
/// σ(margin), weight w (times trials) and y the share of successes:
///   pearson  = (y − μ) √w / √(μ (1 − μ))
///   deviance = ±√(2 w (y log(y/μ) + (1 − y) log((1 − y)/(1 − μ)))), the sign that of y − μ
/// Both are 0 for weight 0, and infinite only where the curvature μ (1 − μ) is no double any more.
struct RowResiduals {
  double pearson = 0.0;
  double deviance = 0.0;
};

RowResiduals row_residuals(double margin, const RowCounts& counts);

/// Cook's distance, R's `cooks.distance` with dispersion 1: (r / (1 − h))² h / p, r the Pearson
/// residual, h the leverage, p the number of parameters. A row of leverage 1 (by
/// `kFullLeverage`) decides a coefficient alone: without it there is no estimate, and the distance
/// is +∞, where R gives NaN.
double cooks_distance(double pearson, double leverage, double parameters);

/// From here on a leverage cannot be told from 1, as in R.
inline constexpr double kFullLeverage = 1.0 - 10.0 * 0x1p-52;

}  // namespace mpilogit::statistics
