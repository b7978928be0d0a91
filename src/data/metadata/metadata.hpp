#pragma once
// What the files say about themselves, before any value is read.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/function_ref.hpp"
#include "data/dataset.hpp"
#include "hdf5/array.hpp"

namespace mpilogit::data {

/// One data set of a file: its path inside and what it is.
struct Array {
  std::string name;
  hdf5::ArrayInfo info;
};

/// One value for each row.
struct Column : Array {
  std::optional<ClassSet> categories;  ///< then the values are codes, places among these
  std::optional<Array> mask;           ///< true where a value is missing
};

/// Of the values, or of what the codes stand for.
LabelKind label_kind(const Column& column);

struct FileMetadata {
  std::string path;
  bool sparse = false;
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::int64_t nonzeros = 0;
  Array values;   ///< X, or its member `data`
  Array indices;  ///< of sparse files
  Array indptr;   ///< of sparse files
  std::optional<Column> labels;
  std::optional<Column> trials;
  std::optional<Column> weights;
  std::optional<Column> offsets;
  std::optional<Column> groups;
  std::vector<std::string> feature_names;  ///< empty if the file has none
  std::string schema;                      ///< likewise
  ColumnNumbers column_numbers;
  std::vector<std::string> unused;  ///< numbers of rows that the source does not name

  /// All that have values for the rows.
  std::vector<const Array*> arrays() const;
};

/// Where a global row is.
struct Location {
  std::size_t file = 0;
  std::int64_t row = 0;  ///< inside the file
};

struct Metadata {
  Shape shape;
  hdf5::ValueType storage = hdf5::ValueType::float64;  ///< of X in memory
  LabelKind label_kind = LabelKind::integer;
  std::vector<FileMetadata> files;

  /// Global rows of file number `file`.
  Range rows_of_file(std::size_t file) const;
  Location locate(std::int64_t row) const;
  /// visit(number of the file, its rows, position of the first among `rows`) for every file that
  /// has some of the global rows.
  using FileVisitor = core::FunctionRef<void(std::size_t, Range, std::int64_t)>;
  void visit_files(Range rows, FileVisitor visit) const;
  /// "row 5", and if there are several files "row 5 (row 105 of all files)".
  std::string describe_row(std::int64_t row) const;
};

/// Of one file. Throws bad input for all that can be told without reading values: data sets that
/// are missing, of a wrong type or shape, of lengths that do not match, or not safe to read.
FileMetadata read_file_metadata(const Source& source, const std::string& path);

/// Of all files as one data set. Not collective.
Metadata read_metadata(const Source& source);

/// Collective: read on the root, broadcast.
Metadata read_metadata(const Source& source, const comm::Communicator& communicator);

}  // namespace mpilogit::data
