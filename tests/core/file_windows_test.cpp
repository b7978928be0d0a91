// What is seen through a window, and what becomes of the process when the file goes away under it.

#include "core/file_windows.hpp"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <numeric>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using mpilogit::core::FileWindows;

constexpr std::int64_t kBytes = std::int64_t{3} << 20;

std::byte byte_at(std::int64_t place) {
  return static_cast<std::byte>(place % 251);
}

// On the disk, and in the page cache.
class NumberedBytes {
 public:
  NumberedBytes() : path_("file-windows-" + std::to_string(::getpid())) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(kBytes));
    for (std::int64_t n = 0; n < kBytes; ++n) bytes[static_cast<std::size_t>(n)] = byte_at(n);
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(::write(descriptor_, bytes.data(), bytes.size()) == kBytes);
    REQUIRE(::fsync(descriptor_) == 0);
  }
  ~NumberedBytes() {
    ::close(descriptor_);
    ::unlink(path_.c_str());
  }
  NumberedBytes(const NumberedBytes&) = delete;
  NumberedBytes& operator=(const NumberedBytes&) = delete;

  int descriptor() const { return descriptor_; }
  void cut(std::int64_t bytes) const { REQUIRE(::ftruncate(descriptor_, bytes) == 0); }

 private:
  std::string path_;
  int descriptor_ = -1;
};

// Where no window opens, nothing here can be tested. ctest knows these words.
const std::byte* opened(FileWindows& windows, std::size_t window, const NumberedBytes& file,
                        std::int64_t at, std::int64_t bytes) {
  const std::byte* const begin = windows.open(window, file.descriptor(), at, bytes);
  if (begin == nullptr) {
    std::puts("skipped: no window opens here");
    FAIL("this file system does not tell what is in the page cache");
  }
  return begin;
}

bool shows(const std::byte* begin, std::int64_t at, std::int64_t bytes) {
  for (std::int64_t n = 0; n < bytes; ++n) {
    if (begin[n] != byte_at(at + n)) return false;
  }
  return true;
}

std::int64_t sum_of(const std::byte* begin, std::int64_t bytes) {
  return std::accumulate(begin, begin + bytes, std::int64_t{0},
                         [](std::int64_t sum, std::byte next) { return sum + int(next); });
}

std::int64_t resident_file_pages() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t all = 0;
  std::int64_t resident = 0;
  std::int64_t shared = 0;
  statm >> all >> resident >> shared;
  return shared;
}

void (*handler_of_bus_errors())(int) {
  struct sigaction action = {};
  ::sigaction(SIGBUS, nullptr, &action);
  return action.sa_handler;
}

TEST_CASE("a window shows the bytes of the file, from any place on") {
  const NumberedBytes file;
  FileWindows windows(2);
  const std::byte* const first = opened(windows, 0, file, 0, 10'000);
  const std::byte* const second = opened(windows, 1, file, 4097, kBytes - 4097);
  CHECK(shows(first, 0, 10'000));
  CHECK(shows(second, 4097, kBytes - 4097));
  CHECK(windows.close(1));
  CHECK(shows(first, 0, 10'000));
  CHECK(windows.close(0));
  CHECK(windows.close(0));
}

TEST_CASE("a window that is closed takes no memory, nor does one that is opened again") {
  const NumberedBytes file;
  const std::int64_t pages = kBytes / ::sysconf(_SC_PAGESIZE);
  FileWindows windows(1);
  const std::int64_t before = resident_file_pages();
  for (int times = 0; times < 4; ++times) opened(windows, 0, file, 0, kBytes);
  const std::int64_t open = resident_file_pages();
  CHECK(open >= before + pages);
  CHECK(open < before + 2 * pages);
  windows.close(0);
  CHECK(resident_file_pages() < before + pages / 2);
}

TEST_CASE("a file that became shorter shows zeros, and its window says so") {
  const NumberedBytes file;
  FileWindows windows(2);
  const std::byte* const kept = opened(windows, 0, file, 0, 4096);
  const std::byte* const lost = opened(windows, 1, file, 4096, kBytes - 4096);
  file.cut(4096);
  CHECK(sum_of(lost, kBytes - 4096) == 0);
  CHECK(shows(kept, 0, 4096));
  CHECK_FALSE(windows.close(1));
  CHECK(windows.close(0));
  CHECK(windows.open(1, file.descriptor(), 4096, 4096) == nullptr);
}

TEST_CASE("a part that must come from the disk opens no window, and none is opened after it") {
  const NumberedBytes file;
  FileWindows windows(1);
  opened(windows, 0, file, 0, 4096);
  windows.close(0);
  REQUIRE(::posix_fadvise(file.descriptor(), 1 << 20, 0, POSIX_FADV_DONTNEED) == 0);
  CHECK(windows.open(0, file.descriptor(), 0, kBytes) == nullptr);
  CHECK(windows.open(0, file.descriptor(), 0, 4096) == nullptr);
}

TEST_CASE("beside windows that live, no others open") {
  const NumberedBytes file;
  FileWindows windows(1);
  {
    FileWindows others(1);
    CHECK(others.open(0, file.descriptor(), 0, 4096) == nullptr);
  }
  opened(windows, 0, file, 0, 4096);
}

TEST_CASE("the signal belongs again to whoever had it before") {
  const auto before = handler_of_bus_errors();
  {
    const FileWindows windows(1);
    CHECK(handler_of_bus_errors() != before);
    const FileWindows second(1);
  }
  CHECK(handler_of_bus_errors() == before);
}

// In a process apart, which ends by it: _exit(7) is the former handler's.
int end_of(void (*fault)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGBUS, [](int) { ::_exit(7); });
    const NumberedBytes file;
    FileWindows windows(1);
    windows.open(0, file.descriptor(), 0, kBytes);
    fault();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST_CASE("what is in no window ends as it did before") {
  CHECK(end_of([] { ::raise(SIGBUS); }) == 7);
  CHECK(end_of([] {
          const NumberedBytes other;
          void* const mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, other.descriptor(), 0);
          other.cut(0);
          static_cast<void>(*static_cast<volatile const char*>(mapped));
        }) == 7);
}

}  // namespace
