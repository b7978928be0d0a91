#pragma once
// Rows in the text form of LIBSVM and SVMlight: `label [qid:n] column:value ... [# comment]`.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/function_ref.hpp"
#include "formats/row_reader.hpp"
#include "formats/text_files.hpp"

namespace mpilogit::formats {

struct LibsvmRow {
  double label = 0.0;                  ///< a whole number
  bool has_query = false;              ///< a qid, which says nothing here
  std::vector<std::uint32_t> columns;  ///< as they are numbered there, ascending
  std::vector<double> values;          ///< finite
};

/// Of one line. False: it holds a comment only. Throws bad input, `where` it stands, for what is no
/// such row; columns above `most` are refused, too.
bool read_libsvm_row(std::string_view line, std::uint32_t most,
                     core::FunctionRef<std::string()> where, LibsvmRow& row);

/// Where the text of such files is, for TextFiles: every line is one field.
TextSource libsvm_source(std::vector<std::string> paths);

/// The rows of this rank, one after the other.
class LibsvmReader {
 public:
  /// `files` must live as long as this object.
  LibsvmReader(const TextFiles& files, std::uint32_t most_column);

  /// Some more rows. `where` tells the place of the row. Returns how much text they were: 0 when
  /// all is read.
  std::int64_t next(
      core::FunctionRef<void(const LibsvmRow& row, core::FunctionRef<std::string()> where)> handle);

 private:
  const TextFiles& files_;
  std::uint32_t most_column_;
  std::size_t stretch_ = 0;
  std::unique_ptr<RowReader> reader_;
  LibsvmRow row_;
};

}  // namespace mpilogit::formats
