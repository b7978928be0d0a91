#include "mpilogit/model/model.hpp"

#include <bit>
#include <cstddef>
#include <span>

#include "mpilogit/core/digest.hpp"

namespace mpilogit::model {

std::string Model::feature_name(std::int64_t feature) const {
  if (feature_names.empty()) return "column " + std::to_string(feature);
  return feature_names[static_cast<std::size_t>(feature)];
}

std::string coefficients_sha256(const Model& model) {
  static_assert(std::endian::native == std::endian::little);
  std::vector<double> values = model.coefficients;
  values.insert(values.end(), model.intercept.begin(), model.intercept.end());
  return core::sha256(std::as_bytes(std::span<const double>(values)));
}

}  // namespace mpilogit::model
