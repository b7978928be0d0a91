// Models survive the way to the disk and to the other ranks. (What h5py makes of them: tests/cli.)

#include "model/model_file.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "model/distribute.hpp"
#include "model/sample_models.hpp"
#include "support/catch.hpp"

namespace mpilogit::model {
namespace {

using testing::Surgery;

// Writes on the root and reads on all.
Model round_trip(const Model& model) {
  const auto world = comm::Communicator::world();
  const std::string path = comm::on_root(world, [&] {
    const std::string name = testing::file_name("model");
    write_model(name, model);
    REQUIRE(is_model(name));
    REQUIRE_FALSE(is_path(name));
    return name;
  });
  const Model copy = read_model(path, world);
  world.barrier();
  if (world.is_root()) std::filesystem::remove(path);
  return copy;
}

TEST_CASE("a model comes back as it was, on every rank") {
  for (const auto kind : {data::LabelKind::integer, data::LabelKind::boolean,
                          data::LabelKind::floating, data::LabelKind::text}) {
    const Model model = testing::two_classes(kind);
    const Model copy = round_trip(model);
    testing::require_equal(copy, model);
    CHECK(std::signbit(copy.coefficients[1]));
  }
}

TEST_CASE("models of many classes and of products come back as well") {
  for (const bool reference_class : {false, true}) {
    const Model model = testing::softmax_model(4, reference_class);
    const Model copy = round_trip(model);
    testing::require_equal(copy, model);
    CHECK(copy.reference_class() == reference_class);
  }
  Model model = testing::expanded_model();
  testing::require_equal(round_trip(model), model);
  model.expansion = {3, 3, true};
  model.features = 7;
  model.coefficients.resize(21);
  model.feature_names.clear();
  model.data_feature_names.clear();
  testing::require_equal(round_trip(model), model);
}

TEST_CASE("which class a row of coefficients is") {
  CHECK(testing::two_classes(data::LabelKind::integer).row_class(0) == 1);
  CHECK(testing::softmax_model(4, true).row_class(0) == 1);
  CHECK(testing::softmax_model(4, true).row_class(2) == 3);
  CHECK(testing::softmax_model(4, false).row_class(3) == 3);
  CHECK(testing::expanded_model().row_class(0) == 0);
  CHECK(testing::expanded_model().data_features() == 3);
  CHECK(testing::softmax_model(3, true).data_features() == 3);
}

// Older programs read what they can understand, and this one reads what they wrote.
TEST_CASE("the format version is as low as it can be") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("version");
  const auto version = [&](const Model& model) {
    write_model(path, model);
    return Surgery(path).attribute("format_version");
  };
  CHECK(version(testing::softmax_model(3, false)) == 2);
  CHECK(version(testing::expanded_model()) == 2);
  Model expanded = testing::two_classes(data::LabelKind::text);
  expanded.expansion = {2, 2, true};
  expanded.data_feature_names.pop_back();
  CHECK(version(expanded) == 2);
  Model model = testing::two_classes(data::LabelKind::text);
  CHECK(version(model) == 1);
  {
    Surgery surgery(path);
    surgery.remove_attribute("l1");
    surgery.remove_attribute("standardized");
    surgery.remove_attribute("firth");
  }
  model.l1 = 0.0;
  model.standardized = false;
  model.firth = false;
  testing::require_equal(read_model(path), model);
  std::filesystem::remove(path);
}

// What reading `path` is refused with.
std::string refusal(const std::string& path) {
  try {
    read_model(path);
    return "";
  } catch (const core::Error& error) {
    CHECK(error.code() == core::ExitCode::bad_input);
    return error.what();
  }
}

TEST_CASE("a model that contradicts itself is refused") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("bad");
  const auto refused = [&](Model model, auto&& change, const std::string& part) {
    change(model);
    write_model(path, model);
    CHECK_THAT(refusal(path), mpilogit::testing::contains(part));
  };
  const Model three = testing::softmax_model(3, false);
  refused(
      three, [](Model& m) { m.objective = kLogistic; }, "3 classes and 3 rows");
  refused(
      three, [](Model& m) { m.objective = "probit"; }, "objective 'probit'");
  refused(
      three,
      [](Model& m) {
        m.classes.texts.push_back("z");
        m.classes.texts.push_back("zz");
      },
      "5 classes and 3 rows");
  refused(
      testing::softmax_model(3, true), [](Model& m) { m.objective = kOneVsRest; },
      "3 classes and 2 rows");
  refused(
      testing::two_classes(data::LabelKind::text), [](Model& m) { m.objective = kSoftmax; },
      "2 classes and 1 rows");
  refused(
      three, [](Model& m) { std::swap(m.classes.texts[0], m.classes.texts[1]); },
      "not in ascending order");
  refused(
      three, [](Model& m) { m.classes.texts[1] = m.classes.texts[0]; }, "not in ascending order");
  refused(
      three, [](Model& m) { m.coefficients[4] = std::numeric_limits<double>::infinity(); },
      "not finite");
  refused(
      testing::expanded_model(), [](Model& m) { m.expansion.degree = 3; },
      "3 features to degree 3 are not its 9 coefficients");
  refused(
      testing::expanded_model(), [](Model& m) { m.expansion.interactions_only = true; },
      "are not its 9 coefficients");
  std::filesystem::remove(path);
}

TEST_CASE("a damaged file is refused") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("damaged");
  const auto refused = [&](auto&& damage, const std::string& part) {
    write_model(path, testing::expanded_model());
    {
      Surgery surgery(path);
      damage(surgery);
    }
    CHECK_THAT(refusal(path), mpilogit::testing::contains(part));
  };
  refused([](Surgery& s) { s.set_attribute("format_version", 3); }, "reads up to 2");
  refused([](Surgery& s) { s.set_attribute("degree", 0); }, "to degree 0");
  refused([](Surgery& s) { s.set_attribute("data_features", 10); }, "expands 10 features");
  refused([](Surgery& s) { s.set_attribute("data_features", 2); }, "not its 9 coefficients");
  refused([](Surgery& s) { s.replace("intercept", {1, 2}, {2}); }, "shapes of coefficients");
  refused([](Surgery& s) { s.replace("intercept", {1, 2, 3}, {3}); }, "SHA-256");
  refused(
      [](Surgery& s) {
        s.replace("coefficients", std::vector<double>(24), {3, 8});
      },
      "are not its 8 coefficients");
  refused([](Surgery& s) { s.remove("classes"); }, "there is no 'classes'");
  std::filesystem::remove(path);
}

TEST_CASE("the hash sees every bit") {
  const Model model = testing::two_classes(data::LabelKind::integer);
  Model other = model;
  other.coefficients[1] = 0.0;
  CHECK(coefficients_sha256(other) != coefficients_sha256(model));
  // sha256 of the four doubles, by Python's hashlib and struct.
  Model plain;
  plain.coefficients = {1.0, 2.0, 3.0};
  plain.intercept = {-1.0};
  CHECK(coefficients_sha256(plain) ==
        "335026c14105c20ebca173edf3d89b4fed4b20c723577b22ac5cbc5a23a39685");
}

TEST_CASE("a missing model is refused on every rank alike") {
  const auto world = comm::Communicator::world();
  try {
    read_model("no-such-model.h5", world);
    FAIL("it was read");
  } catch (const core::Error& error) {
    CHECK(error.code() == core::ExitCode::bad_input);
    CHECK(error.agreed());
    CHECK(std::string(error.what()).find("no-such-model.h5") != std::string::npos);
  }
}

TEST_CASE("names of features without names") {
  Model model = testing::two_classes(data::LabelKind::integer);
  CHECK(model.feature_name(0) == "age");
  model.feature_names.clear();
  CHECK(model.feature_name(2) == "column 2");
}

}  // namespace
}  // namespace mpilogit::model
