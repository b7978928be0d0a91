#pragma once
// The first line of a file of text.

#include <cstdint>
#include <string>
#include <vector>

#include "formats/text_files.hpp"

namespace mpilogit::formats {

struct TextHead {
  Compression compression = Compression::none;
  std::int64_t size = 0;        ///< of the file
  std::int64_t rows_begin = 0;  ///< behind a byte order mark and the header
  std::string line;             ///< the first that is not blank, without its newline
  std::int64_t line_number = 1;
};

/// Throws bad input if there is none, or if the file is no text.
TextHead read_head(const std::string& path, const TextSource& source);

/// That of `, ; tab |` which the line has most of, outside of quotes; a comma if none.
char delimiter_of(const std::string& line, char quote);

/// The names in the header, or "column 0", … where there is none. Throws bad input if a name is
/// empty, not UTF-8 or there twice.
std::vector<std::string> columns_of(const TextHead& head, const Dialect& dialect,
                                    const std::string& path);

}  // namespace mpilogit::formats
