// Which coefficients are the strongest, and what is known of each.

#include "page/sections/estimates.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

using namespace mpilogit;
using page::strongest_estimates;

namespace {

model::Model sample() {
  model::Model model;
  model.classes.numbers = {0, 1};
  model.features = 4;
  model.expansion.features = 4;
  model.feature_names = {"a", "b", "c", "d"};
  model.coefficients = {1.0, -3.0, 2.0, 0.0};
  model.intercept = {0.5};
  return model;
}

std::vector<std::string> names(const std::vector<page::Estimate>& estimates) {
  std::vector<std::string> names;
  for (const auto& estimate : estimates) names.push_back(estimate.feature);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("without errors the largest are the strongest, or those of the largest effect") {
  const model::Model model = sample();
  CHECK(names(strongest_estimates(model, {}, 10)) == Names{"", "b", "c", "a", "d"});
  CHECK(names(strongest_estimates(model, {}, 2)) == Names{"", "b", "c"});
  const std::vector<double> deviations = {10.0, 1.0, 1.0, 1.0};
  const auto estimates = strongest_estimates(model, deviations, 2);
  CHECK(names(estimates) == Names{"", "a", "b"});
  CHECK(estimates[1].deviation == 10.0);
  CHECK(std::isnan(estimates[1].standard_error));
}

TEST_CASE("with errors z decides") {
  model::Model model = sample();
  model::Inference& inference = model.inference.emplace();
  const double infinite = std::numeric_limits<double>::infinity();
  using enum model::CoefficientStatus;
  inference.standard_errors = {0.1, 3.0, 0.5, infinite};
  inference.intercept_standard_errors = {0.25};
  inference.status = {estimated, estimated, estimated, aliased};
  inference.intercept_status = {estimated};
  inference.profiles = {{.row = 0, .feature = 2, .lower = 1.25, .upper = 3.5},
                        {.row = 0, .feature = -1, .lower = -infinite, .upper = 1.0}};
  const auto estimates = strongest_estimates(model, {}, 10);
  CHECK(names(estimates) == Names{"", "a", "c", "b", "d"});
  // z = 2: p = 0.0455002638963584 (scipy.stats.norm), interval 0.5 ± 1.959963984540054 · 0.25
  CHECK(estimates[0].z == 2.0);
  CHECK(std::exp(estimates[0].log_p) == Approx(0.0455002638963584).epsilon(1e-12));
  CHECK(estimates[0].profiled);
  CHECK(estimates[0].lower == -infinite);
  CHECK(estimates[1].lower == Approx(1.0 - 0.1959963984540054).epsilon(1e-12));
  CHECK(estimates[1].upper == Approx(1.0 + 0.1959963984540054).epsilon(1e-12));
  CHECK_FALSE(estimates[1].profiled);
  CHECK(estimates[2].lower == 1.25);
  CHECK(estimates[2].upper == 3.5);
  CHECK(estimates[4].status == aliased);
  CHECK(std::isnan(estimates[4].z));
}

TEST_CASE("of several rows each coefficient has its class") {
  model::Model model = sample();
  model.objective = model::kSoftmax;
  model.classes.numbers = {3, 5, 7};
  model.features = 2;
  model.feature_names = {"a", "b"};
  model.intercept = {0.0, 1.0};
  const auto estimates = strongest_estimates(model, {}, 2);
  CHECK(names(estimates) == Names{"", "", "b", "a"});
  CHECK(estimates[0].of_class == "5");
  CHECK(estimates[1].of_class == "7");
  CHECK(estimates[2].of_class == "5");
  CHECK(estimates[2].value == -3.0);
  CHECK(estimates[3].of_class == "7");
  CHECK(estimates[3].value == 2.0);
}
