// Models survive the way to the disk and to the other ranks. (What h5py makes of them: tests/cli.)

#include "mpilogit/model/model_file.hpp"

#include <cmath>
#include <filesystem>
#include <unistd.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/model/distribute.hpp"

#include "support/catch.hpp"

namespace mpilogit::model {
namespace {

Model sample_model(data::LabelKind kind) {
  Model model;
  model.classes.kind = kind;
  if (kind == data::LabelKind::text) {
    model.classes.texts = {"maybe", "ja, größer"};
  } else {
    model.classes.numbers = {-1, (std::int64_t{1} << 60) + 1};
  }
  if (kind == data::LabelKind::boolean) model.classes.numbers = {0, 1};
  if (kind == data::LabelKind::floating) model.classes.numbers = {-3, 8};
  model.features = 3;
  model.feature_names = {"age", "größe", ""};
  model.coefficients = {1.0 / 3.0, -0.0, 1e-300};
  model.intercept = {-2.5};
  model.l2 = 0.125;
  model.solver = "newton";
  model.record = "{\"rows\": 1}";
  return model;
}

TEST_CASE("a model comes back as it was, on every rank") {
  const auto world = comm::Communicator::world();
  for (const auto kind : {data::LabelKind::integer, data::LabelKind::boolean,
                          data::LabelKind::floating, data::LabelKind::text}) {
    const Model model = sample_model(kind);
    const std::string path = comm::on_root(world, [&] {
      const std::string name = "model-test-" + std::to_string(::getpid()) + ".h5";
      write_model(name, model);
      REQUIRE(is_model(name));
      return name;
    });
    const Model copy = read_model(path, world);
    CHECK(copy.classes == model.classes);
    CHECK(copy.features == model.features);
    CHECK(copy.feature_names == model.feature_names);
    CHECK(copy.coefficients == model.coefficients);
    CHECK(std::signbit(copy.coefficients[1]));
    CHECK(copy.intercept == model.intercept);
    CHECK(copy.l2 == model.l2);
    CHECK(copy.solver == model.solver);
    CHECK(copy.record == model.record);
    CHECK(coefficients_sha256(copy) == coefficients_sha256(model));
    world.barrier();
    if (world.is_root()) std::filesystem::remove(path);
  }
}

TEST_CASE("the hash sees every bit") {
  const Model model = sample_model(data::LabelKind::integer);
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
  Model model = sample_model(data::LabelKind::integer);
  CHECK(model.feature_name(0) == "age");
  model.feature_names.clear();
  CHECK(model.feature_name(2) == "column 2");
}

}  // namespace
}  // namespace mpilogit::model
