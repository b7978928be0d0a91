#include "exporting/forms/class_rows.hpp"

#include <catch2/catch.hpp>

namespace exporting = mpilogit::exporting;
using mpilogit::data::LabelKind;

namespace {

exporting::ClassRows sample(const std::vector<std::string>& classes, bool reference) {
  exporting::ClassRows table;
  table.classes = exporting::classes_named(classes);
  table.reference = reference;
  for (std::size_t k = reference ? 1 : 0; k < classes.size(); ++k) {
    const auto value = static_cast<double>(k);
    table.rows.push_back({value, {10.0 * value, -value}});
  }
  return table;
}

}  // namespace

TEST_CASE("classes are of the kind that their names have") {
  CHECK(exporting::classes_named({"-1", "10"}).numbers == std::vector<std::int64_t>{-1, 10});
  CHECK(exporting::classes_named({"true", "false"}).kind == LabelKind::boolean);
  CHECK(exporting::classes_named({"01", "1"}).kind == LabelKind::text);
  CHECK(exporting::classes_named({"1", "9999999999999999999"}).kind == LabelKind::text);
}

TEST_CASE("rows of classes become a model whose classes ascend") {
  const auto swapped = exporting::model_of(sample({"b", "a"}, true));
  CHECK(swapped.objective == "logistic");
  CHECK(swapped.intercept == std::vector<double>{-1.0});
  CHECK(swapped.coefficients == std::vector<double>{-10.0, 1.0});

  const auto kept = exporting::model_of(sample({"1", "3", "2"}, true));
  CHECK(kept.reference_class());
  CHECK(kept.intercept == std::vector<double>{2.0, 1.0});

  const auto full = exporting::model_of(sample({"2", "1", "3"}, true));
  CHECK(full.objective == "softmax");
  CHECK(full.intercept == std::vector<double>{1.0, 0.0, 2.0});
}

TEST_CASE("a difference that no double holds is refused") {
  auto table = sample({"0", "1"}, false);
  table.rows = {{0.0, {-1.7e308}}, {0.0, {1.7e308}}};
  CHECK_THROWS_WITH(exporting::model_of(table), Catch::Contains("not finite"));
  table.rows.front().coefficients = {1.7e308};
  CHECK(exporting::model_of(table).coefficients == std::vector<double>{0.0});
}

TEST_CASE("names of positions are no names") {
  auto table = sample({"0", "1"}, true);
  table.feature_names = {"column 0", "column 1"};
  CHECK(exporting::model_of(table).feature_names.empty());
  table.feature_names = {"column 1", "column 0"};
  CHECK(exporting::model_of(table).feature_names == table.feature_names);
}
