#include "model/sample_models.hpp"

#include <cmath>
#include <limits>
#include <unistd.h>

#include "support/catch.hpp"

namespace mpilogit::model::testing {

Model two_classes(data::LabelKind kind) {
  Model model;
  model.classes.kind = kind;
  if (kind == data::LabelKind::text) {
    model.classes.texts = {"ja, größer", "maybe"};
  } else {
    model.classes.numbers = {-1, (std::int64_t{1} << 60) + 1};
  }
  if (kind == data::LabelKind::boolean) model.classes.numbers = {0, 1};
  if (kind == data::LabelKind::floating) model.classes.numbers = {-3, 8};
  model.features = 3;
  model.feature_names = {"age", "größe", ""};
  model.expansion.features = 3;
  model.data_feature_names = model.feature_names;
  model.coefficients = {1.0 / 3.0, -0.0, 1e-300};
  model.intercept = {-2.5};
  model.l2 = 0.125;
  model.l1 = 0.25;
  model.standardized = true;
  model.firth = true;
  model.solver = "newton";
  model.record = "{\"rows\": 1}";
  return model;
}

Model softmax_model(std::size_t classes, bool reference_class) {
  Model model = two_classes(data::LabelKind::text);
  model.objective = kSoftmax;
  model.classes.texts.clear();
  for (std::size_t k = 0; k < classes; ++k)
    model.classes.texts.push_back("class " + std::to_string(k));
  const std::size_t rows = reference_class ? classes - 1 : classes;
  model.coefficients.clear();
  model.intercept.clear();
  for (std::size_t r = 0; r < rows; ++r) {
    for (int j = 0; j < 3; ++j) model.coefficients.push_back(10.0 * static_cast<double>(r) + j);
    model.intercept.push_back(0.5 - static_cast<double>(r));
  }
  return model;
}

Model expanded_model() {
  Model model = softmax_model(3, false);
  model.objective = kOneVsRest;
  model.expansion = {3, 2, false};
  model.features = 9;
  model.data_feature_names = {"a", "b", "c"};
  model.feature_names = {"a", "b", "c", "a^2", "a:b", "a:c", "b^2", "b:c", "c^2"};
  model.coefficients.clear();
  for (int i = 0; i < 27; ++i) model.coefficients.push_back(1.0 / (i + 1.0));
  return model;
}

Inference sample_inference(const Model& model) {
  Inference inference;
  inference.covariance_kind = "cluster";
  inference.method = "estimate";
  inference.weights = "frequency";
  inference.penalised = true;
  inference.firth = true;
  inference.confidence = 0.9;
  inference.estimate_error = 0.01;
  inference.clusters = 12;
  for (std::size_t i = 0; i < model.coefficients.size(); ++i) {
    inference.standard_errors.push_back(0.5 + static_cast<double>(i));
    inference.status.push_back(CoefficientStatus::estimated);
  }
  inference.standard_errors[1] = std::numeric_limits<double>::infinity();
  inference.status[1] = CoefficientStatus::aliased;
  for (std::size_t r = 0; r < model.intercept.size(); ++r) {
    inference.intercept_standard_errors.push_back(0.25 + static_cast<double>(r));
    inference.intercept_status.push_back(CoefficientStatus::estimated);
  }
  const std::size_t dimension = model.coefficients.size() + model.intercept.size();
  for (std::size_t i = 0; i < dimension * dimension; ++i) {
    inference.covariance.push_back(1.0 / (1.0 + static_cast<double>(i)));
  }
  inference.fit = {.observations = 189.5,
                   .parameters = 4,
                   .log_likelihood = -100.25,
                   .null_log_likelihood = -117.5,
                   .null_deviance = 235.0,
                   .residual_deviance = 200.5,
                   .null_degrees = 188.0,
                   .residual_degrees = 180.0,
                   .aic = 208.5,
                   .bic = 221.75,
                   .mcfadden = 0.1468,
                   .tjur = 0.163,
                   .likelihood_ratio = {34.5, 3, -15.5},
                   .hosmer_lemeshow = ChiSquared{7.25, 8, -0.7}};
  const double infinity = std::numeric_limits<double>::infinity();
  inference.profiles = {{0, -1, -2.5, 0.5}, {model.rows() - 1, 2, -infinity, 1.5}};
  inference.tests = {{"age = 0", {3.5, 1, -2.75}}, {"größe = 1, age = 2", {1e5, 2, -5e4}}};
  return inference;
}

Path sample_path() {
  Path path;
  path.model = softmax_model(3, false);
  path.model.l1 = path.model.l2 = 0.0;
  for (int step = 0; step < 4; ++step) {
    path.lambda.push_back(1.0 / (step + 1));
    path.l1.push_back(0.25 / (step + 1));
    path.l2.push_back(0.75 / (step + 1));
    path.objective.push_back(0.5 - 0.01 * step);
    path.deviance_explained.push_back(0.1 * step);
    path.nonzeros.push_back(3 * step);
    path.data_passes.push_back(7 + step);
    for (const double w : path.model.coefficients) path.coefficients.push_back(w * step);
    for (const double b : path.model.intercept) path.intercept.push_back(b + step);
  }
  path.model.coefficients.clear();
  path.model.intercept.clear();
  return path;
}

void require_equal(const Model& copy, const Model& model) {
  CHECK(copy.classes == model.classes);
  CHECK(copy.objective == model.objective);
  CHECK(copy.features == model.features);
  CHECK(copy.feature_names == model.feature_names);
  CHECK(copy.expansion.features == model.expansion.features);
  CHECK(copy.expansion.degree == model.expansion.degree);
  CHECK(copy.expansion.interactions_only == model.expansion.interactions_only);
  CHECK(copy.data_feature_names == model.data_feature_names);
  CHECK(copy.coefficients == model.coefficients);
  CHECK(copy.intercept == model.intercept);
  CHECK(copy.centre == model.centre);
  CHECK(copy.intercept_at_centre == model.intercept_at_centre);
  CHECK(copy.coefficients_at_centre == model.coefficients_at_centre);
  CHECK(copy.l2 == model.l2);
  CHECK(copy.l1 == model.l1);
  CHECK(copy.standardized == model.standardized);
  CHECK(copy.firth == model.firth);
  CHECK(copy.solver == model.solver);
  CHECK(copy.record == model.record);
  CHECK(coefficients_sha256(copy) == coefficients_sha256(model));
}

std::string file_name(const std::string& what) {
  return what + "-test-" + std::to_string(::getpid()) + ".h5";
}

Surgery::Surgery(const std::string& path)
    : file_(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)) {
  REQUIRE(file_ >= 0);
}

Surgery::~Surgery() {
  H5Fclose(file_);
}

void Surgery::remove(const std::string& dataset) {
  REQUIRE(H5Ldelete(file_, dataset.c_str(), H5P_DEFAULT) >= 0);
}

void Surgery::remove_attribute(const std::string& name) {
  REQUIRE(H5Adelete(file_, name.c_str()) >= 0);
}

void Surgery::set_attribute(const std::string& name, std::int64_t value) {
  const hid_t attribute = H5Aopen(file_, name.c_str(), H5P_DEFAULT);
  REQUIRE(H5Awrite(attribute, H5T_NATIVE_INT64, &value) >= 0);
  H5Aclose(attribute);
}

std::int64_t Surgery::attribute(const std::string& name) const {
  std::int64_t value = 0;
  const hid_t attribute = H5Aopen(file_, name.c_str(), H5P_DEFAULT);
  REQUIRE(H5Aread(attribute, H5T_NATIVE_INT64, &value) >= 0);
  H5Aclose(attribute);
  return value;
}

void Surgery::replace(const std::string& dataset, const std::vector<double>& values,
                      const std::vector<hsize_t>& shape) {
  remove(dataset);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
  const hid_t created = H5Dcreate2(file_, dataset.c_str(), H5T_NATIVE_DOUBLE, space, H5P_DEFAULT,
                                   H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(H5Dwrite(created, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Dclose(created);
  H5Sclose(space);
}

}  // namespace mpilogit::model::testing
