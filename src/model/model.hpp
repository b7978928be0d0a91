#pragma once
// A trained model: what is needed to predict, and where it came from.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/column_numbers.hpp"
#include "data/labels.hpp"
#include "kernels/polynomial.hpp"
#include "model/inference.hpp"

namespace mpilogit::model {

/// What a model's margins mean. With z_r = x · coefficients[r] + intercept[r], computed as said at
/// `centre` where there is one:
///   logistic (two classes, one row)   P(y = classes[1]) = σ(z_0)
///   softmax                           P(y = classes[k]) = e^(z_k) / Σ_l e^(z_l); with one row less
///                                     than classes, class 0 is the reference and has the margin 0
///   one-vs-rest (a row per class)     P(y = classes[k]) = σ(z_k) / Σ_l σ(z_l)
inline constexpr const char* kLogistic = "logistic";
inline constexpr const char* kSoftmax = "softmax";
inline constexpr const char* kOneVsRest = "one-vs-rest";

struct Model {
  data::ClassSet classes;
  std::string objective = kLogistic;
  std::int64_t features = 0;               ///< columns of `coefficients`: after the expansion
  std::vector<std::string> feature_names;  ///< of those; empty when the training data had none
  kernels::PolynomialShape expansion;      ///< from the data's features to those of the model
  /// Of the data's own columns: equal to `feature_names` without an expansion.
  std::vector<std::string> data_feature_names;
  std::vector<double> coefficients;  ///< row-major, rows() × features
  std::vector<double> intercept;     ///< rows()
  /// c_j per data feature: columns that are far from zero are known by their distance from it, and
  /// then margins are
  ///   z_r = intercept_at_centre[r] + Σ_j (x_j − c_j) w_rj
  /// with the difference first: between large numbers the raw form loses the answer. c_j = 0 for
  /// other columns; empty: no column is far from zero. With an expansion the products are those of
  /// x_j − c_j, and w_r is coefficients_at_centre[r]. The raw form is always there as well,
  /// rounded.
  std::vector<double> centre;
  std::vector<double> intercept_at_centre;     ///< rows(); empty if and only if `centre` is
  std::vector<double> coefficients_at_centre;  ///< as `coefficients`; empty without an expansion
  double l2 = 0.0;
  double l1 = 0.0;
  bool standardized = false;  ///< the penalty was of standardised features (coefficients never are)
  bool firth = false;         ///< the optimum of Firth's penalised likelihood
  std::string solver;
  std::string record;  ///< the run record of the training, as JSON
  std::string schema;  ///< of the raw table that the data came from (formats/schema.hpp); or empty
  data::ColumnNumbers column_numbers;  ///< of the LIBSVM text that the data came from
  std::optional<Inference> inference;

  /// Of coefficients: 1 for two classes, else classes or, with a reference class, one less.
  std::int64_t rows() const { return static_cast<std::int64_t>(intercept.size()); }
  /// Index of the class that row `row` speaks for.
  std::size_t row_class(std::int64_t row) const;
  /// Whether class 0 has no row of its own.
  bool reference_class() const;

  /// Columns that data must have for this model.
  std::int64_t data_features() const;

  /// The name of a feature, or "column 7" where there are no names.
  std::string feature_name(std::int64_t feature) const;
};

/// SHA-256 of the coefficients (row-major) followed by the intercepts, as little-endian doubles:
/// the same for the same bits. In Python: hashlib.sha256(f["coefficients"][:].tobytes() +
/// f["intercept"][:].tobytes()).hexdigest()
std::string coefficients_sha256(const Model& model);

}  // namespace mpilogit::model
