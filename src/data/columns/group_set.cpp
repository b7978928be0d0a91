#include "data/columns/group_set.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "core/error.hpp"

namespace mpilogit::data {

namespace {

constexpr std::size_t kSamplesPerRank = 256;

template <class Value>
void sort_and_unite(std::vector<Value>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

template <class Value>
std::size_t position(const std::vector<Value>& ascending, const Value& value) {
  const auto found = std::lower_bound(ascending.begin(), ascending.end(), value);
  return static_cast<std::size_t>(found - ascending.begin());
}

// Values for each rank; of texts the lengths and the bytes travel separately.
using Numbers = std::vector<std::vector<std::int64_t>>;
using Texts = std::vector<std::vector<std::string>>;

std::vector<std::int64_t> exchange(const Numbers& outgoing,
                                   const comm::Communicator& communicator) {
  return communicator.exchange(outgoing);
}

std::vector<std::string> exchange(const Texts& outgoing, const comm::Communicator& communicator) {
  std::vector<std::vector<std::int64_t>> lengths(outgoing.size());
  std::vector<std::vector<char>> bytes(outgoing.size());
  for (std::size_t rank = 0; rank < outgoing.size(); ++rank) {
    for (const auto& text : outgoing[rank]) {
      lengths[rank].push_back(static_cast<std::int64_t>(text.size()));
      bytes[rank].insert(bytes[rank].end(), text.begin(), text.end());
    }
  }
  const std::vector<std::int64_t> incoming_lengths = communicator.exchange(lengths);
  const std::vector<char> incoming = communicator.exchange(bytes);
  std::vector<std::string> texts;
  texts.reserve(incoming_lengths.size());
  auto next = incoming.begin();
  for (const auto length : incoming_lengths) {
    texts.emplace_back(next, next + length);
    next += length;
  }
  return texts;
}

// The same sample to every rank.
template <class Value>
std::vector<Value> share(const std::vector<Value>& mine, const comm::Communicator& communicator) {
  const std::vector<std::vector<Value>> outgoing(static_cast<std::size_t>(communicator.size()),
                                                 mine);
  return exchange(outgoing, communicator);
}

// size − 1 values that cut all into about equal parts, from a regular sample of each rank.
template <class Value>
std::vector<Value> choose_splitters(const std::vector<Value>& values,
                                    const comm::Communicator& communicator) {
  std::vector<Value> sample;
  const std::size_t samples = std::min(kSamplesPerRank, values.size());
  for (std::size_t i = 0; i < samples; ++i) sample.push_back(values[i * values.size() / samples]);
  std::vector<Value> all = share(sample, communicator);
  std::sort(all.begin(), all.end());
  std::vector<Value> splitters;
  const auto parts = static_cast<std::size_t>(communicator.size());
  for (std::size_t part = 1; part < parts && !all.empty(); ++part) {
    splitters.push_back(all[part * all.size() / parts]);
  }
  return splitters;
}

// What each rank owns: the values between two splitters.
template <class Value>
std::vector<std::vector<Value>> deal_out(const std::vector<Value>& values,
                                         const comm::Communicator& communicator) {
  const std::vector<Value> splitters = choose_splitters(values, communicator);
  std::vector<std::vector<Value>> parts(static_cast<std::size_t>(communicator.size()));
  for (const auto& value : values) {
    const auto owner = std::upper_bound(splitters.begin(), splitters.end(), value);
    parts[static_cast<std::size_t>(owner - splitters.begin())].push_back(value);
  }
  return parts;
}

std::vector<std::int64_t> counts_from_ranks(const std::vector<std::int64_t>& to_ranks,
                                            const comm::Communicator& communicator) {
  std::vector<std::vector<std::int64_t>> outgoing;
  outgoing.reserve(to_ranks.size());
  for (const auto count : to_ranks) outgoing.push_back({count});
  return communicator.exchange(outgoing);
}

core::Error too_many(std::int64_t count, const std::string& where) {
  return core::agreed_bad_input({.what = "has " + std::to_string(count) + " different values",
                                 .where = where,
                                 .why = "at most 2^32 − 1 groups can be told apart",
                                 .remedy = "Leave the groups away: every row is nearly its own"});
}

core::Error too_many_to_name(std::int64_t count, const std::string& where) {
  return core::agreed_bad_input(
      {.what = "has " + std::to_string(count) + " different values",
       .where = where,
       .why = "at most " + std::to_string(kMostNamedGroups) + " groups can be told by name",
       .remedy = "Name a data set of fewer groups"});
}

void keep(std::vector<std::int64_t> names, ClassSet& set) {
  set.numbers = std::move(names);
}

void keep(std::vector<std::string> names, ClassSet& set) {
  set.kind = LabelKind::text;
  set.texts = std::move(names);
}

// The number of each of `mine` (ascending) among the distinct values of all ranks. Each value has
// one owner, and the owners' parts are in ascending order: a value's number is its place there
// after all that the owners before have.
template <class Value>
GroupIndices number_values(const std::vector<Value>& mine, bool names, const std::string& where,
                           const comm::Communicator& communicator) {
  const auto parts = deal_out(mine, communicator);
  std::vector<std::int64_t> sizes;
  sizes.reserve(parts.size());
  for (const auto& part : parts) sizes.push_back(static_cast<std::int64_t>(part.size()));
  const std::vector<std::int64_t> asked = counts_from_ranks(sizes, communicator);
  const std::vector<Value> questions = exchange(parts, communicator);
  std::vector<Value> owned = questions;
  sort_and_unite(owned);

  const auto size = static_cast<std::int64_t>(owned.size());
  const auto owners = communicator.all_gather(std::span<const std::int64_t>(&size, 1));
  GroupIndices result;
  std::int64_t before = 0;
  for (std::size_t rank = 0; rank < owners.size(); ++rank) {
    if (rank < static_cast<std::size_t>(communicator.rank())) before += owners[rank];
    result.count += owners[rank];
  }
  if (result.count > std::numeric_limits<std::uint32_t>::max()) throw too_many(result.count, where);
  if (names && result.count > kMostNamedGroups) throw too_many_to_name(result.count, where);
  if (names) keep(share(owned, communicator), result.names);

  std::vector<std::vector<std::uint32_t>> answers(asked.size());
  auto question = questions.begin();
  for (std::size_t rank = 0; rank < asked.size(); ++rank) {
    for (std::int64_t i = 0; i < asked[rank]; ++i, ++question) {
      const auto number = before + static_cast<std::int64_t>(position(owned, *question));
      answers[rank].push_back(static_cast<std::uint32_t>(number));
    }
  }
  result.of_rows = communicator.exchange(answers);
  return result;
}

template <class Value>
GroupIndices number_rows(const std::vector<Value>& rows, bool names, const std::string& where,
                         const comm::Communicator& communicator) {
  std::vector<Value> distinct = rows;
  sort_and_unite(distinct);
  GroupIndices numbers = number_values(distinct, names, where, communicator);
  GroupIndices result;
  result.count = numbers.count;
  result.names = std::move(numbers.names);
  result.of_rows.reserve(rows.size());
  for (const auto& value : rows) {
    result.of_rows.push_back(numbers.of_rows[position(distinct, value)]);
  }
  return result;
}

}  // namespace

GroupIndices number_groups(const RawLabels& groups, bool names, const std::string& where,
                           const comm::Communicator& communicator) {
  return groups.kind == LabelKind::text ? number_rows(groups.texts, names, where, communicator)
                                        : number_rows(groups.numbers, names, where, communicator);
}

}  // namespace mpilogit::data
