#include "comm/watch/stall_timer.hpp"

#include <algorithm>
#include <cmath>

namespace mpilogit::comm {

namespace {

constexpr double kLongestTimeout = 1e9;  // seconds: 30 years
constexpr std::int64_t kPasses = 3;

}  // namespace

StallTimer::StallTimer(double timeout_seconds)
    : timeout_(static_cast<std::int64_t>(std::ceil(std::min(timeout_seconds, kLongestTimeout) *
                                                   static_cast<double>(kTicksPerSecond)))) {}

void StallTimer::tick(const Activity::Snapshot& now) {
  const std::int64_t finished = now.collective - (now.waits ? 1 : 0);
  ++since_then_;
  if (finished != finished_) {
    longest_ = std::max(longest_, since_then_);
    finished_ = finished;
    since_then_ = 0;
    waited_ = 0;
  }
  if (now.waits) ++waited_;
}

std::int64_t StallTimer::limit() const {
  const std::int64_t own = std::max<std::int64_t>(0, since_then_ - waited_);
  return std::max(timeout_, kPasses * std::max(longest_, own));
}

}  // namespace mpilogit::comm
