#pragma once
// Every instruction set of this CPU, one by one.

#include <string>

#include "kernels/instruction_set.hpp"
#include "support/catch.hpp"

namespace mpilogit::testing {

/// Takes one for as long as it lives; a failing check names it. Of all of them, one after the
/// other:
///   const UsedInstructionSet used(GENERATE(from_range(kernels::instruction_sets())));
class UsedInstructionSet {
 public:
  explicit UsedInstructionSet(const std::string& name)
      : message_(Catch::MessageBuilder("INFO", CATCH_INTERNAL_LINEINFO, Catch::ResultWas::Info)
                 << "instruction set: " << name) {
    kernels::use_instruction_set(name);
  }
  ~UsedInstructionSet() { kernels::use_instruction_set("auto"); }
  UsedInstructionSet(const UsedInstructionSet&) = delete;
  UsedInstructionSet& operator=(const UsedInstructionSet&) = delete;

 private:
  Catch::ScopedMessage message_;
};

}  // namespace mpilogit::testing
