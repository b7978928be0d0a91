#include "core/exact_vector_sum.hpp"

#include <algorithm>
#include <limits>

#include "core/detail/fixed_point_sums.hpp"

namespace mpilogit::core {

namespace {

/// What values that are not finite have added is without meaning; it must be without overflow too.
std::int64_t wrapped_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

ExactVectorSum::ExactVectorSum(std::span<const FixedPoint> scales, std::size_t scalars)
    : scales_(scales),
      buffer_(scales.size() + 1 + scalars * WideSum::kLimbs + kSpareWords, 0),
      scalars_(scalars) {
  multipliers_.reserve(scales.size());
  for (const FixedPoint& scale : scales) multipliers_.push_back(scale.scale());
}

void ExactVectorSum::take_vector(std::span<double> block_sums) {
  const auto components = std::span<std::int64_t>(buffer_).first(scales_.size());
  if (!add_rounded(block_sums, multipliers_, components)) ++buffer_[scales_.size()];
}

void ExactVectorSum::merge(const ExactVectorSum& other) {
  for (std::size_t j = 0; j <= scales_.size(); ++j) {
    buffer_[j] = wrapped_sum(buffer_[j], other.buffer_[j]);
  }
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
