#include "mpilogit/kernels/elementary.hpp"

#include "kernels/elementary_formulas.hpp"

namespace mpilogit::kernels {

double exp_of_minus(double x) {
  return formulas::exp_of_minus(x);
}

double log_of_one_plus(double x) {
  return formulas::log_of_one_plus(x);
}

double log_of(double x) {
  return formulas::log_of(x);
}

}  // namespace mpilogit::kernels
