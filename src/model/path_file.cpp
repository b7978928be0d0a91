#include "model/path_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "hdf5/file.hpp"
#include "model/detail/centre_file.hpp"
#include "model/detail/description.hpp"

namespace mpilogit::model {

namespace {

constexpr const char* kPathFormat = "mpilogit path";

// One number per step; `apply` gets the name and the member.
template <class AnyPath, class Apply>
void for_each_column(AnyPath& path, Apply&& apply) {
  apply("steps/lambda", path.lambda);
  apply("steps/l1", path.l1);
  apply("steps/l2", path.l2);
  apply("steps/objective", path.objective);
  apply("steps/deviance_explained", path.deviance_explained);
}

template <class AnyPath, class Apply>
void for_each_count(AnyPath& path, Apply&& apply) {
  apply("steps/nonzeros", path.nonzeros);
  apply("steps/data_passes", path.data_passes);
}

std::vector<std::int64_t> require_shapes(const hdf5::File& file) {
  auto shape = hdf5::dimensions(file, "coefficients");
  const bool sound =
      shape.size() == 3 && shape[0] > 0 && shape[1] > 0 && shape[2] > 0 &&
      hdf5::dimensions(file, "intercept") == std::vector<std::int64_t>{shape[0], shape[1]};
  if (!sound) refuse(file.path(), "the shapes of coefficients and intercept disagree");
  return shape;
}

}  // namespace

void write_path(const std::string& target_path, const Path& path) {
  core::AtomicFile target(target_path);
  hdf5::File file = hdf5::File::create(target);
  const std::int64_t steps = path.steps();
  const std::int64_t rows =
      steps > 0 ? static_cast<std::int64_t>(path.intercept.size()) / steps : 0;
  hdf5::write_doubles(file, "coefficients", path.coefficients, {steps, rows, path.model.features});
  hdf5::write_doubles(file, "intercept", path.intercept, {steps, rows});
  write_centre(file, path.model.centre,
               {{path.coefficients_at_centre, {steps, rows, path.model.features}},
                {path.intercept_at_centre, {steps, rows}}});
  for_each_column(path, [&](const char* name, const std::vector<double>& values) {
    hdf5::write_doubles(file, name, values, {steps});
  });
  for_each_count(path, [&](const char* name, const std::vector<std::int64_t>& values) {
    hdf5::write_integers(file, name, values, {steps});
  });
  hdf5::write_attribute(file, "/", "format", kPathFormat);
  hdf5::write_attribute(file, "/", "format_version", std::int64_t{kPathFormatVersion});
  write_description(file, path.model);
  hdf5::write_attribute(file, "/", "coefficients_sha256", coefficients_sha256(path));
  write_texts_digest(file, path.model);
  file.close();
  target.commit();
}

Path read_path(const std::string& source_path) {
  const hdf5::File file = hdf5::File::open(source_path);
  require_format(file, kPathFormat, kPathFormatVersion, "mpilogit path");
  const auto shape = require_shapes(file);
  const auto steps = static_cast<std::size_t>(shape[0]);
  const auto require_steps = [&](const char* name, std::size_t count) {
    if (count == steps) return;
    refuse(source_path, fmt::format("it has {} steps and {} of {}", steps, count, name));
  };
  Path path;
  path.model = read_description(file, shape[1], shape[2]);
  for_each_column(path, [&](const char* name, std::vector<double>& values) {
    values = hdf5::read_doubles(file, name);
    require_steps(name, values.size());
  });
  for (const double value : path.l1) require_penalty(source_path, "steps/l1", value);
  for (const double value : path.l2) require_penalty(source_path, "steps/l2", value);
  for_each_count(path, [&](const char* name, std::vector<std::int64_t>& values) {
    values = hdf5::read_integers(file, name);
    require_steps(name, values.size());
  });
  path.coefficients = hdf5::read_doubles(file, "coefficients");
  path.intercept = hdf5::read_doubles(file, "intercept");
  require_sound(file, path.coefficients, path.intercept);
  read_centre(file, path);
  require_texts_digest(file, path.model);
  return path;
}

bool is_path(const std::string& file) {
  return has_format(hdf5::File::open(file), kPathFormat);
}

std::string coefficients_sha256(const Path& path) {
  return sha256(path.coefficients, path.intercept);
}

Model model_at(const Path& path, std::int64_t step) {
  if (step < 0 || step >= path.steps()) {
    throw core::bad_input({.what = fmt::format("there is no step {}", step),
                           .why = fmt::format("the path has steps 0 to {}", path.steps() - 1),
                           .remedy = "Choose one with --step"});
  }
  const auto part = [&](const std::vector<double>& all) {
    const auto size = static_cast<std::ptrdiff_t>(all.size()) / path.steps();
    const auto first = all.begin() + step * size;
    return std::vector<double>(first, first + size);
  };
  Model model = path.model;
  model.coefficients = part(path.coefficients);
  model.intercept = part(path.intercept);
  model.intercept_at_centre = part(path.intercept_at_centre);
  model.coefficients_at_centre = part(path.coefficients_at_centre);
  model.l1 = path.l1[static_cast<std::size_t>(step)];
  model.l2 = path.l2[static_cast<std::size_t>(step)];
  return model;
}

}  // namespace mpilogit::model
