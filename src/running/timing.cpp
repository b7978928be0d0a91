#include "running/timing.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>

#include "core/process.hpp"

namespace mpilogit::running {

namespace {

constexpr std::size_t kLongestHost = 63;

/// What a rank sends.
struct Sent {
  std::int64_t rows;
  double seconds_read;
  double seconds_compute;
  double seconds_wait;
  double seconds_disk;
  std::int64_t peak_memory_bytes;
  std::array<char, kLongestHost + 1> host;
};

Sent to_send(const RankTiming& mine) {
  Sent sent{mine.rows,
            mine.seconds_read,
            mine.seconds_compute,
            mine.seconds_wait,
            mine.seconds_disk,
            core::peak_resident_bytes(),
            {}};
  const std::string host = core::host_name();
  std::copy_n(host.begin(), std::min(host.size(), kLongestHost), sent.host.begin());
  return sent;
}

}  // namespace

double Timing::mean_compute() const {
  double sum = 0.0;
  for (const auto& rank : ranks) sum += rank.seconds_compute;
  return ranks.empty() ? 0.0 : sum / static_cast<double>(ranks.size());
}

Timing timing_of(std::vector<RankTiming> ranks) {
  Timing timing;
  timing.ranks = std::move(ranks);
  const auto slowest = std::max_element(
      timing.ranks.begin(), timing.ranks.end(),
      [](const auto& a, const auto& b) { return a.seconds_compute < b.seconds_compute; });
  if (slowest == timing.ranks.end()) return timing;
  timing.slowest_rank = static_cast<std::size_t>(slowest - timing.ranks.begin());
  const double mean = timing.mean_compute();
  if (mean > 0.0) timing.imbalance = slowest->seconds_compute / mean;
  return timing;
}

std::vector<RankTiming> extremes(const std::vector<RankTiming>& ranks, std::size_t most) {
  if (ranks.size() <= most) return ranks;
  std::vector<std::size_t> order(ranks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return ranks[a].seconds_compute > ranks[b].seconds_compute;
  });
  const auto half = static_cast<std::ptrdiff_t>(most / 2);
  order.erase(order.begin() + half, order.end() - half);
  std::sort(order.begin(), order.end());
  std::vector<RankTiming> chosen;
  chosen.reserve(order.size());
  for (const std::size_t index : order) chosen.push_back(ranks[index]);
  return chosen;
}

Timing gather_timing(const RankTiming& mine, const comm::Communicator& communicator) {
  const Sent own = to_send(mine);
  const std::vector<Sent> all = communicator.all_gather(std::span<const Sent>(&own, 1));
  std::vector<RankTiming> ranks;
  ranks.reserve(all.size());
  for (const auto& sent : all) {
    ranks.push_back({.rank = static_cast<std::int64_t>(ranks.size()),
                     .host = sent.host.data(),
                     .rows = sent.rows,
                     .seconds_read = sent.seconds_read,
                     .seconds_compute = sent.seconds_compute,
                     .seconds_wait = sent.seconds_wait,
                     .seconds_disk = sent.seconds_disk,
                     .peak_memory_bytes = sent.peak_memory_bytes});
  }
  return timing_of(std::move(ranks));
}

MemoryUse memory_use(const data::Dataset& dataset, const comm::Communicator& communicator) {
  const std::array<std::int64_t, 4> mine = {core::peak_resident_bytes(), dataset.resident_bytes(),
                                            dataset.stream_use().bytes_read,
                                            dataset.stream_use().bytes_mapped};
  const auto all = communicator.all_gather(std::span<const std::int64_t>(mine));
  MemoryUse use;
  use.memory_split = dataset.memory_split();
  for (std::size_t i = 0; i < all.size(); i += mine.size()) {
    use.peak_per_rank_max = std::max(use.peak_per_rank_max, all[i]);
    use.peak_total += all[i];
    use.shards += all[i + 1];
    use.bytes_read += all[i + 2];
    use.bytes_mapped += all[i + 3];
  }
  return use;
}

}  // namespace mpilogit::running
