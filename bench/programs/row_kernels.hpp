#pragma once
// One pass of each kind over a whole data set, as training makes them and in its simplest form.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"

namespace mpilogit::bench {

struct RowKernel {
  std::string name;
  int threads = 1;
  std::function<void()> run;
};

/// "gradient" and "hessian-vector" are the objective's own passes, with loss, exact sums and
/// caches; "double sum" and "fixed point" are one bare fused pass, summed over the blocks in either
/// way; "gram" is the weighted Gram matrix of at most `gram_rows(dataset)` rows. The first two are
/// there once per number of threads. `dataset` must outlive the result.
std::vector<RowKernel> row_kernels(const data::Dataset& dataset,
                                   const comm::Communicator& communicator,
                                   const std::vector<int>& threads);

/// 0: a Gram matrix of so many features is not measured.
std::int64_t gram_rows(const data::Dataset& dataset);

}  // namespace mpilogit::bench
