#include "comm/watch/watch.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::comm {

namespace {

constexpr std::int64_t kTicksForAnswers = 2 * kTicksPerSecond;
constexpr std::int64_t kTicksBetweenTurns = kTicksPerSecond / 2;  // a question is heard by then
constexpr std::int64_t kLastTurn = 7;  // of rank 64 and all above: nobody begins later than this
constexpr std::int64_t kTicksOfGreeting = 60 * kTicksPerSecond;

// Comes from outside: nothing may be believed of it but its size.
std::string printable(const std::array<char, 36>& room) {
  std::string text(room.begin(), std::find(room.begin(), room.end(), '\0'));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

Watch::Watch(Place place, const WatchSocket& socket, const Activity& activity,
             double timeout_seconds)
    : place_(std::move(place)),
      socket_(socket),
      activity_(activity),
      stall_timer_(timeout_seconds),
      ranks_(place_.contacts.size()) {
  for (std::size_t r = 0; r < ranks_.size(); ++r) {
    ranks_[r].host = place_.contacts[r].host.data();
  }
  note_way_to(self());
}

// If packets come from one rank of a host, then they can from all that have a socket there.
void Watch::note_way_to(std::size_t rank) {
  if (ranks_[rank].reachable) return;
  for (std::size_t r = 0; r < ranks_.size(); ++r) {
    const Contact& contact = place_.contacts[r];
    if (contact.port != 0 && contact.same_host(place_.contacts[rank])) ranks_[r].reachable = true;
  }
}

void Watch::hear(const WatchSocket::Received& received) {
  const Packet& packet = received.packet;
  const bool ours = packet.token == place_.token && packet.rank >= 0 &&
                    static_cast<std::size_t>(packet.rank) < ranks_.size();
  if (!ours) return;
  const auto from = static_cast<std::size_t>(packet.rank);
  note_way_to(from);
  RankStatus& sender = ranks_[from];
  switch (packet.message) {
    case Message::question:
      socket_.send(this->packet(Message::answer), received.from);
      if (packet.rank < place_.rank) {
        silent_until_ = ticks_ + kTicksForAnswers + 2 * kTicksBetweenTurns;
      }
      return;
    case Message::answer:
      sender.answered = true;
      sender.collective = packet.collective;
      sender.waits = packet.waits != 0;
      sender.phase = printable(packet.phase);
      return;
    case Message::leave:
      told_to_leave_ = true;
      return;
  }
}

bool Watch::tick() {
  ++ticks_;
  stall_timer_.tick(activity_.now());
  greet_root();
  const bool begins = stall_timer_.waited() >= stall_timer_.limit() - window() + turn();
  if (!begins || ticks_ < silent_until_) {
    polled_for_ = 0;
    return false;
  }
  if (polled_for_ == 0) {
    for (auto& rank : ranks_) rank.answered = false;
  }
  if (polled_for_ == window()) return true;
  ++polled_for_;
  ask_the_silent();
  return false;
}

// The packets reach a rank that has just begun to watch, or they get lost: repeated until the root
// answers. From then on it is known of both that they can be reached.
void Watch::greet_root() {
  if (place_.rank == 0 || ranks_[0].reachable || ticks_ > kTicksOfGreeting) return;
  send(Message::question, 0);
}

void Watch::ask_the_silent() {
  for (std::size_t r = 0; r < ranks_.size(); ++r) {
    if (r != self() && !ranks_[r].answered) send(Message::question, r);
  }
}

std::string Watch::give_up() {
  // Twice, for packets get lost.
  for (std::size_t r = 0; r < 2 * ranks_.size(); ++r) {
    if (r % ranks_.size() != self()) send(Message::leave, r % ranks_.size());
  }
  const Activity::Snapshot here = activity_.now();
  const std::int64_t seconds = stall_timer_.waited() / kTicksPerSecond;
  std::string who = fmt::format(
      "a rank kept the others waiting for {} s; which one cannot be known, for this host gives no "
      "UDP socket to ask by",
      seconds);
  if (socket_.descriptor() >= 0) {
    ranks_[self()].answered = true;
    ranks_[self()].collective = here.collective;
    ranks_[self()].waits = here.waits;
    who = describe_stall(ranks_, here, seconds);
  }
  return fmt::format("{}. Waiting: {}, collective {}. All ranks end with exit code {}", who,
                     here.phase, here.collective, static_cast<int>(core::ExitCode::silent_rank));
}

// Small timeouts leave less time for answers.
std::int64_t Watch::window() const {
  return std::min(kTicksForAnswers, std::max<std::int64_t>(1, stall_timer_.limit() / 2));
}

std::int64_t Watch::turn() const {
  const auto number = static_cast<std::int64_t>(std::bit_width(self()));
  return std::min(number, kLastTurn) * kTicksBetweenTurns;
}

void Watch::send(Message message, std::size_t rank) const {
  const Contact& to = place_.contacts[rank];
  socket_.send(packet(message), to, to.same_host(place_.contacts[self()]));
}

Packet Watch::packet(Message message) const {
  const Activity::Snapshot here = activity_.now();
  Packet packet;
  packet.token = place_.token;
  packet.message = message;
  packet.rank = place_.rank;
  packet.collective = here.collective;
  packet.waits = here.waits ? 1 : 0;
  const std::string_view phase = here.phase;
  std::copy_n(phase.begin(), std::min(phase.size(), packet.phase.size()), packet.phase.begin());
  return packet;
}

namespace {

using Ranks = std::vector<std::size_t>;

constexpr std::size_t kMostNames = 5;

// "a, b, c and 4 more"
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown = std::min(kMostNames, names.size());
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (shown < names.size()) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

// "rank 3 on host n2", "ranks 3, 4 on hosts n2, n3"
std::string named(const Ranks& chosen, std::span<const RankStatus> ranks) {
  std::vector<std::string> numbers;
  std::vector<std::string> hosts;
  for (const std::size_t rank : chosen) {
    const std::string& host = ranks[rank].host;
    numbers.push_back(std::to_string(rank));
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  }
  return (chosen.size() == 1 ? "rank " : "ranks ") + listed(numbers) +
         (hosts.size() == 1 ? " on host " : " on hosts ") + listed(hosts);
}

template <class Condition>
Ranks those(std::span<const RankStatus> ranks, Condition condition) {
  Ranks chosen;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (condition(ranks[rank])) chosen.push_back(rank);
  }
  return chosen;
}

std::string silence(const Ranks& silent, std::span<const RankStatus> ranks, std::int64_t seconds) {
  return fmt::format("{} did not answer for {} s (stopped, swapped out, or cut off)",
                     named(silent, ranks), seconds);
}

// Of ranks that have not answered once since the start, silence proves less.
std::string never_heard(const Ranks& unknown, std::span<const RankStatus> ranks,
                        std::int64_t seconds) {
  return fmt::format(
      "{} did not answer for {} s, and never did before (stopped, cut off, or a firewall keeps "
      "back "
      "the UDP packets by which ranks are asked)",
      named(unknown, ranks), seconds);
}

// Those that are furthest behind: the others may only wait for them.
std::string delay(std::span<const RankStatus> ranks, std::int64_t last, std::int64_t seconds) {
  const Ranks late = those(ranks, [&](const auto& rank) { return rank.collective == last; });
  const Ranks busy =
      those(ranks, [&](const auto& rank) { return rank.collective == last && !rank.waits; });
  if (busy.empty()) {
    return fmt::format("{} answered but did not get out of collective {} in {} s ({})",
                       named(late, ranks), last, seconds, ranks[late.front()].phase);
  }
  return fmt::format(
      "{} answered but kept the others waiting for {} s ({}, after collective {}: a file system "
      "that "
      "hangs, or work that needs a larger --stall-timeout)",
      named(busy, ranks), seconds, ranks[busy.front()].phase, last);
}

}  // namespace

std::string describe_stall(std::span<const RankStatus> ranks, const Activity::Snapshot& here,
                           std::int64_t seconds) {
  const Ranks silent =
      those(ranks, [](const auto& rank) { return !rank.answered && rank.reachable; });
  if (!silent.empty()) return silence(silent, ranks, seconds);
  const Ranks unknown = those(ranks, [](const auto& rank) { return !rank.answered; });
  if (!unknown.empty()) return never_heard(unknown, ranks, seconds);
  const auto last =
      std::min_element(ranks.begin(), ranks.end(), [](const auto& one, const auto& other) {
        return one.collective < other.collective;
      })->collective;
  if (last < here.collective) return delay(ranks, last, seconds);
  return fmt::format(
      "all ranks answered, yet a collective call did not end for {} s (the network between the "
      "hosts, or a file system)",
      seconds);
}

}  // namespace mpilogit::comm
