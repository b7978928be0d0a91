#include "formats/rounds.hpp"

#include <array>
#include <exception>
#include <limits>
#include <string>

#include "comm/agreement.hpp"
#include "core/error.hpp"

namespace mpilogit::formats {

namespace {

// Of bad input: nothing if there was none, or something worse.
std::string message_of(const std::exception_ptr& error) {
  if (!error) return {};
  try {
    std::rethrow_exception(error);
  } catch (const core::Error& known) {
    return known.code() == core::ExitCode::bad_input ? known.what() : std::string();
  } catch (...) {
    return {};
  }
}

// What is wrong with the text has nothing to do with the rank that came upon it, whom
// `comm::together` would name.
void throw_first(const comm::Communicator& communicator, const std::exception_ptr& error,
                 std::int64_t lowest) {
  std::string message = message_of(error);
  communicator.broadcast(message, static_cast<int>(lowest));
  if (!message.empty()) throw core::Error(core::ExitCode::bad_input, message).as_agreed();
  comm::together(communicator, [&] {
    if (error) std::rethrow_exception(error);
  });
}

}  // namespace

void in_rounds(const comm::Communicator& communicator, core::FunctionRef<std::int64_t()> step,
               core::FunctionRef<void(std::int64_t done)> progress) {
  std::exception_ptr error;
  bool at_end = false;
  std::int64_t done = 0;
  std::int64_t lowest = -1;
  for (;;) {
    std::int64_t size = 0;
    if (!at_end) {
      try {
        size = step();
        at_end = size == 0;
      } catch (...) {
        error = std::current_exception();
        at_end = true;
      }
    }
    std::array<std::int64_t, 3> sums = {size, at_end ? 0 : 1, error ? 1 : 0};
    communicator.sum(sums);
    if (sums[2] > 0) {
      const std::int64_t rank = communicator.rank();
      lowest = communicator.minimum(error ? rank : std::numeric_limits<std::int64_t>::max());
      if (rank > lowest) at_end = true;
      sums[1] = communicator.sum(at_end ? std::int64_t{0} : std::int64_t{1});
    }
    done += sums[0];
    progress(done);
    if (sums[1] == 0) break;
  }
  if (lowest >= 0) throw_first(communicator, error, lowest);
}

}  // namespace mpilogit::formats
