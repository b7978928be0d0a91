#pragma once
// Memory for values that are read from a file: aligned, in huge pages, and not written before that:
// the thread that reads a part into it is the first to touch it, and has it on its own memory node.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace mpilogit::core {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t bytes) : bytes_(allocate(bytes)), size_(bytes) {}

  std::int64_t size() const { return size_; }

  /// Keeps the first `bytes`; whole pages after them go back to the system.
  void shrink(std::int64_t bytes) {
    give_back_after(bytes);
    size_ = bytes;
  }

  /// What was in it is lost, and its memory the system's until it is written again.
  void discard() { give_back_after(0); }

  std::byte* data() { return bytes_.get(); }
  const std::byte* data() const { return bytes_.get(); }

  template <class Value>
  Value* as() {
    return reinterpret_cast<Value*>(bytes_.get());
  }
  template <class Value>
  const Value* as() const {
    return reinterpret_cast<const Value*>(bytes_.get());
  }

 private:
  void give_back_after(std::int64_t bytes) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(data());
    const std::uintptr_t first =
        (begin + static_cast<std::uintptr_t>(bytes) + page - 1) / page * page;
    const std::uintptr_t last = (begin + static_cast<std::uintptr_t>(size_)) / page * page;
    if (first < last) ::madvise(data() + (first - begin), last - first, MADV_DONTNEED);
  }

  static constexpr std::size_t kCacheLine = 64;
  static constexpr std::size_t kHugePage = std::size_t{1} << 21;

  struct Free {
    // Not by a default value of the member: Clang 14 wants Buffer complete for that.
    Free() : alignment(std::align_val_t{kCacheLine}) {}
    explicit Free(std::align_val_t of) : alignment(of) {}
    void operator()(std::byte* bytes) const { ::operator delete(bytes, alignment); }
    std::align_val_t alignment;
  };
  using Bytes = std::unique_ptr<std::byte, Free>;

  // Where the kernel has no huge pages to give, small ones do.
  static Bytes allocate(std::int64_t bytes) {
    const auto size = static_cast<std::size_t>(bytes);
    const std::align_val_t alignment{size < kHugePage ? kCacheLine : kHugePage};
    Bytes memory(static_cast<std::byte*>(::operator new(size, alignment)), Free{alignment});
    if (size >= kHugePage) ::madvise(memory.get(), size, MADV_HUGEPAGE);
    return memory;
  }

  Bytes bytes_;
  std::int64_t size_ = 0;
};

}  // namespace mpilogit::core
