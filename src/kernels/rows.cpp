#include "mpilogit/kernels/rows.hpp"

#include "kernels/visit_rows.hpp"

namespace mpilogit::kernels {

std::size_t row_count(const AnyRows& rows) {
  return visit_rows(rows, [](const auto& view) { return view.rows; });
}

std::size_t feature_count(const AnyRows& rows) {
  return visit_rows(rows, [](const auto& view) { return view.features; });
}

}  // namespace mpilogit::kernels
