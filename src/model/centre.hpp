#pragma once
// Coefficients of centred features, and the same model in raw features.

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/polynomial.hpp"
#include "model/model.hpp"

namespace mpilogit::model {

/// Linear forms of a row's features: coefficients rows × features, row-major, and rows intercepts.
struct LinearForms {
  std::vector<double> coefficients;
  std::vector<double> intercept;
};

/// What margins are computed with: the factors x_j − c_j, and what they are multiplied by. Without
/// a centre, c = 0 and the raw coefficients. The views are into the model.
struct CentredForms {
  std::span<const double> centre;  ///< per data feature; empty: all 0
  std::span<const double> coefficients;
  std::span<const double> intercept;
};
CentredForms centred_forms(const Model& model);

/// From forms of the products of (x_a − c_a) (of those factors alone where `expansion` is the
/// identity) to forms of the products of x_a: by
///   (x − c)^e = Σ_k C(e, k) x^k (−c)^(e−k)
/// for one feature after the other. Computed in twice the precision of a double and rounded once:
/// each result is within one unit in its last place unless the terms cancel to 2^-50 of their
/// sizes. What overflows is not finite. `centre` has an element per data feature, or none: c = 0.
/// Cost: O(rows × products × degree²).
LinearForms raw_from_centred(const kernels::PolynomialShape& expansion,
                             std::span<const double> centre, std::span<const double> coefficients,
                             std::span<const double> intercept);

/// From the covariance of centred forms to that of raw ones, T Σ Tᵀ with the T above, both with the
/// layout of Inference::covariance: for each row the intercept, then the features. Symmetric to the
/// bit. Cost: that of raw_from_centred of as many forms as the matrix has columns, twice.
std::vector<double> raw_covariance(const kernels::PolynomialShape& expansion,
                                   std::span<const double> centre, std::int64_t rows,
                                   std::span<const double> covariance);

/// Sets `coefficients` and `intercept` of the raw form from the centred one. A model without a
/// centre stays as it is.
void set_raw_form(Model& model);

/// Whether the raw form is the centred one but for roundings: within a few units in the last place
/// of the sum of the terms' sizes. `forms`: the centred one, in the terms of `model`.
bool agree(const Model& model, const CentredForms& forms, std::span<const double> coefficients,
           std::span<const double> intercept);

}  // namespace mpilogit::model
