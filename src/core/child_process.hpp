#pragma once
// This program once more, as a process apart: for work that may bring a process down.

#include <csignal>
#include <cstdint>
#include <optional>
#include <span>
#include <spawn.h>
#include <string>

namespace mpilogit::core {

/// While it lives, ends of children can be waited for. Who starts this program may have it ignore
/// SIGCHLD, and then the kernel forgets how a child ended.
class ChildrenAreWaitedFor {
 public:
  ChildrenAreWaitedFor();
  ~ChildrenAreWaitedFor();
  ChildrenAreWaitedFor(const ChildrenAreWaitedFor&) = delete;
  ChildrenAreWaitedFor& operator=(const ChildrenAreWaitedFor&) = delete;

 private:
  struct sigaction before_ {};
};

/// For posix_spawn: signals do to the child what they usually do, whatever they do to this process:
/// one that warns of a limit is to end it.
class UsualSignals {
 public:
  UsualSignals();
  ~UsualSignals();
  UsualSignals(const UsualSignals&) = delete;
  UsualSignals& operator=(const UsualSignals&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

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
