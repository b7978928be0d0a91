#include "kernels/sparse_gram.hpp"

#include "mpilogit/kernels/weighted_gram.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sparse_gram.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// *sum += a b
HWY_INLINE void add_product(double a, double b, double* sum) {
  const hn::CappedTag<double, 1> d;
  hn::StoreU(hn::MulAdd(hn::Set(d, a), hn::Set(d, b), hn::LoadU(d, sum)), d, sum);
}

/// One row: n-th entry against the entries up to it, whose columns are the ones with k ≤ j.
HWY_INLINE void add_row_gram(const std::uint32_t* HWY_RESTRICT columns,
                             const double* HWY_RESTRICT values, std::size_t count, double curvature,
                             double* HWY_RESTRICT triangle) {
  for (std::size_t n = 0; n < count; ++n) {
    const double factor = curvature * values[n];
    double* triangle_row = triangle + triangle_size(columns[n]);
    for (std::size_t m = 0; m <= n; ++m) add_product(factor, values[m], triangle_row + columns[m]);
  }
}

void add_sparse_gram(const SparseGramRows& rows, double* triangle) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < rows.ends.size(); ++i) {
    add_row_gram(rows.columns.data() + begin, rows.values.data() + begin, rows.ends[i] - begin,
                 rows.curvatures[i], triangle);
    begin = rows.ends[i];
  }
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(add_sparse_gram);

void add_sparse_gram(const SparseGramRows& rows, double* triangle) {
  HWY_DYNAMIC_DISPATCH(add_sparse_gram)(rows, triangle);
}

}  // namespace mpilogit::kernels
#endif
