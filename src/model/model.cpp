#include "model/model.hpp"

#include "model/detail/description.hpp"

namespace mpilogit::model {

std::size_t Model::row_class(std::int64_t row) const {
  const auto index = static_cast<std::size_t>(row);
  return classes.size() == 2 || reference_class() ? index + 1 : index;
}

bool Model::reference_class() const {
  return objective == kSoftmax && intercept.size() + 1 == classes.size();
}

std::int64_t Model::data_features() const {
  return expansion.identity() ? features : static_cast<std::int64_t>(expansion.features);
}

std::string Model::feature_name(std::int64_t feature) const {
  if (feature_names.empty()) return "column " + std::to_string(feature);
  return feature_names[static_cast<std::size_t>(feature)];
}

std::string coefficients_sha256(const Model& model) {
  return sha256(model.coefficients, model.intercept);
}

}  // namespace mpilogit::model
