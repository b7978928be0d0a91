#pragma once
// What train is asked to find out about its coefficients.

#include <cstdint>
#include <string>

#include "objective/score_products.hpp"

namespace mpilogit::inference {

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
  bool estimate = false;          ///< the diagonal alone, from random probes
  std::int64_t probes = 64;
  std::string profile;  ///< names of coefficients that get profile intervals (hypothesis.hpp)
  std::string tests;    ///< hypotheses
  double confidence = 0.95;
};

}  // namespace mpilogit::inference
