#include "cli/tables/fit_footer.hpp"

#include <cmath>

#include <fmt/format.h>

#include "cli/tables/output.hpp"
#include "cli/tables/texts.hpp"

namespace mpilogit::cli {

namespace {

// Numbers of rows: whole, unless weights are not.
std::string count_text(double count) {
  constexpr double kLargest = 9e15;
  return count == std::round(count) && std::fabs(count) < kLargest
             ? grouped(static_cast<std::int64_t>(count))
             : fmt::format("{:.1f}", count);
}

std::string degrees_text(double degrees) {
  return fmt::format("on {} degree{} of freedom", count_text(degrees), degrees == 1.0 ? "" : "s");
}

std::string statistic_text(const model::ChiSquared& value) {
  return fmt::format("{} {}, p = {}", deviance_text(value.statistic),
                     degrees_text(static_cast<double>(value.degrees)), p_value_text(value.log_p));
}

std::string errors_text(const model::Inference& inference) {
  std::string text = inference.covariance_kind;
  if (text == "model") text = "model-based";
  if (text == "cluster") {
    text = fmt::format("robust, by cluster (G = {})", grouped(inference.clusters));
  } else if (text.starts_with("HC")) {
    text += ", robust";
  }
  if (inference.firth) text += ", of Firth's penalised likelihood";
  if (inference.method == "estimate") {
    text += fmt::format(", estimated to {:.2g}%", 100.0 * inference.estimate_error);
  }
  return text;
}

std::string weights_text(const model::Inference& inference) {
  if (inference.weights == "frequency") return " (weights count rows)";
  if (inference.weights == "sampling") return " (sampling weights)";
  return "";
}

// "2 aliased, 1 separated"; empty if all are estimated.
std::string missing_text(const inference::Summary& summary) {
  std::string text;
  const auto add = [&](model::CoefficientStatus status, const char* name) {
    std::int64_t count = 0;
    for (const auto& figures : summary.coefficients) count += figures.status == status ? 1 : 0;
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", grouped(count), name);
  };
  add(model::CoefficientStatus::aliased, "aliased");
  add(model::CoefficientStatus::separated, "separated");
  add(model::CoefficientStatus::fixed, "fixed");
  return text;
}

}  // namespace

std::string fit_footer(const model::Model& model, const inference::Summary& summary) {
  const model::Inference& inference = *model.inference;
  const model::FitStatistics& fit = inference.fit;
  std::string text;
  const auto line = [&](const std::string& name, const std::string& value) {
    text += fmt::format("{:<19} {}\n", name, value);
  };
  line("null deviance",
       fmt::format("{} {}", deviance_text(fit.null_deviance), degrees_text(fit.null_degrees)));
  line("residual deviance", fmt::format("{} {}", deviance_text(fit.residual_deviance),
                                        degrees_text(fit.residual_degrees)));
  line("log-likelihood", deviance_text(fit.log_likelihood));
  line("AIC, BIC", fmt::format("{}, {}", deviance_text(fit.aic), deviance_text(fit.bic)));
  line("McFadden R2", fmt::format("{:.4f}", fit.mcfadden));
  if (fit.tjur) line("Tjur R2", fmt::format("{:.4f}", *fit.tjur));
  line("likelihood ratio", statistic_text(fit.likelihood_ratio));
  if (fit.hosmer_lemeshow) line("Hosmer-Lemeshow", statistic_text(*fit.hosmer_lemeshow));
  line("observations", count_text(fit.observations) + weights_text(inference));
  line("standard errors", errors_text(inference));
  const std::string missing = missing_text(summary);
  if (!missing.empty()) line("not estimated", missing);
  for (const auto& test : inference.tests) {
    text += fmt::format("test of {}\n", test.hypothesis);
    line("  Wald", statistic_text(test.chi_squared));
  }
  if (summary.profiles_left_out) {
    text += fmt::format("note: the model's profile intervals are for {:g}% and are left out\n",
                        100.0 * inference.confidence);
  }
  if (inference.penalised) {
    text +=
        "warning: the objective is penalised, which pulls coefficients towards 0: standard "
        "errors,\n"
        "z, p and intervals take no account of that and are no inference\n";
  }
  return text;
}

}  // namespace mpilogit::cli
