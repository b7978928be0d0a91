#pragma once
// From rows of any storage to a template of one storage: once per block, outside of every loop.

#include <utility>
#include <variant>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// visitor(DenseRows<Value>) or visitor(SparseRows<Value>), whichever `rows` holds.
template <class Visitor>
decltype(auto) visit_rows(const AnyRows& rows, Visitor&& visitor) {
  return std::visit(
      [&](const auto& any_type) -> decltype(auto) { return std::visit(visitor, any_type); }, rows);
}

}  // namespace mpilogit::kernels
