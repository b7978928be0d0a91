#include "mpilogit/core/buffer.hpp"

#include <algorithm>
#include <cstdint>
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

}  // namespace
