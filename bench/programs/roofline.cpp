// Read bandwidth and the passes over data sets, taking turns in one run, so that what else the
// machine does falls on all of them alike:
//
//   bench_roofline ROUNDS FILE.h5 …
//
// Prints one JSON object: bytes per second of each round, and the seconds of each pass.

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "comm/environment.hpp"
#include "core/units.hpp"
#include "kernels/instruction_set.hpp"
#include "read_bandwidth.hpp"
#include "row_kernels.hpp"

namespace {

using Json = nlohmann::ordered_json;
using mpilogit::bench::LargeArray;
using mpilogit::bench::RowKernel;
using mpilogit::comm::Communicator;
namespace bench = mpilogit::bench;
namespace data = mpilogit::data;

constexpr std::size_t kArrayBytes = std::size_t{1} << 29;

struct File {
  data::Dataset dataset;
  std::vector<RowKernel> kernels;
  Json measured;
};

void read_file(const std::string& path, const Communicator& world, File& file) {
  data::Source source;
  source.files = {path};
  file.dataset = data::read_dataset(source, world);
  file.kernels = bench::row_kernels(file.dataset, world, {1, 2});
  const data::Shape& shape = file.dataset.shape();
  file.measured = {{"path", path},
                   {"rows", shape.rows},
                   {"features", shape.features},
                   {"entries", shape.nonzeros},
                   {"sparse", shape.sparse},
                   {"storage", shape.storage},
                   {"gram_rows", bench::gram_rows(file.dataset)},
                   {"kernels", Json::array()}};
  for (const RowKernel& kernel : file.kernels) {
    file.measured["kernels"].push_back(
        {{"name", kernel.name}, {"threads", kernel.threads}, {"seconds", Json::array()}});
  }
}

void measure(File& file) {
  for (std::size_t k = 0; k < file.kernels.size(); ++k) {
    file.kernels[k].run();  // so that all start alike: after themselves
    const mpilogit::core::Stopwatch stopwatch;
    file.kernels[k].run();
    file.measured["kernels"][k]["seconds"].push_back(stopwatch.seconds());
  }
}

Json measure_all(int rounds, std::deque<File>& files) {
  LargeArray array(kArrayBytes);
  Json result;
  result["instruction_set"] = mpilogit::kernels::instruction_set();
  for (int round = 0; round < rounds; ++round) {
    for (File& file : files) {
      result["bandwidth"]["1"].push_back(array.read(1));
      result["bandwidth"]["2"].push_back(array.read(2));
      measure(file);
    }
  }
  result["files"] = Json::array();
  for (File& file : files) result["files"].push_back(std::move(file.measured));
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: bench_roofline ROUNDS FILE.h5 ...\n");
    return 2;
  }
  mpilogit::comm::Environment environment(argc, argv);
  const Communicator world = Communicator::world();
  std::deque<File> files;
  for (int i = 2; i < argc; ++i) read_file(argv[i], world, files.emplace_back());
  std::printf("%s\n", measure_all(std::atoi(argv[1]), files).dump().c_str());
  return environment.finish(0, world);
}
