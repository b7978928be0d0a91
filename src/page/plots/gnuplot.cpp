#include "page/plots/gnuplot.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

#include "core/child_process.hpp"
#include "core/error.hpp"

namespace mpilogit::page {

namespace {

constexpr std::chrono::seconds kTimeLimit(30);
constexpr std::chrono::milliseconds kBetweenLooks(2);
constexpr int kNotFound = 127;  // as a child ends whose program cannot be started

std::string contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Which files the child has for its standard streams.
class Redirections {
 public:
  Redirections() { posix_spawn_file_actions_init(&actions_); }
  ~Redirections() { posix_spawn_file_actions_destroy(&actions_); }
  Redirections(const Redirections&) = delete;
  Redirections& operator=(const Redirections&) = delete;

  void open(int stream, const std::string& path, int flags) {
    posix_spawn_file_actions_addopen(&actions_, stream, path.c_str(), flags, 0600);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// The child's wait status; nothing if it took too long and was ended.
std::optional<int> wait_for(pid_t child) {
  const auto deadline = std::chrono::steady_clock::now() + kTimeLimit;
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    if (ended < 0 && errno != EINTR) return std::nullopt;
    if (std::chrono::steady_clock::now() > deadline) break;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
  return std::nullopt;
}

}  // namespace

Gnuplot::Gnuplot() {
  std::error_code failure;
  std::filesystem::path parent = std::filesystem::temp_directory_path(failure);
  if (failure) parent = "/tmp";
  std::string name = (parent / "mpilogit-report-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw core::bad_input({.what = std::string("no temporary folder: ") + std::strerror(errno),
                           .where = parent.string(),
                           .why = "gnuplot's files go there",
                           .remedy = "Set TMPDIR to a folder that can be written"});
  }
  folder_ = name;
}

Gnuplot::~Gnuplot() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::optional<std::string> Gnuplot::run(const std::string& script) {
  if (hung_) return std::nullopt;
  const std::string input = folder_ + "/script";
  const std::string output = folder_ + "/output";
  const std::string errors = folder_ + "/errors";
  std::ofstream stream(input, std::ios::binary);
  stream << script;
  stream.close();
  if (!stream) {
    throw core::bad_input({.what = "writing failed",
                           .where = input,
                           .why = {},
                           .remedy = "Check the free space of the temporary folder"});
  }
  Redirections redirections;
  redirections.open(STDIN_FILENO, input, O_RDONLY);
  redirections.open(STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC);
  redirections.open(STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_TRUNC);
  // -d: whatever the user has set up for gnuplot does not change the page.
  std::string name = "gnuplot";
  std::string defaults = "-d";
  const std::array<char*, 3> arguments = {name.data(), defaults.data(), nullptr};
  pid_t child = 0;
  const core::ChildrenAreWaitedFor waiting;
  const core::UsualSignals signals;
  const int cause = ::posix_spawnp(&child, "gnuplot", redirections.get(), signals.get(),
                                   arguments.data(), environ);
  if (cause != 0) {
    absent_ = true;
    failure_ = std::string("gnuplot cannot be started: ") + std::strerror(cause);
    return std::nullopt;
  }
  const std::optional<int> status = wait_for(child);
  if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return contents(output);
  absent_ = status && WIFEXITED(*status) && WEXITSTATUS(*status) == kNotFound;
  hung_ = !status;
  constexpr std::size_t kLongest = 300;
  const std::string said = contents(errors).substr(0, kLongest);
  failure_ = hung_ ? "gnuplot took too long" : "gnuplot failed: " + said;
  return std::nullopt;
}

}  // namespace mpilogit::page
