#include "model/detail/centre_file.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "core/digest.hpp"
#include "model/centre.hpp"
#include "model/detail/description.hpp"

namespace mpilogit::model {

namespace {

constexpr const char* kCentre = "centre";
constexpr const char* kIntercept = "intercept_at_centre";
constexpr const char* kCoefficients = "coefficients_at_centre";
constexpr const char* kCentreDigest = "centre_sha256";

struct CentreOfFile {
  std::vector<double> centre;
  std::vector<double> intercept;
  std::vector<double> coefficients;
};

// One after the other: the centre, the intercepts, the coefficients.
std::string digest_of(std::span<const double> centre, std::span<const double> intercept,
                      std::span<const double> coefficients) {
  std::vector<double> all(centre.begin(), centre.end());
  all.insert(all.end(), intercept.begin(), intercept.end());
  all.insert(all.end(), coefficients.begin(), coefficients.end());
  return core::sha256(std::as_bytes(std::span<const double>(all)));
}

std::vector<double> read_centred(const hdf5::File& file, const char* name,
                                 const std::vector<std::int64_t>& shape) {
  if (!file.contains(name)) {
    refuse(file.path(), fmt::format("it has no {} beside its centre", name));
  }
  if (hdf5::dimensions(file, name) != shape) {
    refuse(file.path(), fmt::format("the shape of {} is not that of the model", name));
  }
  std::vector<double> values = hdf5::read_doubles(file, name);
  const bool finite =
      std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  if (!finite) refuse(file.path(), fmt::format("a value of {} is not finite", name));
  return values;
}

void require_absent(const hdf5::File& file, const char* name, const char* why) {
  if (file.contains(name)) refuse(file.path(), fmt::format("it has {} without {}", name, why));
}

// `intercepts`: the shape of the file's intercept.
CentreOfFile read_arrays(const hdf5::File& file, const Model& model,
                         std::vector<std::int64_t> intercepts) {
  CentreOfFile found;
  if (!file.contains(kCentre)) {
    require_absent(file, kIntercept, "a centre");
    require_absent(file, kCoefficients, "a centre");
    return found;
  }
  found.centre = read_centred(file, kCentre, {model.data_features()});
  found.intercept = read_centred(file, kIntercept, intercepts);
  if (model.expansion.identity()) {
    require_absent(file, kCoefficients, "products");
  } else {
    intercepts.push_back(model.features);
    found.coefficients = read_centred(file, kCoefficients, intercepts);
  }
  if (hdf5::read_text_attribute(file, "/", kCentreDigest) !=
      digest_of(found.centre, found.intercept, found.coefficients)) {
    refuse(file.path(), "its centre does not match its SHA-256");
  }
  return found;
}

void require_agreement(const hdf5::File& file, const Model& model, const CentreOfFile& found,
                       const std::vector<double>& coefficients,
                       const std::vector<double>& intercept) {
  if (found.centre.empty()) return;
  const CentredForms centred{found.centre,
                             model.expansion.identity() ? coefficients : found.coefficients,
                             found.intercept};
  if (agree(model, centred, coefficients, intercept)) return;
  refuse(file.path(), "its intercept and coefficients are not those at its centre");
}

}  // namespace

void write_centre(const hdf5::File& file, const std::vector<double>& centre,
                  const CentredArrays& arrays) {
  if (centre.empty()) return;
  hdf5::write_doubles(file, kCentre, centre, {static_cast<std::int64_t>(centre.size())});
  hdf5::write_doubles(file, kIntercept, arrays.intercept.values, arrays.intercept.shape);
  if (!arrays.coefficients.values.empty()) {
    hdf5::write_doubles(file, kCoefficients, arrays.coefficients.values, arrays.coefficients.shape);
  }
  hdf5::write_attribute(file, "/", kCentreDigest,
                        digest_of(centre, arrays.intercept.values, arrays.coefficients.values));
}

void read_centre(const hdf5::File& file, Model& model) {
  CentreOfFile found = read_arrays(file, model, {model.rows()});
  require_agreement(file, model, found, model.coefficients, model.intercept);
  model.centre = std::move(found.centre);
  model.intercept_at_centre = std::move(found.intercept);
  model.coefficients_at_centre = std::move(found.coefficients);
}

void read_centre(const hdf5::File& file, Path& path) {
  const auto rows = static_cast<std::int64_t>(path.intercept.size()) / path.steps();
  CentreOfFile found = read_arrays(file, path.model, {path.steps(), rows});
  // Steps and rows alike: forms one after the other.
  require_agreement(file, path.model, found, path.coefficients, path.intercept);
  path.model.centre = std::move(found.centre);
  path.intercept_at_centre = std::move(found.intercept);
  path.coefficients_at_centre = std::move(found.coefficients);
}

}  // namespace mpilogit::model
