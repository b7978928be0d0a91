#pragma once
// How long a rank has waited for the others, and how long it is ready to. Counts ticks, not time:
// while a whole job is suspended nobody ticks, and nothing is overdue when it goes on.

#include <cstdint>

#include "comm/activity.hpp"

namespace mpilogit::comm {

inline constexpr std::int64_t kTicksPerSecond = 4;

class StallTimer {
 public:
  explicit StallTimer(double timeout_seconds);

  /// Once every tick, with what the main thread is doing.
  void tick(const Activity::Snapshot& now);

  /// Ticks in the present collective; 0 outside of any. Every finished one starts it anew.
  std::int64_t waited() const { return waited_; }

  /// Ticks that the present one may take: the timeout, or three times the longest way from the end
  /// of one collective to the end of the next (a pass over the data, say), if that is more. What
  /// this rank itself has taken since the last one counts, for the others may need as long.
  std::int64_t limit() const;

 private:
  std::int64_t timeout_;
  std::int64_t finished_ = 0;    // collectives
  std::int64_t since_then_ = 0;  // ticks since the last of them
  std::int64_t longest_ = 0;     // ticks from one to the next
  std::int64_t waited_ = 0;
};

}  // namespace mpilogit::comm
