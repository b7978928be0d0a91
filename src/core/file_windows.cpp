#include "core/file_windows.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace mpilogit::core {

namespace {

// One look for so many bytes: what fills and empties the page cache does so in larger steps.
constexpr std::int64_t kSample = std::int64_t{1} << 19;

// A handler finds nothing but what is global: the windows that there are, and what was done about
// the signal before.
std::atomic<FileWindows*> living_windows{nullptr};
struct sigaction former_action = {};
static_assert(std::atomic<FileWindows*>::is_always_lock_free &&
              std::atomic<std::byte*>::is_always_lock_free &&
              std::atomic<std::size_t>::is_always_lock_free &&
              std::atomic<bool>::is_always_lock_free);

// By calls that would rather fail than wait for a disk. (mincore(2) says yes to all that is asked
// by somebody who may not write the file.) Where a file system cannot tell, as NFS, files are read.
bool in_page_cache(int descriptor, std::int64_t at, std::int64_t bytes) {
#ifdef RWF_NOWAIT
  for (std::int64_t sample = 0; sample < bytes; sample += kSample) {
    std::byte seen{};
    const iovec place{&seen, 1};
    if (::preadv2(descriptor, &place, 1, static_cast<off_t>(at + sample), RWF_NOWAIT) != 1) {
      return false;
    }
  }
  return bytes > 0;
#else
  static_cast<void>(descriptor), static_cast<void>(at), static_cast<void>(bytes);
  return false;
#endif
}

// All pages at once cost a quarter of one fault for every few. It is a hint to a system that does
// not know it yet; false is what would have become a SIGBUS.
bool have_pages(std::byte* begin, std::size_t size) {
#ifdef MADV_POPULATE_READ
  return ::madvise(begin, size, MADV_POPULATE_READ) == 0 || errno == EINVAL;
#else
  static_cast<void>(begin), static_cast<void>(size);
  return true;
#endif
}

}  // namespace

FileWindows::FileWindows(std::size_t count) : windows_(count) {
  FileWindows* none = nullptr;
  if (!living_windows.compare_exchange_strong(none, this)) return;
  opens_ = true;
  struct sigaction action = {};
  action.sa_sigaction = take_bus_error;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, &former_action);
}

FileWindows::~FileWindows() {
  for (std::size_t window = 0; window < windows_.size(); ++window) close(window);
  if (living_windows != this) return;
  ::sigaction(SIGBUS, &former_action, nullptr);
  living_windows = nullptr;
}

const std::byte* FileWindows::open(std::size_t window, int descriptor, std::int64_t at,
                                   std::int64_t bytes) {
  close(window);
  const std::byte* found = nullptr;
  if (opens_ && in_page_cache(descriptor, at, bytes)) {
    found = map(windows_[window], descriptor, at, bytes);
  }
  if (found == nullptr) opens_ = false;
  return found;
}

const std::byte* FileWindows::map(Window& window, int descriptor, std::int64_t at,
                                  std::int64_t bytes) {
  const std::int64_t before = at % ::sysconf(_SC_PAGESIZE);
  const auto size = static_cast<std::size_t>(before + bytes);
  void* const mapped =
      ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, static_cast<off_t>(at - before));
  if (mapped == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<std::byte*>(mapped);
  if (!have_pages(begin, size)) {
    ::munmap(begin, size);
    return nullptr;
  }
  window.torn = false;
  window.size = size;
  window.begin = begin;
  return begin + before;
}

bool FileWindows::close(std::size_t window) {
  Window& open = windows_[window];
  std::byte* const begin = open.begin.exchange(nullptr);
  if (begin == nullptr) return true;
  ::munmap(begin, open.size);
  return !open.torn;
}

// The whole window at once: what was read of it is worth nothing any more. In a handler, because
// the instruction that faulted is done again when it returns; mmap(2) is a bare system call here.
// The second look at where the window begins is for one that somebody closes and opens meanwhile.
bool FileWindows::replace_with_zeros(const std::byte* address) {
  for (Window& window : windows_) {
    std::byte* const begin = window.begin;
    const std::size_t size = window.size;
    if (begin == nullptr || begin != window.begin) continue;
    if (address < begin || address >= begin + size) continue;
    window.torn = true;
    return ::mmap(begin, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
           MAP_FAILED;
  }
  return false;
}

// A fault that is not ours comes again when this returns, and then to the one who had it before;
// what somebody sent comes only once.
void FileWindows::take_bus_error(int signal, siginfo_t* about, void* /*context*/) {
  const int error = errno;
  FileWindows* const windows = living_windows;
  const bool is_fault = about->si_code > 0;
  const bool ours = is_fault && windows != nullptr &&
                    windows->replace_with_zeros(static_cast<const std::byte*>(about->si_addr));
  if (!ours) {
    ::sigaction(signal, &former_action, nullptr);
    if (!is_fault) ::raise(signal);
  }
  errno = error;
}

}  // namespace mpilogit::core
