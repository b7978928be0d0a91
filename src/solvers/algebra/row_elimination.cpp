#include "solvers/algebra/row_elimination.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "solvers/algebra/row_elimination.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::solvers::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Tag>
HWY_INLINE void subtract_at(Tag tag, const std::array<double, kEliminatedRows>& factors,
                            const std::array<const double*, kEliminatedRows>& rows, double* y,
                            std::size_t j) {
  auto sum = hn::LoadU(tag, y + j);
  for (std::size_t p = 0; p < kEliminatedRows; ++p) {
    sum = hn::Sub(sum, hn::Mul(hn::Set(tag, factors[p]), hn::LoadU(tag, rows[p] + j)));
  }
  hn::StoreU(sum, tag, y + j);
}

void SubtractRows(const std::array<double, kEliminatedRows>& factors,
                  const std::array<const double*, kEliminatedRows>& rows, double* y,
                  std::size_t size) {
  const hn::CappedTag<double, 8> whole;
  const hn::CappedTag<double, 1> one;
  const std::size_t lanes = hn::Lanes(whole);
  std::size_t j = 0;
  for (; j + lanes <= size; j += lanes) subtract_at(whole, factors, rows, y, j);
  for (; j < size; ++j) subtract_at(one, factors, rows, y, j);
}

}  // namespace mpilogit::solvers::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::solvers {

HWY_EXPORT(SubtractRows);

void subtract_rows(const std::array<double, kEliminatedRows>& factors,
                   const std::array<const double*, kEliminatedRows>& rows, double* y,
                   std::size_t size) {
  HWY_DYNAMIC_DISPATCH(SubtractRows)(factors, rows, y, size);
}

}  // namespace mpilogit::solvers
#endif
