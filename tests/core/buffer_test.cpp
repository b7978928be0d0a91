#include "core/buffer.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <unistd.h>
#include <utility>

#include <catch2/catch.hpp>

namespace {

using mpilogit::core::Buffer;

TEST_CASE("large buffers start on a huge page, small ones on a cache line") {
  const auto address = [](const Buffer& buffer) {
    return reinterpret_cast<std::uintptr_t>(buffer.data());
  };
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{100}, std::int64_t{5} << 20}) {
    Buffer buffer(size);
    CHECK(buffer.size() == size);
    CHECK(address(buffer) % (size > 100 ? std::uintptr_t{1} << 21 : 64) == 0);
    std::fill(buffer.data(), buffer.data() + size, std::byte{7});
    const Buffer moved = std::move(buffer);
    CHECK(std::count(moved.data(), moved.data() + size, std::byte{7}) == size);
  }
}

TEST_CASE("what is discarded takes no memory until it is written again") {
  constexpr std::int64_t kSize = std::int64_t{4} << 20;
  const auto resident = [] {
    std::ifstream statm("/proc/self/statm");
    std::int64_t all = 0;
    std::int64_t pages = 0;
    statm >> all >> pages;
    return pages * ::sysconf(_SC_PAGESIZE);
  };
  Buffer buffer(kSize);
  std::fill(buffer.data(), buffer.data() + kSize, std::byte{7});
  const std::int64_t full = resident();
  buffer.discard();
  CHECK(resident() < full - kSize / 2);
  CHECK(buffer.size() == kSize);
  std::fill(buffer.data(), buffer.data() + kSize, std::byte{8});
  CHECK(buffer.data()[kSize - 1] == std::byte{8});
}

}  // namespace
