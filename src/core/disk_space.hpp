#pragma once
// Whether a file of a known size fits on its disk.

#include <cstdint>
#include <string>

namespace mpilogit::core {

/// Throws bad input if the file system of the folder that `path` is in has fewer bytes free: better
/// before the work than in the middle of it. A file system that does not say takes everything.
void require_space(const std::string& path, std::int64_t bytes);

}  // namespace mpilogit::core
