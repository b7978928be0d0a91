// Times read_dataset in every mode: the figures of docs/io.md. Not a test, built on demand:
//
//   ninja -C build/release benchmark_read_modes
//   OMP_NUM_THREADS=1 mpirun -n 3 build/release/tests/bin/benchmark_read_modes FILE.h5 …

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <omp.h>
#include <string>

#include "comm/environment.hpp"
#include "core/units.hpp"
#include "data/dataset.hpp"

namespace {

using mpilogit::comm::Communicator;
namespace data = mpilogit::data;

constexpr int kRepetitions = 7;
constexpr std::array kModes = {data::ReadMode::posix, data::ReadMode::independent,
                               data::ReadMode::collective};

// Of the slowest rank.
double seconds_to_read(const data::Source& source, const Communicator& world) {
  world.barrier();
  const mpilogit::core::Stopwatch stopwatch;
  const data::Dataset dataset = data::read_dataset(source, world, omp_get_max_threads());
  return world.maximum(stopwatch.seconds());
}

// The least of the repetitions of each mode. The modes take turns and the minimum is kept, so that
// what else the machine does falls on all of them alike or on none.
std::array<double, kModes.size()> compare(const std::string& path, const Communicator& world) {
  std::array<double, kModes.size()> least{};
  least.fill(std::numeric_limits<double>::infinity());
  data::Source source;
  source.files = {path};
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    for (std::size_t i = 0; i < kModes.size(); ++i) {
      source.mode = kModes[i];
      least[i] = std::min(least[i], seconds_to_read(source, world));
    }
  }
  return least;
}

}  // namespace

int main(int argc, char** argv) {
  mpilogit::comm::Environment environment(argc, argv);
  const Communicator world = Communicator::world();
  for (int i = 1; i < argc; ++i) {
    const auto [posix, independent, collective] = compare(argv[i], world);
    if (world.is_root()) {
      std::printf(
          "%-26s %d ranks x %d threads: posix %6.3f  independent %6.3f  collective %6.3f s\n",
          argv[i], world.size(), omp_get_max_threads(), posix, independent, collective);
    }
  }
  return environment.finish(0, world);
}
