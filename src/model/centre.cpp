#include "model/centre.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "model/detail/double_double.hpp"

namespace mpilogit::model {

namespace {

using Monomial = std::vector<std::uint32_t>;

// The products, and which of them have a feature as a factor.
class Products {
 public:
  Products(const kernels::PolynomialShape& shape, std::span<const double> centre)
      : shape_(shape), counts_(shape_), monomials_(kernels::monomials(shape_)) {
    before_.push_back(0);
    for (std::size_t d = 1; d < shape_.degree; ++d) {
      before_.push_back(before_.back() + counts_.from(0, d));
    }
    with_feature_.resize(shape_.features);
    for (std::size_t m = 0; m < monomials_.size(); ++m) {
      const Monomial& factors = monomials_[m];
      for (std::size_t i = 0; i < factors.size(); ++i) {
        const std::size_t j = factors[i];
        const bool again = i > 0 && factors[i - 1] == j;
        if (!again && centre[j] != 0.0) with_feature_[j].push_back(m);
      }
    }
  }

  std::size_t size() const { return monomials_.size(); }
  const Monomial& operator[](std::size_t product) const { return monomials_[product]; }

  /// In ascending order; empty for features without a centre.
  const std::vector<std::size_t>& with_feature(std::size_t j) const { return with_feature_[j]; }

  /// The number of a product of one factor or more.
  std::size_t place(const Monomial& factors) const {
    std::size_t place = before_[factors.size() - 1];
    std::size_t start = 0;
    for (std::size_t i = 0; i < factors.size(); ++i) {
      const std::size_t missing = factors.size() - i;
      place += counts_.from(start, missing) - counts_.from(factors[i], missing);
      start = factors[i] + counts_.step();
    }
    return place;
  }

 private:
  kernels::PolynomialShape shape_;
  kernels::ProductCounts counts_;
  std::vector<Monomial> monomials_;
  std::vector<std::size_t> before_;  // products of fewer factors than d + 1
  std::vector<std::vector<std::size_t>> with_feature_;
};

// One row's coefficients, the intercept last.
using Terms = std::vector<DoubleDouble>;

// w (x − c)^e, times other factors, gives C(e, k) (−c)^(e−k) w to the product with x^k, k < e. What
// it gives to has fewer factors, so that in ascending order each is still as it was.
void expand(const Products& products, std::size_t product, std::size_t j, double centre,
            Terms& terms) {
  Monomial factors = products[product];
  const auto of_feature = std::find(factors.begin(), factors.end(), j);
  const auto exponent = std::count(of_feature, factors.end(), j);
  const auto at = of_feature - factors.begin();
  DoubleDouble term = terms[product];
  for (auto k = exponent - 1; k >= 0; --k) {
    // C(e, k) = C(e, k + 1) (k + 1) / (e − k)
    term = term * -centre;
    if (exponent > 1) {
      term = term * static_cast<double>(k + 1) / static_cast<double>(exponent - k);
    }
    factors.erase(factors.begin() + at);
    DoubleDouble& target = factors.empty() ? terms.back() : terms[products.place(factors)];
    target = target + term;
  }
}

void expand_all(const Products& products, std::span<const double> centre, Terms& terms) {
  for (std::size_t j = 0; j < centre.size(); ++j) {
    for (const std::size_t product : products.with_feature(j)) {
      expand(products, product, j, centre[j], terms);
    }
  }
}

// With the number of features, which a model without an expansion may leave out.
kernels::PolynomialShape shape_of(kernels::PolynomialShape expansion, std::size_t features) {
  if (expansion.identity()) expansion.features = features;
  return expansion;
}

std::vector<double> absolute(std::span<const double> values) {
  std::vector<double> result(values.begin(), values.end());
  for (double& value : result) value = std::fabs(value);
  return result;
}

// Without an expansion there is nothing to look up: b = b_c − Σ_j c_j w_j.
double raw_intercept(std::span<const double> centre, std::span<const double> coefficients,
                     double intercept) {
  DoubleDouble sum{intercept, 0.0};
  for (std::size_t j = 0; j < centre.size(); ++j) {
    if (centre[j] != 0.0) sum = sum + two_product(-centre[j], coefficients[j]);
  }
  return sum.value();
}

}  // namespace

CentredForms centred_forms(const Model& model) {
  if (model.centre.empty()) return {{}, model.coefficients, model.intercept};
  return {model.centre,
          model.coefficients_at_centre.empty() ? model.coefficients : model.coefficients_at_centre,
          model.intercept_at_centre};
}

LinearForms raw_from_centred(const kernels::PolynomialShape& expansion,
                             std::span<const double> centre, std::span<const double> coefficients,
                             std::span<const double> intercept) {
  LinearForms raw{{coefficients.begin(), coefficients.end()}, {intercept.begin(), intercept.end()}};
  if (centre.empty() || intercept.empty()) return raw;
  const std::size_t features = coefficients.size() / intercept.size();
  if (expansion.identity()) {
    for (std::size_t r = 0; r < intercept.size(); ++r) {
      raw.intercept[r] =
          raw_intercept(centre, coefficients.subspan(r * features, features), intercept[r]);
    }
    return raw;
  }
  const Products products(shape_of(expansion, centre.size()), centre);
  Terms terms(features + 1);
  for (std::size_t r = 0; r < intercept.size(); ++r) {
    for (std::size_t m = 0; m < features; ++m) terms[m] = {coefficients[r * features + m], 0.0};
    terms.back() = {intercept[r], 0.0};
    expand_all(products, centre, terms);
    for (std::size_t m = 0; m < features; ++m)
      raw.coefficients[r * features + m] = terms[m].value();
    raw.intercept[r] = terms.back().value();
  }
  return raw;
}

namespace {

// T Σ: T is that of each block of rows, of every column of Σ. Returns its transpose.
std::vector<double> transposed_product(const kernels::PolynomialShape& expansion,
                                       std::span<const double> centre, std::size_t rows,
                                       std::span<const double> matrix, std::size_t dimension) {
  const std::size_t width = dimension / rows;
  std::vector<double> result(matrix.size());
  LinearForms forms;
  for (std::size_t column = 0; column < dimension; ++column) {
    forms.coefficients.clear();
    forms.intercept.clear();
    for (std::size_t i = 0; i < dimension; ++i) {
      (i % width == 0 ? forms.intercept : forms.coefficients)
          .push_back(matrix[i * dimension + column]);
    }
    forms = raw_from_centred(expansion, centre, forms.coefficients, forms.intercept);
    for (std::size_t i = 0; i < dimension; ++i) {
      const std::size_t r = i / width;
      result[column * dimension + i] =
          i % width == 0 ? forms.intercept[r] : forms.coefficients[r * (width - 1) + i % width - 1];
    }
  }
  return result;
}

}  // namespace

std::vector<double> raw_covariance(const kernels::PolynomialShape& expansion,
                                   std::span<const double> centre, std::int64_t rows,
                                   std::span<const double> covariance) {
  if (centre.empty() || rows == 0) return {covariance.begin(), covariance.end()};
  const auto dimension =
      static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(covariance.size()))));
  const auto blocks = static_cast<std::size_t>(rows);
  // (T (T Σ)ᵀ)ᵀ = T Σ Tᵀ
  std::vector<double> result = transposed_product(
      expansion, centre, blocks,
      transposed_product(expansion, centre, blocks, covariance, dimension), dimension);
  for (std::size_t i = 0; i < dimension; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      result[j * dimension + i] = result[i * dimension + j];
    }
  }
  return result;
}

void set_raw_form(Model& model) {
  if (model.centre.empty()) return;
  const CentredForms centred = centred_forms(model);
  LinearForms raw =
      raw_from_centred(model.expansion, centred.centre, centred.coefficients, centred.intercept);
  model.coefficients = std::move(raw.coefficients);
  model.intercept = std::move(raw.intercept);
}

bool agree(const Model& model, const CentredForms& forms, std::span<const double> coefficients,
           std::span<const double> intercept) {
  constexpr double kRoundings = 8.0 * std::numeric_limits<double>::epsilon();
  const LinearForms raw =
      raw_from_centred(model.expansion, forms.centre, forms.coefficients, forms.intercept);
  // (|x| + |c|)^e: the sizes of the terms.
  std::vector<double> centre = absolute(forms.centre);
  for (double& value : centre) value = -value;
  const LinearForms sizes = raw_from_centred(model.expansion, centre, absolute(forms.coefficients),
                                             absolute(forms.intercept));
  const auto near = [&](std::span<const double> given, const std::vector<double>& value,
                        const std::vector<double>& size) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const double allowed = kRoundings * size[i] + std::numeric_limits<double>::min();
      if (!std::isfinite(value[i]) || std::fabs(given[i] - value[i]) > allowed) return false;
    }
    return true;
  };
  return near(coefficients, raw.coefficients, sizes.coefficients) &&
         near(intercept, raw.intercept, sizes.intercept);
}

}  // namespace mpilogit::model
