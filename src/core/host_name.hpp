#pragma once
// The machine that this process runs on.

#include <string>

namespace mpilogit::core {

/// As the machine calls itself; "unknown" where it does not tell.
std::string host_name();

}  // namespace mpilogit::core
