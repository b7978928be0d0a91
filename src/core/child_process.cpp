#include "core/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "core/memory_limits.hpp"

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
  const UsualSignals signals;
  const int failure =
      ::posix_spawn(&child, kThisProgram, &files, signals.get(), pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (failure != 0) return std::nullopt;
  return child;
}

// The soft limit, which can be raised again.
template <class Resource>
void set_limit(Resource resource, std::int64_t value) {
  struct rlimit limit {};
  if (::getrlimit(resource, &limit) != 0) return;
  limit.rlim_cur = std::min(static_cast<rlim_t>(value), limit.rlim_max);
  ::setrlimit(resource, &limit);
}

// Whole ones, for so are limits.
std::int64_t seconds_computed() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1'000'000;
}

}  // namespace

ChildrenAreWaitedFor::ChildrenAreWaitedFor() {
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &usual, &before_);
}

ChildrenAreWaitedFor::~ChildrenAreWaitedFor() {
  ::sigaction(SIGCHLD, &before_, nullptr);
}

UsualSignals::UsualSignals() {
  sigset_t all;
  sigset_t none;
  ::sigfillset(&all);
  ::sigemptyset(&none);
  ::posix_spawnattr_init(&attributes_);
  ::posix_spawnattr_setsigdefault(&attributes_, &all);
  ::posix_spawnattr_setsigmask(&attributes_, &none);
  ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

UsualSignals::~UsualSignals() {
  ::posix_spawnattr_destroy(&attributes_);
}

std::optional<ChildEnd> run_this_program(std::span<const std::string> arguments) {
  const ChildrenAreWaitedFor waiting;
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

// Of the C library that has it; others need none.
void spoil_unset_memory() {
#ifdef __GLIBC__
  constexpr int kPattern = 0x5a;  // new memory has its complement
  ::mallopt(M_PERTURB, kPattern);
#endif
}

void end_with_parent() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void limit_this_process(std::int64_t bytes, std::int64_t seconds) {
  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_CPU, seconds_computed() + seconds);
  // A sanitizer has taken more than any limit could leave.
  constexpr std::int64_t kSanitized = std::int64_t{1} << 40;
  const std::int64_t taken = process_address_space();
  if (taken < kSanitized) set_limit(RLIMIT_AS, taken + bytes);
}

}  // namespace mpilogit::core
