#pragma once
// Between the columns as solvers have them, in their frames, and as the data has them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.hpp"
#include "kernels/polynomial.hpp"
#include "model/model.hpp"
#include "model/path_file.hpp"
#include "statistics/identifiability.hpp"

namespace mpilogit::problem {

/// With x′_j = (x_j − c_j) 2^−e_j, a margin b′ + Σ_j w′_j x′_j is b′ + Σ_j w_j (x_j − c_j), where
/// w_j = 2^−e_j w′_j exactly. Of products of features e is the sum over their factors. Vectors of
/// coefficients have the solvers' layout, (features + 1) × columns.
class FrameMap {
 public:
  /// The frames of the data's columns; `expansion` makes the products that coefficients are of.
  FrameMap(const data::Dataset& dataset, const kernels::PolynomialShape& expansion);

  bool identity() const { return centre_.empty() && exponents_.empty(); }
  /// Whether a column that is not constant has a centre.
  bool centred() const { return centred_; }
  bool expanded() const { return !expansion_.identity(); }

  /// c_j of each column of the data; empty: all 0.
  std::span<const double> centre() const { return centre_; }

  /// e of each coefficient's feature.
  int exponent(std::size_t feature) const { return exponents_.empty() ? 0 : exponents_[feature]; }

  /// w′ from w, and back.
  void enter(std::span<double> coefficients, std::size_t columns) const;
  void leave(std::span<double> coefficients, std::size_t columns) const;

  /// A model whose coefficients and intercepts are a solver's: becomes that of the data's columns,
  /// with its centre. Throws bad input, agreed, naming the feature, if a coefficient is no double.
  void complete(model::Model& model) const;
  /// All steps of a path, likewise.
  void complete(model::Path& path) const;

  /// The raw form of a complete model, as one whose margins over framed rows are those of the raw
  /// form over the data's own.
  model::Model raw_form(const model::Model& model) const;

  /// Combinations of framed columns as those of the data's own.
  void leave(std::vector<statistics::AliasedColumn>& aliased) const;

  /// From the covariance of a solver's coefficients to that of the raw ones but for the units: of
  /// 2^e w. In the layout of model::Inference::covariance.
  std::vector<double> raw_covariance(std::span<const double> covariance, std::size_t rows) const;

  /// Whether the raw coefficient of a feature is w alone, without a part of others: with centred
  /// factors only of products that are in no larger one. Never of a moved intercept.
  bool alone(std::size_t feature) const;

 private:
  struct Forms;
  void complete(const model::Model& names, const Forms& forms) const;
  std::size_t features() const;
  std::vector<double> framed_centre() const;

  kernels::PolynomialShape expansion_;
  bool needs_centre(std::span<const double> coefficients) const;

  std::vector<double> centre_;
  bool centred_ = false;
  std::vector<int> column_exponents_;  // per column of the data
  std::vector<int> exponents_;         // per product; empty: all 0
};

}  // namespace mpilogit::problem
