#include "comm/agreement.hpp"

#include <new>
#include <optional>

#include "core/error.hpp"

namespace mpilogit::comm {

namespace {

std::optional<core::Error> attempt(core::FunctionRef<void()> work) {
  try {
    work();
    return std::nullopt;
  } catch (const core::Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return core::bad_input(
        {.what = "out of memory", .why = {}, .remedy = "Use more hosts or fewer ranks per host"});
  } catch (const std::exception& error) {
    return core::internal_failure(error.what());
  } catch (...) {
    return core::internal_failure("an exception of unknown type");
  }
}

}  // namespace

// Cost when all is well: one allreduce of one integer.
void together(const Communicator& communicator, core::FunctionRef<void()> work) {
  const std::optional<core::Error> error = attempt(work);
  const std::int64_t ranks = communicator.size();
  const std::int64_t first = communicator.minimum(error ? communicator.rank() : ranks);
  if (first == ranks) return;

  int code = error ? static_cast<int>(error->code()) : 0;
  std::string message = error ? error->what() : "";
  communicator.broadcast(code, static_cast<int>(first));
  communicator.broadcast(message, static_cast<int>(first));
  const std::int64_t alike = communicator.sum(error && error->what() == message ? 1 : 0);
  if (alike != ranks) message = "rank " + std::to_string(first) + ": " + message;
  throw core::Error(static_cast<core::ExitCode>(code), message).as_agreed();
}

std::string on_root(const Communicator& communicator, core::FunctionRef<std::string()> work) {
  std::string text;
  std::optional<core::Error> error;
  if (communicator.is_root()) error = attempt([&] { text = work(); });
  int code = error ? static_cast<int>(error->code()) : 0;
  if (error) text = error->what();
  communicator.broadcast(code);
  communicator.broadcast(text);
  if (code != 0) throw core::Error(static_cast<core::ExitCode>(code), text).as_agreed();
  return text;
}

void require_same(const Communicator& communicator, const std::string& what,
                  const std::string& text) {
  std::string reference = text;
  communicator.broadcast(reference);
  const std::int64_t ranks = communicator.size();
  const std::int64_t first = communicator.minimum(text == reference ? ranks : communicator.rank());
  if (first == ranks) return;
  throw core::agreed_bad_input(
      {.what = what + " differ between rank 0 and rank " + std::to_string(first),
       .why = "every rank must do the same work",
       .remedy = "Start all ranks with the same command line"});
}

}  // namespace mpilogit::comm
