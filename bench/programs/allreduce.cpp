// Times the allreduce of training, int64 sums, at several sizes: bench/scaling fits α + β·bytes.
// Prints one JSON array of {bytes, seconds}; seconds are the median of the slowest rank's.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <nlohmann/json.hpp>

#include "comm/communicator.hpp"
#include "comm/environment.hpp"
#include "core/units.hpp"

namespace {

using mpilogit::comm::Communicator;

constexpr std::size_t kLargest = std::size_t{1} << 19;  // numbers: 4 MiB
constexpr int kRepetitions = 15;

/// Of one allreduce in a row of several, so that the clock's and the barrier's cost vanish.
double median_seconds(const Communicator& world, std::span<std::int64_t> numbers) {
  const int in_a_row = numbers.size() < 4096 ? 50 : 5;
  std::vector<double> seconds;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    world.barrier();
    const mpilogit::core::Stopwatch stopwatch;
    for (int k = 0; k < in_a_row; ++k) world.sum(numbers);
    seconds.push_back(world.maximum(stopwatch.seconds()) / in_a_row);
  }
  std::nth_element(seconds.begin(), seconds.begin() + kRepetitions / 2, seconds.end());
  return seconds[kRepetitions / 2];
}

}  // namespace

int main(int argc, char** argv) {
  mpilogit::comm::Environment environment(argc, argv);
  const Communicator world = Communicator::world();
  nlohmann::ordered_json measured = nlohmann::ordered_json::array();
  std::vector<std::int64_t> numbers(kLargest, 0);
  for (std::size_t size = 1; size <= kLargest; size *= 8) {
    const double seconds = median_seconds(world, std::span(numbers).first(size));
    measured.push_back({{"bytes", 8 * size}, {"seconds", seconds}});
  }
  if (world.is_root()) std::printf("%s\n", measured.dump().c_str());
  return environment.finish(0, world);
}
