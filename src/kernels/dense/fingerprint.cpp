// Fingerprints of a tile of dense rows.

#include <cstddef>
#include <cstdint>

#include "kernels/dense/kernels.hpp"
#include "kernels/detail/fingerprint_terms.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense/fingerprint.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::dense::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class Tag>
HWY_INLINE hn::Vec<Tag> load_entries(Tag tag, const double* values) {
  return hn::LoadU(tag, values);
}
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_entries(Tag tag, const float* values) {
  return hn::PromoteTo(tag, hn::LoadU(hn::Rebind<float, Tag>(), values));
}

#if HWY_TARGET != HWY_SCALAR

/// The sum of each of four vectors of four lanes, in one vector.
template <class Words>
HWY_INLINE hn::Vec<Words> sums_of_rows(Words words, const hn::Vec<Words> (&rows)[4]) {
  const auto of_halves = [&](auto a, auto b) HWY_ATTR {
    return hn::Add(hn::InterleaveLower(words, a, b), hn::InterleaveUpper(words, a, b));
  };
  const auto first = of_halves(rows[0], rows[1]);
  const auto second = of_halves(rows[2], rows[3]);
  return hn::Add(hn::ConcatLowerLower(words, second, first),
                 hn::ConcatUpperUpper(words, second, first));
}

#endif  // HWY_TARGET != HWY_SCALAR

/// `fingerprint_term` of the entries of `Rows` neighbouring rows from j on that fill vectors of
/// `tag`, added to each row's sum.
template <std::size_t Rows, class Tag, class Value>
HWY_INLINE void add_terms(Tag tag, const Value* values, std::size_t features,
                          const std::uint64_t* keys, std::size_t& j, std::uint64_t* sums) {
  if constexpr (HWY_TARGET != HWY_SCALAR) {  // which knows no halves of a number
    const hn::RebindToUnsigned<Tag> words;
    const hn::Repartition<std::uint32_t, Tag> halves;
    const std::size_t lanes = hn::Lanes(tag);
    if (j + lanes > features) return;
    hn::Vec<decltype(words)> of_rows[Rows];
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < Rows; ++r) of_rows[r] = hn::Zero(words);
    for (; j + lanes <= features; j += lanes) {
      const auto key = hn::BitCast(halves, hn::LoadU(words, keys + j));
      HWY_UNROLL(4)
      for (std::size_t r = 0; r < Rows; ++r) {
        const auto value = hn::Add(load_entries(tag, values + r * features + j), hn::Zero(tag));
        const auto low = hn::Add(hn::BitCast(halves, value), key);
        const auto high = hn::BitCast(halves, hn::ShiftRight<32>(hn::BitCast(words, low)));
        of_rows[r] = hn::Add(of_rows[r], hn::MulEven(low, high));
      }
    }
    if constexpr (Rows == 4 && hn::MaxLanes(words) == 4) {
      if (lanes == 4) {
        const auto both = hn::Add(sums_of_rows(words, of_rows), hn::LoadU(words, sums));
        hn::StoreU(both, words, sums);
        return;
      }
    }
    HWY_UNROLL(4)
    for (std::size_t r = 0; r < Rows; ++r) {
      sums[r] += hn::GetLane(hn::SumOfLanes(words, of_rows[r]));
    }
  }
}

template <std::size_t Rows, class Value>
HWY_INLINE void fingerprint_some(const Value* values, std::size_t features,
                                 const std::uint64_t* keys, std::uint64_t* sums) {
  const hn::ScalableTag<double> whole;
  const hn::CappedTag<double, 4> four;
  for (std::size_t r = 0; r < Rows; ++r) sums[r] = 0;
  std::size_t j = 0;
  add_terms<Rows>(whole, values, features, keys, j, sums);
  if (hn::Lanes(whole) > hn::Lanes(four)) add_terms<Rows>(four, values, features, keys, j, sums);
  for (; j < features; ++j) {
    for (std::size_t r = 0; r < Rows; ++r) {
      sums[r] += fingerprint_term(static_cast<double>(values[r * features + j]), keys[j]);
    }
  }
}

/// Rows of fewer entries than a vector has lanes: four rows of f entries are f vectors of four, in
/// which the keys take turns. The terms are added up row by row. Returns how many rows it did.
template <class Tag, class Value>
HWY_INLINE std::size_t fingerprint_narrow(Tag four, const DenseRows<Value>& rows,
                                          const std::uint64_t* keys, std::uint64_t* sums) {
  const std::size_t features = rows.features;
  std::size_t i = 0;
  if constexpr (HWY_TARGET != HWY_SCALAR) {
    if (hn::Lanes(four) != 4 || features == 0 || features >= 4) return 0;
    const hn::RebindToUnsigned<Tag> words;
    const hn::Repartition<std::uint32_t, Tag> halves;
    HWY_ALIGN std::uint64_t turns[12];
    HWY_ALIGN std::uint64_t terms[12];
    for (std::size_t k = 0; k < 4 * features; ++k) turns[k] = keys[k % features];
    for (; i + 4 <= rows.rows; i += 4) {
      const Value* const values = rows.values + i * features;
      for (std::size_t k = 0; k < 4 * features; k += 4) {
        const auto key = hn::BitCast(halves, hn::Load(words, turns + k));
        const auto value = hn::Add(load_entries(four, values + k), hn::Zero(four));
        const auto low = hn::Add(hn::BitCast(halves, value), key);
        const auto high = hn::BitCast(halves, hn::ShiftRight<32>(hn::BitCast(words, low)));
        hn::Store(hn::MulEven(low, high), words, terms + k);
      }
      for (std::size_t r = 0; r < 4; ++r) {
        std::uint64_t sum = 0;
        for (std::size_t j = 0; j < features; ++j) sum += terms[r * features + j];
        sums[i + r] = sum;
      }
    }
  }
  return i;
}

template <class Value>
HWY_INLINE void fingerprint_tile(const DenseRows<Value>& rows, const std::uint64_t* keys,
                                 std::uint64_t* sums) {
  constexpr std::size_t kTogether = 4;
  std::size_t i = fingerprint_narrow(hn::CappedTag<double, 4>(), rows, keys, sums);
  for (; i + kTogether <= rows.rows; i += kTogether) {
    fingerprint_some<kTogether>(rows.values + i * rows.features, rows.features, keys, sums + i);
  }
  for (; i < rows.rows; ++i) {
    fingerprint_some<1>(rows.values + i * rows.features, rows.features, keys, sums + i);
  }
}

void FingerprintFloats(const DenseRows<float>& rows, const std::uint64_t* keys,
                       std::uint64_t* sums) {
  fingerprint_tile(rows, keys, sums);
}
void FingerprintDoubles(const DenseRows<double>& rows, const std::uint64_t* keys,
                        std::uint64_t* sums) {
  fingerprint_tile(rows, keys, sums);
}

}  // namespace
}  // namespace mpilogit::kernels::dense::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels::dense {

HWY_EXPORT(FingerprintFloats);
HWY_EXPORT(FingerprintDoubles);

void fingerprint(const DenseRows<float>& rows, const std::uint64_t* keys, std::uint64_t* sums) {
  HWY_DYNAMIC_DISPATCH(FingerprintFloats)(rows, keys, sums);
}

void fingerprint(const DenseRows<double>& rows, const std::uint64_t* keys, std::uint64_t* sums) {
  HWY_DYNAMIC_DISPATCH(FingerprintDoubles)(rows, keys, sums);
}

}  // namespace mpilogit::kernels::dense

#endif
