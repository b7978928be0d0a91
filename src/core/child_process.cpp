#include "mpilogit/core/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "mpilogit/core/memory_limits.hpp"

namespace mpilogit::core {

namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

// What the child prints, up to a limit: nobody reads more.
std::string read_all(int pipe) {
  constexpr std::size_t kMost = std::size_t{1} << 20;
  std::string all;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t got = ::read(pipe, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return all;
    if (all.size() < kMost) all.append(piece.data(), static_cast<std::size_t>(got));
  }
}

// posix_spawn, not fork: MPI libraries do not bear a copy of their process.
std::optional<pid_t> spawn(std::span<const std::string> arguments, int output) {
  std::vector<std::string> texts(arguments.begin(), arguments.end());
  std::string name = "mpilogit";
  std::vector<char*> pointers = {name.data()};
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failure =
      ::posix_spawn(&child, kThisProgram, &files, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (failure != 0) return std::nullopt;
  return child;
}

// For good: a signal that warns of a limit may be ignored, the hard limit is not.
template <class Resource>
void set_limit(Resource resource, std::int64_t value) {
  struct rlimit limit {};
  if (::getrlimit(resource, &limit) != 0) return;
  limit.rlim_cur = std::min(static_cast<rlim_t>(value), limit.rlim_max);
  limit.rlim_max = limit.rlim_cur;
  ::setrlimit(resource, &limit);
}

}  // namespace

std::optional<ChildEnd> run_this_program(std::span<const std::string> arguments) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return std::nullopt;
  const auto child = spawn(arguments, pipe[1]);
  ::close(pipe[1]);
  ChildEnd end;
  if (child) end.output = read_all(pipe[0]);
  ::close(pipe[0]);
  if (!child) return std::nullopt;
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0) {
    if (errno != EINTR) return std::nullopt;
  }
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
  return end;
}

void limit_this_process(std::int64_t bytes, std::int64_t seconds) {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, seconds);
  // A sanitizer has taken more than any limit could leave.
  constexpr std::int64_t kSanitized = std::int64_t{1} << 40;
  const std::int64_t taken = process_address_space();
  if (taken < kSanitized) set_limit(RLIMIT_AS, taken + bytes);
}

}  // namespace mpilogit::core
