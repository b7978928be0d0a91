#pragma once
// An HDF5 file: small data sets and attributes, whole.
//
// Every function throws core::Error (bad input) with "file:/data set" and HDF5's own reason; HDF5
// itself prints nothing. Names are paths inside the file, with or without the leading "/".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/atomic_file.hpp"
#include "hdf5/handle.hpp"

namespace mpilogit::hdf5 {

/// Before MPI is started, so that HDF5 does nothing when MPI or the process ends: there it would
/// look through all that is open once more, and 1.10 crashes over a file that could not be closed.
void start_library();

/// From here on, filters are loaded from plugins (HDF5_PLUGIN_PATH, else HDF5's own folder): code
/// that a file asks for by number runs in this process.
void allow_plugins();

/// From here on, HDF5 gives back memory at once that it would keep for later use.
void keep_no_memory();

/// An open file. Nothing outside of it is ever read on its behalf: filters are not loaded from
/// plugins, external and user-defined links are not followed.
class File {
 public:
  /// Of a parallel file: collective, too.
  ~File();
  File(File&&) noexcept = default;
  File& operator=(File&&) noexcept = default;

  /// Read only. Takes HDF5's shared lock where the file system has locks.
  static File open(const std::string& path);
  /// Collective, over MPI-IO, read only. All ranks throw the same error.
  static File open(const std::string& path, const comm::Communicator& communicator);

  /// Replaces what was at `path`.
  static File create(const std::string& path);
  /// In the place of the temporary file; messages name the path that it is for.
  static File create(const core::AtomicFile& target);
  /// To write on, what `create` has made there.
  static File reopen(const core::AtomicFile& target);

  /// Flushes and closes, and throws if either fails: the destructor could not tell.
  void close();

  hid_t get() const { return handle_.get(); }
  const std::string& path() const { return path_; }
  /// "file.h5:/name", as messages name it.
  std::string where(const std::string& name) const;
  /// Opened with a communicator?
  bool parallel() const { return communicator_.has_value(); }
  const std::optional<comm::Communicator>& communicator() const { return communicator_; }

  /// Whether a data set or group of that name can be opened. A link that leads out of the file
  /// counts as there: opening it then says what is wrong with it.
  bool contains(const std::string& name) const;

  /// Whether such a link stands on the way to it.
  bool leads_out(const std::string& name) const;

  /// Virtual data sets may have their parts in files of other folders.
  void allow_external_sources() { external_sources_ = true; }
  bool external_sources_allowed() const { return external_sources_; }

  /// Throws if there is nothing of that name.
  bool is_group(const std::string& name) const;

  /// Names of the members of a group, in alphabetical order; "/" is the root.
  std::vector<std::string> members(const std::string& group) const;

 private:
  File(Handle handle, std::string path, std::optional<comm::Communicator> communicator)
      : handle_(std::move(handle)),
        path_(std::move(path)),
        communicator_(std::move(communicator)) {}

  static File create(const std::string& path, const std::string& reported_as);

  Handle handle_;
  std::string path_;
  std::optional<comm::Communicator> communicator_;
  bool external_sources_ = false;
};

// --- Small data sets, whole
// -----------------------------------------------------------------------

/// Sizes of each dimension; empty for a scalar.
std::vector<std::int64_t> dimensions(const File& file, const std::string& name);

/// All elements in row-major order. Any numeric type or bool.
std::vector<double> read_doubles(const File& file, const std::string& name);
/// Any integer type or bool. Values must fit an int64.
std::vector<std::int64_t> read_integers(const File& file, const std::string& name);
/// Strings of fixed or variable length, ASCII or UTF-8.
std::vector<std::string> read_strings(const File& file, const std::string& name);

/// Creates the data set `name` of shape `dimensions` (empty: a scalar); the product of the
/// dimensions must be values.size(). Groups on the way are created.
void write_doubles(const File& file, const std::string& name, std::span<const double> values,
                   const std::vector<std::int64_t>& dimensions);
void write_integers(const File& file, const std::string& name, std::span<const std::int64_t> values,
                    const std::vector<std::int64_t>& dimensions);
/// As uint8.
void write_bytes(const File& file, const std::string& name, std::span<const std::uint8_t> values,
                 const std::vector<std::int64_t>& dimensions);
/// 0 is false, all else true. h5py's bool: an enumeration of FALSE and TRUE.
void write_booleans(const File& file, const std::string& name, std::span<const std::uint8_t> values,
                    const std::vector<std::int64_t>& dimensions);
/// UTF-8, of variable length.
void write_strings(const File& file, const std::string& name, std::span<const std::string> values,
                   const std::vector<std::int64_t>& dimensions);

// --- Attributes
// ------------------------------------------------------------------------------------ Of the data
// set or group `object`; "/" is the root.

bool has_attribute(const File& file, const std::string& object, const std::string& name);

void write_attribute(const File& file, const std::string& object, const std::string& name,
                     const std::string& value);
void write_attribute(const File& file, const std::string& object, const std::string& name,
                     const char* value);
void write_attribute(const File& file, const std::string& object, const std::string& name,
                     double value);
void write_attribute(const File& file, const std::string& object, const std::string& name,
                     std::int64_t value);
/// A list of integers.
void write_attribute(const File& file, const std::string& object, const std::string& name,
                     std::span<const std::int64_t> values);

std::string read_text_attribute(const File& file, const std::string& object,
                                const std::string& name);
double read_double_attribute(const File& file, const std::string& object, const std::string& name);
std::int64_t read_integer_attribute(const File& file, const std::string& object,
                                    const std::string& name);
/// An attribute that is a list of integers (a scalar is a list of one).
std::vector<std::int64_t> read_integers_attribute(const File& file, const std::string& object,
                                                  const std::string& name);

}  // namespace mpilogit::hdf5
