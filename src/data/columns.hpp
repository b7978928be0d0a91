#pragma once
// What belongs to the rows besides features: labels, weights, offsets.

#include <vector>

#include "data/class_set.hpp"
#include "data/shard_files.hpp"

namespace mpilogit::data {

/// Of one rank's rows, as read; empty where the source names none.
struct Columns {
  RawLabels labels;
  std::vector<double> weights;
  std::vector<double> offsets;
};

/// Collective. Throws unless labels are whole numbers within an int64 or strings, weights finite,
/// not negative and not all 0, and offsets finite.
Columns read_columns(const Access& access, const Metadata& metadata, Range rows);

}  // namespace mpilogit::data
