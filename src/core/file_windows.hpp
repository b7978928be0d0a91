#pragma once
// Parts of files where the page cache holds them, to be read without a copy.

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mpilogit::core {

/// A mapped file that becomes shorter, or whose disk fails, ends the process by SIGBUS. While this
/// object lives, whoever reads such a part sees zeros instead, and closing the window says so. What
/// is not in a window is left to whoever had the signal before. One at a time: where another lives,
/// no window opens. Several threads may use it, each its own windows.
class FileWindows {
 public:
  explicit FileWindows(std::size_t count);
  /// Closes all windows.
  ~FileWindows();
  FileWindows(const FileWindows&) = delete;
  FileWindows& operator=(const FileWindows&) = delete;

  /// Where `bytes` of the file from `at` on are until the window is closed. Null if they would have
  /// to come from the disk, as far as samples tell, or cannot be mapped; then they must be read,
  /// and no window opens any more: what waits for a disk waits longer with some parts mapped.
  const std::byte* open(std::size_t window, int descriptor, std::int64_t at, std::int64_t bytes);

  /// False if zeros were seen instead of the file. None is open: true.
  bool close(std::size_t window);

 private:
  // Whole pages. Atomic, because a signal handler reads them.
  struct Window {
    std::atomic<std::byte*> begin = nullptr;
    std::atomic<std::size_t> size = 0;
    std::atomic<bool> torn = false;
  };

  static const std::byte* map(Window& window, int descriptor, std::int64_t at, std::int64_t bytes);
  static void take_bus_error(int signal, siginfo_t* about, void* context);
  bool replace_with_zeros(const std::byte* address);

  std::vector<Window> windows_;
  std::atomic<bool> opens_ = false;
};

}  // namespace mpilogit::core
