#pragma once
// What the fuzz targets share: a refusal is an answer, anything else is a fault.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace mpilogit::testing {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Other exceptions than a refusal of the input reach the fuzzer, which calls them crashes.
template <class Work>
void refused_or_done(Work&& work) {
  try {
    work();
  } catch (const core::Error& error) {
    if (error.code() != core::ExitCode::bad_input) throw;
  }
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// The input as a file in memory, for readers that take a path. One for the process.
std::string file_of(const std::uint8_t* data, std::size_t size);

}  // namespace mpilogit::testing
