#include "mpilogit/core/exact_vector_sum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mpilogit::core {

ExactVectorSum::ExactVectorSum(std::span<const FixedPoint> scales, std::size_t scalars)
    : scales_(scales),
      buffer_(scales.size() + 1 + scalars * WideSum::kLimbs, 0),
      scalars_(scalars) {}

void ExactVectorSum::add_vector(std::span<const double> block_sums) {
  for (std::size_t j = 0; j < block_sums.size(); ++j) {
    const double value = block_sums[j];
    if (value == 0.0) continue;  // most columns of a wide sparse block
    if (std::isfinite(value)) {
      buffer_[j] += scales_[j].to_integer(value);
    } else {
      ++buffer_[scales_.size()];
    }
  }
}

void ExactVectorSum::merge(const ExactVectorSum& other) {
  for (std::size_t j = 0; j <= scales_.size(); ++j) buffer_[j] += other.buffer_[j];
  for (std::size_t k = 0; k < scalars_.size(); ++k) {
    WideSum normal = other.scalars_[k];
    normal.normalise();
    scalars_[k].add(normal.limbs());
  }
}

std::span<std::int64_t> ExactVectorSum::pack() {
  auto* out = buffer_.data() + scales_.size() + 1;
  for (auto& scalar : scalars_) {
    scalar.normalise();
    out = std::copy(scalar.limbs().begin(), scalar.limbs().end(), out);
  }
  return buffer_;
}

void ExactVectorSum::unpack() {
  const auto* in = buffer_.data() + scales_.size() + 1;
  for (auto& scalar : scalars_) {
    scalar =
        WideSum::from_limbs(std::span<const std::int64_t, WideSum::kLimbs>(in, WideSum::kLimbs));
    in += WideSum::kLimbs;
  }
}

void ExactVectorSum::vector(std::span<double> out) const {
  const bool finite = buffer_[scales_.size()] == 0;
  for (std::size_t j = 0; j < scales_.size(); ++j) {
    out[j] = finite ? scales_[j].to_double(buffer_[j]) : std::numeric_limits<double>::quiet_NaN();
  }
}

double ExactVectorSum::scalar(std::size_t index) const {
  return scalars_[index].value();
}

}  // namespace mpilogit::core
