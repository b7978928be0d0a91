#pragma once
// Which rows a sample has: a pure function of the data's shape.

#include <cstdint>
#include <span>
#include <vector>

#include "data/partition.hpp"
#include "objective/for_each_block.hpp"

namespace mpilogit::objective {

/// Of every `skip`-th block the first of `parts` parts of its rows. So a sample has pieces from all
/// over a sorted file, and of every rank's rows, however few blocks there are.
struct Sampling {
  std::int64_t skip = 1;
  std::int64_t parts = 1;

  std::int64_t stride() const { return skip * parts; }
  bool operator==(const Sampling&) const = default;
};

/// From how many pieces on a sample takes whole blocks. Each piece costs the rounding of its sums,
/// of which a matrix has many.
constexpr std::int64_t kPieces = 64;
constexpr std::int64_t kPiecesOfMatrix = 24;

/// About one in `stride` of the rows of `sample`, all of them in it: of fewer blocks as long as
/// `pieces` are left, and of shorter parts of them beyond.
Sampling refined(const Sampling& sample, std::int64_t stride, const data::Blocks& blocks,
                 std::int64_t pieces = kPieces);

/// The sample's part of `all` of this rank's blocks.
std::vector<LocalBlock> sampled_blocks(const Sampling& sample, std::span<const LocalBlock> all);

/// Rows in the sample on all ranks together.
std::int64_t sampled_rows(const Sampling& sample, const data::Blocks& blocks);

}  // namespace mpilogit::objective
