#pragma once
// A file of long columns that all ranks write, each its own rows, whole or not at all.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/atomic_file.hpp"
#include "core/function_ref.hpp"
#include "hdf5/file.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::hdf5 {

struct RowType {
  ValueType type = ValueType::float64;
  std::size_t length = 0;  ///< of text: bytes of the longest
};

/// Creates a 1-D data set of `rows` elements, or with a `width` a 2-D one (rows × width), in one
/// piece and uncompressed, and the groups on its way. Its values are whatever is there until
/// somebody writes them.
void create_rows(const File& file, const std::string& name, RowType type, std::int64_t rows,
                 std::optional<std::int64_t> width = std::nullopt);

/// The root lays the file out with HDF5; then every rank writes its rows past HDF5, with pwrite(2).
/// Not over MPI-IO: there a full disk leaves ranks waiting for each other for ever, and what is
/// reported of it has lost the reason (docs/io.md).
class RowFile {
 public:
  /// Collective. `lay_out` runs on the root alone: it creates all columns and writes all else.
  /// Throws bad input if the disk has no room for them.
  RowFile(const std::string& path, const comm::Communicator& communicator,
          core::FunctionRef<void(const File&)> lay_out,
          core::Readers readers = core::Readers::as_usual);

  /// Writes whole rows from `first_row` on, as many as there are values for, which must be in the
  /// type that the data set stores. Not collective: several of these belong into one
  /// `comm::together`.
  template <class Value>
  void write(const std::string& name, std::int64_t first_row, std::span<const Value> values) const {
    write_bytes(column_of(name, value_type<Value>()), first_row, std::as_bytes(values));
  }
  /// Of a data set of text; none may be longer than the data set's.
  void write(const std::string& name, std::int64_t first_row,
             std::span<const std::string> values) const;
  /// Values of any type, as bytes in this machine's order.
  void write_raw(const std::string& name, std::int64_t first_row,
                 std::span<const std::byte> bytes) const;

  /// Collective. When every rank's rows are on the disk, the file takes its place. A data set whose
  /// every byte was written once, by whichever rank, gets a fingerprint.
  void commit();

  /// Collective. Ends the writing of a file that nobody shall keep. Returns where it can be read
  /// until this object is gone, and the file with it.
  std::string lend();

 private:
  /// Open for writing; −1 is closed.
  class Descriptor {
   public:
    Descriptor() = default;
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    bool open(const std::string& path);
    bool close();  ///< false if that failed, and what was written may be lost
    int get() const { return number_; }

   private:
    int number_ = -1;
  };

  /// Where the rows of a data set lie in the file.
  struct Column {
    std::string name;
    ValueType type = ValueType::float64;
    std::int64_t start = 0;
    std::int64_t rows = 0;
    std::int64_t row_bytes = 0;
  };

  /// Of what this rank has written of a data set, maybe from several threads.
  struct Written {
    std::atomic<std::uint64_t> plain = 0;
    std::atomic<std::uint64_t> placed = 0;
    std::atomic<std::int64_t> bytes = 0;
  };

  static std::string describe_columns(const File& file);
  void learn_columns(const std::string& description);
  const Column& column(const std::string& name) const;
  Written& written(const Column& column) const {
    return written_[static_cast<std::size_t>(&column - columns_.data())];
  }
  const Column& column_of(const std::string& name, ValueType type) const;
  void write_bytes(const Column& column, std::int64_t first_row,
                   std::span<const std::byte> bytes) const;
  void write_fingerprints() const;

  std::string path_;
  std::string temporary_;
  comm::Communicator communicator_;
  std::unique_ptr<core::AtomicFile> target_;  // on the root
  std::vector<Column> columns_;
  mutable std::vector<Written> written_;  // of each column
  Descriptor rows_;
};

}  // namespace mpilogit::hdf5
