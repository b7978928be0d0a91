#pragma once
// What each rank knows of the others' lives, and what is said of a stall.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/activity.hpp"
#include "comm/watch/stall_timer.hpp"
#include "comm/watch/watch_socket.hpp"

namespace mpilogit::comm {

/// What is known of one rank.
struct RankStatus {
  std::string host;
  bool reachable = false;  ///< it, or another of its host, has been heard of
  bool answered = false;
  std::int64_t collective = 0;  ///< as in Activity::Snapshot, if it answered
  bool waits = false;
  std::string phase;
};

/// Names the ranks that did not answer; if all did, those that are behind `here`; if none is, what
/// that means. A clause without a full stop.
std::string describe_stall(std::span<const RankStatus> ranks, const Activity::Snapshot& here,
                           std::int64_t seconds);

// What one rank's watchdog does, tick by tick and packet by packet.
//
// A watchdog that has waited for nearly too long calls the roll: it asks all ranks where they are,
// for two seconds, and then gives the describe_stall. Rank 0 does so first; the others begin later,
// the later the higher their number (1; then 2 and 3; then 4 to 7; …), and hold back if they hear a
// lower rank ask. So one speaks for all, whoever is silent, and a job of n ranks sends about n
// packets: n² only if nearly all of it is gone. The last begin 3.5 s late, so that the end is never
// far from the limit.

class Watch {
 public:
  struct Place {
    int rank = 0;
    Token token;
    std::vector<Contact> contacts;  ///< of all ranks
  };

  Watch(Place place, const WatchSocket& socket, const Activity& activity, double timeout_seconds);

  /// Every packet that has come.
  void hear(const WatchSocket::Received& received);

  /// Every 1/kTicksPerSecond s. Whether the roll has been called and nobody need wait any longer.
  bool tick();

  /// Whether another rank has said so.
  bool told_to_leave() const { return told_to_leave_; }

  /// Tells all others to leave; returns what there is to say.
  std::string give_up();

 private:
  std::size_t self() const { return static_cast<std::size_t>(place_.rank); }
  std::int64_t window() const;
  std::int64_t turn() const;
  void note_way_to(std::size_t rank);
  void greet_root();
  void ask_the_silent();
  Packet packet(Message message) const;
  void send(Message message, std::size_t rank) const;

  Place place_;
  const WatchSocket& socket_;
  const Activity& activity_;
  StallTimer stall_timer_;
  std::vector<RankStatus> ranks_;
  std::int64_t ticks_ = 0;
  std::int64_t polled_for_ = 0;    // ticks since this rank began to call the roll; 0: it does not
  std::int64_t silent_until_ = 0;  // ticks: a lower rank calls it
  bool told_to_leave_ = false;
};

}  // namespace mpilogit::comm
