#pragma once
// Columns beside the features: labels, weights, offsets, trials, clusters.

#include <vector>

#include "data/columns/class_set.hpp"
#include "data/columns/raw_labels.hpp"
#include "data/features/shard_files.hpp"
#include "data/metadata/metadata.hpp"

namespace mpilogit::data {

/// Of one rank's rows, as read; empty where the source names none.
struct Columns {
  CodedLabels labels;
  std::vector<double> successes;  ///< in the place of labels, where there are trials
  std::vector<double> trials;
  std::vector<double> weights;
  std::vector<double> offsets;
  RawLabels groups;
};

/// Collective. Throws unless labels and groups are whole numbers within an int64 or strings,
/// successes and trials as `require_trials` wants them, weights finite, not negative and not all 0,
/// and offsets finite.
Columns read_columns(const Access& access, const Metadata& metadata, Range rows);

/// Collective. Throws unless all are whole numbers, 0 ≤ successes ≤ trials, there is a trial, and
/// all trials can be counted exactly in doubles.
void require_trials(const Metadata& metadata, Range rows, const std::vector<double>& successes,
                    const std::vector<double>& trials, const comm::Communicator& communicator);

}  // namespace mpilogit::data
