#pragma once
// Text in columns, on paper that is as wide as it must be.

#include <cstddef>
#include <string>

namespace mpilogit::cli {

/// Code points, not bytes: names may be UTF-8.
std::size_t width_of(const std::string& text);

/// Padded with spaces on the right, or on the left, to `width`.
std::string left_aligned(const std::string& text, std::size_t width);
std::string right_aligned(const std::string& text, std::size_t width);

/// `text` in at most `width` code points, with "..." for its middle.
std::string shortened(const std::string& text, std::size_t width);

}  // namespace mpilogit::cli
