#include "objective/pass/exact_pass.hpp"

#include <algorithm>
#include <vector>

namespace mpilogit::objective {

core::ExactVectorSum exact_sum(const data::Dataset* read, std::span<const LocalBlock> blocks,
                               int threads, const comm::Communicator& communicator,
                               std::span<const core::FixedPoint> scales, std::size_t scalars,
                               core::FunctionRef<void(const LocalBlock&, BlockSums)> body) {
  struct Worker {
    core::ExactVectorSum sum;
    std::vector<double> vector;
    std::vector<double> scalars;
  };
  std::vector<Worker> workers(
      static_cast<std::size_t>(threads),
      Worker{core::ExactVectorSum(scales, scalars), std::vector<double>(scales.size()),
             std::vector<double>(scalars)});

  const auto add_block = [&](const LocalBlock& block, int thread) {
    Worker& worker = workers[static_cast<std::size_t>(thread)];
    std::fill(worker.scalars.begin(), worker.scalars.end(), 0.0);
    body(block, {worker.vector, worker.scalars});
    worker.sum.take_vector(worker.vector);
    for (std::size_t k = 0; k < scalars; ++k) worker.sum.add_scalar(k, worker.scalars[k]);
  };
  if (read != nullptr) {
    for_each_block(*read, blocks, threads, add_block);
  } else {
    for_each_block(blocks, threads, add_block);
  }

  core::ExactVectorSum total = std::move(workers.front().sum);
  for (std::size_t t = 1; t < workers.size(); ++t) total.merge(workers[t].sum);
  static_assert(core::ExactVectorSum::kSpareWords == comm::Communicator::kRequestWords);
  communicator.sum_with_requests(total.pack());
  total.unpack();
  return total;
}

}  // namespace mpilogit::objective
