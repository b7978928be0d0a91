#pragma once
// Rows of a CSV table: fields of each line (RFC 4180), and rows of numbers made of them.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comm/communicator.hpp"
#include "core/error.hpp"
#include "core/function_ref.hpp"
#include "formats/rounds.hpp"
#include "formats/text_files.hpp"
#include "formats/text_marks.hpp"

namespace mpilogit::formats {

/// A row is in memory as a whole. What is longer is a quote that nobody closes.
inline constexpr std::size_t kLongestRow = std::size_t{1} << 26;

/// The views last until the next row.
struct Row {
  std::span<const std::string_view> fields;
  std::size_t file = 0;     ///< of the table's
  std::int64_t offset = 0;  ///< of its first byte in the file's text
};

/// Fields are trimmed of white space unless they are quoted; a doubled quote within quotes is one.
/// Lines of white space alone are no rows.
class RowReader {
 public:
  /// Says where a byte of the text is.
  using Where = std::function<std::string(std::int64_t offset)>;

  /// Of a text that begins with a row, up to the last that begins at `last` or before. `columns` 0:
  /// any number, in every row.
  RowReader(std::unique_ptr<TextStream> stream, std::int64_t offset, std::int64_t last,
            const Dialect& dialect, std::size_t columns, Where where);

  /// Of a stretch of a table.
  RowReader(const TextFiles& files, const Stretch& stretch);

  /// The next rows. Returns how much text that was: 0 when all is read.
  /// Throws bad input that names the place.
  std::int64_t next(core::FunctionRef<void(const Row&)> handle);

 private:
  void find_first_row(bool inside_quotes);
  bool fill();
  std::int64_t split(core::FunctionRef<void(const Row&)> handle);
  void add_field(const char* begin, const char* end);
  std::string_view unquoted(std::string_view field);
  void finish_row(std::size_t begin, std::size_t end, core::FunctionRef<void(const Row&)> handle);
  [[noreturn]] void refuse(std::size_t at, const std::string& what, const std::string& why,
                           const std::string& remedy) const;

  std::unique_ptr<TextStream> stream_;
  Dialect dialect_;
  std::size_t columns_;
  std::size_t file_ = 0;
  Where where_;
  std::int64_t last_;  // rows that begin behind it are others'
  bool done_ = false;
  bool ended_ = false;  // the stream

  std::vector<char> buffer_;  // begins with a row, once the first is found
  std::int64_t offset_;       // of the buffer's begin in the text
  std::size_t filled_ = 0;
  std::vector<std::uint32_t> marks_;
  kernels::MarkFindings findings_;

  std::vector<std::string_view> fields_;  // of the row that is being read
  std::size_t row_begin_ = 0;
  std::deque<std::string> unescaped_;  // texts of its fields with doubled quotes; they never move
  std::size_t unescaped_used_ = 0;
};

/// Collective. Hands every row of this rank's stretches on, in order. Throws as `in_rounds` does.
/// `what` names it for the progress.
void for_each_row(const TextFiles& files, const comm::Communicator& communicator, const char* what,
                  const Progress& progress, core::FunctionRef<void(const Row&)> handle);

/// Some of this rank's rows: those at the begin of its first stretch, as far as they are sound.
void sample_rows(const TextFiles& files, core::FunctionRef<void(const Row&)> handle);

/// An error of the user's input, in this row.
core::Error bad_row(const TextFiles& files, const Row& row, const std::string& what,
                    const std::string& why, const std::string& remedy);

}  // namespace mpilogit::formats
