#include "cli/options/instruction_set.hpp"

#include <string>

#include "comm/agreement.hpp"
#include "kernels/instruction_set.hpp"

namespace mpilogit::cli {

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
