#include "cli/commands/import_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "formats/survey.hpp"

namespace mpilogit::cli {

std::vector<std::string> import_inputs(const Arguments& arguments) {
  const auto& words = arguments.positional();
  if (words.size() < 2) {
    refuse_usage(&arguments.command(), fmt::format("a file is missing: mpilogit {} {} FILE",
                                                   arguments.command().name, words.front()));
  }
  return {words.begin() + 1, words.end()};
}

std::string listed_classes(const std::vector<std::string>& names) {
  constexpr std::size_t kMostShown = 20;
  if (names.empty()) return fmt::format("more than {} classes", formats::kMostListedClasses);
  const std::size_t shown = std::min(names.size(), kMostShown);
  std::string text = fmt::format(
      "{} class{}: {}", names.size(), names.size() == 1 ? "" : "es",
      fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  return shown < names.size() ? text + ", ..." : text;
}

std::string import_output(const Arguments& arguments, const comm::Communicator& communicator) {
  return comm::on_root(communicator, [&] {
    std::string output = arguments.required("output");
    core::require_writable(output);
    return output;
  });
}

}  // namespace mpilogit::cli
