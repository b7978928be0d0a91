#include "data_fingerprint.hpp"

#include <bit>
#include <span>
#include <vector>

#include "mpilogit/kernels/fingerprint.hpp"
#include "mpilogit/objective/for_each_block.hpp"

namespace mpilogit::workflow {

namespace {

using kernels::mixed;

// What stands beside the features of local row i.
std::uint64_t annotations(const data::Dataset& dataset, std::size_t i) {
  std::uint64_t all = 0;
  const auto add = [&](std::uint64_t value) { all = mixed(all, value); };
  if (!dataset.labels().empty()) add(dataset.labels()[i]);
  for (const auto numbers :
       {dataset.successes(), dataset.trials(), dataset.weights(), dataset.offsets()}) {
    if (!numbers.empty()) add(std::bit_cast<std::uint64_t>(numbers[i]));
  }
  if (!dataset.groups().empty()) add(dataset.groups()[i]);
  return all;
}

}  // namespace

// Sums modulo 2^64 come in any order.
std::uint64_t data_fingerprint(const TrainingSet& set, const comm::Communicator& communicator) {
  const data::Dataset& dataset = set.dataset;
  std::vector<std::uint64_t> of_threads(static_cast<std::size_t>(set.rows.threads), 0);
  objective::for_each_block(dataset, set.rows.blocks, set.rows.threads,
                            [&](const objective::LocalBlock& block, int thread) {
                              std::vector<std::uint64_t> features(block.rows);
                              kernels::fingerprint_rows(*block.features, features);
                              for (std::size_t i = 0; i < block.rows; ++i) {
                                const std::size_t local = block.first + i;
                                const auto row =
                                    static_cast<std::uint64_t>(dataset.local_rows().first) + local;
                                of_threads[static_cast<std::size_t>(thread)] +=
                                    mixed(mixed(features[i], annotations(dataset, local)), row);
                              }
                            });
  std::uint64_t sum = 0;
  // Rows are in their frames.
  if (communicator.rank() == 0) {
    if (dataset.weight_exponent() != 0) {
      sum += mixed(0, static_cast<std::uint64_t>(dataset.weight_exponent()));
    }
    for (const auto& [column, centre, exponent] : dataset.frames()) {
      sum += mixed(mixed(column, std::bit_cast<std::uint64_t>(centre)),
                   static_cast<std::uint64_t>(exponent));
    }
  }
  for (const std::uint64_t part : of_threads) sum += part;
  return static_cast<std::uint64_t>(communicator.sum(static_cast<std::int64_t>(sum)));
}

}  // namespace mpilogit::workflow
