#pragma once
// From the labels of each rank to the classes of all.

#include <span>
#include <string>
#include <vector>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/labels.hpp"

namespace mpilogit::data {

/// The labels of one rank's rows as the file has them; one of the vectors is used.
struct RawLabels {
  LabelKind kind = LabelKind::integer;
  std::vector<std::int64_t> numbers;
  std::vector<std::string> texts;
};

/// Collective. The distinct labels of all ranks. Throws, naming `where`, if there are more than
/// 10,000. Cost: one gathering of each rank's distinct labels.
ClassSet global_classes(const RawLabels& labels, const std::string& where,
                        const comm::Communicator& communicator);

/// Index in `classes` of each label.
std::vector<std::uint32_t> class_indices(const RawLabels& labels, const ClassSet& classes);

}  // namespace mpilogit::data
