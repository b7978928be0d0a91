#pragma once
// From files to memory: the features of one rank's rows.

#include <memory>

#include "data/features/feature_rows.hpp"
#include "data/features/feature_scan.hpp"
#include "data/features/shard_files.hpp"

namespace mpilogit::data {

/// Collective. Global rows `rows` in the type `metadata.storage`, which `scan` looks at on the way.
std::unique_ptr<DenseShard> read_dense(const Access& access, const Metadata& metadata, Range rows,
                                       FeatureScan& scan);

/// Collective. Likewise, but without a scan; `entries` is what `read_block_starts` found for these
/// rows. Rows whose columns do not ascend or do not exist are added to `disorder`: what has none
/// may be looked at.
std::unique_ptr<SparseShard> read_sparse(const Access& access, const Metadata& metadata, Range rows,
                                         std::int64_t entries, Finding& disorder);

}  // namespace mpilogit::data
