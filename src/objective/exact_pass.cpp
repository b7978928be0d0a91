#include "exact_pass.hpp"

#include <algorithm>
#include <vector>

#include "mpilogit/kernels/block_sums.hpp"

namespace mpilogit::objective {

core::ExactVectorSum exact_sum(std::span<const LocalBlock> blocks, int threads,
                               const comm::Communicator& communicator,
                               std::span<const core::FixedPoint> scales, std::size_t scalars,
                               core::FunctionRef<void(const LocalBlock&, BlockSums)> body) {
  struct Worker {
    Worker(std::span<const core::FixedPoint> scales, std::size_t scalar_count)
        : sum(scales, scalar_count), vector(scales.size()), scalars(scalar_count) {}
    core::ExactVectorSum sum;
    std::vector<double> vector;  // zeros between blocks
    std::vector<double> scalars;
  };
  std::vector<Worker> workers;
  workers.reserve(static_cast<std::size_t>(threads));
  for (int t = 0; t < threads; ++t) workers.emplace_back(scales, scalars);

  for_each_block(blocks, threads, [&](const LocalBlock& block, int thread) {
    Worker& worker = workers[static_cast<std::size_t>(thread)];
    std::fill(worker.scalars.begin(), worker.scalars.end(), 0.0);
    body(block, {worker.vector, worker.scalars});
    kernels::hand_over(worker.vector, worker.sum);
    for (std::size_t k = 0; k < scalars; ++k) worker.sum.add_scalar(k, worker.scalars[k]);
  });

  core::ExactVectorSum total = std::move(workers.front().sum);
  for (std::size_t t = 1; t < workers.size(); ++t) total.merge(workers[t].sum);
  communicator.sum(total.pack());
  total.unpack();
  return total;
}

}  // namespace mpilogit::objective
