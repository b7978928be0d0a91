#include "import_files.hpp"

#include <fmt/format.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/atomic_file.hpp"

namespace mpilogit::cli {

std::vector<std::string> import_inputs(const Arguments& arguments) {
  const auto& words = arguments.positional();
  if (words.size() < 2) {
    refuse_usage(&arguments.command(), fmt::format("a file is missing: mpilogit {} {} FILE",
                                                   arguments.command().name, words.front()));
  }
  return {words.begin() + 1, words.end()};
}

std::string import_output(const Arguments& arguments, const comm::Communicator& communicator) {
  return comm::on_root(communicator, [&] {
    std::string output = arguments.required("output");
    core::require_writable(output);
    return output;
  });
}

}  // namespace mpilogit::cli
