#pragma once
// From the groups of each rank's rows to one numbering of all groups.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/columns/raw_labels.hpp"

namespace mpilogit::data {

struct GroupIndices {
  std::vector<std::uint32_t> of_rows;  ///< one rank's
  std::int64_t count = 0;              ///< groups of all ranks
  ClassSet names;                      ///< their values, if wanted
};

/// Collective. Numbers the distinct values of all ranks in ascending order. There may be as many
/// as rows: no rank ever holds all of them, unless their names are wanted. Throws, naming `where`,
/// above 2^32 − 1, with names above kMostNamedGroups.
/// Cost: a sort of the local values, one exchange of the distinct ones and one of the answers.
GroupIndices number_groups(const RawLabels& groups, bool names, const std::string& where,
                           const comm::Communicator& communicator);

}  // namespace mpilogit::data
