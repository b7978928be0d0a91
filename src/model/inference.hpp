#pragma once
// Standard errors, tests and intervals of a model, and the list of their fields.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mpilogit::model {

/// Why a coefficient has no standard error of its own.
enum class CoefficientStatus : std::uint8_t {
  estimated = 0,  ///< it has one
  aliased = 1,    ///< its column is constant or a combination of others: R's NA; coefficient 0
  separated = 2,  ///< it has no finite optimum: it separates classes
  fixed = 3,      ///< at a bound, left out by an infinite penalty factor, or zero under L1
};

/// A χ² statistic. `log_p` is the natural logarithm of the upper tail's probability.
struct ChiSquared {
  double statistic = 0.0;
  std::int64_t degrees = 0;
  double log_p = 0.0;
};

/// How well the model fits the data that it was trained on. ℓ is the log-likelihood.
struct FitStatistics {
  double observations = 0.0;  ///< n: rows of positive weight; of weights that count rows, their sum
  std::int64_t parameters = 0;  ///< p: coefficients and intercepts that are estimated
  double log_likelihood = 0.0;  ///< ℓ; of aggregated rows with the binomial coefficients, as R
  double null_log_likelihood = 0.0;  ///< of the model with intercepts (and offsets) alone
  double null_deviance = 0.0;        ///< 2 (ℓ of the saturated model − ℓ of the null model)
  double residual_deviance = 0.0;
  double null_degrees = 0.0;  ///< as R counts: rows of positive weight less the parameters
  double residual_degrees = 0.0;
  double aic = 0.0;             ///< 2 p − 2 ℓ
  double bic = 0.0;             ///< p log n − 2 ℓ
  double mcfadden = 0.0;        ///< 1 − ℓ / ℓ of the null model
  std::optional<double> tjur;   ///< two classes: mean P(y = 1) of class 1 less that of class 0
  ChiSquared likelihood_ratio;  ///< against the null model
  std::optional<ChiSquared> hosmer_lemeshow;  ///< two classes, rows not aggregated
};

/// The interval of one coefficient in which 2 (ℓ̂ − ℓ of the profile) stays below the quantile of
/// χ²₁. A side on which it never gets there is infinite.
struct ProfileInterval {
  std::int64_t row = 0;       ///< of the coefficients
  std::int64_t feature = -1;  ///< −1: the intercept
  double lower = 0.0;
  double upper = 0.0;
};

/// Wald's test of linear hypotheses R β = r.
struct HypothesisTest {
  std::string hypothesis;  ///< as it was asked for
  ChiSquared chi_squared;
};

/// Vectors over coefficients have the layout of Model::coefficients (rows × features), those of
/// intercepts one element per row. A coefficient whose status is not `estimated` has an infinite
/// standard error.
struct Inference {
  std::string covariance_kind;  ///< "model", "HC0", "HC1", "cluster"
  std::string method;           ///< "exact", or "estimate": the diagonal alone, by random probes
  std::string weights;          ///< what they are: "none", "frequency" or "sampling"
  bool penalised = false;       ///< the optimum of a penalised objective: not inference
  bool firth = false;           ///< of Firth's penalised likelihood
  double confidence = 0.95;     ///< of the intervals that are printed and profiled
  double estimate_error = 0.0;  ///< relative standard error of the estimated standard errors
  std::int64_t clusters = 0;    ///< of cluster-robust errors
  std::vector<double> standard_errors;
  std::vector<double> intercept_standard_errors;
  std::vector<CoefficientStatus> status;
  std::vector<CoefficientStatus> intercept_status;
  /// Only on request: dimension × dimension, row-major, dimension = rows × (features + 1); for each
  /// row of coefficients first the intercept, then the features. 0 for what is not estimated.
  std::vector<double> covariance;
  FitStatistics fit;
  std::vector<ProfileInterval> profiles;
  std::vector<HypothesisTest> tests;
};

/// apply(name, member) for each scalar: text, bool, double, int64, optional<double>, ChiSquared,
/// optional<ChiSquared>. `AnyInference` is Inference or const Inference.
template <class AnyInference, class Apply>
void for_each_scalar(AnyInference& inference, Apply&& apply) {
  apply("covariance_kind", inference.covariance_kind);
  apply("method", inference.method);
  apply("weights", inference.weights);
  apply("penalised", inference.penalised);
  apply("firth", inference.firth);
  apply("confidence", inference.confidence);
  apply("estimate_error", inference.estimate_error);
  apply("clusters", inference.clusters);
  apply("observations", inference.fit.observations);
  apply("parameters", inference.fit.parameters);
  apply("log_likelihood", inference.fit.log_likelihood);
  apply("null_log_likelihood", inference.fit.null_log_likelihood);
  apply("null_deviance", inference.fit.null_deviance);
  apply("residual_deviance", inference.fit.residual_deviance);
  apply("null_degrees", inference.fit.null_degrees);
  apply("residual_degrees", inference.fit.residual_degrees);
  apply("aic", inference.fit.aic);
  apply("bic", inference.fit.bic);
  apply("mcfadden", inference.fit.mcfadden);
  apply("tjur", inference.fit.tjur);
  apply("likelihood_ratio", inference.fit.likelihood_ratio);
  apply("hosmer_lemeshow", inference.fit.hosmer_lemeshow);
}

}  // namespace mpilogit::model
