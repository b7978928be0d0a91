#pragma once
// Who keeps the others waiting, from what the ranks answered when they were asked.

#include <cstdint>
#include <span>
#include <string>

#include "comm/activity.hpp"

namespace mpilogit::comm {

/// What is known of one rank.
struct Whereabouts {
  std::string host;
  bool reachable = false;  ///< it, or another of its host, has been heard of
  bool answered = false;
  std::int64_t collective = 0;  ///< as in Activity::Snapshot, if it answered
  bool waits = false;
  std::string phase;
};

/// Names the ranks that did not answer; if all did, those that are behind `here`; if none is, what
/// that means. A clause without a full stop.
std::string verdict(std::span<const Whereabouts> ranks, const Activity::Snapshot& here,
                    std::int64_t seconds);

}  // namespace mpilogit::comm
