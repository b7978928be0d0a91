#include "mpilogit/core/error.hpp"

namespace mpilogit::core {

std::string to_message(const Explanation& explanation) {
  std::string message;
  if (!explanation.where.empty()) message += explanation.where + ": ";
  message += explanation.what;
  if (!explanation.why.empty()) message += "; " + explanation.why;
  if (!explanation.remedy.empty()) message += ". " + explanation.remedy;
  return message;
}

Error bad_input(const Explanation& explanation) {
  return Error(ExitCode::bad_input, to_message(explanation));
}

Error internal_failure(std::string_view what) {
  return Error(ExitCode::internal_failure, "internal failure: " + std::string(what));
}

}  // namespace mpilogit::core
