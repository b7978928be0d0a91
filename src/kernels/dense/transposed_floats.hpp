// Blocks of float entries, turned so that the lanes of a vector are rows. Compiled once for each
// instruction set: the guard lets Highway include this file again for the next one.
#if defined(MPILOGIT_KERNELS_TRANSPOSED_FLOATS) == defined(HWY_TARGET_TOGGLE)
#ifdef MPILOGIT_KERNELS_TRANSPOSED_FLOATS
#undef MPILOGIT_KERNELS_TRANSPOSED_FLOATS
#else
#define MPILOGIT_KERNELS_TRANSPOSED_FLOATS
#endif

#include <cstddef>
#include <hwy/highway.h>

// Vectors of 256 bits convert from memory in one operation. Those of 512 bits take two, and squares
// in registers are as fast with them.
#if HWY_TARGET == HWY_AVX2
HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::dense::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Units of 4 rows of 8 entries. They go to memory and are widened on the way back: that takes no
/// shuffle, and shuffles, of which processors do one or two at a time, are what transposing costs.
template <std::size_t Units>
class TransposedFloats {
 public:
  static constexpr std::size_t rows = 4;
  static constexpr std::size_t features = 8;
  using Doubles = hn::CappedTag<double, rows>;

  // Hides from the compiler that both are the same memory: it would widen in registers.
  HWY_INLINE TransposedFloats() : stored_(entries_) { asm("" : "+r"(stored_)); }

  /// Entries 0 … 7 of a unit's rows, which lie `stride` apart. Cost: 8 shuffles.
  HWY_INLINE void take(std::size_t unit, const float* values, std::size_t stride) {
    take_loaded(unit, [&](std::size_t r) { return hn::LoadU(Floats(), values + r * stride); });
  }

  /// Only the first `count` entries of each row, and no memory beyond.
  HWY_INLINE void take_some(std::size_t unit, const float* values, std::size_t stride,
                            std::size_t count) {
    const auto first = hn::FirstN(Floats(), count);
    take_loaded(
        unit, [&](std::size_t r) { return hn::MaskedLoad(first, Floats(), values + r * stride); });
  }

  /// Entry j of each of a unit's rows.
  HWY_INLINE hn::Vec<Doubles> feature(std::size_t unit, std::size_t j) const {
    const hn::Rebind<float, Doubles> narrow;
    const float* of_unit = stored_ + unit * rows * features;
    return hn::PromoteTo(Doubles(), hn::Load(narrow, of_unit + j % 4 * features + j / 4 * rows));
  }

 private:
  using Floats = hn::CappedTag<float, features>;
  using Pairs = hn::RepartitionToWide<Floats>;

  // Shuffles work within 128 bits: vector f gets feature f in its lower half, 4 + f in its upper.
  template <class Load>
  HWY_INLINE void take_loaded(std::size_t unit, const Load& load) {
    const auto a = load(0);
    const auto b = load(1);
    const auto c = load(2);
    const auto d = load(3);
    const auto ab_lower = hn::BitCast(Pairs(), hn::InterleaveLower(Floats(), a, b));
    const auto cd_lower = hn::BitCast(Pairs(), hn::InterleaveLower(Floats(), c, d));
    const auto ab_upper = hn::BitCast(Pairs(), hn::InterleaveUpper(Floats(), a, b));
    const auto cd_upper = hn::BitCast(Pairs(), hn::InterleaveUpper(Floats(), c, d));
    float* of_unit = entries_ + unit * rows * features;
    store(hn::InterleaveLower(Pairs(), ab_lower, cd_lower), of_unit);
    store(hn::InterleaveUpper(Pairs(), ab_lower, cd_lower), of_unit + features);
    store(hn::InterleaveLower(Pairs(), ab_upper, cd_upper), of_unit + 2 * features);
    store(hn::InterleaveUpper(Pairs(), ab_upper, cd_upper), of_unit + 3 * features);
  }

  static HWY_INLINE void store(hn::Vec<Pairs> vector, float* at) {
    hn::Store(hn::BitCast(Floats(), vector), Floats(), at);
  }

  alignas(32) float entries_[Units * rows * features];
  const float* stored_;
};

}  // namespace mpilogit::kernels::dense::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif

#endif
