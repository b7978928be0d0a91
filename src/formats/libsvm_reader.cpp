#include "formats/libsvm_reader.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "formats/values.hpp"

namespace mpilogit::formats {

namespace {

// No line of text has it, so that every line is one field.
constexpr char kNoDelimiter = '\x01';
constexpr std::int64_t kStepBytes = std::int64_t{1} << 20;

constexpr std::string_view kBlanks = " \t\r";

// The next word, which is taken off `text`; empty at its end.
std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

// A word of a message: of a damaged file it may be of any length and kind.
std::string shown_word(std::string_view word) {
  constexpr std::size_t kMost = 40;
  std::string text(word.substr(0, kMost));
  for (char& letter : text) {
    if (letter < ' ' || letter > '~') letter = '?';
  }
  return "'" + text + (word.size() > kMost ? "...'" : "'");
}

class Line {
 public:
  explicit Line(core::FunctionRef<std::string()> where) : where_(where) {}

  double label(std::string_view word) const {
    const auto number = number_in(word);
    constexpr double kMost = 0x1p53;  // beyond it, doubles are not all the whole numbers
    const bool whole = number && std::trunc(*number) == *number;
    if (whole && std::abs(*number) < kMost) return *number;
    if (whole) {
      refuse("has the label " + shown_word(word), "classes are whole numbers below 2^53",
             "Number the classes");
    }
    if (word.find(',') != std::string_view::npos) {
      refuse("has several labels", "a row has one class here",
             "Write a file for each label, with 1 where a row has it and 0 elsewhere");
    }
    if (word.find(':') != std::string_view::npos) {
      refuse("begins with " + shown_word(word), "the label comes first",
             "Write 0 where it is unknown");
    }
    if (number) {
      refuse("has the label " + shown_word(word), "classes are whole numbers",
             "A quantity cannot be learned by a classifier; number the classes");
    }
    refuse(shown_word(word) + " is no label", "it must be a number", "Number the classes");
  }

  // A word `column:value`, appended to the row.
  void entry(std::string_view word, std::uint32_t most, LibsvmRow& row) const {
    const std::size_t colon = word.find(':');
    std::uint32_t column = 0;
    const char* end = word.data() + std::min(colon, word.size());
    const auto [last, error] = std::from_chars(word.data(), end, column);
    if (colon == std::string_view::npos || last != end || error == std::errc::invalid_argument) {
      refuse(shown_word(word) + " is not column:value", {},
             "Columns are whole numbers of at least 0");
    }
    if (error != std::errc() || column > most) {
      refuse(
          "the column " + shown_word(word.substr(0, colon)) + " is above " + std::to_string(most),
          {}, "Number the columns from 1 up");
    }
    if (!row.columns.empty() && column <= row.columns.back()) disorder(column, row.columns.back());
    const auto value = number_in(word.substr(colon + 1));
    if (!value) {
      refuse(shown_word(word) + " has no finite number as its value", {},
             "Leave out what is not known, or correct it");
    }
    row.columns.push_back(column);
    row.values.push_back(*value);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, const std::string& why,
                           const std::string& remedy) const {
    throw core::bad_input({.what = what, .where = where_(), .why = why, .remedy = remedy});
  }

  [[noreturn]] void disorder(std::uint32_t column, std::uint32_t before) const {
    if (column == before) {
      refuse(fmt::format("column {} occurs twice", column), {}, "Leave one of them out");
    }
    refuse(fmt::format("column {} comes after column {}", column, before),
           "the columns of a row must ascend", "Sort them");
  }

  core::FunctionRef<std::string()> where_;
};

}  // namespace

bool read_libsvm_row(std::string_view line, std::uint32_t most,
                     core::FunctionRef<std::string()> where, LibsvmRow& row) {
  line = line.substr(0, line.find('#'));
  std::string_view word = next_word(line);
  if (word.empty()) return false;
  const Line parts(where);
  row.columns.clear();
  row.values.clear();
  row.label = parts.label(word);
  word = next_word(line);
  row.has_query = word.starts_with("qid:");
  if (row.has_query) word = next_word(line);
  for (; !word.empty(); word = next_word(line)) parts.entry(word, most, row);
  return true;
}

TextSource libsvm_source(std::vector<std::string> paths) {
  TextSource source;
  source.paths = std::move(paths);
  source.delimiter = kNoDelimiter;
  source.quote = '\0';
  source.header = false;
  return source;
}

LibsvmReader::LibsvmReader(const TextFiles& files, std::uint32_t most_column)
    : files_(files), most_column_(most_column) {}

std::int64_t LibsvmReader::next(
    core::FunctionRef<void(const LibsvmRow& row, core::FunctionRef<std::string()> where)> handle) {
  std::int64_t done = 0;
  while (done < kStepBytes && stretch_ < files_.stretches().size()) {
    const Stretch& stretch = files_.stretches()[stretch_];
    if (!reader_) reader_ = std::make_unique<RowReader>(files_, stretch);
    const std::int64_t size = reader_->next([&](const Row& text) {
      const auto where = [&] { return files_.where(stretch.file, text.offset); };
      if (read_libsvm_row(text.fields.front(), most_column_, where, row_)) handle(row_, where);
    });
    done += size;
    if (size > 0) continue;
    reader_.reset();
    ++stretch_;
    ++done;  // also a stretch without rows is progress: 0 is the end
  }
  return done;
}

}  // namespace mpilogit::formats
