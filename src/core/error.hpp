#pragma once
// Errors: what happened, where, why, and what to do about it.

#include <stdexcept>
#include <string>
#include <string_view>

namespace mpilogit::core {

/// The process's exit codes (docs/exit-codes.md). Every rank leaves with the same one.
enum class ExitCode : int {
  done = 0,
  internal_failure = 1,
  bad_input = 2,      ///< bad usage, bad data, a file that cannot be read or written
  not_converged = 3,  ///< stopped before the tolerance; the model is written all the same
  checkpointed = 75,  ///< stopped on request; run again to resume
  silent_rank = 86,   ///< another rank went silent
};

/// The only exception type that the rooms throw on purpose. It carries the exit code that the
/// program shall end with, and one message for the user.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ExitCode code() const noexcept { return code_; }

  /// Whether every rank throws this same error at the same place, so that all can leave in order
  /// and one speaks for all. If not, the rank that threw it must take the others down.
  bool agreed() const noexcept { return agreed_; }
  Error as_agreed() const {
    Error copy = *this;
    copy.agreed_ = true;
    return copy;
  }

 private:
  ExitCode code_;
  bool agreed_ = false;
};

/// The parts of a message to the user. Empty parts are left out.
struct Explanation {
  std::string what = {};    ///< what is wrong: "y has 3 rows, X has 4"
  std::string where = {};   ///< file, data set, row: "train.h5:/y"
  std::string why = {};     ///< why that cannot be used
  std::string remedy = {};  ///< what to do about it
};

/// "where: what; why. remedy" — one line, without the program's name.
std::string to_message(const Explanation& explanation);

/// An error of the user's input or of the machine's files; exit code 2.
Error bad_input(const Explanation& explanation);

/// One that every rank throws at the same place.
Error agreed_bad_input(const Explanation& explanation);

/// A broken promise of our own; exit code 1.
Error internal_failure(std::string_view what);

}  // namespace mpilogit::core
