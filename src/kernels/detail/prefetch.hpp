#pragma once
// Asking the caches for what a later loop will read.

#include <cstddef>

namespace mpilogit::kernels {

/// Asks the second-level cache for the lines of `count` values; addresses outside the data do no
/// harm.
template <class Value>
[[gnu::always_inline]] inline void prefetch(const Value* values, std::size_t count) {
  constexpr int read = 0;
  constexpr int second_level = 2;
  constexpr std::size_t line = 64 / sizeof(Value);
  for (std::size_t j = 0; j < count; j += line) __builtin_prefetch(values + j, read, second_level);
}

/// Asks for `count` values and goes on to the next; nullptr: for none.
template <class Value>
[[gnu::always_inline]] inline void prefetch_next(const Value*& next, std::size_t count) {
  if (next == nullptr) return;
  prefetch(next, count);
  next += count;
}

}  // namespace mpilogit::kernels
