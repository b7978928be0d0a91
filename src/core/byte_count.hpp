#pragma once
// Amounts of memory as users write them, and as they read them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpilogit::core {

/// "4G", "1.5T", "512M", "64K" (units of 1024), "1000000" in bytes; nothing if the text is no
/// amount above 0.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// "64 KiB", "312 MiB", "4.5 GiB".
std::string bytes_text(std::int64_t bytes);

}  // namespace mpilogit::core
