#pragma once
// The scalars of an inference by their names: one list for the file and for records.

#include "model/inference.hpp"

namespace mpilogit::model {

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
