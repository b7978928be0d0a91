#include "running/data_fingerprint.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/fingerprint.hpp"
#include "objective/design.hpp"

namespace mpilogit::running {

namespace {

using kernels::mixed;

std::uint64_t bits_of(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

/// The sums of one thread, one per part. Sums modulo 2^64 come in any order.
struct PartSums {
  std::uint64_t features = 0;
  std::uint64_t labels = 0;
  std::uint64_t trials = 0;
  std::uint64_t weights = 0;
  std::uint64_t offsets = 0;
  std::uint64_t groups = 0;
  std::vector<std::uint64_t> of_rows;  // of a block: kept, for to clear it costs as much as mixing
};

// Of one number per row, the first of which is row number `first` of all.
template <class Values, class ToBits>
std::uint64_t sum_of(const Values& values, std::size_t local, std::size_t count,
                     std::uint64_t first, ToBits to_bits) {
  // Some at a time, in their order: mixing costs more than they do. Blocks begin at the same rows
  // on any number of ranks.
  constexpr std::size_t kTogether = 8;
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  std::uint64_t sum = 0;
  if (values.empty()) return sum;
  for (std::size_t i = 0; i < count; i += kTogether) {
    std::uint64_t word = 0;
    for (std::size_t k = i; k < std::min(i + kTogether, count); ++k) {
      word = word * kOdd + to_bits(values[local + k]);
    }
    sum += mixed(word, first + i);
  }
  return sum;
}

void add_block(const data::Dataset& dataset, const objective::LocalBlock& block, PartSums& sums) {
  const auto first = static_cast<std::uint64_t>(dataset.local_rows().first) + block.first;
  sums.of_rows.resize(block.rows);
  kernels::fingerprint_rows(*block.features, sums.of_rows);
  const auto as_they_are = [](std::uint64_t value) { return value; };
  sums.features += sum_of(sums.of_rows, 0, block.rows, first, as_they_are);
  const auto add = [&](const auto& values, std::uint64_t& sum, auto to_bits) {
    sum += sum_of(values, block.first, block.rows, first, to_bits);
  };
  dataset.labels().visit([&](auto labels) { add(labels, sums.labels, as_they_are); });
  add(dataset.successes(), sums.labels, bits_of);
  add(dataset.trials(), sums.trials, bits_of);
  add(dataset.weights(), sums.weights, bits_of);
  add(dataset.offsets(), sums.offsets, bits_of);
  add(dataset.groups(), sums.groups, as_they_are);
}

std::vector<PartSums> sums_of_threads(const problem::TrainingSet& set) {
  std::vector<PartSums> sums(static_cast<std::size_t>(set.rows.threads));
  objective::for_each_block(set.dataset, set.rows.blocks, set.rows.threads,
                            [&](const objective::LocalBlock& block, int thread) {
                              add_block(set.dataset, block, sums[static_cast<std::size_t>(thread)]);
                            });
  return sums;
}

std::uint64_t of_values(const std::vector<double>& values) {
  std::uint64_t sum = 0;
  for (std::size_t j = 0; j < values.size(); ++j) sum += mixed(bits_of(values[j]), j);
  return sum;
}

}  // namespace

std::uint64_t DataFingerprint::combined() const {
  std::uint64_t all = 0;
  for (const auto& [name, part] : parts) all = mixed(all, part);
  return all;
}

// Which parts there are, the source says: a rank without rows cannot see it from its arrays.
DataFingerprint data_fingerprint(const problem::TrainingSet& set,
                                 const problem::PenaltyOptions& penalty,
                                 const comm::Communicator& communicator) {
  PartSums mine;
  for (const PartSums& part : sums_of_threads(set)) {
    mine.features += part.features;
    mine.labels += part.labels;
    mine.trials += part.trials;
    mine.weights += part.weights;
    mine.offsets += part.offsets;
    mine.groups += part.groups;
  }
  // Rows are in their frames.
  if (communicator.is_root()) {
    if (set.dataset.weight_exponent() != 0) {
      mine.weights += mixed(0, static_cast<std::uint64_t>(set.dataset.weight_exponent()));
    }
    for (const auto& [column, centre, exponent] : set.dataset.frames()) {
      mine.features += mixed(mixed(column, bits_of(centre)), static_cast<std::uint64_t>(exponent));
    }
  }
  DataFingerprint result;
  const auto sum_up = [&](const char* name, bool there, std::uint64_t part) {
    if (!there) return;
    const auto sum = communicator.sum(static_cast<std::int64_t>(part));
    result.parts.emplace_back(name, static_cast<std::uint64_t>(sum));
  };
  const data::Source& source = set.source;
  sum_up("features", true, mine.features);
  sum_up("labels", source.labels.has_value(), mine.labels);
  sum_up("trials", source.trials.has_value(), mine.trials);
  sum_up("weights", source.weights.has_value(), mine.weights);
  sum_up("offsets", source.offsets.has_value(), mine.offsets);
  sum_up("groups", source.groups.has_value(), mine.groups);
  const auto add_values = [&](const char* name, const std::optional<std::string>& data_set) {
    if (!data_set) return;
    result.parts.emplace_back(
        name, of_values(data::read_feature_values(set.source_file, *data_set,
                                                  static_cast<std::int64_t>(set.design.features()),
                                                  communicator)));
  };
  add_values("penalty factors", penalty.factors);
  add_values("lower bounds", penalty.lower.data_set);
  add_values("upper bounds", penalty.upper.data_set);
  return result;
}

}  // namespace mpilogit::running
