#pragma once
// Where the fields of delimited text end.

#include <cstddef>
#include <cstdint>
#include <span>

namespace mpilogit::kernels {

/// What `find_marks` found beside the marks.
struct MarkFindings {
  std::size_t marks = 0;
  bool inside_quotes = false;  ///< at the end of the text
  bool quotes = false;         ///< there are some
  bool odd_quotes = false;  ///< one opens where no field begins: whoever splits must look closely
  bool zeros = false;       ///< there are NUL bytes
};

/// Bytes past the end of the text that must be readable; they must not be NUL, their values play no
/// further part.
inline constexpr std::size_t kTextPadding = 64;

/// Finds every delimiter and every newline outside of quotes, in order; `text` begins a row, and
/// `marks` has room for as many as there are bytes. `quote` NUL: there are no quotes. Doubled
/// quotes close and open again, so that a byte is inside of quotes if the number of quotes before
/// it is odd (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, do it in the same
/// way). Cost: three comparisons per vector of bytes, and a few operations per 64 bytes and mark.
MarkFindings find_marks(std::span<const char> text, char delimiter, char quote,
                        std::uint32_t* marks);

struct CharacterCounts {
  std::int64_t quotes = 0;
  std::int64_t newlines = 0;
};

/// Of all bytes, wherever they stand.
CharacterCounts count_characters(std::span<const char> text, char quote);

}  // namespace mpilogit::kernels
