#pragma once
// A small file, whole.

#include <optional>
#include <string>

namespace mpilogit::core {

/// The contents; nothing if there is no such file. Throws bad input that names the cause if there
/// is one that cannot be read: a stream of the standard library would not tell it.
std::optional<std::string> read_file(const std::string& path);

}  // namespace mpilogit::core
