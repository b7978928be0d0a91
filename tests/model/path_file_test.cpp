// Paths of models: in a file, on every rank, and one step of them.

#include "model/path_file.hpp"

#include <filesystem>
#include <functional>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "model/distribute.hpp"
#include "model/model_file.hpp"
#include "model/sample_models.hpp"
#include "support/catch.hpp"

namespace mpilogit::model {
namespace {

using testing::Surgery;

std::string refusal(const std::function<void()>& read) {
  try {
    read();
    return "";
  } catch (const core::Error& error) {
    CHECK(error.code() == core::ExitCode::bad_input);
    return error.what();
  }
}

TEST_CASE("a path comes back as it was, on every rank") {
  const auto world = comm::Communicator::world();
  const Path path = testing::sample_path();
  const std::string file = comm::on_root(world, [&] {
    const std::string name = testing::file_name("path");
    write_path(name, path);
    REQUIRE(is_path(name));
    REQUIRE_FALSE(is_model(name));
    return name;
  });
  const Path copy = read_path(file, world);
  testing::require_equal(copy.model, path.model);
  CHECK(copy.lambda == path.lambda);
  CHECK(copy.l1 == path.l1);
  CHECK(copy.l2 == path.l2);
  CHECK(copy.objective == path.objective);
  CHECK(copy.deviance_explained == path.deviance_explained);
  CHECK(copy.nonzeros == path.nonzeros);
  CHECK(copy.data_passes == path.data_passes);
  CHECK(copy.coefficients == path.coefficients);
  CHECK(copy.intercept == path.intercept);

  const Model step = read_model_or_step(file, 2, world);
  testing::require_equal(step, model_at(path, 2));
  const auto none = [&] { read_model_or_step(file, std::nullopt, world); };
  CHECK_THAT(refusal(none), mpilogit::testing::contains("steps 0 to 3"));
  CHECK_THAT(refusal(none), mpilogit::testing::contains("--step"));
  for (const std::int64_t wrong : {-1, 4}) {
    const std::string message = refusal([&] { read_model_or_step(file, wrong, world); });
    CHECK_THAT(message, mpilogit::testing::contains("has no step " + std::to_string(wrong)));
    CHECK_THAT(message, mpilogit::testing::contains("steps 0 to 3"));
  }
  CHECK_THAT(refusal([&] { read_model(file, world); }), mpilogit::testing::contains("--step"));
  world.barrier();
  if (world.is_root()) std::filesystem::remove(file);
}

TEST_CASE("a step is the model that was trained there") {
  const Path path = testing::sample_path();
  const Model model = model_at(path, 3);
  CHECK(model.l1 == 0.0625);
  CHECK(model.l2 == 0.1875);
  CHECK(model.coefficients == std::vector<double>{0, 3, 6, 30, 33, 36, 60, 63, 66});
  CHECK(model.intercept == std::vector<double>{3.5, 2.5, 1.5});
  CHECK(model.classes == path.model.classes);
  CHECK_THROWS_AS(model_at(path, 4), core::Error);
  CHECK_THROWS_AS(model_at(path, -1), core::Error);
}

TEST_CASE("a step of a model file is refused") {
  const auto world = comm::Communicator::world();
  const std::string file = comm::on_root(world, [&] {
    write_model(testing::file_name("one"), testing::softmax_model(3, true));
    return testing::file_name("one");
  });
  CHECK(read_model_or_step(file, std::nullopt, world).rows() == 2);
  CHECK_THAT(refusal([&] { read_model_or_step(file, 0, world); }),
             mpilogit::testing::contains("one model, not a path"));
  CHECK_THAT(refusal([&] { read_path(file, world); }),
             mpilogit::testing::contains("does not say 'mpilogit path'"));
  world.barrier();
  if (world.is_root()) std::filesystem::remove(file);
}

TEST_CASE("a damaged path is refused") {
  const auto world = comm::Communicator::world();
  if (!world.is_root()) return;
  const std::string file = testing::file_name("broken");
  const auto refused = [&](auto&& damage, const std::string& part) {
    write_path(file, testing::sample_path());
    {
      Surgery surgery(file);
      damage(surgery);
    }
    CHECK_THAT(refusal([&] { read_path(file); }), mpilogit::testing::contains(part));
  };
  refused([](Surgery& s) { s.set_attribute("format_version", 2); }, "reads up to 1");
  refused(
      [](Surgery& s) {
        s.replace("steps/lambda", {1, 2, 3}, {3});
      },
      "4 steps and 3 of steps/lambda");
  refused([](Surgery& s) { s.replace("steps/nonzeros", {1, 2, 3, 4}, {4}); }, "steps/nonzeros");
  refused(
      [](Surgery& s) {
        s.replace("intercept", std::vector<double>(12), {3, 4});
      },
      "shapes of coefficients");
  refused([](Surgery& s) { s.replace("intercept", std::vector<double>(12), {4, 3}); }, "SHA-256");
  refused(
      [](Surgery& s) {
        s.replace("coefficients", std::vector<double>(36), {4, 9});
      },
      "shapes of coefficients");
  refused([](Surgery& s) { s.remove("steps/l1"); }, "there is no 'steps/l1'");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace mpilogit::model
