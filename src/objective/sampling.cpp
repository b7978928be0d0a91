#include "sampling.hpp"

#include <algorithm>

namespace mpilogit::objective {

namespace {

constexpr std::int64_t kManyPieces = 64;  // from which a sample takes whole blocks
constexpr std::int64_t kFewestRows = 32;  // of a piece, unless its block has fewer

std::int64_t rows_of_piece(const Sampling& sample, std::int64_t block_rows) {
  return (block_rows + sample.parts - 1) / sample.parts;
}

// Taking blocks away by this factor leaves many, or makes up for parts that would be too short.
bool leaves_enough(const Sampling& sample, std::int64_t factor, std::int64_t stride,
                   const data::Blocks& blocks) {
  const Sampling shorter{sample.skip * factor, sample.parts * (stride / factor)};
  return blocks.count() / shorter.skip >= kManyPieces ||
         rows_of_piece(shorter, blocks.rows_per_block()) < kFewestRows;
}

}  // namespace

Sampling refined(const Sampling& sample, std::int64_t stride, const data::Blocks& blocks) {
  std::int64_t factor = 1;
  for (std::int64_t divisor = 2; divisor <= stride; ++divisor) {
    if (stride % divisor == 0 && leaves_enough(sample, divisor, stride, blocks)) factor = divisor;
  }
  return {sample.skip * factor, sample.parts * (stride / factor)};
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
