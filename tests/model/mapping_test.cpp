// A model's coefficients for another problem, by hand.

#include "model/mapping.hpp"

#include "core/error.hpp"
#include "model/centre.hpp"
#include "model/sample_models.hpp"
#include "support/catch.hpp"

namespace mpilogit::model {
namespace {

using Vector = std::vector<double>;
using Names = std::vector<std::string>;

// Features "age", "größe", "".
const Model kTwo = testing::two_classes(data::LabelKind::integer);

Vector mapped(const Model& from, const Names& names, std::int64_t features, std::size_t columns,
              bool reference_class) {
  return coefficients_for(from, from.classes, names, features, columns, reference_class, "old.h5");
}

std::string refusal(const Model& from, const data::ClassSet& classes, const Names& names,
                    std::int64_t features) {
  try {
    coefficients_for(from, classes, names, features, from.intercept.size(), false, "old.h5");
    return "";
  } catch (const core::Error& error) {
    CHECK(error.agreed());
    CHECK(error.code() == core::ExitCode::bad_input);
    return error.what();
  }
}

TEST_CASE("features are found by name, others start at 0") {
  CHECK(mapped(kTwo, {"", "new", "age", "newer"}, 4, 1, false) ==
        Vector{1e-300, 0, 1.0 / 3.0, 0, -2.5});
  CHECK(mapped(kTwo, {"age"}, 1, 1, false) == Vector{1.0 / 3.0, -2.5});
  CHECK(mapped(kTwo, kTwo.feature_names, 3, 1, false) == Vector{1.0 / 3.0, -0.0, 1e-300, -2.5});
}

TEST_CASE("without names features go by position") {
  Model nameless = kTwo;
  nameless.feature_names.clear();
  CHECK(mapped(nameless, {}, 3, 1, false) == Vector{1.0 / 3.0, -0.0, 1e-300, -2.5});
  for (const auto& [model, names, features] :
       {std::tuple{nameless, Names{}, 2}, std::tuple{nameless, Names{"a", "b", "c"}, 3},
        std::tuple{kTwo, Names{}, 3}}) {
    CHECK_THAT(refusal(model, model.classes, names, features),
               mpilogit::testing::contains("features are matched by name, or by position"));
  }
}

TEST_CASE("names that cannot be matched are refused") {
  CHECK_THAT(refusal(kTwo, kTwo.classes, {"x", "y"}, 2),
             mpilogit::testing::contains("old.h5: knows none of the features"));
  Model twice = kTwo;
  twice.feature_names = {"a", "a", "b"};
  CHECK_THAT(refusal(twice, twice.classes, {"a"}, 1),
             mpilogit::testing::contains("has two features 'a'"));
  CHECK_THAT(refusal(kTwo, kTwo.classes, {"age", "new", "age"}, 3),
             mpilogit::testing::contains("which of two features 'age' of the data"));
  CHECK(refusal(kTwo, kTwo.classes, {"age", "new", "new"}, 3).empty());
}

TEST_CASE("classes must be the same") {
  data::ClassSet classes = kTwo.classes;
  classes.kind = data::LabelKind::floating;
  CHECK(refusal(kTwo, classes, kTwo.feature_names, 3).empty());
  classes.numbers[0] = 5;
  CHECK_THAT(refusal(kTwo, classes, kTwo.feature_names, 3),
             mpilogit::testing::contains("has other classes than the data; it has 2 ('-1', …), "
                                         "the data 2 ('5', …)"));
}

// Row r of the samples has 10 r, 10 r + 1, 10 r + 2 and the intercept ½ − r.
TEST_CASE("the solvers' layout is feature by feature") {
  CHECK(mapped(testing::softmax_model(3, false), {"größe", "age"}, 2, 3, false) ==
        Vector{1, 11, 21, 0, 10, 20, 0.5, -0.5, -1.5});
  CHECK(mapped(testing::softmax_model(3, true), {"größe"}, 1, 2, true) == Vector{1, 11, 0.5, -0.5});
}

TEST_CASE("a reference class comes and goes") {
  CHECK(mapped(testing::softmax_model(3, false), {"größe"}, 1, 2, true) == Vector{10, 20, -1, -2});
  // 0 1 11 less their mean 4; 0 ½ −½ less 0.
  CHECK(mapped(testing::softmax_model(3, true), {"größe", "new"}, 2, 3, false) ==
        Vector{-4, -3, 7, 0, 0, 0, 0, 0.5, -0.5});
}

// (x_j − c_j) w_j for a problem of (x_j − c'_j): exact fractions, in Python.
TEST_CASE("a model with a centre in the terms of another") {
  Model from = kTwo;
  from.centre = {1.7e9, 0.0, -4e5};
  from.coefficients = {0.003, -2.0, 1e-5};
  from.intercept_at_centre = {0.25};
  set_raw_form(from);
  const auto centred = [&](const Model& model, const Names& names, const Vector& centre,
                           const Names& data_names = {}) {
    return coefficients_for(model, model.classes, names, static_cast<std::int64_t>(names.size()), 1,
                            false, "old.h5", {centre, data_names});
  };
  CHECK(centred(from, {"", "new", "age"}, {-4.1e5, 3.0, 1.7e9 + 1800.5}) ==
        Vector{1e-5, 0, 0.003, 5.5515});
  CHECK(centred(from, from.feature_names, from.centre) == Vector{0.003, -2.0, 1e-5, 0.25});
  // Without a centre of the problem's own: the raw form.
  CHECK(mapped(from, from.feature_names, 3, 1, false) ==
        Vector{0.003, -2.0, 1e-5, from.intercept[0]});
  CHECK(from.intercept[0] == -5099995.75);
  // What the data does not have is at its centre.
  CHECK(centred(from, {"age"}, {1.7e9 + 1800.5}) == Vector{0.003, 5.6515});
  // A model without a centre for a problem with one.
  CHECK(centred(kTwo, kTwo.feature_names, {3.0, 0.0, 0.0}) ==
        Vector{1.0 / 3.0, -0.0, 1e-300, -1.5});
  from.feature_names.clear();
  from.data_feature_names.clear();
  CHECK(coefficients_for(from, from.classes, {}, 3, 1, false, "old.h5", {from.centre, {}}) ==
        Vector{0.003, -2.0, 1e-5, 0.25});
}

TEST_CASE("products of centred features in the terms of another centre") {
  Model from = kTwo;
  from.expansion = {2, 2, false};
  from.features = 5;
  from.data_feature_names = {"a", "b"};
  from.feature_names = {"a", "b", "a^2", "a:b", "b^2"};
  from.centre = {2000.0, 7.0};
  from.coefficients_at_centre = {0.5, -0.25, 0.125, 0.0625, -1.5};
  from.intercept_at_centre = {0.3};
  set_raw_form(from);
  const Vector centre = {6.5, 2010.0};
  const Names names = {"b", "a", "b^2", "a:b", "a^2"};
  const Vector found =
      coefficients_for(from, from.classes, names, 5, 1, false, "old.h5", {centre, {"b", "a"}});
  const Vector expected = {1.875, 2.96875, -1.5, 0.0625, 0.125, 17.2375};
  REQUIRE(found.size() == expected.size());
  for (std::size_t j = 0; j < found.size(); ++j) {
    CHECK(found[j] == Approx(expected[j]).epsilon(1e-15));
  }
}

}  // namespace
}  // namespace mpilogit::model
