#pragma once
// This program once more, as a process apart: for work that may bring a process down.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace mpilogit::core {

struct ChildEnd {
  int code = 0;        ///< what it returned
  int signal = 0;      ///< that ended it; 0: none
  std::string output;  ///< what it printed
};

/// Starts the running program with `arguments`, without input and with its errors unseen, and waits
/// for its end. Nothing if no process could be started.
std::optional<ChildEnd> run_this_program(std::span<const std::string> arguments);

/// For such a child: memory that nobody has set holds what no address and no size is, so that who
/// believes it crashes, here and not only where something else was there before.
void spoil_unset_memory();

/// For such a child: when the process that started it ends, however it does, so does this one.
void end_with_parent();

/// For such a child: from here on at most so many bytes of memory more, and so many seconds of
/// computing (the last one is not a whole one), until the next call; a signal that ends it leaves
/// no core file.
void limit_this_process(std::int64_t bytes, std::int64_t seconds);

}  // namespace mpilogit::core
