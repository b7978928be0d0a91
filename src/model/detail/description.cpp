#include "model/detail/description.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/parse_json.hpp"
#include "core/units.hpp"

namespace mpilogit::model {

namespace {

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
      const bool whole = value == std::trunc(value) && value >= -0x1p63 && value < 0x1p63;
      if (!whole) refuse(file.path(), "classes are not whole numbers");
      classes.numbers.push_back(static_cast<std::int64_t>(value));
    }
  }
  return classes;
}

template <class Value>
bool ascending(const std::vector<Value>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) == values.end();
}

void require_classes(const std::string& path, const Model& model, std::int64_t rows) {
  if (!ascending(model.classes.numbers) || !ascending(model.classes.texts)) {
    refuse(path, "its classes are not in ascending order");
  }
  for (const auto& name : model.classes.texts) {
    if (name.size() <= core::kLongestLabel) continue;
    refuse(path, fmt::format("the name of a class has {} bytes, more than {}", name.size(),
                             core::kLongestLabel));
  }
  const auto classes = static_cast<std::int64_t>(model.classes.size());
  const bool fits = model.objective == kLogistic ? classes == 2 && rows == 1
                    : model.objective == kSoftmax
                        ? classes > 2 && (rows == classes || rows == classes - 1)
                        : model.objective == kOneVsRest && classes > 2 && rows == classes;
  if (fits) return;
  refuse(path, fmt::format("it has {} classes and {} rows of coefficients (objective '{}')",
                           classes, rows, model.objective));
}

void require_names(const std::string& path, const std::vector<std::string>& names,
                   std::int64_t features, const char* of) {
  if (names.empty() || static_cast<std::int64_t>(names.size()) == features) return;
  refuse(path, fmt::format("it has {} names for {} {}", names.size(), features, of));
}

std::int64_t read_integer_or(const hdf5::File& file, const char* name, std::int64_t otherwise) {
  return hdf5::has_attribute(file, "/", name) ? hdf5::read_integer_attribute(file, "/", name)
                                              : otherwise;
}

// The first of `texts`, which somebody will take for JSON.
std::string first_json(const hdf5::File& file, const char* name,
                       const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  if (!core::nested_too_deeply(texts.front())) return texts.front();
  throw core::bad_input({.what = "is nested too deeply",
                         .where = file.where(name),
                         .why = fmt::format("no more than {} levels are read", core::kDeepestJson),
                         .remedy = "Write the model again, by training it"});
}

std::vector<std::string> read_names(const hdf5::File& file, const char* name) {
  return file.contains(name) ? hdf5::read_strings(file, name) : std::vector<std::string>();
}

kernels::PolynomialShape read_expansion(const hdf5::File& file, std::int64_t features) {
  const std::int64_t degree = read_integer_or(file, "degree", 1);
  const std::int64_t from = read_integer_or(file, "data_features", features);
  // A product has at least as many forms as features, and they are counted by uint32.
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (degree < 1 || degree > kMost || from < 1 || from > features) {
    refuse(file.path(), fmt::format("it expands {} features to degree {}", from, degree));
  }
  const kernels::PolynomialShape shape{static_cast<std::size_t>(from),
                                       static_cast<std::size_t>(degree),
                                       read_integer_or(file, "interactions_only", 0) != 0};
  if (kernels::expanded_features(shape) != static_cast<std::size_t>(features)) {
    refuse(file.path(), fmt::format("{} features to degree {} are not its {} coefficients", from,
                                    degree, features));
  }
  return shape;
}

constexpr const char* kTextsDigest = "texts_sha256";

// Each is followed by a zero: what moves from one to the next shows.
std::string texts_digest(const Model& model) {
  std::string all = model.objective + '\0' + model.solver + '\0';
  if (model.inference) {
    for (const auto* text :
         {&model.inference->covariance_kind, &model.inference->method, &model.inference->weights}) {
      all += *text + '\0';
    }
  }
  return core::sha256(std::as_bytes(std::span<const char>(all)));
}

}  // namespace

void refuse(const std::string& path, const std::string& what) {
  throw core::bad_input({.what = what,
                         .where = path,
                         .why = "the file cannot be trusted as a model",
                         .remedy = "Train the model again"});
}

bool has_format(const hdf5::File& file, const std::string& format) {
  return hdf5::has_attribute(file, "/", "format") &&
         hdf5::read_text_attribute(file, "/", "format") == format;
}

void require_format(const hdf5::File& file, const std::string& format, int newest,
                    const std::string& written_by) {
  if (!has_format(file, format)) {
    throw core::bad_input({.what = "is not a model of mpilogit",
                           .where = file.path(),
                           .why = "its attribute 'format' does not say '" + format + "'",
                           .remedy = "Give the file that `" + written_by + "` wrote"});
  }
  const std::int64_t version = hdf5::read_integer_attribute(file, "/", "format_version");
  if (version < 1) refuse(file.path(), fmt::format("it has model format {}", version));
  if (version <= newest) return;
  throw core::bad_input({.what = fmt::format("has model format {}", version),
                         .where = file.path(),
                         .why = fmt::format("this program reads up to {}", newest),
                         .remedy = "Use a newer mpilogit"});
}

void write_description(const hdf5::File& file, const Model& model) {
  write_classes(file, model.classes);
  if (!model.feature_names.empty()) {
    hdf5::write_strings(file, "feature_names", model.feature_names, {model.features});
  }
  hdf5::write_attribute(file, "/", "label_kind", static_cast<std::int64_t>(model.classes.kind));
  hdf5::write_attribute(file, "/", "objective", model.objective);
  hdf5::write_attribute(file, "/", "solver", model.solver);
  hdf5::write_strings(file, "record", std::vector<std::string>{model.record}, {});
  if (!model.schema.empty()) {
    hdf5::write_strings(file, "schema", std::vector<std::string>{model.schema}, {});
  }
  hdf5::write_attribute(file, "/", "standardized", std::int64_t{model.standardized});
  hdf5::write_attribute(file, "/", "firth", std::int64_t{model.firth});
  data::write_column_numbers(file, "/", model.column_numbers);
  if (model.expansion.identity()) return;
  if (!model.data_feature_names.empty()) {
    hdf5::write_strings(file, "data_feature_names", model.data_feature_names,
                        {model.data_features()});
  }
  hdf5::write_attribute(file, "/", "data_features", model.data_features());
  hdf5::write_attribute(file, "/", "degree", static_cast<std::int64_t>(model.expansion.degree));
  hdf5::write_attribute(file, "/", "interactions_only",
                        std::int64_t{model.expansion.interactions_only});
}

Model read_description(const hdf5::File& file, std::int64_t rows, std::int64_t features) {
  Model model;
  model.classes = read_classes(file);
  model.objective = hdf5::read_text_attribute(file, "/", "objective");
  require_classes(file.path(), model, rows);
  model.features = features;
  model.expansion = read_expansion(file, features);
  model.feature_names = read_names(file, "feature_names");
  require_names(file.path(), model.feature_names, features, "coefficients");
  model.data_feature_names =
      model.expansion.identity() ? model.feature_names : read_names(file, "data_feature_names");
  require_names(file.path(), model.data_feature_names, model.data_features(), "features");
  model.standardized = read_integer_or(file, "standardized", 0) != 0;
  model.firth = read_integer_or(file, "firth", 0) != 0;
  model.column_numbers = data::read_column_numbers(file, "/");
  model.solver = hdf5::read_text_attribute(file, "/", "solver");
  model.record = first_json(file, "record", hdf5::read_strings(file, "record"));
  model.schema = first_json(file, "schema", read_names(file, "schema"));
  return model;
}

void require_penalty(const std::string& path, const std::string& name, double value) {
  if (value >= 0.0 && std::isfinite(value)) return;
  refuse(path, fmt::format("{} is {}", name, value));
}

void write_texts_digest(const hdf5::File& file, const Model& model) {
  hdf5::write_attribute(file, "/", kTextsDigest, texts_digest(model));
}

void require_texts_digest(const hdf5::File& file, const Model& model) {
  if (!hdf5::has_attribute(file, "/", kTextsDigest)) return;
  if (hdf5::read_text_attribute(file, "/", kTextsDigest) == texts_digest(model)) return;
  refuse(file.path(), "its attributes do not match their SHA-256");
}

void require_sound(const hdf5::File& file, const std::vector<double>& coefficients,
                   const std::vector<double>& intercept) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(coefficients.begin(), coefficients.end(), finite) ||
      !std::all_of(intercept.begin(), intercept.end(), finite)) {
    refuse(file.path(), "a coefficient is not finite");
  }
  if (hdf5::read_text_attribute(file, "/", "coefficients_sha256") !=
      sha256(coefficients, intercept)) {
    refuse(file.path(), "the coefficients do not match their SHA-256");
  }
}

std::string sha256(const std::vector<double>& coefficients, const std::vector<double>& intercept) {
  static_assert(std::endian::native == std::endian::little);
  std::vector<double> values = coefficients;
  values.insert(values.end(), intercept.begin(), intercept.end());
  return core::sha256(std::as_bytes(std::span<const double>(values)));
}

}  // namespace mpilogit::model
