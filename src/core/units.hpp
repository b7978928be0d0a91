#pragma once
// Amounts of memory and lengths of time, as users write and read them; a clock; the longest label.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpilogit::core {

/// "4G", "1.5T", "512M", "64K" (units of 1024), "1000000" in bytes; nothing if the text is no
/// amount above 0.
std::optional<std::int64_t> parse_bytes(std::string_view text);

/// "64 KiB", "312 MiB", "4.5 GiB".
std::string bytes_text(std::int64_t bytes);

/// "90", "90s", "1.5m", "2h" in seconds; nothing if the text is no length of time.
std::optional<double> parse_seconds(std::string_view text);

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// In bytes. Predictions hold the name of a class for every row: with names of megabytes a small
/// model would fill a disk.
inline constexpr std::size_t kLongestLabel = 4096;

/// "a", "a or b", "a, b or c".
std::string enumerated(const std::vector<std::string_view>& names, std::string_view last);

}  // namespace mpilogit::core
