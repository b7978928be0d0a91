// A page of a model with all that its inference can tell.

#include "page/page.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace mpilogit;

namespace {

bool has(const page::Page& page, const std::string& text) {
  return page.html.find(text) != std::string::npos;
}

// Numbers made up by hand, with names of a stranger.
scoring::ReportData sample() {
  scoring::ReportData data;
  data.model_path = "folder/some<model>.h5";
  model::Model& model = data.model.emplace();
  model.classes.kind = data::LabelKind::text;
  model.classes.texts = {"no", "yes & <no>"};
  model.features = 3;
  model.expansion.features = 3;
  model.feature_names = {"age", "<i>weight</i>", "constant"};
  model.data_feature_names = model.feature_names;
  model.coefficients = {0.5, -4.0, 0.0};
  model.intercept = {-1.5};
  model.solver = "newton";
  model::Inference& inference = model.inference.emplace();
  using enum model::CoefficientStatus;
  inference.covariance_kind = "HC1";
  inference.method = "exact";
  inference.standard_errors = {0.25, 0.1, std::numeric_limits<double>::infinity()};
  inference.status = {estimated, estimated, aliased};
  inference.intercept_standard_errors = {0.5};
  inference.intercept_status = {estimated};
  inference.confidence = 0.9;
  inference.fit.observations = 1234;
  inference.fit.parameters = 3;
  inference.fit.log_likelihood = -321.5;
  inference.fit.aic = 649.0;
  inference.fit.residual_deviance = 643.0;
  inference.fit.residual_degrees = 1231;
  inference.fit.likelihood_ratio = {.statistic = 45.5, .degrees = 2, .log_p = -22.75};
  inference.tests = {{"age = <b>", {.statistic = 4.0, .degrees = 1, .log_p = -3.09}}};
  return data;
}

}  // namespace

TEST_CASE("the page has errors, intervals, fit and tests") {
  const page::Page page = page::render(sample(), {.title = "", .program = "a test"});
  CHECK(has(page, "Report on some&lt;model&gt;.h5"));
  CHECK(has(page, "<section id=\"fit\">"));
  CHECK(has(page, "649"));
  CHECK(has(page, "643 on 1,231 degrees of freedom"));
  CHECK(has(page, "on 2 degrees of freedom, p = 1.3e-10"));  // exp(-22.75) = 1.318e-10
  CHECK(has(page, "age = &lt;b&gt;"));
  CHECK(has(page, "90 % from"));
  CHECK(has(page, "robust (HC1)"));
  // −4 / 0.1: z = −40, p = 7.31e-350 (mpmath), below every double.
  CHECK(has(page, "<td data-v=\"-40\">\u221240</td>"));
  CHECK(has(page, ">7.3e-350</td>"));
  CHECK(has(page, ">aliased</td>"));
  // 0.5 ± 1.6448536269514722 · 0.25
  CHECK(has(page, ">0.08879</td>"));
  CHECK(has(page, ">0.9112</td>"));
  CHECK(has(page, "<th scope=\"row\">&lt;i&gt;weight&lt;/i&gt;</th>"));
  CHECK_FALSE(has(page, "<i>weight"));
  CHECK_FALSE(has(page, "<b>"));
}

TEST_CASE("sections that have nothing to say are not there") {
  scoring::ReportData data = sample();
  data.model->inference.reset();
  const page::Page page = page::render(data, {.title = "A <title>", .program = "a test"});
  CHECK(has(page, "<h1>A &lt;title&gt;</h1>"));
  for (const auto* id : {"result", "fit", "evaluation", "plane", "path", "convergence"}) {
    CHECK_FALSE(has(page, std::string("<section id=\"") + id + "\">"));
  }
  CHECK(has(page, "no standard errors"));
}

TEST_CASE("a model of very many long names stays below 2 MB") {
  scoring::ReportData data = sample();
  model::Model& model = *data.model;
  model.inference.reset();
  constexpr std::size_t kFeatures = 50'000;
  model.features = kFeatures;
  model.expansion.features = kFeatures;
  model.feature_names.assign(kFeatures, std::string(3000, '\''));
  model.data_feature_names = model.feature_names;
  model.coefficients.assign(kFeatures, 0.1);
  const page::Page page = page::render(data, {.title = "", .program = "a test"});
  CHECK(page.html.size() < 2'000'000);
  CHECK(has(page, "The 1,000 strongest of 50,000 coefficients"));
}
