#pragma once
// Memory for values that are read from a file: aligned, and not written before that.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace mpilogit::data {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t bytes)
      : bytes_(
            static_cast<std::byte*>(::operator new(static_cast<std::size_t>(bytes), kAlignment))),
        size_(bytes) {}

  std::int64_t size() const { return size_; }
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
  static constexpr std::align_val_t kAlignment{64};  // a cache line
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, kAlignment); }
  };

  std::unique_ptr<std::byte, Free> bytes_;
  std::int64_t size_ = 0;
};

}  // namespace mpilogit::data
