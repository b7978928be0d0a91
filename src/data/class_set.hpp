#pragma once
// From the labels of each rank to the classes of all.

#include <string>
#include <vector>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/labels.hpp"

#include "data/raw_labels.hpp"

namespace mpilogit::data {

/// Collective. The distinct labels of all ranks. Throws, naming `where`, if there are more than
/// 10,000. Cost: one gathering of each rank's distinct labels.
ClassSet global_classes(const RawLabels& labels, const std::string& where,
                        const comm::Communicator& communicator);

/// Index in `classes` of each label.
std::vector<std::uint32_t> class_indices(const RawLabels& labels, const ClassSet& classes);

}  // namespace mpilogit::data
