#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "read_bandwidth.cpp"
#include "read_bandwidth.hpp"

#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::bench::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Eight sums at a time, for the additions shall not wait for one another. `count` is a multiple of
// a page.
std::uint64_t sum(const std::uint64_t* numbers, std::size_t count) {
  const hn::ScalableTag<std::uint64_t> d;
  const std::size_t width = hn::Lanes(d);
  auto a = hn::Zero(d), b = a, c = a, e = a, f = a, g = a, h = a, k = a;
  for (std::size_t i = 0; i + 8 * width <= count; i += 8 * width) {
    const std::uint64_t* at = numbers + i;
    a = hn::Add(a, hn::Load(d, at));
    b = hn::Add(b, hn::Load(d, at + width));
    c = hn::Add(c, hn::Load(d, at + 2 * width));
    e = hn::Add(e, hn::Load(d, at + 3 * width));
    f = hn::Add(f, hn::Load(d, at + 4 * width));
    g = hn::Add(g, hn::Load(d, at + 5 * width));
    h = hn::Add(h, hn::Load(d, at + 6 * width));
    k = hn::Add(k, hn::Load(d, at + 7 * width));
  }
  const auto low = hn::Add(hn::Add(a, b), hn::Add(c, e));
  const auto high = hn::Add(hn::Add(f, g), hn::Add(h, k));
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(low, high)));
}

}  // namespace mpilogit::bench::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <new>
#include <sys/mman.h>

#include "core/units.hpp"

namespace mpilogit::bench {

namespace {

HWY_EXPORT(sum);

constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kPageNumbers = kHugePage / sizeof(std::uint64_t);

}  // namespace

LargeArray::LargeArray(std::size_t bytes)
    : count_(bytes / kHugePage * kPageNumbers),
      numbers_(static_cast<std::uint64_t*>(
          ::operator new(count_ * sizeof(std::uint64_t), std::align_val_t(kHugePage)))) {
  madvise(numbers_, count_ * sizeof(std::uint64_t), MADV_HUGEPAGE);
  const auto pages = static_cast<std::int64_t>(count_ / kPageNumbers);
#pragma omp parallel for schedule(static)
  for (std::int64_t page = 0; page < pages; ++page) {
    std::uint64_t* first = numbers_ + static_cast<std::size_t>(page) * kPageNumbers;
    for (std::size_t i = 0; i < kPageNumbers; ++i) first[i] = i;
  }
}

LargeArray::~LargeArray() {
  ::operator delete(numbers_, std::align_val_t(kHugePage));
}

double LargeArray::read(int threads) {
  const auto pages = static_cast<std::int64_t>(count_ / kPageNumbers);
  std::uint64_t total = 0;
  const core::Stopwatch stopwatch;
#pragma omp parallel for schedule(static) num_threads(threads) reduction(+ : total)
  for (std::int64_t page = 0; page < pages; ++page) {
    total += HWY_DYNAMIC_DISPATCH(sum)(numbers_ + static_cast<std::size_t>(page) * kPageNumbers,
                                       kPageNumbers);
  }
  const double seconds = stopwatch.seconds();
  sum_ += total;
  return static_cast<double>(count_ * sizeof(std::uint64_t)) / seconds;
}

}  // namespace mpilogit::bench

#endif
