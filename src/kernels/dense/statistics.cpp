// Column statistics of a tile of dense rows.

#include <cstddef>

#include "kernels/dense/kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense/statistics.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::dense::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// A vector of neighbouring entries of one row. x − x is 0 unless x is NaN or infinite: then it is
/// NaN, and so `poison` stays.
template <class Tag, class Value>
HWY_INLINE std::size_t scan_at(Tag tag, const Value* values, Value* maxima, hn::Vec<Tag>& poison) {
  const auto x = hn::LoadU(tag, values);
  const auto size = hn::Abs(x);
  hn::StoreU(hn::Max(size, hn::LoadU(tag, maxima)), tag, maxima);
  poison = hn::Add(poison, hn::Sub(x, x));
  return hn::CountTrue(tag, hn::Ne(x, hn::Zero(tag)));
}

template <class Tag>
HWY_INLINE bool is_zero(Tag tag, hn::Vec<Tag> vector) {
  return hn::AllTrue(tag, hn::Eq(vector, hn::Zero(tag)));
}

/// The entries of one row from feature j on that fill vectors of `tag`.
template <class Tag, class Value>
HWY_INLINE std::size_t scan_vectors(Tag tag, const Value* values, std::size_t features,
                                    std::size_t& j, Value* maxima, hn::Vec<Tag>& poison) {
  const std::size_t lanes = hn::Lanes(tag);
  std::size_t count = 0;
  for (; j + lanes <= features; j += lanes) count += scan_at(tag, values + j, maxima + j, poison);
  return count;
}

/// Cost: one read of the tile; the maxima stay in cache.
template <class Value>
HWY_INLINE bool scan_rows(const DenseRows<Value>& rows, Value* maxima, std::uint32_t* counts) {
  const hn::ScalableTag<Value> whole;
  const hn::CappedTag<Value, 4> four;
  const hn::CappedTag<Value, 1> one;
  auto poison = hn::Zero(whole);
  auto poison_four = hn::Zero(four);
  auto poison_one = hn::Zero(one);
  const Value* values = rows.values;
  for (std::size_t i = 0; i < rows.rows; ++i, values += rows.features) {
    std::size_t j = 0;
    std::size_t count = scan_vectors(whole, values, rows.features, j, maxima, poison);
    count += scan_vectors(four, values, rows.features, j, maxima, poison_four);
    count += scan_vectors(one, values, rows.features, j, maxima, poison_one);
    counts[i] = static_cast<std::uint32_t>(count);
  }
  return is_zero(whole, poison) && is_zero(four, poison_four) && is_zero(one, poison_one);
}

template <class Tag>
HWY_INLINE hn::Vec<Tag> load_widened(Tag tag, const double* values) {
  return hn::LoadU(tag, values);
}
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_widened(Tag tag, const float* values) {
  return hn::PromoteTo(tag, hn::LoadU(hn::Rebind<float, Tag>(), values));
}

/// `Vectors` neighbouring vectors of features, whose sums stay in registers over the rows.
template <std::size_t Vectors, bool Absolute, class Tag, class Value>
HWY_INLINE void add_columns(Tag tag, const DenseRows<Value>& rows, const double* weights,
                            double* absolute, double* squares) {
  const std::size_t lanes = hn::Lanes(tag);
  hn::Vec<Tag> square_sums[Vectors];
  hn::Vec<Tag> absolute_sums[Vectors];
  for (std::size_t v = 0; v < Vectors; ++v) {
    square_sums[v] = hn::LoadU(tag, squares + v * lanes);
    if constexpr (Absolute) absolute_sums[v] = hn::LoadU(tag, absolute + v * lanes);
  }
  const Value* values = rows.values;
  for (std::size_t i = 0; i < rows.rows; ++i, values += rows.features) {
    const auto weight = hn::Set(tag, weights == nullptr ? 1.0 : weights[i]);
    for (std::size_t v = 0; v < Vectors; ++v) {
      const auto x = load_widened(tag, values + v * lanes);
      square_sums[v] = hn::Add(square_sums[v], hn::Mul(weight, hn::Mul(x, x)));
      if constexpr (Absolute) {
        absolute_sums[v] = hn::Add(absolute_sums[v], hn::Mul(weight, hn::Abs(x)));
      }
    }
  }
  for (std::size_t v = 0; v < Vectors; ++v) {
    hn::StoreU(square_sums[v], tag, squares + v * lanes);
    if constexpr (Absolute) hn::StoreU(absolute_sums[v], tag, absolute + v * lanes);
  }
}

template <bool Absolute, class Value>
void add_all_columns(const DenseRows<Value>& rows, const double* weights, double* absolute,
                     double* squares) {
  const hn::CappedTag<double, 8> whole;
  const hn::CappedTag<double, 4> four;
  const hn::CappedTag<double, 1> one;
  std::size_t j = 0;
  const auto add_vectors = [&]<std::size_t Vectors>(auto tag) {
    const std::size_t width = Vectors * hn::Lanes(tag);
    for (; j + width <= rows.features; j += width) {
      const DenseRows<Value> columns{rows.values + j, rows.rows, rows.features};
      add_columns<Vectors, Absolute>(tag, columns, weights, Absolute ? absolute + j : nullptr,
                                     squares + j);
    }
  };
  add_vectors.template operator()<4>(whole);
  add_vectors.template operator()<1>(whole);
  add_vectors.template operator()<1>(four);
  add_vectors.template operator()<1>(one);
}

template <class Value>
void add_statistics_of(const DenseRows<Value>& rows, const double* weights, double* absolute,
                       double* squares) {
  if (absolute == nullptr) {
    add_all_columns<false>(rows, weights, absolute, squares);
  } else {
    add_all_columns<true>(rows, weights, absolute, squares);
  }
}

bool ScanFloats(const DenseRows<float>& rows, float* maxima, std::uint32_t* counts) {
  return scan_rows(rows, maxima, counts);
}
bool ScanDoubles(const DenseRows<double>& rows, double* maxima, std::uint32_t* counts) {
  return scan_rows(rows, maxima, counts);
}
void AddFloatStatistics(const DenseRows<float>& rows, const double* weights, double* absolute,
                        double* squares) {
  add_statistics_of(rows, weights, absolute, squares);
}
void AddDoubleStatistics(const DenseRows<double>& rows, const double* weights, double* absolute,
                         double* squares) {
  add_statistics_of(rows, weights, absolute, squares);
}

}  // namespace
}  // namespace mpilogit::kernels::dense::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels::dense {

HWY_EXPORT(ScanFloats);
HWY_EXPORT(ScanDoubles);
HWY_EXPORT(AddFloatStatistics);
HWY_EXPORT(AddDoubleStatistics);

bool scan(const DenseRows<float>& rows, float* maxima, std::uint32_t* counts) {
  return HWY_DYNAMIC_DISPATCH(ScanFloats)(rows, maxima, counts);
}

bool scan(const DenseRows<double>& rows, double* maxima, std::uint32_t* counts) {
  return HWY_DYNAMIC_DISPATCH(ScanDoubles)(rows, maxima, counts);
}

void add_statistics(const DenseRows<float>& rows, const double* weights, double* absolute,
                    double* squares) {
  HWY_DYNAMIC_DISPATCH(AddFloatStatistics)(rows, weights, absolute, squares);
}

void add_statistics(const DenseRows<double>& rows, const double* weights, double* absolute,
                    double* squares) {
  HWY_DYNAMIC_DISPATCH(AddDoubleStatistics)(rows, weights, absolute, squares);
}

}  // namespace mpilogit::kernels::dense

#endif
