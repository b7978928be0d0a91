#pragma once
// Values whose end is the end of accessible memory.

#include <cstddef>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace mpilogit::testing {

template <class Value>
class GuardedCopy {
 public:
  explicit GuardedCopy(const std::vector<Value>& values) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t bytes = values.size() * sizeof(Value);
    const std::size_t accessible = (bytes + page - 1) / page * page;
    size_ = accessible + page;
    memory_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    auto* begin = static_cast<std::byte*>(memory_);
    ::mprotect(begin + accessible, page, PROT_NONE);
    data_ = reinterpret_cast<Value*>(begin + accessible - bytes);
    if (bytes > 0) std::memcpy(data_, values.data(), bytes);
  }
  ~GuardedCopy() { ::munmap(memory_, size_); }
  GuardedCopy(const GuardedCopy&) = delete;
  GuardedCopy& operator=(const GuardedCopy&) = delete;

  const Value* data() const { return data_; }

 private:
  void* memory_;
  std::size_t size_;
  Value* data_;
};

}  // namespace mpilogit::testing
