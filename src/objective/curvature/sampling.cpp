#include "objective/curvature/sampling.hpp"

#include <algorithm>

namespace mpilogit::objective {

namespace {

constexpr std::int64_t kFewestRows = 32;  // of a piece, unless its block has fewer

std::int64_t rows_of_piece(const Sampling& sample, std::int64_t block_rows) {
  return (block_rows + sample.parts - 1) / sample.parts;
}

}  // namespace

Sampling refined(const Sampling& sample, std::int64_t stride, const data::Blocks& blocks,
                 std::int64_t pieces) {
  Sampling best{sample.skip, sample.parts * stride};
  for (std::int64_t factor = 2; factor <= stride; ++factor) {
    if (stride % factor != 0) continue;
    const Sampling fewer{sample.skip * factor, sample.parts * (stride / factor)};
    const bool many = blocks.count() / fewer.skip >= pieces;
    const bool too_short = rows_of_piece(best, blocks.rows_per_block()) < kFewestRows;
    if (many || too_short) best = fewer;
  }
  return best;
}

std::vector<LocalBlock> sampled_blocks(const Sampling& sample, std::span<const LocalBlock> all) {
  std::vector<LocalBlock> pieces;
  for (LocalBlock block : all) {
    if (block.number % sample.skip != 0) continue;
    const auto rows = static_cast<std::int64_t>(block.rows);
    block.rows = static_cast<std::size_t>(rows_of_piece(sample, rows));
    pieces.push_back(block);
  }
  return pieces;
}

std::int64_t sampled_rows(const Sampling& sample, const data::Blocks& blocks) {
  std::int64_t sum = 0;
  for (std::int64_t block = 0; block < blocks.count(); block += sample.skip) {
    sum += rows_of_piece(sample, blocks.rows_of(block).size());
  }
  return sum;
}

}  // namespace mpilogit::objective
