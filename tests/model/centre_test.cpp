// From centred features to raw ones and back into files. Expected values: exact fractions, in
// Python.

#include "model/centre.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "model/distribute.hpp"
#include "model/model_file.hpp"
#include "model/sample_models.hpp"
#include "support/catch.hpp"

namespace mpilogit::model {
namespace {

using testing::Surgery;
using Vector = std::vector<double>;

// Rounded once: the nearest double or one beside it.
void check_near(const Vector& values, const Vector& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i, values[i], expected[i]);
    CHECK(values[i] >= std::nextafter(expected[i], -HUGE_VAL));
    CHECK(values[i] <= std::nextafter(expected[i], HUGE_VAL));
  }
}

void check(const kernels::PolynomialShape& shape, const Vector& centre, const LinearForms& centred,
           const LinearForms& expected) {
  const LinearForms raw = raw_from_centred(shape, centre, centred.coefficients, centred.intercept);
  check_near(raw.coefficients, expected.coefficients);
  check_near(raw.intercept, expected.intercept);
}

TEST_CASE("features far from zero, and their products, in raw units") {
  check(
      {3, 1, false}, {0.0, 1700000000.0, -314159.25},
      {{-1.0481, 0.1769, -0.5202, 0.4157, 0.5029, -1.7379}, {-1.947, 1.35}},
      {{-1.0481, 0.1769, -0.5202, 0.4157, 0.5029, -1.7379}, {-300893427.58885, -855475976.010575}});
  check({2, 3, false}, {2020.5, -0.3},
        {{-0.9626, -1.0627, 1.9826, -0.1189, 1.3458, -0.0946, 0.5563, -1.3975, 0.5394}, {1.472}},
        {{-1167278.080085, 2272984.702193, 575.56739, -2248.9657, 2825.4800099999998, -0.0946,
          0.5563, -1.3975, 0.5394},
         {789088342.8157958}});
  check({3, 3, true}, {1000.0, 0.0, 7.1},
        {{0.0927, 0.965, 0.6856, -1.7439, 1.0329, 0.3644, -0.7949, -1.876, 1.4621, -0.109, 0.8753,
          1.5153, 0.8565, 1.6844},
         {-0.42, 1.204}},
        {{-7.240889999999999, -3901.51224, -1032.2143999999998, 3.89989, 1.0329, 795.2644, -0.7949,
          -12.63463, 11079.32095, -1515.409, -11.083939999999998, 1.5153, -1683.5435, 1.6844},
         {7235.602239999999, 12636.6079}});
  check({1, 2, false}, {1700000000.0}, {{-0.2215, 1.7423}, {1.515}},
        {{-5923820000.221499, 1.7423}, {5.035247000376549e+18}});

  // 0.1 is left of 10^12 · 3 − 3 · 10^12.
  check({2, 1, false}, {3.0, 1e12}, {{1e12, -3.0}, {0.1}}, {{1e12, -3.0}, {0.1}});
  // A model without an expansion may leave its features out.
  check({}, {0.0, 2.0}, {{1.0, 3.0}, {1.0}}, {{1.0, 3.0}, {-5.0}});
  check({2, 2, false}, {}, {{1, 2, 3, 4, 5}, {6}}, {{1, 2, 3, 4, 5}, {6}});
}

TEST_CASE("what is too large for a double is not finite") {
  const auto square = raw_from_centred({1, 2, false}, Vector{1e200}, Vector{0.0, 1.0}, Vector{0.0});
  CHECK_FALSE(std::isfinite(square.intercept[0]));
  CHECK(square.coefficients[0] == -2e200);
}

TEST_CASE("a covariance of centred features in raw units") {
  const Vector linear = raw_covariance(
      {2, 1, false}, Vector{1.7e9, 0.0}, 2,
      Vector{2.4582,  0.1892,  -0.7912, 0.3296,  -0.2068, -0.7161, 0.1892,  0.3608,  -0.5068,
             -0.0848, 0.3059,  -0.6729, -0.7912, -0.5068, 3.1054,  1.3748,  -1.0197, 0.0614,
             0.3296,  -0.0848, 1.3748,  2.6928,  0.8385,  -1.1091, -0.2068, 0.3059,  -1.0197,
             0.8385,  2.2404,  -0.6243, -0.7161, -0.6729, 0.0614,  -1.1091, -0.6243, 2.6833});
  const Vector expected_linear{1.04271199935672e+18,
                               -613359999.8108001,
                               861559999.2088001,
                               8.840510004957201e+17,
                               -520030000.2068,
                               1143929999.2839,
                               -613359999.8108001,
                               0.3608,
                               -0.5068,
                               -520030000.0848,
                               0.3059,
                               -0.6729,
                               861559999.2088001,
                               -0.5068,
                               3.1054,
                               1733490001.3748002,
                               -1.0197,
                               0.0614,
                               8.840510004957201e+17,
                               -520030000.0848,
                               1733490001.3748002,
                               6.4747559971491e+18,
                               -3808679999.1615005,
                               1061309998.8908999,
                               -520030000.2068,
                               0.3059,
                               -1.0197,
                               -3808679999.1615005,
                               2.2404,
                               -0.6243,
                               1143929999.2839,
                               -0.6729,
                               0.0614,
                               1061309998.8908999,
                               -0.6243,
                               2.6833};
  const Vector square = raw_covariance(
      {1, 2, false}, Vector{2020.0}, 1,
      Vector{1.6822, -0.9587, -0.4872, -0.9587, 1.0746, -0.3474, -0.4872, -0.3474, 1.6148});
  const Vector expected_square{26891604923377.31, -26623933673.0427,  6589731.1808,
                               -26623933673.0427, 26358927.746600002, -6524.1394,
                               6589731.1808,      -6524.1394,         1.6148};
  REQUIRE(linear.size() == expected_linear.size());
  for (std::size_t i = 0; i < linear.size(); ++i) {
    CHECK(linear[i] == Approx(expected_linear[i]).epsilon(1e-15));
    CHECK(linear[i] == linear[i % 6 * 6 + i / 6]);
  }
  REQUIRE(square.size() == expected_square.size());
  for (std::size_t i = 0; i < square.size(); ++i) {
    CHECK(square[i] == Approx(expected_square[i]).epsilon(1e-14));
  }
  CHECK(raw_covariance({}, {}, 1, Vector{1, 2, 2, 5}) == Vector{1, 2, 2, 5});
}

Model centred(Model model) {
  model.centre.assign(static_cast<std::size_t>(model.data_features()), 0.0);
  model.centre[0] = 1.7e9;
  model.centre[2] = -1e-3;
  model.intercept_at_centre = model.intercept;
  if (!model.expansion.identity()) model.coefficients_at_centre = model.coefficients;
  set_raw_form(model);
  return model;
}

Path centred_path() {
  Path path = testing::sample_path();
  path.model.centre = {0.0, 2.5e8, 0.0};
  path.intercept_at_centre = path.intercept;
  path.intercept =
      raw_from_centred({}, path.model.centre, path.coefficients, path.intercept).intercept;
  return path;
}

// Writes on the root; all read it.
template <class Write, class Read>
auto round_trip(const Write& write, const Read& read) {
  const auto world = comm::Communicator::world();
  const std::string file = comm::on_root(world, [&] {
    const std::string name = testing::file_name("centre");
    write(name);
    return name;
  });
  auto copy = read(file, world);
  world.barrier();
  if (world.is_root()) std::filesystem::remove(file);
  return copy;
}

TEST_CASE("a model with a centre comes back as it was, on every rank") {
  for (const Model& model :
       {centred(testing::two_classes(data::LabelKind::text)),
        centred(testing::softmax_model(4, true)), centred(testing::expanded_model())}) {
    const Model copy = round_trip(
        [&](const std::string& name) { write_model(name, model); },
        [](const std::string& name, const auto& world) { return read_model(name, world); });
    testing::require_equal(copy, model);
    CHECK(copy.intercept != copy.intercept_at_centre);
    const CentredForms forms = centred_forms(copy);
    CHECK(forms.intercept.data() == copy.intercept_at_centre.data());
    CHECK(forms.coefficients.data() == (copy.expansion.identity()
                                            ? copy.coefficients.data()
                                            : copy.coefficients_at_centre.data()));
  }
  const Model plain = testing::two_classes(data::LabelKind::text);
  CHECK(centred_forms(plain).intercept.data() == plain.intercept.data());
  CHECK(centred_forms(plain).centre.empty());
}

TEST_CASE("a path with a centre, and a step of it") {
  const Path path = centred_path();
  const Path copy =
      round_trip([&](const std::string& name) { write_path(name, path); },
                 [](const std::string& name, const auto& world) { return read_path(name, world); });
  CHECK(copy.model.centre == path.model.centre);
  CHECK(copy.intercept_at_centre == path.intercept_at_centre);
  CHECK(copy.intercept == path.intercept);
  const Model step = model_at(copy, 2);
  CHECK(step.centre == path.model.centre);
  CHECK(step.intercept_at_centre ==
        Vector(path.intercept_at_centre.begin() + 6, path.intercept_at_centre.begin() + 9));
  CHECK(step.coefficients_at_centre.empty());
}

std::string refusal(const std::string& path) {
  try {
    read_model(path);
    return "";
  } catch (const core::Error& error) {
    CHECK(error.code() == core::ExitCode::bad_input);
    return error.what();
  }
}

TEST_CASE("a file whose two forms disagree is refused") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("centre-bad");
  const Model linear = centred(testing::two_classes(data::LabelKind::text));
  const Model products = centred(testing::expanded_model());
  const auto refused = [&](Model model, auto&& change, const std::string& part) {
    change(model);
    write_model(path, model);
    CHECK_THAT(refusal(path), mpilogit::testing::contains(part));
  };
  const std::string disagree = "intercept and coefficients are not those at its centre";
  refused(
      linear, [](Model& m) { m.intercept[0] *= 1.0 + 1e-14; }, disagree);
  refused(
      linear, [](Model& m) { m.centre[0] += 1.0; }, disagree);
  refused(
      linear, [](Model& m) { m.intercept_at_centre[0] -= 1e-5; }, disagree);
  refused(
      linear, [](Model& m) { m.centre[0] = 1.7e308; }, disagree);
  refused(
      products, [](Model& m) { m.coefficients[4] *= 1.0 + 1e-13; }, disagree);
  refused(
      products, [](Model& m) { m.coefficients_at_centre[26] *= 1.0 + 1e-13; }, disagree);
  const double infinity = std::numeric_limits<double>::infinity();
  refused(
      linear, [&](Model& m) { m.centre[1] = infinity; }, "a value of centre is not finite");
  refused(
      products, [&](Model& m) { m.coefficients_at_centre[3] = std::nan(""); },
      "a value of coefficients_at_centre is not finite");
  refused(
      linear, [](Model& m) { m.centre.pop_back(); }, "the shape of centre");
  refused(
      linear, [](Model& m) { m.coefficients_at_centre = m.coefficients; },
      "it has coefficients_at_centre without products");
  // A few units in the last place are roundings.
  Model rounded = linear;
  rounded.intercept[0] = std::nextafter(rounded.intercept[0], 0.0);
  write_model(path, rounded);
  CHECK(refusal(path).empty());
  std::filesystem::remove(path);
}

TEST_CASE("a file with a part of a centre is refused") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("centre-part");
  const auto refused = [&](auto&& change, const std::string& part) {
    write_model(path, centred(testing::expanded_model()));
    {
      Surgery surgery(path);
      change(surgery);
    }
    CHECK_THAT(refusal(path), mpilogit::testing::contains(part));
  };
  refused([](Surgery& file) { file.remove("centre"); },
          "it has intercept_at_centre without a centre");
  refused([](Surgery& file) { file.remove("intercept_at_centre"); },
          "it has no intercept_at_centre beside its centre");
  refused([](Surgery& file) { file.remove("coefficients_at_centre"); },
          "it has no coefficients_at_centre beside its centre");
  refused(
      [](Surgery& file) {
        file.replace("intercept_at_centre", {1, 2}, {2});
      },
      "the shape of intercept_at_centre");
  refused(
      [](Surgery& file) {
        file.replace("centre", {1, 2, 3}, {3});
      },
      "its centre does not match");
  refused([](Surgery& file) { file.remove_attribute("centre_sha256"); }, "centre_sha256");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace mpilogit::model
