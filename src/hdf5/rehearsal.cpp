#include "hdf5/rehearsal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mpilogit/core/error.hpp"
#include "mpilogit/hdf5/handle.hpp"

namespace mpilogit::hdf5 {

namespace {

// Strings take less memory than file, and no longer than a slow disk; a second is the least that
// can be counted.
constexpr rlim_t kSpareMemory = rlim_t{64} << 20U;
constexpr rlim_t kMemoryPerByte = 4;
constexpr rlim_t kBytesPerSecond = rlim_t{16} << 20U;

// The child's exit codes; a sanitizer that finds something exits with another one.
constexpr int kEnded = 0;
constexpr int kThrown = 99;

rlim_t size_of_file(hid_t object, const std::string& where) {
  const Handle file = checked(H5Iget_file_id(object), H5Fclose, "reading", where);
  hsize_t size = 0;
  check(H5Fget_filesize(file.get(), &size), "reading the size", where);
  return size;
}

// Of addresses, for what is only reserved counts against the limit, too.
rlim_t memory_in_use() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

void limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limits{most, most};
  ::setrlimit(resource, &limits);
}

// Whoever listens to signals or reads the output shall not learn of this one's end.
void be_quiet() {
  for (const int signal :
       {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) {
    std::signal(signal, SIG_DFL);
  }
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void run_child(int report, rlim_t file_size, core::FunctionRef<void()> read) {
  be_quiet();
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, 1 + file_size / kBytesPerSecond);
  if (const rlim_t used = memory_in_use(); used > 0) {
    limit(RLIMIT_AS, used + kSpareMemory + kMemoryPerByte * file_size);
  }
  int code = kEnded;
  try {
    read();
  } catch (const std::exception& error) {
    code = kThrown;
    const std::string_view message = error.what();
    if (::write(report, message.data(), message.size()) < 0) code = kThrown;  // then it is empty
  }
  ::_exit(code);
}

std::string all_of(int report) {
  std::string text;
  std::array<char, 1024> piece{};
  for (;;) {
    const ssize_t got = ::read(report, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

int status_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

core::Error fatal(const std::string& where, int status) {
  const bool endless =
      WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL);
  return core::bad_input({.what = std::string("its strings cannot be read: HDF5 ") +
                                  (endless ? "finds no end" : "crashes"),
                          .where = where,
                          .why = "the file is damaged, or was made to do harm",
                          .remedy = "Write it again"});
}

}  // namespace

void rehearse(hid_t object, const std::string& where, core::FunctionRef<void()> read) {
  const rlim_t file_size = size_of_file(object, where);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw core::internal_failure("there is no pipe left");
  const pid_t child = ::fork();
  if (child == 0) run_child(pipe[1], file_size, read);
  ::close(pipe[1]);
  const std::string message = all_of(pipe[0]);
  ::close(pipe[0]);
  if (child < 0) return;  // no process is left: the risk is taken
  const int status = status_of(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kEnded) return;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kThrown) {
    throw core::Error(core::ExitCode::bad_input, message);
  }
  throw fatal(where, status);
}

}  // namespace mpilogit::hdf5
