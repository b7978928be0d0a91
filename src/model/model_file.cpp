#include "mpilogit/model/model_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "mpilogit/core/atomic_file.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/hdf5/file.hpp"

namespace mpilogit::model {

namespace {

constexpr const char* kFormat = "mpilogit model";

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw core::bad_input({.what = what,
                         .where = path,
                         .why = "the file cannot be trusted as a model",
                         .remedy = "Train the model again"});
}

void write_classes(const hdf5::File& file, const data::ClassSet& classes) {
  const auto count = static_cast<std::int64_t>(classes.size());
  if (classes.kind == data::LabelKind::text) {
    hdf5::write_strings(file, "classes", classes.texts, {count});
  } else if (classes.kind == data::LabelKind::boolean) {
    const std::vector<std::uint8_t> values(classes.numbers.begin(), classes.numbers.end());
    hdf5::write_booleans(file, "classes", values, {count});
  } else if (classes.kind == data::LabelKind::floating) {
    const std::vector<double> values(classes.numbers.begin(), classes.numbers.end());
    hdf5::write_doubles(file, "classes", values, {count});
  } else {
    hdf5::write_integers(file, "classes", classes.numbers, {count});
  }
}

data::ClassSet read_classes(const hdf5::File& file) {
  data::ClassSet classes;
  const std::int64_t kind = hdf5::read_integer_attribute(file, "/", "label_kind");
  if (kind < 0 || kind > static_cast<int>(data::LabelKind::text)) {
    refuse(file.path(), fmt::format("label_kind is {}", kind));
  }
  classes.kind = static_cast<data::LabelKind>(kind);
  if (classes.kind == data::LabelKind::text) {
    classes.texts = hdf5::read_strings(file, "classes");
  } else if (classes.kind != data::LabelKind::floating) {
    classes.numbers = hdf5::read_integers(file, "classes");
  } else {
    for (const double value : hdf5::read_doubles(file, "classes")) {
      if (value != std::trunc(value)) refuse(file.path(), "classes are not whole numbers");
      classes.numbers.push_back(static_cast<std::int64_t>(value));
    }
  }
  return classes;
}

void validate(const std::string& path, const Model& model,
              const std::vector<std::int64_t>& dimensions) {
  const auto rows = static_cast<std::int64_t>(model.intercept.size());
  if (dimensions.size() != 2 || dimensions[0] != rows || dimensions[1] < 1) {
    refuse(path, "the shapes of coefficients and intercept disagree");
  }
  if (model.classes.size() != 2 || rows != 1) {
    refuse(path, fmt::format("it has {} classes and {} rows of coefficients", model.classes.size(),
                             rows));
  }
  if (!model.feature_names.empty() &&
      static_cast<std::int64_t>(model.feature_names.size()) != dimensions[1]) {
    refuse(path, fmt::format("it has {} feature names for {} coefficients",
                             model.feature_names.size(), dimensions[1]));
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(model.coefficients.begin(), model.coefficients.end(), finite) ||
      !std::all_of(model.intercept.begin(), model.intercept.end(), finite)) {
    refuse(path, "a coefficient is not finite");
  }
}

void require_format(const hdf5::File& file) {
  if (!hdf5::has_attribute(file, "/", "format") ||
      hdf5::read_text_attribute(file, "/", "format") != kFormat) {
    throw core::bad_input({.what = "is not a model of mpilogit",
                           .where = file.path(),
                           .why = "its attribute 'format' does not say so",
                           .remedy = "Give the file that `mpilogit train --model` wrote"});
  }
  const std::int64_t version = hdf5::read_integer_attribute(file, "/", "format_version");
  if (version > kFormatVersion) {
    throw core::bad_input({.what = fmt::format("has model format {}", version),
                           .where = file.path(),
                           .why = fmt::format("this program reads up to {}", kFormatVersion),
                           .remedy = "Use a newer mpilogit"});
  }
}

}  // namespace

void write_model(const std::string& path, const Model& model) {
  core::AtomicFile target(path);
  hdf5::File file = hdf5::File::create(target.temporary_path());
  const auto rows = static_cast<std::int64_t>(model.intercept.size());
  hdf5::write_doubles(file, "coefficients", model.coefficients, {rows, model.features});
  hdf5::write_doubles(file, "intercept", model.intercept, {rows});
  write_classes(file, model.classes);
  if (!model.feature_names.empty()) {
    hdf5::write_strings(file, "feature_names", model.feature_names, {model.features});
  }
  hdf5::write_attribute(file, "/", "format", kFormat);
  hdf5::write_attribute(file, "/", "format_version", std::int64_t{kFormatVersion});
  hdf5::write_attribute(file, "/", "label_kind", static_cast<std::int64_t>(model.classes.kind));
  hdf5::write_attribute(file, "/", "objective", "logistic");
  hdf5::write_attribute(file, "/", "l2", model.l2);
  hdf5::write_attribute(file, "/", "solver", model.solver);
  hdf5::write_strings(file, "record", std::vector<std::string>{model.record}, {});
  hdf5::write_attribute(file, "/", "coefficients_sha256", coefficients_sha256(model));
  file.close();
  target.commit();
}

Model read_model(const std::string& path) {
  const hdf5::File file = hdf5::File::open(path);
  require_format(file);
  Model model;
  const auto dimensions = hdf5::dimensions(file, "coefficients");
  model.coefficients = hdf5::read_doubles(file, "coefficients");
  model.intercept = hdf5::read_doubles(file, "intercept");
  model.classes = read_classes(file);
  if (file.contains("feature_names")) {
    model.feature_names = hdf5::read_strings(file, "feature_names");
  }
  validate(path, model, dimensions);
  model.features = dimensions[1];
  model.l2 = hdf5::read_double_attribute(file, "/", "l2");
  model.solver = hdf5::read_text_attribute(file, "/", "solver");
  const auto record = hdf5::read_strings(file, "record");
  model.record = record.empty() ? "" : record.front();
  if (hdf5::read_text_attribute(file, "/", "coefficients_sha256") != coefficients_sha256(model)) {
    refuse(path, "the coefficients do not match their SHA-256");
  }
  return model;
}

bool is_model(const std::string& path) {
  const hdf5::File file = hdf5::File::open(path);
  return hdf5::has_attribute(file, "/", "format") &&
         hdf5::read_text_attribute(file, "/", "format") == kFormat;
}

}  // namespace mpilogit::model
