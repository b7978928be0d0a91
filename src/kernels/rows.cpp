#include "kernels/rows.hpp"

#include "kernels/detail/visit_rows.hpp"
#include "kernels/sparse/loops.hpp"

namespace mpilogit::kernels {

std::size_t row_count(const AnyRows& rows) {
  return visit_rows(rows, [](const auto& view) { return view.rows; });
}

std::size_t feature_count(const AnyRows& rows) {
  return visit_rows(rows, [](const auto& view) { return view.features; });
}

namespace {

template <class Value>
AnyRows part(const DenseRows<Value>& rows, std::size_t first, std::size_t count) {
  return AnyDenseRows(DenseRows<Value>{rows.values + first * rows.features, count, rows.features});
}

template <class Value>
AnyRows part(const SparseRows<Value>& rows, std::size_t first, std::size_t count) {
  return AnySparseRows(part_of(rows, first, count));
}

}  // namespace

AnyRows rows_of(const AnyRows& rows, std::size_t first, std::size_t count) {
  return visit_rows(rows, [&](const auto& view) { return part(view, first, count); });
}

}  // namespace mpilogit::kernels
