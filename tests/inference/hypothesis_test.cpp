// Hypotheses as text: what they mean, and where they go wrong.

#include "inference/detail/hypothesis.hpp"

#include <limits>

#include "core/error.hpp"
#include "support/catch.hpp"

namespace mpilogit::inference {
namespace {

using mpilogit::testing::contains;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Independent coefficients with variance 1: a test of β = r is (β − r)².
struct Sample {
  model::Model model;
  std::vector<double> covariance;
};

Sample sample(std::int64_t rows) {
  Sample sample;
  model::Model& model = sample.model;
  model.feature_names = {"age", "größe", "hours per week", "it's", "gone", "age"};
  model.features = 6;
  model.objective = rows == 1 ? model::kLogistic : model::kSoftmax;
  model.classes.kind = data::LabelKind::text;
  model.classes.texts = {"no"};
  for (const auto* name : {"may be", "yes"}) {
    if (rows == 2 || name[0] == 'y') model.classes.texts.emplace_back(name);
  }
  model.inference.emplace();
  for (std::int64_t r = 0; r < rows; ++r) {
    const double base = 10.0 * static_cast<double>(r);
    model.intercept.push_back(base);
    for (int j = 1; j <= 6; ++j) {
      model.coefficients.push_back(base + j);
      const bool gone = j == 5;
      model.inference->standard_errors.push_back(gone ? kInfinity : 1.0);
      model.inference->status.push_back(gone ? model::CoefficientStatus::aliased
                                             : model::CoefficientStatus::estimated);
    }
    model.inference->intercept_standard_errors.push_back(1.0);
    model.inference->intercept_status.push_back(model::CoefficientStatus::estimated);
  }
  const auto dimension = static_cast<std::size_t>(rows) * 7;
  sample.covariance.assign(dimension * dimension, 0.0);
  for (std::size_t i = 0; i < dimension; ++i) sample.covariance[i * (dimension + 1)] = 1.0;
  return sample;
}

std::vector<model::HypothesisTest> tests(const std::string& text, std::int64_t rows = 1) {
  const Sample of = sample(rows);
  return test_hypotheses(of.model, of.covariance, text);
}

double statistic(const std::string& text, std::int64_t rows = 1) {
  const auto all = tests(text, rows);
  REQUIRE(all.size() == 1);
  return all.front().chi_squared.statistic;
}

std::string refusal(const std::string& text, std::int64_t rows = 1) {
  try {
    tests(text, rows);
    return "";
  } catch (const core::Error& error) {
    CHECK(error.code() == core::ExitCode::bad_input);
    return error.what();
  }
}

TEST_CASE("one equation in its many spellings") {
  CHECK(statistic("größe = 0") == Approx(4.0));
  CHECK(statistic("größe=5") == Approx(9.0));
  CHECK(statistic(" 0 = größe ") == Approx(4.0));
  CHECK(statistic("(intercept) = 1.5") == Approx(2.25));
}

TEST_CASE("sums, factors and quoted names") {
  CHECK(statistic("größe = 'hours per week'") == Approx(1.0 / 2.0));
  CHECK(statistic("'it''s' = 0") == Approx(16.0));
  CHECK(statistic("2*größe - 'it''s' = 1") == Approx(1.0 / 5.0));
  CHECK(statistic("größe*2-'it''s'-1=0") == Approx(1.0 / 5.0));
  CHECK(statistic("-größe + 1e0 * 'it''s' = -1 + .5") == Approx(2.5 * 2.5 / 2.0));
  CHECK(statistic("größe + größe = 0") == Approx(4.0));
  CHECK(statistic("3*größe = größe + 4") == 0.0);
}

TEST_CASE("commas join equations to one test, semicolons begin another") {
  const auto all = tests("größe = 0, 'it''s' = 0;  (intercept) = 1 ");
  REQUIRE(all.size() == 2);
  CHECK(all[0].hypothesis == "größe = 0, 'it''s' = 0");
  CHECK(all[0].chi_squared.statistic == Approx(20.0));
  CHECK(all[0].chi_squared.degrees == 2);
  CHECK(all[0].chi_squared.log_p == Approx(-10.0));
  CHECK(all[1].hypothesis == "(intercept) = 1");
  CHECK(all[1].chi_squared.degrees == 1);
}

TEST_CASE("of several classes each coefficient names its own") {
  CHECK(statistic("größe[yes] = 0", 2) == Approx(144.0));
  CHECK(statistic("größe[ may be ] = größe['yes']", 2) == Approx(100.0 / 2.0));
  CHECK(statistic("(intercept)[yes] = 7", 2) == Approx(9.0));
  CHECK_THAT(refusal("größe = 0", 2), contains("names no class"));
  CHECK_THAT(refusal("größe[no] = 0", 2), contains("'no', which has no coefficients"));
  CHECK_THAT(refusal("größe[no] = 0", 2), contains("[may be], [yes]"));
  CHECK_THAT(refusal("größe[yes] = 0", 1), contains("Leave the brackets away"));
}

TEST_CASE("errors name the place") {
  CHECK_THAT(refusal("größe == 0"), contains("character 8: '= 0' is not understood"));
  CHECK_THAT(refusal("größe = 0 = 1"), contains("character 11: '= 1' has another '='"));
  CHECK_THAT(refusal("größe"), contains("character 6: it has no '=' there"));
  CHECK_THAT(refusal("größe ="), contains("character 8: it ends too early"));
  CHECK_THAT(refusal("größe = 0,"), contains("character 11: it ends too early"));
  CHECK_THAT(refusal("größe = 2 3"), contains("character 11: '3' is not understood"));
  CHECK_THAT(refusal("größe * 'it''s' = 0"), contains("character 9: ''it''s' = 0' is no number"));
  CHECK_THAT(refusal("größe = 'it''s"), contains("character 9: ''it''s' begins a name"));
  CHECK_THAT(refusal("größe = 1e999"), contains("character 9: '1e999' is no number"));
  CHECK_THAT(refusal("größe[yes = 0"), contains("character 14: it has no ']'"));
  CHECK_THAT(refusal(""), contains("character 1: it ends too early"));
}

TEST_CASE("what cannot be tested is refused by name") {
  CHECK_THAT(refusal("1 = größe - grösse"), contains("begins with 'grösse', which is no feature"));
  CHECK_THAT(refusal("gone = 0"), contains("not estimated; its column is constant"));
  CHECK_THAT(refusal("age = 0"), contains("two features"));
  CHECK_THAT(refusal("größe = größe"), contains("says nothing"));
  CHECK_THAT(refusal("größe = 0, (intercept) = 0, größe = 2*(intercept)"),
             contains("'größe = 2*(intercept)' follows"));
  CHECK_THAT(refusal("größe = 0, größe = 1"), contains("'größe = 1' contradicts"));
}

}  // namespace
}  // namespace mpilogit::inference
