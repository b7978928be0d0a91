#pragma once
// How fast this machine reads memory: the limit that passes over data are held against.

#include <cstddef>
#include <cstdint>

namespace mpilogit::bench {

/// An array much larger than the caches, in huge pages where the system grants them.
class LargeArray {
 public:
  explicit LargeArray(std::size_t bytes);
  ~LargeArray();
  LargeArray(const LargeArray&) = delete;
  LargeArray& operator=(const LargeArray&) = delete;

  /// Sums the array as integers, each thread its own contiguous part; returns bytes per second.
  double read(int threads);

 private:
  std::size_t count_;
  std::uint64_t* numbers_;
  std::uint64_t sum_ = 0;
};

}  // namespace mpilogit::bench
