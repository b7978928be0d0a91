#include "model/detail/inference_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model/detail/description.hpp"
#include "model/inference.hpp"

namespace mpilogit::model {

namespace {

constexpr const char* kGroup = "inference";

// The parts of a χ² statistic are attributes of their own: likelihood_ratio_degrees.
std::string part(const char* name, const char* of) {
  return std::string(name) + "_" + of;
}

class ScalarWriter {
 public:
  explicit ScalarWriter(const hdf5::File& file) : file_(file) {}

  template <class Value>
  void operator()(const char* name, const Value& value) const {
    hdf5::write_attribute(file_, kGroup, name, value);
  }
  void operator()(const char* name, bool value) const { (*this)(name, std::int64_t{value}); }
  void operator()(const char* name, const ChiSquared& value) const {
    (*this)(part(name, "statistic").c_str(), value.statistic);
    (*this)(part(name, "degrees").c_str(), value.degrees);
    (*this)(part(name, "log_p").c_str(), value.log_p);
  }
  template <class Value>
  void operator()(const char* name, const std::optional<Value>& value) const {
    if (value) (*this)(name, *value);
  }

 private:
  const hdf5::File& file_;
};

class ScalarReader {
 public:
  explicit ScalarReader(const hdf5::File& file) : file_(file) {}

  void operator()(const std::string& name, std::string& value) const {
    value = hdf5::read_text_attribute(file_, kGroup, name);
  }
  void operator()(const std::string& name, std::int64_t& value) const {
    value = hdf5::read_integer_attribute(file_, kGroup, name);
    if (value < 0) refuse(file_.path(), fmt::format("{} is {}", name, value));
  }
  void operator()(const std::string& name, bool& value) const {
    value = hdf5::read_integer_attribute(file_, kGroup, name) != 0;
  }
  void operator()(const std::string& name, double& value) const {
    value = hdf5::read_double_attribute(file_, kGroup, name);
    if (!std::isfinite(value)) refuse(file_.path(), name + " is not finite");
  }
  void operator()(const char* name, ChiSquared& value) const {
    (*this)(part(name, "statistic"), value.statistic);
    (*this)(part(name, "degrees"), value.degrees);
    (*this)(part(name, "log_p"), value.log_p);
  }
  void operator()(const char* name, std::optional<double>& value) const {
    if (hdf5::has_attribute(file_, kGroup, name)) (*this)(name, value.emplace());
  }
  void operator()(const char* name, std::optional<ChiSquared>& value) const {
    if (hdf5::has_attribute(file_, kGroup, part(name, "statistic"))) (*this)(name, value.emplace());
  }

 private:
  const hdf5::File& file_;
};

std::vector<double> read_matrix(const hdf5::File& file, const std::string& name,
                                const std::vector<std::int64_t>& shape) {
  if (hdf5::dimensions(file, name) != shape) {
    refuse(file.path(), "the shape of " + name + " is not that of the coefficients");
  }
  return hdf5::read_doubles(file, name);
}

std::vector<CoefficientStatus> read_status(const hdf5::File& file, const std::string& name,
                                           const std::vector<std::int64_t>& shape) {
  if (hdf5::dimensions(file, name) != shape) {
    refuse(file.path(), "the shape of " + name + " is not that of the coefficients");
  }
  std::vector<CoefficientStatus> status;
  for (const auto value : hdf5::read_integers(file, name)) {
    if (value < 0 || value > static_cast<std::int64_t>(CoefficientStatus::fixed)) {
      refuse(file.path(), fmt::format("{} holds {}", name, value));
    }
    status.push_back(static_cast<CoefficientStatus>(value));
  }
  return status;
}

// A standard error is infinite exactly where there is none.
void require_consistent(const std::string& path, const std::vector<double>& errors,
                        const std::vector<CoefficientStatus>& status) {
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const bool estimated = status[i] == CoefficientStatus::estimated;
    const bool sound = estimated ? std::isfinite(errors[i]) && errors[i] >= 0.0
                                 : std::isinf(errors[i]) && errors[i] > 0.0;
    if (sound) continue;
    refuse(path, fmt::format("the standard error {} contradicts its coefficient's status {}",
                             errors[i], static_cast<int>(status[i])));
  }
}

void write_status(const hdf5::File& file, const std::string& name,
                  const std::vector<CoefficientStatus>& status,
                  const std::vector<std::int64_t>& shape) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(status.size());
  for (const auto value : status) bytes.push_back(static_cast<std::uint8_t>(value));
  hdf5::write_bytes(file, name, bytes, shape);
}

void write_profiles(const hdf5::File& file, const std::vector<ProfileInterval>& profiles) {
  std::vector<std::int64_t> places;
  std::vector<double> intervals;
  for (const auto& profile : profiles) {
    places.insert(places.end(), {profile.row, profile.feature});
    intervals.insert(intervals.end(), {profile.lower, profile.upper});
  }
  const auto count = static_cast<std::int64_t>(profiles.size());
  hdf5::write_integers(file, "inference/profile_places", places, {count, 2});
  hdf5::write_doubles(file, "inference/profile_intervals", intervals, {count, 2});
}

std::vector<ProfileInterval> read_profiles(const hdf5::File& file, const Model& model) {
  const auto shape = hdf5::dimensions(file, "inference/profile_places");
  if (shape.size() != 2 || shape[1] != 2) refuse(file.path(), "the shape of profile_places");
  const auto places = hdf5::read_integers(file, "inference/profile_places");
  const auto intervals = read_matrix(file, "inference/profile_intervals", shape);
  std::vector<ProfileInterval> profiles;
  for (std::size_t i = 0; i + 1 < places.size(); i += 2) {
    const ProfileInterval profile{places[i], places[i + 1], intervals[i], intervals[i + 1]};
    const bool sound = profile.row >= 0 && profile.row < model.rows() && profile.feature >= -1 &&
                       profile.feature < model.features && profile.lower <= profile.upper;
    if (!sound) refuse(file.path(), fmt::format("its profile interval {} cannot be", i / 2));
    profiles.push_back(profile);
  }
  return profiles;
}

void write_tests(const hdf5::File& file, const std::vector<HypothesisTest>& tests) {
  std::vector<std::string> hypotheses;
  std::vector<double> statistics;
  std::vector<std::int64_t> degrees;
  std::vector<double> log_p;
  for (const auto& test : tests) {
    hypotheses.push_back(test.hypothesis);
    statistics.push_back(test.chi_squared.statistic);
    degrees.push_back(test.chi_squared.degrees);
    log_p.push_back(test.chi_squared.log_p);
  }
  const auto count = static_cast<std::int64_t>(tests.size());
  hdf5::write_strings(file, "inference/test_hypotheses", hypotheses, {count});
  hdf5::write_doubles(file, "inference/test_statistics", statistics, {count});
  hdf5::write_integers(file, "inference/test_degrees", degrees, {count});
  hdf5::write_doubles(file, "inference/test_log_p", log_p, {count});
}

std::vector<HypothesisTest> read_tests(const hdf5::File& file) {
  const auto hypotheses = hdf5::read_strings(file, "inference/test_hypotheses");
  const auto statistics = hdf5::read_doubles(file, "inference/test_statistics");
  const auto degrees = hdf5::read_integers(file, "inference/test_degrees");
  const auto log_p = hdf5::read_doubles(file, "inference/test_log_p");
  const std::size_t count = hypotheses.size();
  if (statistics.size() != count || degrees.size() != count || log_p.size() != count) {
    refuse(file.path(), "the numbers of its hypotheses and their statistics differ");
  }
  std::vector<HypothesisTest> tests;
  for (std::size_t i = 0; i < count; ++i) {
    const bool sound = statistics[i] >= 0.0 && degrees[i] > 0 && log_p[i] <= 0.0;
    if (!sound) refuse(file.path(), "the test of '" + hypotheses[i] + "' cannot be");
    tests.push_back({hypotheses[i], {statistics[i], degrees[i], log_p[i]}});
  }
  return tests;
}

}  // namespace

void write_inference(const hdf5::File& file, const Model& model) {
  if (!model.inference) return;
  const Inference& inference = *model.inference;
  const std::vector<std::int64_t> matrix = {model.rows(), model.features};
  hdf5::write_doubles(file, "standard_errors", inference.standard_errors, matrix);
  hdf5::write_doubles(file, "intercept_standard_errors", inference.intercept_standard_errors,
                      {model.rows()});
  write_status(file, "coefficient_status", inference.status, matrix);
  write_status(file, "intercept_status", inference.intercept_status, {model.rows()});
  if (!inference.covariance.empty()) {
    const std::int64_t dimension = model.rows() * (model.features + 1);
    hdf5::write_doubles(file, "covariance", inference.covariance, {dimension, dimension});
  }
  write_profiles(file, inference.profiles);
  write_tests(file, inference.tests);
  for_each_scalar(inference, ScalarWriter(file));
}

std::optional<Inference> read_inference(const hdf5::File& file, const Model& model) {
  if (!file.contains(kGroup)) return std::nullopt;
  Inference inference;
  const std::vector<std::int64_t> matrix = {model.rows(), model.features};
  inference.standard_errors = read_matrix(file, "standard_errors", matrix);
  inference.intercept_standard_errors =
      read_matrix(file, "intercept_standard_errors", {model.rows()});
  inference.status = read_status(file, "coefficient_status", matrix);
  inference.intercept_status = read_status(file, "intercept_status", {model.rows()});
  require_consistent(file.path(), inference.standard_errors, inference.status);
  require_consistent(file.path(), inference.intercept_standard_errors, inference.intercept_status);
  if (file.contains("covariance")) {
    const std::int64_t dimension = model.rows() * (model.features + 1);
    inference.covariance = read_matrix(file, "covariance", {dimension, dimension});
    const bool finite = std::all_of(inference.covariance.begin(), inference.covariance.end(),
                                    [](double value) { return std::isfinite(value); });
    if (!finite) refuse(file.path(), "a covariance is not finite");
  }
  for_each_scalar(inference, ScalarReader(file));
  if (inference.confidence <= 0.0 || inference.confidence >= 1.0) {
    refuse(file.path(), fmt::format("its confidence is {}", inference.confidence));
  }
  inference.profiles = read_profiles(file, model);
  inference.tests = read_tests(file);
  return inference;
}

}  // namespace mpilogit::model
