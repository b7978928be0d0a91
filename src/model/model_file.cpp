#include "model/model_file.hpp"

#include "core/atomic_file.hpp"
#include "hdf5/file.hpp"
#include "model/detail/centre_file.hpp"
#include "model/detail/description.hpp"
#include "model/detail/inference_file.hpp"

namespace mpilogit::model {

namespace {

constexpr const char* kFormat = "mpilogit model";

// Programs that know only version 1 have no other objective and no expansion.
std::int64_t version_of(const Model& model) {
  return model.objective == kLogistic && model.expansion.identity() ? 1 : kFormatVersion;
}

}  // namespace

void write_model(const std::string& path, const Model& model) {
  core::AtomicFile target(path);
  hdf5::File file = hdf5::File::create(target);
  hdf5::write_doubles(file, "coefficients", model.coefficients, {model.rows(), model.features});
  hdf5::write_doubles(file, "intercept", model.intercept, {model.rows()});
  write_centre(file, model.centre,
               {{model.coefficients_at_centre, {model.rows(), model.features}},
                {model.intercept_at_centre, {model.rows()}}});
  hdf5::write_attribute(file, "/", "format", kFormat);
  hdf5::write_attribute(file, "/", "format_version", version_of(model));
  write_description(file, model);
  write_inference(file, model);
  hdf5::write_attribute(file, "/", "l2", model.l2);
  hdf5::write_attribute(file, "/", "l1", model.l1);
  hdf5::write_attribute(file, "/", "coefficients_sha256", coefficients_sha256(model));
  write_texts_digest(file, model);
  file.close();
  target.commit();
}

Model read_model(const std::string& path) {
  const hdf5::File file = hdf5::File::open(path);
  require_format(file, kFormat, kFormatVersion, "mpilogit train --model");
  const auto dimensions = hdf5::dimensions(file, "coefficients");
  const std::vector<double> intercept = hdf5::read_doubles(file, "intercept");
  const auto rows = static_cast<std::int64_t>(intercept.size());
  if (dimensions.size() != 2 || dimensions[0] != rows || dimensions[1] < 1) {
    refuse(path, "the shapes of coefficients and intercept disagree");
  }
  Model model = read_description(file, rows, dimensions[1]);
  model.coefficients = hdf5::read_doubles(file, "coefficients");
  model.intercept = intercept;
  require_sound(file, model.coefficients, model.intercept);
  read_centre(file, model);
  model.l2 = hdf5::read_double_attribute(file, "/", "l2");
  if (hdf5::has_attribute(file, "/", "l1")) {
    model.l1 = hdf5::read_double_attribute(file, "/", "l1");
  }
  require_penalty(path, "l2", model.l2);
  require_penalty(path, "l1", model.l1);
  model.inference = read_inference(file, model);
  require_texts_digest(file, model);
  return model;
}

bool is_model(const std::string& path) {
  return has_format(hdf5::File::open(path), kFormat);
}

}  // namespace mpilogit::model
