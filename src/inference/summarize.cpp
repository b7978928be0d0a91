#include "inference/summarize.hpp"

#include <cmath>
#include <limits>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "inference/detail/hypothesis.hpp"
#include "model/distribute.hpp"
#include "model/path_file.hpp"
#include "statistics/tail_probabilities.hpp"

namespace mpilogit::inference {

namespace {

constexpr const char* kTrainAgain = "Train with `mpilogit train --inference`";

CoefficientFigures figures_of(const model::Model& model, std::int64_t row, std::int64_t feature,
                              double quantile) {
  const model::Inference& inference = *model.inference;
  const auto r = static_cast<std::size_t>(row);
  const auto j = static_cast<std::size_t>(row * model.features + feature);
  CoefficientFigures figures;
  figures.row = row;
  figures.feature = feature;
  figures.status = feature < 0 ? inference.intercept_status[r] : inference.status[j];
  figures.coefficient = feature < 0 ? model.intercept[r] : model.coefficients[j];
  figures.standard_error =
      feature < 0 ? inference.intercept_standard_errors[r] : inference.standard_errors[j];
  if (!figures.estimated()) return figures;
  // A coefficient of 0 is no evidence, even where there is no doubt about it.
  if (figures.coefficient != 0.0) figures.z = figures.coefficient / figures.standard_error;
  figures.log_p = statistics::log_two_sided_normal(figures.z);
  figures.lower = figures.coefficient - quantile * figures.standard_error;
  figures.upper = figures.coefficient + quantile * figures.standard_error;
  return figures;
}

model::Model read(const std::string& path, const comm::Communicator& communicator) {
  const std::string kind =
      comm::on_root(communicator, [&] { return std::string(model::is_path(path) ? "path" : ""); });
  const auto refuse = [&](const std::string& what, const std::string& remedy) {
    throw core::agreed_bad_input({.what = what,
                                  .where = path,
                                  .why = "there are no standard errors to summarise",
                                  .remedy = remedy});
  };
  if (!kind.empty()) refuse("is a path of models, and a path has no inference", kTrainAgain);
  model::Model model = model::read_model(path, communicator);
  if (!model.inference) refuse("has no inference", kTrainAgain);
  return model;
}

}  // namespace

Summary summary_of(const model::Model& model, std::optional<double> confidence) {
  const model::Inference& inference = *model.inference;
  Summary summary;
  summary.confidence = confidence.value_or(inference.confidence);
  const double quantile = statistics::normal_quantile(0.5 + 0.5 * summary.confidence);
  for (std::int64_t row = 0; row < model.rows(); ++row) {
    for (std::int64_t feature = -1; feature < model.features; ++feature) {
      summary.coefficients.push_back(figures_of(model, row, feature, quantile));
    }
  }
  summary.profiles_left_out =
      !inference.profiles.empty() && summary.confidence != inference.confidence;
  if (summary.profiles_left_out) return summary;
  for (const auto& profile : inference.profiles) {
    const std::int64_t place = profile.row * (model.features + 1) + 1 + profile.feature;
    CoefficientFigures& figures = summary.coefficients[static_cast<std::size_t>(place)];
    figures.lower = profile.lower;
    figures.upper = profile.upper;
    figures.profiled = true;
  }
  return summary;
}

SummarizeResult summarize(const SummarizeOptions& options, const comm::Communicator& communicator) {
  const comm::Phase phase(communicator, "reading the model");
  SummarizeResult result;
  result.model = read(options.model_path, communicator);
  model::Inference& inference = *result.model.inference;
  if (options.test) {
    comm::together(communicator, [&] {
      if (inference.covariance.empty()) {
        throw core::bad_input({.what = "has no covariance",
                               .where = options.model_path,
                               .why = "--test needs that of all coefficients",
                               .remedy = "Train with `mpilogit train --inference --covariance`"});
      }
      const auto tests = test_hypotheses(result.model, inference.covariance, *options.test);
      inference.tests.insert(inference.tests.end(), tests.begin(), tests.end());
    });
  }
  result.summary = summary_of(result.model, options.confidence);
  return result;
}

}  // namespace mpilogit::inference
