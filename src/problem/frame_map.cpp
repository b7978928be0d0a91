#include "problem/frame_map.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"
#include "model/centre.hpp"

namespace mpilogit::problem {

namespace {

std::vector<int> exponents_of(std::span<const int> of_columns,
                              const kernels::PolynomialShape& expansion) {
  std::vector<int> exponents;
  for (const auto& monomial : kernels::monomials(expansion)) {
    int sum = 0;
    for (const auto column : monomial) sum += of_columns[column];
    exponents.push_back(sum);
  }
  return exponents;
}

void require_doubles(const model::Model& names, std::span<const double> coefficients) {
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    if (std::isfinite(coefficients[i])) continue;
    const auto feature = static_cast<std::int64_t>(i) % names.features;
    throw core::agreed_bad_input(
        {.what = "the coefficient of " + names.feature_name(feature) + " does not fit in a double",
         .why = "its column's values are that small",
         .remedy = "Give the column another unit"});
  }
}

}  // namespace

FrameMap::FrameMap(const data::Dataset& dataset, const kernels::PolynomialShape& expansion)
    : expansion_(expansion) {
  std::vector<int> exponents(expansion.features, 0);
  bool scaled = false;
  for (const auto& frame : dataset.frames()) {
    exponents[frame.column] = frame.exponent;
    scaled = scaled || frame.exponent != 0;
    if (frame.centre == 0.0) continue;
    centre_.resize(expansion.features, 0.0);
    centre_[frame.column] = frame.centre;
    centred_ = centred_ || dataset.largest_absolute()[frame.column] > 0.0;
  }
  column_exponents_ = exponents;
  if (!scaled) return;
  exponents_ = expansion.identity() ? exponents : exponents_of(exponents, expansion);
}

std::size_t FrameMap::features() const {
  return kernels::expanded_features(expansion_);
}

void FrameMap::enter(std::span<double> coefficients, std::size_t columns) const {
  for (std::size_t j = 0; j < exponents_.size(); ++j) {
    for (double& w : coefficients.subspan(j * columns, columns)) w = std::ldexp(w, exponents_[j]);
  }
}

void FrameMap::leave(std::span<double> coefficients, std::size_t columns) const {
  for (std::size_t j = 0; j < exponents_.size(); ++j) {
    for (double& w : coefficients.subspan(j * columns, columns)) w = std::ldexp(w, -exponents_[j]);
  }
}

struct FrameMap::Forms {
  std::vector<double>& coefficients;
  std::vector<double>& intercept;
  std::vector<double>& centre;
  std::vector<double>& coefficients_at_centre;
  std::vector<double>& intercept_at_centre;
};

// b − Σ_j c_j w_j is b where no w_j counts, as of constant columns.
bool FrameMap::needs_centre(std::span<const double> coefficients) const {
  if (centre_.empty() || expanded()) return !centre_.empty();
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    if (centre_[i % centre_.size()] != 0.0 && coefficients[i] != 0.0) return true;
  }
  return false;
}

void FrameMap::complete(const model::Model& names, const Forms& forms) const {
  const auto width = static_cast<std::size_t>(names.features);
  for (std::size_t i = 0; i < forms.coefficients.size() && !exponents_.empty(); ++i) {
    forms.coefficients[i] = std::ldexp(forms.coefficients[i], -exponents_[i % width]);
  }
  require_doubles(names, forms.coefficients);
  if (!needs_centre(forms.coefficients)) return;
  forms.centre = centre_;
  forms.intercept_at_centre = forms.intercept;
  if (expanded()) forms.coefficients_at_centre = forms.coefficients;
  model::LinearForms raw =
      model::raw_from_centred(expansion_, centre_, forms.coefficients, forms.intercept);
  forms.coefficients = std::move(raw.coefficients);
  forms.intercept = std::move(raw.intercept);
  require_doubles(names, forms.coefficients);
}

void FrameMap::complete(model::Model& model) const {
  if (identity()) return;
  complete(model, {model.coefficients, model.intercept, model.centre, model.coefficients_at_centre,
                   model.intercept_at_centre});
}

void FrameMap::complete(model::Path& path) const {
  if (identity()) return;
  complete(path.model, {path.coefficients, path.intercept, path.model.centre,
                        path.coefficients_at_centre, path.intercept_at_centre});
}

// b + Σ_j w_j x_j = b + Σ_j 2^e_j w_j (x′_j − (−2^−e_j c_j))
model::Model FrameMap::raw_form(const model::Model& model) const {
  model::Model raw = model;
  if (raw.centre.empty()) return raw;
  const auto width = static_cast<std::size_t>(model.features);
  for (std::size_t i = 0; i < raw.coefficients.size(); ++i) {
    raw.coefficients[i] = std::ldexp(raw.coefficients[i], exponent(i % width));
  }
  raw.centre = framed_centre();
  for (double& c : raw.centre) c = -c;
  raw.intercept_at_centre = raw.intercept;
  if (expanded()) raw.coefficients_at_centre = raw.coefficients;
  return raw;
}

// Σ_j v_j x′_j + v_0 = 0 in every row, with v = 1 at the aliased column, is in raw columns such a
// sum again.
void FrameMap::leave(std::vector<statistics::AliasedColumn>& aliased) const {
  if (identity()) return;
  constexpr double kNoTerm = 1e-10;  // of the sizes that a term is the rest of
  const std::size_t count = features();
  for (auto& one : aliased) {
    std::vector<double> vanishing(count + 1, 0.0);
    vanishing[one.column] = 1.0;
    for (const auto& term : one.combination) vanishing[term.column] = -term.factor;
    leave(vanishing, 1);
    const std::span<const double> terms(vanishing);
    std::vector<double> sizes;
    for (const double term : terms) sizes.push_back(std::fabs(term));
    std::vector<double> away;
    for (const double c : centre_) away.push_back(-std::fabs(c));
    const auto forms =
        model::raw_from_centred(expansion_, centre_, terms.first(count), terms.last(1));
    const auto bound = model::raw_from_centred(expansion_, away, std::span(sizes).first(count),
                                               std::span(sizes).last(1));
    one.combination.clear();
    const double own = forms.coefficients[one.column];
    const auto add = [&](std::size_t k, double term, double size) {
      if (k == one.column || std::fabs(term) <= kNoTerm * size) return;
      one.combination.push_back({k, -term / own});
    };
    for (std::size_t k = 0; k < count; ++k) add(k, forms.coefficients[k], bound.coefficients[k]);
    add(count, forms.intercept[0], bound.intercept[0]);
  }
}

// The columns stay in their units: x′ + 2^−e c.
std::vector<double> FrameMap::raw_covariance(std::span<const double> covariance,
                                             std::size_t rows) const {
  if (centre_.empty()) return {covariance.begin(), covariance.end()};
  return model::raw_covariance(expansion_, framed_centre(), static_cast<std::int64_t>(rows),
                               covariance);
}

std::vector<double> FrameMap::framed_centre() const {
  std::vector<double> centre = centre_;
  for (std::size_t j = 0; j < centre.size(); ++j) {
    centre[j] = std::ldexp(centre[j], -column_exponents_[j]);
  }
  return centre;
}

// (x_a − c_a) x_b holds x_b when multiplied out.
bool FrameMap::alone(std::size_t feature) const {
  if (!centred() || !expanded()) return true;
  const auto products = kernels::monomials(expansion_);
  const auto& own = products[feature];
  return std::none_of(products.begin(), products.end(), [&](const auto& other) {
    if (other.size() <= own.size()) return false;
    if (!std::includes(other.begin(), other.end(), own.begin(), own.end())) return false;
    std::vector<std::uint32_t> rest;
    std::set_difference(other.begin(), other.end(), own.begin(), own.end(),
                        std::back_inserter(rest));
    return std::all_of(rest.begin(), rest.end(), [&](auto j) { return centre_[j] != 0.0; });
  });
}

}  // namespace mpilogit::problem
