#pragma once
// Whether the columns of sparse rows ascend and exist.

#include <span>

#include "data/metadata/findings.hpp"

namespace mpilogit::data {

/// Rows whose entries are starts[row] … starts[row + 1] of `columns`.
struct RowColumns {
  std::span<const std::int64_t> starts;
  const std::uint32_t* columns = nullptr;
};

/// Rows that have a column out of range, twice, or out of order; the first of them is global row
/// `first_row`. Cost: one read of the columns.
Finding find_disorder(const RowColumns& rows, std::int64_t first_row, std::int64_t features);

/// Collective. Throws if there is such a row on any rank. `mine` are this rank's.
void require_order(const Finding& mine, const Metadata& metadata,
                   const comm::Communicator& communicator);

}  // namespace mpilogit::data
