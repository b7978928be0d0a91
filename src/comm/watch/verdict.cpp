#include "comm/watch/verdict.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace mpilogit::comm {

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
std::string named(const Ranks& chosen, std::span<const Whereabouts> ranks) {
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
Ranks those(std::span<const Whereabouts> ranks, Condition condition) {
  Ranks chosen;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (condition(ranks[rank])) chosen.push_back(rank);
  }
  return chosen;
}

std::string silence(const Ranks& silent, std::span<const Whereabouts> ranks, std::int64_t seconds) {
  return fmt::format("{} did not answer for {} s (stopped, swapped out, or cut off)",
                     named(silent, ranks), seconds);
}

// Of ranks that have not answered once since the start, silence proves less.
std::string never_heard(const Ranks& unknown, std::span<const Whereabouts> ranks,
                        std::int64_t seconds) {
  return fmt::format(
      "{} did not answer for {} s, and never did before (stopped, cut off, or a firewall keeps "
      "back "
      "the UDP packets by which ranks are asked)",
      named(unknown, ranks), seconds);
}

// Those that are furthest behind: the others may only wait for them.
std::string delay(std::span<const Whereabouts> ranks, std::int64_t last, std::int64_t seconds) {
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

std::string verdict(std::span<const Whereabouts> ranks, const Activity::Snapshot& here,
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
