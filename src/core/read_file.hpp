#pragma once
// A small file, whole, or the beginning of one.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace mpilogit::core {

/// The contents; nothing if there is no such file. Throws bad input that names the cause if there
/// is one that cannot be read (a stream of the standard library would not tell it), that is no
/// regular file (a pipe would be waited for, and some devices have no end), or that has more than
/// `most` bytes.
std::optional<std::string> read_file(const std::string& path,
                                     std::int64_t most = std::numeric_limits<std::int64_t>::max());

/// Likewise its first bytes, `count` of them if it has so many.
std::optional<std::string> read_beginning(const std::string& path, std::size_t count);

}  // namespace mpilogit::core
