#pragma once
// Lengths of time as users write them.

#include <optional>
#include <string_view>

namespace mpilogit::core {

/// "90", "90s", "1.5m", "2h" in seconds; nothing if the text is no length of time.
std::optional<double> parse_seconds(std::string_view text);

}  // namespace mpilogit::core
