// Times read_dataset in every mode: the figures of docs/io.md. Not a test, built on demand:
//
//   ninja -C build/release benchmark_read_modes
//   mpirun -n 3 build/release/tests/bin/benchmark_read_modes FILE.h5 …

#include <algorithm>
#include <array>
#include <cstdio>

#include "mpilogit/comm/environment.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/data/dataset.hpp"

namespace {

using mpilogit::comm::Communicator;
namespace data = mpilogit::data;

constexpr int kRepetitions = 5;

// Of the slowest rank, the median of the repetitions.
double seconds_to_read(const data::Source& source, const Communicator& world) {
  std::array<double, kRepetitions> seconds{};
  for (double& each : seconds) {
    world.barrier();
    const mpilogit::core::Stopwatch stopwatch;
    const data::Dataset dataset = data::read_dataset(source, world);
    each = world.maximum(stopwatch.seconds());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[kRepetitions / 2];
}

}  // namespace

int main(int argc, char** argv) {
  mpilogit::comm::Environment environment(argc, argv);
  const Communicator world = Communicator::world();
  for (int i = 1; i < argc; ++i) {
    data::Source source;
    source.files = {argv[i]};
    source.mode = data::ReadMode::posix;
    const double posix = seconds_to_read(source, world);
    source.mode = data::ReadMode::independent;
    const double independent = seconds_to_read(source, world);
    source.mode = data::ReadMode::collective;
    const double collective = seconds_to_read(source, world);
    if (world.is_root()) {
      std::printf("%-24s %d ranks: posix %7.3f  independent %7.3f  collective %7.3f s\n", argv[i],
                  world.size(), posix, independent, collective);
    }
  }
  return environment.finish(0);
}
