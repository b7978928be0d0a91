#include "objective/for_each_block.hpp"

#include <algorithm>
#include <exception>
#include <omp.h>

#include "comm/agreement.hpp"
#include "data/block_stream.hpp"

namespace mpilogit::objective {

LocalBlock local_block(const data::Dataset& dataset, std::int64_t block) {
  const data::Range rows = dataset.shape().blocks().rows_of(block);
  return {block, static_cast<std::size_t>(rows.first - dataset.local_rows().first),
          static_cast<std::size_t>(rows.size())};
}

std::vector<LocalBlock> local_blocks(const data::Dataset& dataset) {
  std::vector<LocalBlock> local;
  const data::Range blocks = dataset.local_blocks();
  for (std::int64_t b = blocks.first; b < blocks.last; ++b) {
    local.push_back(local_block(dataset, b));
  }
  return local;
}

std::vector<LocalBlock> local_blocks(const data::Dataset& dataset,
                                     std::span<const std::int64_t> blocks) {
  std::vector<LocalBlock> local;
  const data::Range mine = dataset.local_blocks();
  for (const std::int64_t b : blocks) {
    if (b >= mine.first && b < mine.last) local.push_back(local_block(dataset, b));
  }
  return local;
}

void for_each_block(std::span<const LocalBlock> blocks, int threads,
                    core::FunctionRef<void(const LocalBlock&, int)> body) {
  const auto count = static_cast<std::int64_t>(blocks.size());
  const int team =
      static_cast<int>(std::min<std::int64_t>(threads, std::max<std::int64_t>(count, 1)));
  // An exception must not leave the parallel region; memory that runs out is one.
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(team));
#pragma omp parallel for num_threads(team) schedule(dynamic, 1) if (team > 1)
  for (std::int64_t i = 0; i < count; ++i) {
    const int worker = omp_get_thread_num();
    try {
      body(blocks[static_cast<std::size_t>(i)], worker);
    } catch (...) {
      failures[static_cast<std::size_t>(worker)] = std::current_exception();
    }
  }
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

void for_each_block(const data::Dataset& dataset, std::span<const LocalBlock> blocks, int threads,
                    core::FunctionRef<void(const LocalBlock&, int)> body) {
  const auto rows_of = [](const LocalBlock& block) {
    const auto first = static_cast<std::int64_t>(block.first);
    return data::Range{first, first + static_cast<std::int64_t>(block.rows)};
  };
  const auto with_rows = [&](LocalBlock block, const kernels::AnyRows& rows, int thread) {
    block.features = &rows;
    body(block, thread);
  };
  if (!dataset.streams()) {
    for_each_block(blocks, threads, [&](const LocalBlock& block, int thread) {
      with_rows(block, dataset.rows(rows_of(block)), thread);
    });
    return;
  }
  comm::together(dataset.communicator(), [&] {
    std::vector<data::Range> wanted;
    wanted.reserve(blocks.size());
    for (const LocalBlock& block : blocks) wanted.push_back(rows_of(block));
    data::for_each_rows(dataset, wanted, threads,
                        [&](std::size_t i, const kernels::AnyRows& rows, int thread) {
                          with_rows(blocks[i], rows, thread);
                        });
  });
}

}  // namespace mpilogit::objective
