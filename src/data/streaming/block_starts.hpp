#pragma once
// Where the blocks of sparse rows begin, which the balanced partition needs.

#include <vector>

#include "data/features/shard_files.hpp"

namespace mpilogit::data {

/// Collective. Entries before each block, over all files; blocks + 1 numbers. Validates every
/// indptr: starts at 0, never decreases, ends at the number of entries. Cost: each rank reads an
/// even part of indptr.
std::vector<std::int64_t> read_block_starts(const Access& access, const Metadata& metadata);

/// Reads indptr of the part's rows (rows + 1 numbers; none if the part is empty). Zeros where
/// reading failed.
std::vector<std::int64_t> read_indptr(FilePart& part);

}  // namespace mpilogit::data
