#include "statistics/detail/wide_sums.hpp"

#include <algorithm>
#include <vector>

namespace mpilogit::statistics {

void sum_over_ranks(std::span<core::WideSum> sums, const comm::Communicator& communicator) {
  constexpr std::size_t kLimbs = core::WideSum::kLimbs;
  std::vector<std::int64_t> limbs(sums.size() * kLimbs);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i].normalise();
    std::copy(sums[i].limbs().begin(), sums[i].limbs().end(), &limbs[i * kLimbs]);
  }
  communicator.sum(limbs);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = core::WideSum::from_limbs(
        std::span<const std::int64_t, kLimbs>(&limbs[i * kLimbs], kLimbs));
  }
}

double value_over_ranks(core::WideSum sum, const comm::Communicator& communicator) {
  sum_over_ranks({&sum, 1}, communicator);
  return sum.value();
}

}  // namespace mpilogit::statistics
