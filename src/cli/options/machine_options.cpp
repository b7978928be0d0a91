#include "cli/options/machine_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <sched.h>
#include <string>
#include <string_view>

#include "comm/agreement.hpp"
#include "kernels/instruction_set.hpp"

namespace mpilogit::cli {

namespace {

// 0 where the variable is not set or no whole number (OpenMP allows lists for nested regions).
int threads_of_environment() {
  const char* text = std::getenv("OMP_NUM_THREADS");
  if (text == nullptr) return 0;
  const std::string_view view(text);
  int threads = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), threads);
  return error == std::errc() && end == view.data() + view.size() && threads > 0 ? threads : 0;
}

}  // namespace

int automatic_threads(const comm::Communicator& communicator) {
  // Collective, so that it is done on every rank, whatever the environment of each says.
  const comm::Communicator host = communicator.on_this_host();
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) CPU_SET(0, &mask);
  std::array<std::int64_t, CPU_SETSIZE> ranks_on_cpu{};
  for (std::size_t cpu = 0; cpu < ranks_on_cpu.size(); ++cpu) {
    if (CPU_ISSET(cpu, &mask)) ranks_on_cpu[cpu] = 1;
  }
  host.sum(ranks_on_cpu);
  const auto cpus = std::count_if(ranks_on_cpu.begin(), ranks_on_cpu.end(),
                                  [](std::int64_t ranks) { return ranks > 0; });
  if (const int threads = threads_of_environment(); threads > 0) return threads;
  return std::max(1, static_cast<int>(cpus) / host.size());
}

namespace {

void use_widest_without_fusing() {
  for (const auto& name : kernels::instruction_sets()) {
    kernels::use_instruction_set(name);
    if (!kernels::fuses_products()) return;
  }
}

}  // namespace

void choose_instruction_set(const Arguments& arguments, const comm::Communicator& communicator) {
  const std::string name = arguments.text("instruction-set");
  comm::together(communicator, [&] { kernels::use_instruction_set(name); });
  const std::int64_t fuses = kernels::fuses_products() ? 1 : 0;
  const std::int64_t fusing_ranks = communicator.sum(fuses);
  if (fusing_ranks != 0 && fusing_ranks != communicator.size()) use_widest_without_fusing();
}

}  // namespace mpilogit::cli
