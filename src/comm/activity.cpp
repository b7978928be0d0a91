#include "comm/activity.hpp"

#include "comm/communicator.hpp"

namespace mpilogit::comm {

Activity::Snapshot Activity::now() const {
  const std::int64_t state = state_.load(std::memory_order_relaxed);
  return {(state + 1) / 2, state % 2 == 1, phase_.load(std::memory_order_relaxed)};
}

Phase::Phase(const Communicator& communicator, const char* name)
    : activity_(communicator.activity()),
      before_(activity_.phase_.load(std::memory_order_relaxed)) {
  turn_to(name);
}

}  // namespace mpilogit::comm
