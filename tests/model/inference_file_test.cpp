// Standard errors and what belongs to them survive the way to the disk and to the other ranks.

#include <cmath>
#include <filesystem>
#include <limits>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "hdf5/file.hpp"
#include "model/distribute.hpp"
#include "model/inference.hpp"
#include "model/model_file.hpp"
#include "model/sample_models.hpp"
#include "support/catch.hpp"

namespace mpilogit::model {
namespace {

using testing::Surgery;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Model sample() {
  Model model = testing::softmax_model(3, true);
  model.inference = testing::sample_inference(model);
  return model;
}

bool same(const ChiSquared& left, const ChiSquared& right) {
  return left.statistic == right.statistic && left.degrees == right.degrees &&
         left.log_p == right.log_p;
}

bool same(const std::optional<ChiSquared>& left, const std::optional<ChiSquared>& right) {
  return left.has_value() == right.has_value() && (!left || same(*left, *right));
}

template <class Value>
bool same(const Value& left, const Value& right) {
  return left == right;
}

// Compares every scalar by name.
void require_equal_scalars(const Inference& copy, const Inference& original) {
  for_each_scalar(copy, [&](const std::string& name, const auto& value) {
    for_each_scalar(original, [&](const std::string& other, const auto& expected) {
      if (name != other) return;
      if constexpr (std::is_same_v<decltype(value), decltype(expected)>) {
        CAPTURE(name);
        CHECK(same(value, expected));
      }
    });
  });
}

void require_equal(const Inference& copy, const Inference& original) {
  require_equal_scalars(copy, original);
  CHECK(copy.standard_errors == original.standard_errors);
  CHECK(copy.intercept_standard_errors == original.intercept_standard_errors);
  CHECK(copy.status == original.status);
  CHECK(copy.intercept_status == original.intercept_status);
  CHECK(copy.covariance == original.covariance);
  REQUIRE(copy.profiles.size() == original.profiles.size());
  for (std::size_t i = 0; i < copy.profiles.size(); ++i) {
    CHECK(copy.profiles[i].row == original.profiles[i].row);
    CHECK(copy.profiles[i].feature == original.profiles[i].feature);
    CHECK(copy.profiles[i].lower == original.profiles[i].lower);
    CHECK(copy.profiles[i].upper == original.profiles[i].upper);
  }
  REQUIRE(copy.tests.size() == original.tests.size());
  for (std::size_t i = 0; i < copy.tests.size(); ++i) {
    CHECK(copy.tests[i].hypothesis == original.tests[i].hypothesis);
    CHECK(same(copy.tests[i].chi_squared, original.tests[i].chi_squared));
  }
}

// Writes on the root and reads on all.
Model round_trip(const Model& model) {
  const auto world = comm::Communicator::world();
  const std::string path = comm::on_root(world, [&] {
    const std::string name = testing::file_name("inference");
    write_model(name, model);
    return name;
  });
  const Model copy = read_model(path, world);
  world.barrier();
  if (world.is_root()) std::filesystem::remove(path);
  return copy;
}

TEST_CASE("an inference comes back as it was, on every rank") {
  const Model model = sample();
  const Model copy = round_trip(model);
  testing::require_equal(copy, model);
  REQUIRE(copy.inference);
  require_equal(*copy.inference, *model.inference);
}

// tests/model/read_with_h5py.py reads it.
TEST_CASE("a file is left for h5py") {
  if (comm::Communicator::world().is_root()) write_model("inference.h5", sample());
}

TEST_CASE("what an inference may lack is lacking when it comes back") {
  Model model = sample();
  model.inference->covariance.clear();
  model.inference->fit.tjur.reset();
  model.inference->fit.hosmer_lemeshow.reset();
  model.inference->profiles.clear();
  model.inference->tests.clear();
  model.inference->penalised = false;
  const Model copy = round_trip(model);
  REQUIRE(copy.inference);
  require_equal(*copy.inference, *model.inference);
}

TEST_CASE("a model without inference has nothing of it in its file") {
  CHECK_FALSE(round_trip(testing::softmax_model(3, true)).inference);
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("plain");
  write_model(path, testing::two_classes(data::LabelKind::text));
  {
    const hdf5::File file = hdf5::File::open(path);
    CHECK(file.members("/") == std::vector<std::string>{"classes", "coefficients", "feature_names",
                                                        "intercept", "record"});
  }
  std::filesystem::remove(path);
}

// Programs that do not know of inference read the rest.
TEST_CASE("an inference does not raise the format version") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("inference-version");
  Model model = testing::two_classes(data::LabelKind::text);
  model.inference = testing::sample_inference(model);
  write_model(path, model);
  CHECK(Surgery(path).attribute("format_version") == 1);
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

TEST_CASE("an inference that contradicts itself is refused") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("bad-inference");
  const auto refused = [&](auto&& change, const std::string& part) {
    Model model = sample();
    change(*model.inference);
    write_model(path, model);
    CHECK_THAT(refusal(path), mpilogit::testing::contains(part));
  };
  refused([](Inference& i) { i.standard_errors[0] = kInfinity; }, "standard error inf");
  refused([](Inference& i) { i.standard_errors[0] = -1.0; }, "standard error -1");
  refused([](Inference& i) { i.standard_errors[0] = std::nan(""); }, "standard error nan");
  refused([](Inference& i) { i.standard_errors[1] = 3.0; }, "status 1");
  refused([](Inference& i) { i.intercept_status[1] = CoefficientStatus::separated; }, "status 2");
  refused([](Inference& i) { i.status[2] = static_cast<CoefficientStatus>(4); }, "holds 4");
  refused([](Inference& i) { i.covariance[5] = std::nan(""); }, "covariance is not finite");
  refused([](Inference& i) { i.confidence = 1.0; }, "confidence is 1");
  refused([](Inference& i) { i.fit.aic = std::nan(""); }, "aic is not finite");
  refused([](Inference& i) { i.fit.parameters = -1; }, "parameters is -1");
  refused([](Inference& i) { i.profiles[1].row = 2; }, "profile interval 1");
  refused([](Inference& i) { i.profiles[0].feature = 3; }, "profile interval 0");
  refused([](Inference& i) { i.profiles[0].lower = 9.0; }, "profile interval 0");
  refused([](Inference& i) { i.tests[0].chi_squared.degrees = 0; }, "test of 'age = 0'");
  refused([](Inference& i) { i.tests[0].chi_squared.log_p = 0.1; }, "test of 'age = 0'");
  std::filesystem::remove(path);
}

TEST_CASE("an inference of another shape is refused") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string path = testing::file_name("damaged-inference");
  const auto refused = [&](auto&& damage, const std::string& part) {
    write_model(path, sample());
    {
      Surgery surgery(path);
      damage(surgery);
    }
    CHECK_THAT(refusal(path), mpilogit::testing::contains(part));
  };
  refused([](Surgery& s) { s.replace("standard_errors", {1, 2, 3}, {1, 3}); }, "shape of standard");
  refused([](Surgery& s) { s.replace("covariance", {1, 2, 3, 4}, {2, 2}); }, "shape of covariance");
  refused([](Surgery& s) { s.replace("intercept_status", {0, 0, 0}, {3}); }, "shape of intercept");
  refused(
      [](Surgery& s) {
        s.replace("coefficient_status", {0, 0, 0, 0, 0, 0}, {2, 3});
      },
      "integers are needed");
  refused([](Surgery& s) { s.remove("coefficient_status"); }, "there is no 'coefficient_status'");
  refused([](Surgery& s) { s.replace("inference/test_log_p", {-1}, {1}); }, "hypotheses");
  refused(
      [](Surgery& s) {
        s.replace("inference/profile_intervals", {-1, 1}, {1, 2});
      },
      "shape of inference/profile_intervals");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace mpilogit::model
