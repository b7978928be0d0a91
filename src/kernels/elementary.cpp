#include "kernels/elementary.hpp"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementary.cpp"
#include <hwy/foreach_target.h>

#include "kernels/detail/elementary_formulas.hpp"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

double exp_of_minus(double x) {
  const hn::ScalableTag<double> d;
  return hn::GetLane(formulas::exp_of_minus(d, hn::Set(d, x)));
}

double log_of_one_plus(double x) {
  const hn::ScalableTag<double> d;
  return hn::GetLane(formulas::log_of_one_plus(d, hn::Set(d, x)));
}

double log_of(double x) {
  const hn::ScalableTag<double> d;
  return hn::GetLane(formulas::log_of(d, hn::Set(d, x)));
}

/// Applies `formula` to every value, in place: whole vectors, and the rest by way of one.
template <class Formula>
HWY_INLINE void for_vectors(double* values, std::size_t count, Formula&& formula) {
  const hn::CappedTag<double, 8> d;
  constexpr std::size_t lanes = hn::MaxLanes(d);
  const std::size_t whole = count - count % lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    hn::StoreU(formula(d, hn::LoadU(d, values + i)), d, values + i);
  }
  if (whole == count) return;
  double rest[lanes] = {};
  std::copy(values + whole, values + count, rest);
  hn::StoreU(formula(d, hn::LoadU(d, rest)), d, rest);
  std::copy_n(rest, count - whole, values + whole);
}

void exps_of_minus(double* values, std::size_t count) {
  for_vectors(values, count, [](auto d, auto x) { return formulas::exp_of_minus(d, x); });
}

void logs_of_one_plus_any(double* values, std::size_t count) {
  for_vectors(values, count, [](auto d, auto x) {
    const auto one = hn::Set(d, 1.0);
    const auto small = formulas::log_of_one_plus(d, hn::Min(x, one));
    const auto large = formulas::log_of(d, hn::Add(one, x));
    return hn::IfThenElse(hn::Gt(x, one), large, hn::IfThenElse(hn::Eq(x, x), small, x));
  });
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(exp_of_minus);
HWY_EXPORT(log_of_one_plus);
HWY_EXPORT(log_of);
HWY_EXPORT(exps_of_minus);
HWY_EXPORT(logs_of_one_plus_any);

double exp_of_minus(double x) {
  return HWY_DYNAMIC_DISPATCH(exp_of_minus)(x);
}

double log_of_one_plus(double x) {
  return HWY_DYNAMIC_DISPATCH(log_of_one_plus)(x);
}

double log_of(double x) {
  return HWY_DYNAMIC_DISPATCH(log_of)(x);
}

void exps_of_minus(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(exps_of_minus)(values.data(), values.size());
}

void logs_of_one_plus_any(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(logs_of_one_plus_any)(values.data(), values.size());
}

}  // namespace mpilogit::kernels
#endif
