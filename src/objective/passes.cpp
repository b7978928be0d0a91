#include "objective/passes.hpp"

#include <utility>

#include "objective/pass/shared_pass.hpp"

namespace mpilogit::objective {

SharedRows::SharedRows(const Design& rows, std::span<const double> weights,
                       comm::Communicator ranks, int thread_count)
    : design(rows),
      communicator(std::move(ranks)),
      threads(thread_count),
      blocks(local_blocks(rows.dataset())),
      bounds(measure_columns(rows, weights, communicator, thread_count)) {}

PassResult DirectPasses::run(const FusedPass& pass) const {
  const Request request = &pass;
  return std::move(run_together(rows_, {&request, 1}, read_).front());
}

PassResult DirectPasses::run(const BlockSum& sum) const {
  const Request request = &sum;
  return std::move(run_together(rows_, {&request, 1}, read_).front());
}

}  // namespace mpilogit::objective
