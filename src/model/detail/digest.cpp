#include "model/detail/digest.hpp"

#include <bit>
#include <cstddef>
#include <span>

#include "core/digest.hpp"

namespace mpilogit::model {

std::string sha256(const std::vector<double>& coefficients, const std::vector<double>& intercept) {
  static_assert(std::endian::native == std::endian::little);
  std::vector<double> values = coefficients;
  values.insert(values.end(), intercept.begin(), intercept.end());
  return core::sha256(std::as_bytes(std::span<const double>(values)));
}

}  // namespace mpilogit::model
