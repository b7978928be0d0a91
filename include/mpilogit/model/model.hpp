#pragma once
// A trained model: what is needed to predict, and where it came from.

#include <cstdint>
#include <string>
#include <vector>

#include "mpilogit/data/labels.hpp"

namespace mpilogit::model {

/// P(y = classes[1]) = σ(x · coefficients + intercept) for two classes.
struct Model {
  data::ClassSet classes;
  std::int64_t features = 0;
  std::vector<std::string> feature_names;  ///< empty when the training data had none
  std::vector<double> coefficients;        ///< row-major, intercept.size() × features
  std::vector<double> intercept;           ///< 1 element for two classes
  double l2 = 0.0;
  std::string solver;
  std::string record;  ///< the run record of the training, as JSON

  /// The name of a feature, or "column 7" where there are no names.
  std::string feature_name(std::int64_t feature) const;
};

/// SHA-256 of the coefficients (row-major) followed by the intercepts, as little-endian doubles:
/// the same for the same bits. In Python: hashlib.sha256(f["coefficients"][:].tobytes() +
/// f["intercept"][:].tobytes()).hexdigest()
std::string coefficients_sha256(const Model& model);

}  // namespace mpilogit::model
