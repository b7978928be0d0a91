#pragma once
// The figures of an assessment, each once: printed summary, run record, page and documentation
// follow from this list. A new metric is its function and a row in the source beside this header.

#include <optional>
#include <span>
#include <string_view>

#include "statistics/assessment.hpp"

namespace mpilogit::statistics {

/// What a figure speaks of.
enum class MetricScope {
  rows,      ///< of all rows
  class_one  ///< of two classes class 1, of more the mean over the classes
};

struct Metric {
  std::string_view key;    ///< in the run record (docs/formats.md)
  std::string_view label;  ///< in the summary, at most 15 characters
  std::string_view title;  ///< on the page
  MetricScope scope;
  int digits;                ///< after the point in the summary, significant ones on the page
  std::string_view meaning;  ///< one line, in docs/metrics.md
  /// Of what the assessment has. Empty if `ranking` makes it.
  std::optional<double> (*value)(const Assessment& assessment);
  std::string_view without{};  ///< why there may be none
  /// Of the rows by their score, for the class. Collective; `assess` calls it for each class.
  std::optional<double> (*ranking)(const RankedScores& ranked,
                                   const comm::Communicator& communicator) = nullptr;
};

std::optional<double> value_of(const Metric& metric, const Assessment& assessment);

/// In the order in which they are shown.
std::span<const Metric> all_metrics();

}  // namespace mpilogit::statistics
