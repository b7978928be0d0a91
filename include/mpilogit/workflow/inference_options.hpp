#pragma once
// What train is asked to find out about its coefficients.

#include "mpilogit/objective/score_products.hpp"

namespace mpilogit::workflow {

enum class CovarianceKind {
  model,    ///< the inverse of the information
  hc0,      ///< the sandwich, with rows as they are
  hc1,      ///< that times n / (n − k)
  cluster,  ///< the sandwich of the scores of clusters, which are the source's groups
};

struct InferenceOptions {
  CovarianceKind covariance = CovarianceKind::model;
  objective::WeightKind weights = objective::WeightKind::frequency;
  bool store_covariance = false;  ///< the whole matrix
  double confidence = 0.95;
};

}  // namespace mpilogit::workflow
