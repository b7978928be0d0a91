#include "problem/penalty.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/error.hpp"
#include "model/distribute.hpp"
#include "model/mapping.hpp"
#include "objective/moments.hpp"
#include "problem/same_columns.hpp"

namespace mpilogit::problem {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string feature_name(const TrainingSet& set, std::size_t j) {
  const auto& names = set.design.feature_names();
  return names.empty() ? fmt::format("column {}", j) : "'" + names[j] + "'";
}

std::vector<double> read_bound(const Bound& bound, double none, const std::string& file,
                               std::size_t features, const comm::Communicator& communicator) {
  if (bound.data_set) {
    return data::read_feature_values(file, *bound.data_set, static_cast<std::int64_t>(features),
                                     communicator);
  }
  return std::vector<double>(features, bound.value.value_or(none));
}

}  // namespace

PenaltyFactory::PenaltyFactory(const PenaltyOptions& options, const TrainingSet& set,
                               std::size_t columns, bool reference_class,
                               const comm::Communicator& communicator)
    : options_(options), set_(set), columns_(columns), factors_(features(), 1.0) {
  const std::string& file = set.source_file;
  if (options.factors) {
    factors_ = data::read_feature_values(file, *options.factors,
                                         static_cast<std::int64_t>(features()), communicator);
    for (std::size_t j = 0; j < features(); ++j) {
      if (factors_[j] >= 0.0) continue;
      throw core::agreed_bad_input({.what = fmt::format("the penalty factor of {} is {:g}",
                                                        feature_name(set, j), factors_[j]),
                                    .where = file + ":/" + *options.factors,
                                    .why = "a penalty must not reward large coefficients",
                                    .remedy = "Give 0 for no penalty, inf to leave a feature out"});
    }
  }
  lower_ = read_bound(options.lower, -kInfinity, file, features(), communicator);
  upper_ = read_bound(options.upper, kInfinity, file, features(), communicator);
  for (std::size_t j = 0; j < features(); ++j) {
    if (lower_[j] <= upper_[j] && lower_[j] < kInfinity && upper_[j] > -kInfinity) continue;
    throw core::agreed_bad_input(
        {.what = fmt::format("the coefficient of {} must be at least {:g} and "
                             "at most {:g}",
                             feature_name(set, j), lower_[j], upper_[j]),
         .why = "no number is both",
         .remedy = "Check --lower and --upper"});
  }
  for (std::size_t j = 0; j < features(); ++j) {
    lower_[j] = std::ldexp(lower_[j], set.frame.exponent(j));
    upper_[j] = std::ldexp(upper_[j], set.frame.exponent(j));
  }
  for (std::size_t j = 0; j < features(); ++j) require_moderate_bounds(j);
  if (options.prior) {
    const model::Model prior = model::read_model(*options.prior, communicator);
    require_same_columns(prior, *options.prior, set.source, set.dataset.shape());
    centre_ = framed_coefficients(prior, set, columns, reference_class, *options.prior);
  }
}

// Newton's steps have squares of margins.
void PenaltyFactory::require_moderate_bounds(std::size_t j) const {
  constexpr double kLargestMargin = 1e150;
  const double least = std::max({lower_[j], -upper_[j], 0.0});
  if (least * set_.rows.bounds.largest[j] <= kLargestMargin) return;
  throw core::agreed_bad_input(
      {.what = fmt::format("the coefficient of {} must be {} {:.3g}", feature_name(set_, j),
                           lower_[j] > 0.0 ? "at least" : "at most",
                           lower_[j] > 0.0 ? lower_[j] : upper_[j]),
       .why = fmt::format("its values are as large as {:.3g}, and squares of their products do "
                          "not fit in a double",
                          set_.rows.bounds.largest[j]),
       .remedy = "Check --lower and --upper"});
}

// A penalty on standardised coefficients w_j sd_j is one on w_j times sd_j (L1) or sd_j² (L2):
// neither scaling nor centring ever touches the data, for centring only moves the free intercept.
PenaltyFactory::Scales PenaltyFactory::scales(const objective::Targets& targets) const {
  Scales result{factors_, factors_, std::vector<std::uint8_t>(features(), 0)};
  if (options_.standardize) {
    const objective::Moments moments = objective::column_moments(set_.rows, targets.weights);
    for (std::size_t j = 0; j < features(); ++j) {
      if (moments.variance[j] == 0.0) {
        result.excluded[j] = 1;
        continue;
      }
      result.l1[j] *= std::sqrt(moments.variance[j]);
      result.l2[j] *= moments.variance[j];
    }
  } else {
    put_in_frames(result);
  }
  for (std::size_t j = 0; j < features(); ++j) {
    if (std::isinf(factors_[j])) result.excluded[j] = 1;
  }
  return result;
}

// λ1 |w| = λ1 2^−e |w′| and λ2 w² = λ2 2^−2e w′². Beyond 2^900 a coefficient is 0 in its frame to
// all digits, and infinity would mean that its feature is left out.
void PenaltyFactory::put_in_frames(Scales& scales) const {
  const auto scaled = [](double factor, int exponent) {
    return std::isinf(factor) ? factor : std::min(std::ldexp(factor, exponent), 0x1p900);
  };
  for (std::size_t j = 0; j < features(); ++j) {
    const int exponent = set_.frame.exponent(j);
    if (exponent == 0) continue;
    scales.l1[j] = scaled(scales.l1[j], -exponent);
    scales.l2[j] = scaled(scales.l2[j], -2 * exponent);
  }
}

void PenaltyFactory::require_effect(const PenaltyStrength& strength) const {
  const bool leaves_out =
      std::any_of(factors_.begin(), factors_.end(), [](double f) { return std::isinf(f); });
  if (!options_.factors || leaves_out || strength.l1 > 0.0 || strength.l2 > 0.0) return;
  throw core::agreed_bad_input({.what = "--penalty-factors has no effect without a penalty",
                                .why = "no factor is infinite, and there is nothing to multiply",
                                .remedy = "Give --l2, --l1, --C or --lambda too"});
}

Penalty PenaltyFactory::at(const PenaltyStrength& strength, const Scales& scales) const {
  Penalty result;
  result.ridge.l2.resize(features());
  result.ridge.excluded = scales.excluded;
  for (std::size_t j = 0; j < features(); ++j) {
    result.ridge.l2[j] = scales.excluded[j] != 0 ? 0.0 : strength.l2 * scales.l2[j];
    const double l1 = scales.excluded[j] != 0 ? 0.0 : strength.l1 * scales.l1[j];
    if (std::isfinite(result.ridge.l2[j]) && std::isfinite(l1)) continue;
    throw core::agreed_bad_input(
        {.what =
             fmt::format("the penalty of {} is above the largest double", feature_name(set_, j)),
         .why = "it is multiplied by a factor or, standardised, by a variance",
         .remedy = "Give a weaker penalty, or inf as its factor to leave the "
                   "feature out"});
  }
  if (!centre_.empty()) {
    result.ridge.centre.assign(centre_.begin(),
                               centre_.end() - static_cast<std::ptrdiff_t>(columns_));
  }
  result.needs_proximal = bounded() || strength.l1 > 0.0;

  solvers::L1AndBounds& part = result.l1_and_bounds;
  for (std::size_t j = 0; j <= features(); ++j) {
    const bool intercept = j == features();
    const bool excluded = !intercept && scales.excluded[j] != 0;
    const double l1 = intercept ? 0.0 : excluded ? kInfinity : strength.l1 * scales.l1[j];
    for (std::size_t k = 0; k < columns_; ++k) {
      const double lower = intercept ? -kInfinity : lower_[j];
      const double upper = intercept ? kInfinity : upper_[j];
      const double centre = centre_.empty() || intercept ? 0.0 : centre_[j * columns_ + k];
      part.l1.push_back(l1);
      part.lower.push_back(lower);
      part.upper.push_back(upper);
      part.centre.push_back(excluded ? std::clamp(centre, lower, upper) : centre);
    }
  }
  return result;
}

}  // namespace mpilogit::problem
