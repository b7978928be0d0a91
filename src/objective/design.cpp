#include "objective/design.hpp"

#include <algorithm>
#include <exception>
#include <omp.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "data/block_stream.hpp"

namespace mpilogit::objective {

namespace {

// Expanded entries of a piece: 512 KiB of doubles, well inside a second-level cache.
constexpr std::size_t kPieceEntries = 65536;

kernels::PolynomialShape as_they_are(const data::Dataset& dataset) {
  kernels::PolynomialShape shape;
  shape.features = static_cast<std::size_t>(dataset.shape().features);
  return shape;
}

}  // namespace

Design::Design(const data::Dataset& dataset, const kernels::PolynomialShape& expansion)
    : dataset_(dataset),
      expansion_(expansion),
      features_(kernels::expanded_features(expansion)),
      names_(dataset.shape().feature_names) {
  if (expansion_.identity()) return;
  std::vector<std::string> base = std::move(names_);
  for (std::size_t j = base.size(); j < expansion_.features; ++j) {
    base.push_back("x" + std::to_string(j));
  }
  names_.clear();
  for (const auto& monomial : kernels::monomials(expansion_)) {
    names_.push_back(kernels::monomial_name(monomial, base));
  }
}

Design::Design(const data::Dataset& dataset) : Design(dataset, as_they_are(dataset)) {}

void Design::for_rows(const LocalBlock& block, Visitor visitor) const {
  if (block.features == nullptr) throw core::internal_failure("a loop that reads no rows");
  const kernels::AnyRows& rows = *block.features;
  if (expansion_.identity()) {
    visitor(0, rows);
    return;
  }
  kernels::PolynomialBuffer buffer(expansion_);
  const std::size_t piece = std::max<std::size_t>(8, kPieceEntries / features_);
  for (std::size_t first = 0; first < block.rows; first += piece) {
    const std::size_t count = std::min(piece, block.rows - first);
    visitor(first, buffer.expand(rows, first, count));
  }
}

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
