// Runs a command of the program once for every byte of a file, with that byte changed: the result
// must be that of the sound file, or a refusal.
//
// usage: byte_flips [--stride N] [--list] FILE COMMAND...
//
// In COMMAND, "FILE" stands for the changed file and "OUT" for the output, whose data sets
// `coefficients` and `intercept`, or `probability`, are compared. Exits with 1 if anything else
// came of a flip, and says of which. Every flip has a process of its own, forked after MPI has
// started, which takes longest of a start.

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "cli/run.hpp"
#include "comm/communicator.hpp"
#include "comm/environment.hpp"
#include "comm/watchdog.hpp"
#include "hdf5/file.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::array<unsigned char, 2> kPatterns = {0xFF, 0x01};
constexpr unsigned kSecondsToHang = 20;
constexpr rlim_t kMostMemory = rlim_t{2} << 30U;  // of addresses; no file may ask for so much
#if defined(MPILOGIT_SANITIZED)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
// What a child says by its exit code, beside the program's own.
constexpr int kOther = 40;
constexpr int kDone = 0;
constexpr int kRefused = 2;

struct Options {
  std::string file;
  std::vector<std::string> command;
  std::size_t stride = 1;
  bool list = false;
};

Options parse(int argc, char** argv) {
  Options options;
  int next = 1;
  for (; next < argc && argv[next][0] == '-'; ++next) {
    const std::string name = argv[next];
    if (name == "--list") options.list = true;
    if (name == "--stride" && next + 1 < argc)
      options.stride = std::strtoul(argv[++next], nullptr, 10);
  }
  if (argc - next < 2 || options.stride == 0) {
    fmt::print(stderr, "usage: byte_flips [--stride N] [--list] FILE COMMAND...\n");
    std::exit(2);
  }
  options.file = argv[next];
  options.command.assign(argv + next + 1, argv + argc);
  return options;
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write(const std::string& path, const std::string& contents) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(contents.data(), static_cast<std::streamsize>(contents.size()));
}

// Where a write costs no disk.
fs::path memory_folder() {
  const fs::path memory = "/dev/shm";
  return fs::is_directory(memory) ? memory : fs::temp_directory_path();
}

/// The folder of one worker, removed with it.
class Folder {
 public:
  Folder() : path_(memory_folder() / fmt::format("byte-flips-{}", ::getpid())) {
    fs::create_directories(path_);
  }
  ~Folder() {
    std::error_code failure;
    fs::remove_all(path_, failure);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file() const { return path_ / "flipped.h5"; }
  std::string output() const { return path_ / "out.h5"; }
  std::string log() const { return path_ / "log"; }

 private:
  fs::path path_;
};

std::vector<std::string> resolved(const Options& options, const Folder& folder) {
  std::vector<std::string> words = options.command;
  for (auto& word : words) {
    if (word == "FILE") word = folder.file();
    if (word == "OUT") word = folder.output();
  }
  return words;
}

// What two runs must have in common.
std::vector<double> result_in(const std::string& path) {
  const auto file = mpilogit::hdf5::File::open(path);
  if (file.contains("probability")) return mpilogit::hdf5::read_doubles(file, "probability");
  auto values = mpilogit::hdf5::read_doubles(file, "coefficients");
  const auto intercept = mpilogit::hdf5::read_doubles(file, "intercept");
  values.insert(values.end(), intercept.begin(), intercept.end());
  return values;
}

// In a process of its own. Does not return, not even past destructors.
[[noreturn]] void run_child(const Options& options, const Folder& folder,
                            const std::vector<double>& expected) {
  const int log = ::open(folder.log().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::alarm(kSecondsToHang);
  // A sanitizer's shadow of all addresses is more.
  if (!kSanitized) {
    const rlimit memory{kMostMemory, kMostMemory};
    ::setrlimit(RLIMIT_AS, &memory);
  }
  const auto words = resolved(options, folder);
  const auto world = mpilogit::comm::Communicator::world();
  mpilogit::comm::Watchdog watchdog;
  const int code = mpilogit::cli::run(words, world, watchdog);
  const bool other = code == kDone && !expected.empty() && result_in(folder.output()) != expected;
  std::_Exit(other ? kOther : code);
}

/// What came of a flip, in words.
std::string outcome_of(const Options& options, const Folder& folder,
                       const std::vector<double>& expected) {
  fs::remove(folder.output());
  const pid_t child = ::fork();
  if (child == 0) run_child(options, folder, expected);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return signal == SIGALRM ? "hangs" : fmt::format("crashes (signal {})", signal);
  }
  switch (const int code = WEXITSTATUS(status)) {
    case kDone:
      return "same answer";
    case kRefused:
      return "refused";
    case kOther:
      return "another answer";
    default:
      return fmt::format("exit code {}", code);
  }
}

bool is_fine(const std::string& outcome) {
  return outcome == "same answer" || outcome == "refused";
}

std::string last_error(const std::string& log) {
  const std::string text = contents_of(log);
  const std::size_t error = text.find("mpilogit: error: ");
  return error == std::string::npos ? "" : text.substr(error, text.find('\n', error) - error);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (mpilogit::cli::is_trial_run(words)) return mpilogit::cli::trial_run(words);
  const Options options = parse(argc, argv);
  ::setenv("OMPI_MCA_opal_signal", "", 1);  // a crash is told by its signal alone
  ::setenv("OMP_NUM_THREADS", "1", 1);
  mpilogit::hdf5::start_library();
  const mpilogit::comm::Environment environment(argc, argv);
  const std::string sound = contents_of(options.file);
  const Folder folder;
  write(folder.file(), sound);
  if (const auto outcome = outcome_of(options, folder, {}); outcome != "same answer") {
    fmt::print(stderr, "the sound file: {}; {}\n", outcome, last_error(folder.log()));
    return 1;
  }
  const std::vector<double> expected = result_in(folder.output());
  std::map<std::string, std::size_t> counts;
  for (std::size_t place = 0; place < sound.size(); place += options.stride) {
    for (const unsigned char pattern : kPatterns) {
      std::string flipped = sound;
      flipped[place] = static_cast<char>(static_cast<unsigned char>(flipped[place]) ^ pattern);
      write(folder.file(), flipped);
      const std::string outcome = outcome_of(options, folder, expected);
      ++counts[outcome];
      if (options.list || !is_fine(outcome)) {
        fmt::print("byte {} ^ {:#04x}: {} {}\n", place, pattern, outcome, last_error(folder.log()));
      }
    }
  }
  bool fine = true;
  for (const auto& [outcome, count] : counts) {
    fmt::print("{:6} {}\n", count, outcome);
    fine = fine && is_fine(outcome);
  }
  return fine ? 0 : 1;
}
