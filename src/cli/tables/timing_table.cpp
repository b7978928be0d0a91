#include "cli/tables/timing_table.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "cli/tables/output.hpp"

namespace mpilogit::cli {

namespace {

using running::RankTiming;
using running::Timing;

constexpr std::size_t kMostTableRows = 64;

std::string memory_text(std::int64_t bytes) {
  constexpr double kMebibyte = 1024.0 * 1024.0;
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / kMebibyte);
}

std::size_t width_of_hosts(const std::vector<RankTiming>& ranks) {
  std::size_t width = 4;
  for (const auto& rank : ranks) width = std::max(width, rank.host.size());
  return width;
}

std::string table_of_ranks(const Timing& timing) {
  const std::size_t width = width_of_hosts(timing.ranks);
  std::string text = fmt::format("{:>5}  {:<{}}  {:>13}  {:>9}  {:>9}  {:>9}  {:>13}\n", "rank",
                                 "host", width, "rows", "read s", "compute s", "wait s", "memory");
  for (const auto& rank : timing.ranks) {
    text +=
        fmt::format("{:>5}  {:<{}}  {:>13}  {:9.3f}  {:9.3f}  {:9.3f}  {:>13}\n", rank.rank,
                    rank.host, width, grouped(rank.rows), rank.seconds_read, rank.seconds_compute,
                    rank.seconds_wait, memory_text(rank.peak_memory_bytes));
  }
  return text;
}

/// The ranks of one host: who computed longest and shortest, and their memory together.
struct Host {
  std::string name;
  std::int64_t ranks = 0;
  const RankTiming* slowest = nullptr;
  const RankTiming* fastest = nullptr;
  std::int64_t memory = 0;
};

// The one with the slowest rank first.
std::vector<Host> by_host(const std::vector<RankTiming>& ranks) {
  std::map<std::string, Host> hosts;
  for (const auto& rank : ranks) {
    Host& host = hosts[rank.host];
    if (host.ranks++ == 0) host.slowest = host.fastest = &rank;
    if (rank.seconds_compute > host.slowest->seconds_compute) host.slowest = &rank;
    if (rank.seconds_compute < host.fastest->seconds_compute) host.fastest = &rank;
    host.memory += rank.peak_memory_bytes;
  }
  std::vector<Host> ordered;
  for (auto& [name, host] : hosts) {
    host.name = name;
    ordered.push_back(host);
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const Host& a, const Host& b) {
    return a.slowest->seconds_compute > b.slowest->seconds_compute;
  });
  return ordered;
}

std::string table_of_hosts(const Timing& timing) {
  const std::vector<Host> hosts = by_host(timing.ranks);
  const std::size_t width = width_of_hosts(timing.ranks);
  std::string text =
      fmt::format("{:<{}}  {:>5}  {:>12}  {:>9}  {:>12}  {:>9}  {:>13}\n", "host", width, "ranks",
                  "slowest rank", "compute s", "fastest rank", "compute s", "memory");
  for (std::size_t h = 0; h < std::min(kMostTableRows, hosts.size()); ++h) {
    const Host& host = hosts[h];
    text +=
        fmt::format("{:<{}}  {:>5}  {:>12}  {:9.3f}  {:>12}  {:9.3f}  {:>13}\n", host.name, width,
                    host.ranks, host.slowest->rank, host.slowest->seconds_compute,
                    host.fastest->rank, host.fastest->seconds_compute, memory_text(host.memory));
  }
  if (hosts.size() > kMostTableRows) {
    text += fmt::format("... and {} hosts more, none slower\n", hosts.size() - kMostTableRows);
  }
  return text;
}

// What training has beside its passes and its waiting is algebra of the solver, for the most part.
std::string table_of_phases(const Timing& timing) {
  const RankTiming& root = timing.ranks.front();
  const objective::PassSeconds& passes = timing.passes;
  std::string text = "seconds of rank 0\n";
  const auto line = [&](const char* name, double seconds) {
    text += fmt::format("  {:<42}{:9.3f}\n", name, seconds);
  };
  line("reading, checking and measuring the data", root.seconds_read);
  line("passes: gradients, Hessian products", passes.products);
  line("passes: Hessian matrices, other sums", passes.matrices);
  line("searches along a line", passes.lines);
  line("solver's algebra and the rest",
       root.seconds_compute - passes.products - passes.matrices - passes.lines);
  if (root.seconds_disk > 0.0) line("of all these, waiting for the disk", root.seconds_disk);
  line("waiting for other ranks", root.seconds_wait);
  line("writing the model", timing.seconds_write);
  return text;
}

std::string reason(const Timing& timing) {
  constexpr double kManyRows = 1.2;
  double rows = 0.0;
  for (const auto& rank : timing.ranks) rows += static_cast<double>(rank.rows);
  const double mean = rows / static_cast<double>(timing.ranks.size());
  const auto own = static_cast<double>(timing.slowest().rows);
  if (own > kManyRows * mean) {
    return fmt::format("it has {:.1f} times the mean of the rows", own / mean);
  }
  return "its host may be busy with something else, or slower";
}

}  // namespace

std::string straggler_line(const Timing& timing) {
  constexpr double kUneven = 1.2;
  constexpr double kWorthASentence = 1.0;  // seconds
  if (timing.ranks.empty() || timing.imbalance < kUneven) return {};
  const RankTiming& slowest = timing.slowest();
  const double mean = timing.mean_compute();
  if (slowest.seconds_compute - mean < kWorthASentence) return {};
  return fmt::format(
      "straggler       rank {} on {} computed {:.1f} times the mean: {:.2f} s against {:.2f} s; "
      "{}\n",
      slowest.rank, slowest.host, timing.imbalance, slowest.seconds_compute, mean, reason(timing));
}

std::string timing_table(const Timing& timing) {
  if (timing.ranks.empty()) return {};
  return (timing.ranks.size() > kMostTableRows ? table_of_hosts(timing) : table_of_ranks(timing)) +
         fmt::format("imbalance {:.2f}: rank {} computed longest\n", timing.imbalance,
                     timing.slowest().rank) +
         table_of_phases(timing);
}

}  // namespace mpilogit::cli
