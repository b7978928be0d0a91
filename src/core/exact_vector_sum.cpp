#include "mpilogit/core/exact_vector_sum.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace mpilogit::core {

namespace {

/// What values that are not finite have added is without meaning; it must be without overflow too.
std::int64_t wrapped_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace

ExactVectorSum::ExactVectorSum(std::span<const FixedPoint> scales, std::size_t scalars)
    : scales_(scales),
      buffer_(scales.size() + 1 + scalars * WideSum::kLimbs, 0),
      scalars_(scalars) {}

// Without branches, so that it becomes vector instructions.
void ExactVectorSum::add_vector(std::span<const double> block_sums) {
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  constexpr std::uint64_t exponent_unit = std::uint64_t{1} << 52;
  const double* values = block_sums.data();
  const FixedPoint* scales = scales_.data();
  std::int64_t* totals = buffer_.data();
  std::uint64_t overflows = 0;
  for (std::size_t j = 0; j < block_sums.size(); ++j) {
    const double value = values[j];
    totals[j] = wrapped_sum(totals[j], scales[j].to_integer(value));
    // The largest exponent, of infinities and NaN alone, carries into the sign.
    overflows |= (std::bit_cast<std::uint64_t>(value) & ~sign) + exponent_unit;
  }
  if ((overflows & sign) != 0) ++totals[scales_.size()];
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
