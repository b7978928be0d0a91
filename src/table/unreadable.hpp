#pragma once
// What is said of a file that cannot be opened or read.

#include <string>

#include "mpilogit/core/error.hpp"

namespace mpilogit::table {

/// Bad input: `action` ("opening") of the file at `path` failed; `cause` is the system's error
/// number.
core::Error unreadable(const std::string& path, const std::string& action, int cause);

}  // namespace mpilogit::table
