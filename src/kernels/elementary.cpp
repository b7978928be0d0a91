#include "mpilogit/kernels/elementary.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/elementary.cpp"
#include "hwy/foreach_target.h"
#include "kernels/elementary_formulas.hpp"

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

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(exp_of_minus);
HWY_EXPORT(log_of_one_plus);
HWY_EXPORT(log_of);

double exp_of_minus(double x) {
  return HWY_DYNAMIC_DISPATCH(exp_of_minus)(x);
}

double log_of_one_plus(double x) {
  return HWY_DYNAMIC_DISPATCH(log_of_one_plus)(x);
}

double log_of(double x) {
  return HWY_DYNAMIC_DISPATCH(log_of)(x);
}

}  // namespace mpilogit::kernels
#endif
