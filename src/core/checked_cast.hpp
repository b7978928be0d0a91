#pragma once
// Integer conversions that refuse to change the value.

#include <string>
#include <utility>

#include "core/error.hpp"

namespace mpilogit::core {

/// `value` as a To. Throws an internal failure if To cannot hold it.
template <class To, class From>
To checked_cast(From value) {
  if (!std::in_range<To>(value)) {
    throw internal_failure("integer out of range: " + std::to_string(value));
  }
  return static_cast<To>(value);
}

}  // namespace mpilogit::core
