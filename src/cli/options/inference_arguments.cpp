#include "cli/options/inference_arguments.hpp"

#include <string>

#include <fmt/format.h>

namespace mpilogit::cli {

namespace {

using inference::CovarianceKind;
using objective::WeightKind;

WeightKind weight_kind(const Arguments& arguments) {
  return arguments.choice<WeightKind>(
      "weight-kind", {{"frequency", WeightKind::frequency}, {"sampling", WeightKind::sampling}});
}

CovarianceKind covariance_kind(const Arguments& arguments, WeightKind weights) {
  arguments.refuse_together("robust", "clusters");
  if (arguments.given("clusters")) return CovarianceKind::cluster;
  if (!arguments.given("robust")) {
    return weights == WeightKind::sampling ? CovarianceKind::hc1 : CovarianceKind::model;
  }
  return arguments.choice<CovarianceKind>(
      "robust", {{"hc0", CovarianceKind::hc0}, {"hc1", CovarianceKind::hc1}});
}

double confidence_level(const Arguments& arguments) {
  const double level = arguments.positive("confidence");
  if (level < 1.0) return level;
  refuse_usage(&arguments.command(), fmt::format("--confidence is '{}', not between 0 and 1",
                                                 arguments.text("confidence")));
}

bool is_estimate(const Arguments& arguments) {
  if (!arguments.choice<bool>("inference", {{"exact", false}, {"estimate", true}})) {
    if (!arguments.given("probes")) return false;
    refuse_usage(&arguments.command(), "--probes has no effect without --inference=estimate");
  }
  for (const auto* option : {"robust", "clusters", "covariance", "profile", "test", "firth"}) {
    if (!arguments.given(option)) continue;
    refuse_usage(&arguments.command(),
                 fmt::format("--{} is not for --inference=estimate, which knows the diagonal of "
                             "the inverse information alone",
                             option));
  }
  return true;
}

// Without a penalty nobody knows whether the matrix has an inverse.
void require_smooth_penalty(const Arguments& arguments, const fitting::TrainOptions& options) {
  const bool l1 = options.strength.l1 > 0.0 || (options.inverse_strength && options.l1_ratio > 0.0);
  const bool l2 = options.strength.l2 > 0.0 || (options.inverse_strength && options.l1_ratio < 1.0);
  const bool bounded = options.penalty.lower.given() || options.penalty.upper.given();
  if (l2 && !l1 && !bounded) return;
  refuse_usage(&arguments.command(),
               "--inference=estimate needs an L2 penalty, and no L1 penalty and no bounds");
}

// Its errors would not be those of the coefficients.
void refuse_what_is_no_inference(const Arguments& arguments, const fitting::TrainOptions& options) {
  const auto refuse = [&](const std::string& what) { refuse_usage(&arguments.command(), what); };
  if (options.one_vs_rest) {
    refuse(
        "--inference is not for --one-vs-rest: its models are not the likelihood of one another's "
        "classes. Leave it away: softmax has standard errors");
  }
  if (arguments.given("class-weight")) {
    refuse(
        "--inference is not for --class-weight: weights that follow the labels are no counts of "
        "rows. Give them as --weights with --weight-kind sampling");
  }
  const bool penalised =
      options.inverse_strength || options.strength.l1 > 0.0 || options.strength.l2 > 0.0;
  const bool bounded = options.penalty.lower.given() || options.penalty.upper.given();
  if ((penalised || bounded) && !arguments.flag("force")) {
    refuse(
        fmt::format("--inference is not for {}: penalised errors are not inference, for they know "
                    "nothing of the bias. Train without, or give --force to have them all the same",
                    penalised ? "penalties" : "bounds"));
  }
  if ((penalised || bounded) && arguments.given("profile")) {
    refuse("--profile is not for penalties or bounds: the likelihood is not what was maximised");
  }
  if (!penalised && !bounded && arguments.given("force")) {
    refuse("--force has no effect: there is no penalty and there are no bounds");
  }
}

// Each is a system of equations solved; a million of them make the error a thousandth of a
// variance.
std::int64_t probes_from(const Arguments& arguments) {
  constexpr std::int64_t kMostProbes = 1'000'000;
  return arguments.integer("probes", 2, kMostProbes);
}

}  // namespace

std::optional<inference::InferenceOptions> inference_from(const Arguments& arguments,
                                                          const fitting::TrainOptions& options) {
  if (!arguments.given("inference")) return std::nullopt;
  refuse_what_is_no_inference(arguments, options);
  inference::InferenceOptions inference;
  inference.estimate = is_estimate(arguments);
  if (inference.estimate) require_smooth_penalty(arguments, options);
  inference.probes = probes_from(arguments);
  inference.profile = arguments.text_if_given("profile").value_or("");
  inference.tests = arguments.text_if_given("test").value_or("");
  inference.weights = weight_kind(arguments);
  inference.covariance = covariance_kind(arguments, inference.weights);
  inference.store_covariance = arguments.flag("covariance");
  inference.confidence = confidence_level(arguments);
  return inference;
}

}  // namespace mpilogit::cli
