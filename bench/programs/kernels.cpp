// Times every kernel with every instruction set, on data that stays in cache: bench/kernels.

#include <benchmark/benchmark.h>
#include <cstdint>
#include <string>

#include "kernel_cases.hpp"
#include "kernels/instruction_set.hpp"

namespace {

using mpilogit::bench::KernelCase;
namespace kernels = mpilogit::kernels;

void measure(benchmark::State& state, const KernelCase& kernel, const std::string& set) {
  kernels::use_instruction_set(set);
  kernel.run();
  for (auto _ : state) kernel.run();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kernel.entries));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  for (const KernelCase& kernel : mpilogit::bench::kernel_cases()) {
    for (const std::string& set : kernels::instruction_sets()) {
      const std::string name = kernel.name + "/" + set;
      benchmark::RegisterBenchmark(
          name.c_str(), [kernel, set](benchmark::State& state) { measure(state, kernel, set); });
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
