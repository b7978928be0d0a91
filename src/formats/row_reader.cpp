#include "formats/row_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::formats {

namespace {

// In cache, with its marks.
constexpr std::size_t kReadBytes = std::size_t{1} << 18;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(const char* begin, const char* end) {
  while (begin != end && is_blank(*begin)) ++begin;
  while (begin != end && is_blank(end[-1])) --end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

RowReader::RowReader(std::unique_ptr<TextStream> stream, std::int64_t offset, std::int64_t last,
                     const Dialect& dialect, std::size_t columns, Where where)
    : stream_(std::move(stream)),
      dialect_(dialect),
      columns_(columns),
      where_(std::move(where)),
      last_(last),
      buffer_(kReadBytes + kernels::kTextPadding, 'x'),
      offset_(offset) {
  fields_.reserve(columns + 1);
}

RowReader::RowReader(const TextFiles& files, const Stretch& stretch)
    : RowReader(files.open(stretch.file, stretch.first), stretch.first, stretch.last,
                files.dialect(), files.columns().size(),
                [&files, file = stretch.file](std::int64_t offset) {
                  return files.where(file, offset);
                }) {
  file_ = stretch.file;
  if (!stretch.begins_row) find_first_row(stretch.inside_quotes);
}

// Drops what belongs to a row that begins before: byte by byte, for it is one row.
void RowReader::find_first_row(bool inside_quotes) {
  for (;;) {
    const bool more = fill();
    for (std::size_t i = 0; i < filled_; ++i) {
      if (dialect_.quote != '\0' && buffer_[i] == dialect_.quote) inside_quotes = !inside_quotes;
      if (buffer_[i] != '\n' || inside_quotes) continue;
      filled_ -= i + 1;
      std::memmove(buffer_.data(), buffer_.data() + i + 1, filled_);
      offset_ += static_cast<std::int64_t>(i + 1);
      done_ = offset_ > last_;
      return;
    }
    offset_ += static_cast<std::int64_t>(filled_);
    filled_ = 0;
    if (more && offset_ < last_) continue;
    done_ = true;
    return;
  }
}

// False when the text is at its end.
bool RowReader::fill() {
  if (ended_) return false;
  const std::size_t room = buffer_.size() - kernels::kTextPadding - filled_;
  const std::size_t got = stream_->read(std::span(buffer_).subspan(filled_, room));
  filled_ += got;
  ended_ = got < room;
  return !ended_;
}

std::int64_t RowReader::next(core::FunctionRef<void(const Row&)> handle) {
  while (!done_) {
    fill();
    if (const std::int64_t size = split(handle); size > 0) return size;
    if (done_) break;
    // Not one whole row is in the buffer.
    if (buffer_.size() > kLongestRow) {
      refuse(0, fmt::format("a row is longer than {} MiB", kLongestRow >> 20),
             "perhaps a quote is not closed", "Check the quotes from here on");
    }
    buffer_.resize(2 * buffer_.size(), 'x');
  }
  return 0;
}

std::int64_t RowReader::split(core::FunctionRef<void(const Row&)> handle) {
  std::size_t size = filled_;
  // The last row may lack its newline; the padding has room for it.
  if (ended_ && size > 0) buffer_[size++] = '\n';
  if (marks_.size() < size) marks_.resize(buffer_.size());
  findings_ = kernels::find_marks(std::span<const char>(buffer_).first(size), dialect_.delimiter,
                                  dialect_.quote, marks_.data());
  const char* const text = buffer_.data();
  std::size_t field_begin = 0;
  row_begin_ = 0;
  for (std::size_t i = 0; i < findings_.marks && !done_; ++i) {
    const std::size_t mark = marks_[i];
    add_field(text + field_begin, text + mark);
    field_begin = mark + 1;
    if (text[mark] != '\n') continue;
    finish_row(row_begin_, mark, handle);
    row_begin_ = field_begin;
    done_ = offset_ + static_cast<std::int64_t>(row_begin_) > last_;
  }
  if (ended_ && !done_) {
    // The text ends within quotes: its last field says how.
    if (row_begin_ < size && findings_.inside_quotes)
      add_field(text + field_begin, text + size - 1);
    done_ = true;
  }
  fields_.clear();
  unescaped_used_ = 0;
  const std::size_t used = std::min(row_begin_, filled_);
  filled_ -= used;
  std::memmove(buffer_.data(), buffer_.data() + used, filled_);
  // What is behind the text must not be NUL.
  std::memset(buffer_.data() + filled_, 'x', kernels::kTextPadding);
  offset_ += static_cast<std::int64_t>(used);
  return static_cast<std::int64_t>(used);
}

inline void RowReader::add_field(const char* begin, const char* end) {
  std::string_view field(begin, static_cast<std::size_t>(end - begin));
  if (begin != end && (is_blank(*begin) || is_blank(end[-1]))) field = trimmed(begin, end);
  if (findings_.quotes && !field.empty()) {
    if (field.front() == dialect_.quote) {
      field = unquoted(field);
    } else if (findings_.odd_quotes && field.find(dialect_.quote) != std::string_view::npos) {
      refuse(static_cast<std::size_t>(begin - buffer_.data()),
             fmt::format("field {} holds a quote but is not quoted", fields_.size() + 1),
             "it cannot be told where it ends",
             "Quote the field and double the quotes in it, or choose another --quote");
    }
  }
  fields_.push_back(field);
}

std::string_view RowReader::unquoted(std::string_view field) {
  const char quote = dialect_.quote;
  const bool closed = field.size() >= 2 && field.back() == quote;
  const std::string_view inner = field.substr(1, closed ? field.size() - 2 : 0);
  const auto stray = [&] {
    refuse(static_cast<std::size_t>(field.data() - buffer_.data()),
           fmt::format("field {} has a stray quote", fields_.size() + 1),
           "a quoted field ends with its quote, and quotes in it are doubled",
           "Double the quotes in it");
  };
  if (!closed && field.find(quote, 1) == std::string_view::npos) {
    refuse(static_cast<std::size_t>(field.data() - buffer_.data()),
           fmt::format("the quote of field {} is not closed", fields_.size() + 1), {},
           "Close it, or choose another --quote");
  }
  if (!closed) stray();
  if (inner.find(quote) == std::string_view::npos) return inner;
  if (unescaped_used_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& text = unescaped_[unescaped_used_++];
  text.clear();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    text += inner[i];
    if (inner[i] != quote) continue;
    if (i + 1 == inner.size() || inner[i + 1] != quote) stray();
    ++i;
  }
  return text;
}

void RowReader::finish_row(std::size_t begin, std::size_t end,
                           core::FunctionRef<void(const Row&)> handle) {
  if (findings_.zeros && std::memchr(buffer_.data() + begin, '\0', end - begin) != nullptr) {
    refuse(begin, "the row that begins here holds a NUL byte", "that is no text",
           "UTF-16 is converted by `iconv -f UTF-16 -t UTF-8`");
  }
  // A lone field may be a blank line, but not when it is quoted.
  const bool blank =
      fields_.size() == 1 && trimmed(buffer_.data() + begin, buffer_.data() + end).empty();
  if (!blank) {
    if (columns_ != 0 && fields_.size() != columns_) {
      refuse(begin, fmt::format("the row that begins here has {} fields", fields_.size()),
             fmt::format("there are {} columns", columns_), "Correct it, or leave it out");
    }
    handle({fields_, file_, offset_ + static_cast<std::int64_t>(begin)});
  }
  fields_.clear();
  unescaped_used_ = 0;
}

void RowReader::refuse(std::size_t at, const std::string& what, const std::string& why,
                       const std::string& remedy) const {
  throw core::bad_input({.what = what,
                         .where = where_(offset_ + static_cast<std::int64_t>(at)),
                         .why = why,
                         .remedy = remedy});
}

// Ranks meet after each step: seldom enough to cost nothing, often enough to be seen alive.
void for_each_row(const TextFiles& files, const comm::Communicator& communicator, const char* what,
                  const Progress& progress, core::FunctionRef<void(const Row&)> handle) {
  constexpr std::int64_t kBytesPerStep = std::int64_t{1} << 23;
  std::size_t next = 0;
  std::unique_ptr<RowReader> reader;
  const auto step = [&] {
    std::int64_t done = 0;
    while (done < kBytesPerStep) {
      if (!reader) {
        if (next == files.stretches().size()) break;
        reader = std::make_unique<RowReader>(files, files.stretches()[next++]);
      }
      const std::int64_t size = reader->next(handle);
      if (size == 0) reader.reset();
      done += size;
    }
    return done;
  };
  in_rounds(communicator, step, [&](std::int64_t done) { progress(what, done, files.bytes()); });
}

void sample_rows(const TextFiles& files, core::FunctionRef<void(const Row&)> handle) {
  if (files.stretches().empty()) return;
  try {
    RowReader(files, files.stretches().front()).next(handle);
  } catch (const core::Error&) {  // who reads all rows meets it at its turn
  }
}

core::Error bad_row(const TextFiles& files, const Row& row, const std::string& what,
                    const std::string& why, const std::string& remedy) {
  return core::bad_input(
      {.what = what, .where = files.where(row.file, row.offset), .why = why, .remedy = remedy});
}

}  // namespace mpilogit::formats
