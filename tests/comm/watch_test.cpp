// Watchdogs that talk over this host's loopback, with a clock of the test's own.

#include "comm/watch/watch.hpp"

#include <memory>
#include <poll.h>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace mpilogit::comm;
using mpilogit::testing::contains;

namespace {

constexpr std::int64_t kTimeout = 10 * kTicksPerSecond;

class Job {
 public:
  explicit Job(std::size_t ranks) : sockets_(ranks), activities_(ranks) {
    Watch::Place place;
    place.token = token_;
    for (const auto& socket : sockets_) place.contacts.push_back(socket.contact());
    for (std::size_t r = 0; r < ranks; ++r) {
      place.rank = static_cast<int>(r);
      watches_.push_back(std::make_unique<Watch>(place, sockets_[r], activities_[r], 10.0));
    }
  }

  // All but the silent ones wait from now on.
  void wait_for(std::set<std::size_t> silent) {
    silent_ = std::move(silent);
    for (std::size_t r = 0; r < activities_.size(); ++r) {
      if (!silent_.contains(r)) waiting_.push_back(std::make_unique<Waiting>(activities_[r]));
    }
  }
  void finish_waiting() { waiting_.clear(); }

  // The rank that gives up, or −1. The highest comes first, so that it has to give way.
  int tick() {
    ++ticks;
    int done = -1;
    for (std::size_t r = watches_.size(); r-- > 0;) {
      if (silent_.contains(r)) continue;
      if (watches_[r]->tick()) {
        CHECK(done == -1);
        done = static_cast<int>(r);
      }
      deliver();
    }
    return done;
  }
  int tick_until_given_up() {
    while (ticks < 100 * kTimeout) {
      const int rank = tick();
      if (rank >= 0) return rank;
    }
    return -1;
  }

  void deliver() {
    for (std::size_t r = 0; r < watches_.size(); ++r) {
      if (silent_.contains(r)) continue;
      while (const auto received = sockets_[r].receive()) watches_[r]->hear(*received);
    }
  }

  Watch& watch(std::size_t rank) { return *watches_[rank]; }
  const WatchSocket& socket(std::size_t rank) const { return sockets_[rank]; }
  const Token& token() const { return token_; }

  std::int64_t ticks = 0;

 private:
  const Token token_ = random_token();
  std::vector<WatchSocket> sockets_;
  std::vector<Activity> activities_;
  std::vector<std::unique_ptr<Watch>> watches_;
  std::vector<std::unique_ptr<Waiting>> waiting_;
  std::set<std::size_t> silent_;
};

// Whether a packet comes to the socket of `rank` in the time that loopback needs.
bool answered(const WatchSocket& socket) {
  pollfd source{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&source, 1, 200) == 1;
}

}  // namespace

TEST_CASE("rank 0 speaks, at the timeout, and the others are told to leave", "[comm]") {
  Job job(5);
  job.wait_for({3});
  CHECK(job.tick_until_given_up() == 0);
  CHECK(job.ticks == kTimeout);
  CHECK_THAT(job.watch(0).give_up(), contains("rank 3 on host"));
  job.deliver();
  for (const std::size_t rank : {1UL, 2UL, 4UL}) CHECK(job.watch(rank).told_to_leave());
}

TEST_CASE("the lowest of the living speaks, soon after the timeout", "[comm]") {
  Job job(5);
  job.wait_for({0, 1, 2});
  CHECK(job.tick_until_given_up() == 3);
  CHECK(job.ticks > kTimeout);  // not all at once
  CHECK(job.ticks <= kTimeout + kTicksPerSecond);
  CHECK_THAT(job.watch(3).give_up(), contains("ranks 0, 1, 2 on host"));
}

TEST_CASE("whoever is left of many, the end comes within four seconds", "[comm]") {
  constexpr std::size_t kRanks = 130;
  Job job(kRanks);
  std::set<std::size_t> silent;
  for (std::size_t r = 0; r + 1 < kRanks; ++r) silent.insert(r);
  job.wait_for(silent);
  CHECK(job.tick_until_given_up() == kRanks - 1);
  CHECK(job.ticks <= kTimeout + 4 * kTicksPerSecond);
}

TEST_CASE("of two whose turn is the same, the lower speaks", "[comm]") {
  Job job(4);
  job.wait_for({0, 1});
  CHECK(job.tick_until_given_up() == 2);
  CHECK_THAT(job.watch(2).give_up(), contains("ranks 0, 1 on host"));
}

TEST_CASE("a rank that comes at the last moment ends the roll call", "[comm]") {
  Job job(3);
  job.wait_for({1});
  while (job.ticks < kTimeout - 1) CHECK(job.tick() == -1);
  job.finish_waiting();
  for (int i = 0; i < 100; ++i) CHECK(job.tick() == -1);
  CHECK_FALSE(job.watch(2).told_to_leave());
  job.wait_for({1});
  CHECK(job.tick_until_given_up() == 0);
}

TEST_CASE("packets without the job's token mean nothing", "[comm]") {
  Job job(2);
  const WatchSocket stranger;
  const Contact victim = job.socket(0).contact();
  const auto say = [&](const Token& token, Message message, int rank) {
    Packet packet;
    packet.token = token;
    packet.message = message;
    packet.rank = rank;
    stranger.send(packet, victim, true);
    answered(job.socket(0));
    job.deliver();
  };
  say(random_token(), Message::leave, 1);
  say(Token{}, Message::leave, 1);
  CHECK_FALSE(job.watch(0).told_to_leave());
  say(random_token(), Message::question, 1);
  CHECK_FALSE(answered(stranger));
  // With it, but from a rank that there is not.
  say(job.token(), Message::leave, 2);
  say(job.token(), Message::leave, -1);
  CHECK_FALSE(job.watch(0).told_to_leave());
  say(job.token(), Message::question, 1);
  CHECK(answered(stranger));
  say(job.token(), Message::leave, 1);
  CHECK(job.watch(0).told_to_leave());
}
