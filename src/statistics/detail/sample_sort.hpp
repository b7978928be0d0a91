#pragma once
// A sample sort over the ranks, of records that merge where their keys are equal.
//
// A Record has `operator<` by its key and `absorb(other)`, which adds what one of an equal key
// holds.

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"

namespace mpilogit::statistics {

/// Merges neighbours of equal keys, in place.
template <class Record>
void merge_equal(std::vector<Record>& sorted) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[last] < sorted[i]) {
      sorted[++last] = sorted[i];
    } else {
      sorted[last].absorb(sorted[i]);
    }
  }
  if (!sorted.empty()) sorted.resize(last + 1);
}

/// Cost: O(n log n).
template <class Record>
std::vector<Record> sort_and_merge(std::vector<Record> records) {
  std::sort(records.begin(), records.end());
  merge_equal(records);
  return records;
}

/// size − 1 keys that cut all records into about equal parts, from a regular sample of each rank.
template <class Record>
std::vector<Record> choose_splitters(const std::vector<Record>& sorted,
                                     const comm::Communicator& communicator) {
  constexpr std::size_t kSamplesPerRank = 256;
  std::vector<Record> mine;
  const std::size_t samples = std::min(kSamplesPerRank, sorted.size());
  for (std::size_t i = 0; i < samples; ++i) {
    mine.push_back(sorted[(2 * i + 1) * sorted.size() / (2 * samples)]);
  }
  std::vector<Record> all = communicator.all_gather(std::span<const Record>(mine));
  std::sort(all.begin(), all.end());
  std::vector<Record> splitters;
  const auto parts = static_cast<std::size_t>(communicator.size());
  for (std::size_t part = 1; part < parts && !all.empty(); ++part) {
    splitters.push_back(all[part * all.size() / parts]);
  }
  return splitters;
}

/// Collective. Every record goes to the rank of its interval: equal keys meet on one rank, and the
/// keys of a rank are above those of the ranks before it. One record is left of each key.
/// Cost: two sorts of about n / ranks records, one exchange of all of them.
template <class Record>
std::vector<Record> sort_over_ranks(std::vector<Record> records,
                                    const comm::Communicator& communicator) {
  records = sort_and_merge(std::move(records));
  if (communicator.size() == 1) return records;
  const std::vector<Record> splitters = choose_splitters(records, communicator);
  std::vector<std::vector<Record>> outgoing(static_cast<std::size_t>(communicator.size()));
  auto first = records.begin();
  for (std::size_t part = 0; part < outgoing.size(); ++part) {
    const auto last = part < splitters.size()
                          ? std::lower_bound(first, records.end(), splitters[part])
                          : records.end();
    outgoing[part].assign(first, last);
    first = last;
  }
  records = {};
  return sort_and_merge(communicator.exchange(outgoing));
}

}  // namespace mpilogit::statistics
