#include "formats/detail/text_head.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "core/error.hpp"
#include "formats/byte_source.hpp"
#include "formats/row_reader.hpp"
#include "formats/values.hpp"

namespace mpilogit::formats {

namespace {

// As much is read first; most first lines are shorter.
constexpr std::size_t kShortHead = std::size_t{1} << 16;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Form {
  std::string_view begins;
  std::string_view name;
  std::string_view remedy;
};
constexpr std::array<Form, 9> kOtherForms = {{
    {"\x89HDF\r\n", "an HDF5 file", "Train on it as it is"},
    {"\x93NUMPY", "a NumPy array", "Use 'mpilogit import npy'"},
    {"PAR1", "a Parquet file", "Write it as CSV first"},
    {"PK\x03\x04", "a ZIP archive or a spreadsheet", "Unpack it, or save the sheet as CSV"},
    {"BZh", "compressed by bzip2", "Decompress it, or use gzip or zstd"},
    {"\xFD"
     "7zXZ",
     "compressed by xz", "Decompress it, or use gzip or zstd"},
    {"\xFF\xFE", "UTF-16", "Convert it: iconv -f UTF-16 -t UTF-8"},
    {"\xFE\xFF", "UTF-16", "Convert it: iconv -f UTF-16 -t UTF-8"},
    {"%PDF", "a PDF document", "Export the table as CSV"},
}};

void require_text(std::string_view text, const std::string& path) {
  if (text.empty()) {
    throw core::bad_input(
        {.what = "is empty", .where = path, .why = {}, .remedy = "Name a file with rows"});
  }
  for (const auto& form : kOtherForms) {
    if (!text.starts_with(form.begins)) continue;
    throw core::bad_input({.what = fmt::format("is {}", form.name),
                           .where = path,
                           .why = "text in UTF-8 is needed, plain or compressed by gzip or zstd",
                           .remedy = std::string(form.remedy)});
  }
}

// A carriage return in the midst of all the text, and no newline.
void require_lines(std::string_view text, const std::string& path) {
  const std::size_t at = text.find('\r');
  if (at == std::string_view::npos || at + 1 >= text.size() ||
      text.find('\n') != std::string_view::npos)
    return;
  throw core::bad_input({.what = "its lines end by a carriage return alone",
                         .where = path,
                         .why = "as those of old Macs did",
                         .remedy = "Convert it: tr '\\r' '\\n' <FILE >NEW"});
}

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// The end of the line that begins there: a newline outside of quotes, or the end of the text.
std::size_t end_of_line(std::string_view text, std::size_t at, char quote) {
  bool inside = false;
  for (; at < text.size(); ++at) {
    if (quote != '\0' && text[at] == quote) inside = !inside;
    if (text[at] == '\n' && !inside) break;
  }
  return at;
}

std::size_t length_of_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

/// The first line that is not blank, in some text from the begin of a file.
struct FirstLine {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t number = 1;
};

FirstLine first_line(std::string_view text, char quote) {
  FirstLine line{length_of_mark(text)};
  line.end = end_of_line(text, line.begin, quote);
  while (line.end < text.size() && is_blank_line(text.substr(line.begin, line.end - line.begin))) {
    line = {line.end + 1, end_of_line(text, line.end + 1, quote), line.number + 1};
  }
  return line;
}

core::Error too_long(const std::string& path, char quote) {
  return core::bad_input(
      {.what = fmt::format("the first line is longer than {} MiB", kLongestRow >> 20),
       .where = path,
       .why = quote == '\0' ? "perhaps it is no text"
                            : "perhaps it is no text, or a quote is not closed",
       .remedy =
           quote == '\0' ? "Check the file" : "Check the file; --quote chooses another quote"});
}

// So much of the begin that the first line is in it.
std::string first_text(const std::string& path, Compression compression, char quote) {
  const auto stream = open_text(path, compression);
  std::string text;
  for (std::size_t size = kShortHead;; size *= 2) {
    const std::size_t before = text.size();
    text.resize(size);
    text.resize(before + stream->read(std::span(text).subspan(before)));
    if (before == 0) {
      require_text(text, path);
      if (text.size() < size) require_lines(text, path);
    }
    if (text.size() < size || first_line(text, quote).end < text.size()) return text;
    if (size >= kLongestRow) throw too_long(path, quote);
  }
}

core::Error bad_header(const TextHead& head, const std::string& path, const std::string& what) {
  return core::bad_input({.what = what,
                          .where = fmt::format("{}, line {}", path, head.line_number),
                          .why = "every column needs a name of its own",
                          .remedy = "Correct the header; --no-header where there is none"});
}

void require_names(const std::vector<std::string>& names, const TextHead& head,
                   const std::string& path) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    if (name.empty()) throw bad_header(head, path, fmt::format("column {} has no name", i + 1));
    if (!is_utf8(name)) {
      throw bad_header(head, path, fmt::format("the name of column {} is not UTF-8", i + 1));
    }
    if (!seen.insert(name).second) {
      throw bad_header(head, path, fmt::format("two columns are called '{}'", name));
    }
  }
}

}  // namespace

TextHead read_head(const std::string& path, const TextSource& source) {
  TextHead head;
  head.size = PlainFile(path).size();
  head.compression = compression_of(path);
  const std::string text = first_text(path, head.compression, source.quote);
  const FirstLine line = first_line(text, source.quote);
  head.line = text.substr(line.begin, line.end - line.begin);
  head.line_number = line.number;
  if (is_blank_line(head.line)) {
    throw core::bad_input({.what = "has blank lines only",
                           .where = path,
                           .why = {},
                           .remedy = "Name a file with rows"});
  }
  // Without a header the rows begin with the text: whether a line of tabs is one is not said here.
  head.rows_begin = static_cast<std::int64_t>(source.header ? std::min(line.end + 1, text.size())
                                                            : length_of_mark(text));
  return head;
}

char delimiter_of(const std::string& line, char quote) {
  constexpr std::string_view kCandidates = ",;\t|";
  std::array<std::size_t, kCandidates.size()> counts{};
  bool inside = false;
  for (const char c : line) {
    if (quote != '\0' && c == quote) inside = !inside;
    const std::size_t candidate = kCandidates.find(c);
    if (!inside && candidate != std::string_view::npos) ++counts[candidate];
  }
  const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  return kCandidates[static_cast<std::size_t>(most)];
}

std::vector<std::string> columns_of(const TextHead& head, const Dialect& dialect,
                                    const std::string& path) {
  std::vector<std::string> names;
  RowReader reader(
      stream_of(head.line), 0, std::numeric_limits<std::int64_t>::max(), dialect, 0,
      [&](std::int64_t) { return fmt::format("{}, line {}", path, head.line_number); });
  while (reader.next([&](const Row& row) { names.assign(row.fields.begin(), row.fields.end()); }) >
         0) {
  }
  if (dialect.header) {
    require_names(names, head, path);
    return names;
  }
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = fmt::format("column {}", i);
  return names;
}

}  // namespace mpilogit::formats
