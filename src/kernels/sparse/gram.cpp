#include "kernels/sparse/gram.hpp"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "kernels/dense/widen.hpp"
#include "kernels/weighted_gram.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sparse/gram.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// *sum += a b
HWY_INLINE void add_product(double a, double b, double* sum) {
  const hn::CappedTag<double, 1> d;
  hn::StoreU(hn::MulAdd(hn::Set(d, a), hn::Set(d, b), hn::LoadU(d, sum)), d, sum);
}

/// One row: n-th entry against the entries up to it, whose columns are the ones with k ≤ j.
template <class Column>
HWY_INLINE void add_row_gram(const Column* HWY_RESTRICT columns, const double* HWY_RESTRICT values,
                             std::size_t count, double curvature, double* HWY_RESTRICT triangle) {
  for (std::size_t n = 0; n < count; ++n) {
    const double factor = curvature * values[n];
    double* triangle_row = triangle + triangle_size(columns[n]);
    for (std::size_t m = 0; m <= n; ++m) add_product(factor, values[m], triangle_row + columns[m]);
  }
}

template <class Value>
void add_rows_gram(const SparseRows<Value>& rows, const double* HWY_RESTRICT curvatures,
                   double* HWY_RESTRICT triangle) {
  std::vector<double> row;  // its values, widened once
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (curvatures[i] == 0.0) continue;
    const std::size_t begin = rows.start(i);
    const std::size_t count = rows.start(i + 1) - begin;
    if (row.size() < count) row.resize(count, widen(rows.common));
    if (rows.values != nullptr) {
      for (std::size_t n = 0; n < count; ++n) row[n] = widen(rows.values[begin + n]);
    }
    rows.columns.visit([&](const auto* columns) {
      add_row_gram(columns + begin, row.data(), count, curvatures[i], triangle);
    });
  }
}

void AddSparseGram(const AnySparseRows& rows, const double* curvatures, double* triangle) {
  std::visit([&](const auto& view) { add_rows_gram(view, curvatures, triangle); }, rows);
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(AddSparseGram);

void add_sparse_gram(const AnySparseRows& rows, const double* curvatures, double* triangle) {
  HWY_DYNAMIC_DISPATCH(AddSparseGram)(rows, curvatures, triangle);
}

}  // namespace mpilogit::kernels
#endif
