#include "hdf5/row_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <unistd.h>
#include <vector>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/file_status.hpp"
#include "hdf5/array.hpp"
#include "hdf5/detail/creation.hpp"
#include "hdf5/detail/storage.hpp"
#include "hdf5/fingerprint.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::hdf5 {

namespace {

Handle file_type(RowType type) {
  if (type.type == ValueType::text) return text_type(std::max<std::size_t>(type.length, 1));
  return memory_type(type.type);
}

// Of all groups, with their paths.
void collect_datasets(const File& file, const std::string& group, std::vector<std::string>& names) {
  for (const auto& member : file.members(group)) {
    const std::string name = group == "/" ? member : group + "/" + member;
    if (file.is_group(name)) {
      collect_datasets(file, name, names);
    } else {
      names.push_back(name);
    }
  }
}

core::Error failure(const std::string& where, const std::string& action, int cause) {
  return core::bad_input({.what = action + " failed",
                          .where = where,
                          .why = std::strerror(cause),
                          .remedy = "Choose a path that can be written, with free space"});
}

// The disk may as well begin now: else it idles while rows are made, and the fsync at the end has
// all of it to wait for. It is a hint; what fails shows there.
void begin_writing_back(int descriptor, std::int64_t at, std::int64_t size) {
#ifdef __linux__
  ::sync_file_range(descriptor, at, size, SYNC_FILE_RANGE_WRITE);
#else
  static_cast<void>(descriptor), static_cast<void>(at), static_cast<void>(size);
#endif
}

void write_at(int descriptor, std::int64_t at, std::span<const std::byte> bytes,
              const std::string& where) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), static_cast<std::size_t>(kLargestTransfer));
    const ssize_t written = ::pwrite(descriptor, bytes.data(), size, static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw failure(where, "writing", errno);
    begin_writing_back(descriptor, at, written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += written;
  }
}

}  // namespace

void create_rows(const File& file, const std::string& name, RowType type, std::int64_t rows,
                 std::optional<std::int64_t> width) {
  std::vector<std::int64_t> shape = {rows};
  if (width) shape.push_back(*width);
  create_dataset(file, name, file_type(type).get(), shape, H5D_ALLOC_TIME_EARLY);
}

bool RowFile::Descriptor::open(const std::string& path) {
  number_ = ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  return number_ >= 0;
}

bool RowFile::Descriptor::close() {
  const int number = number_;
  number_ = -1;
  return number < 0 || ::close(number) == 0;
}

// "type start rows row_bytes name" for each data set that has its place already. The file has holes
// where rows will be: whether there is room for each data set was asked when it was made, and for
// all of them together is asked here.
std::string RowFile::describe_columns(const File& file) {
  std::ostringstream description;
  std::vector<std::string> names;
  collect_datasets(file, "/", names);
  std::int64_t bytes = 0;
  for (const auto& name : names) {
    const std::string where = file.where(name);
    const Handle dataset = open_dataset(file, name);
    const Handle type = checked(H5Dget_type(dataset.get()), H5Tclose, "reading the type", where);
    const Handle space = checked(H5Dget_space(dataset.get()), H5Sclose, "reading the shape", where);
    const std::vector<std::int64_t> shape = extent(space.get(), where);
    const haddr_t start = H5Dget_offset(dataset.get());
    if (start == HADDR_UNDEF || shape.empty()) continue;
    const std::int64_t width = shape.size() == 2 ? shape[1] : 1;
    bytes += shape[0] * width * static_cast<std::int64_t>(H5Tget_size(type.get()));
    description << static_cast<int>(classify(type.get(), where)) << ' ' << start << ' ' << shape[0]
                << ' ' << width * static_cast<std::int64_t>(H5Tget_size(type.get())) << ' ' << name
                << '\n';
  }
  H5Eclear2(H5E_DEFAULT);  // an undefined place is one
  core::require_space(file.path(), bytes);
  return description.str();
}

void RowFile::learn_columns(const std::string& description) {
  std::istringstream lines(description);
  Column column;
  int type = 0;
  while (lines >> type >> column.start >> column.rows >> column.row_bytes) {
    lines.ignore();
    std::getline(lines, column.name);
    column.type = static_cast<ValueType>(type);
    columns_.push_back(column);
  }
  written_ = std::vector<Written>(columns_.size());
}

// The root has closed the file before the others open it, and they close it before the root renames
// it: on NFS, what one host closes is what another then opens.
RowFile::RowFile(const std::string& path, const comm::Communicator& communicator,
                 core::FunctionRef<void(const File&)> lay_out, core::Readers readers)
    : path_(path), communicator_(communicator) {
  learn_columns(comm::on_root(communicator, [&] {
    target_ = std::make_unique<core::AtomicFile>(path, readers);
    temporary_ = target_->temporary_path();
    File file = File::create(*target_);
    lay_out(file);
    std::string columns = describe_columns(file);
    file.close();
    return columns;
  }));
  communicator.broadcast(temporary_);
  comm::together(communicator, [&] {
    if (!rows_.open(temporary_)) throw failure(path_, "opening", errno);
  });
}

const RowFile::Column& RowFile::column(const std::string& name) const {
  for (const auto& column : columns_) {
    if (column.name == name) return column;
  }
  throw core::internal_failure(path_ + " was laid out without " + name);
}

// A bool is a byte in memory.
const RowFile::Column& RowFile::column_of(const std::string& name, ValueType type) const {
  const Column& found = column(name);
  const bool as_bool = found.type == ValueType::boolean && type == ValueType::uint8;
  if (found.type == type || as_bool) return found;
  throw core::internal_failure(path_ + " holds " + std::string(to_string(found.type)) + " in " +
                               name);
}

void RowFile::write_bytes(const Column& column, std::int64_t first_row,
                          std::span<const std::byte> bytes) const {
  const std::int64_t count = std::ssize(bytes) / column.row_bytes;
  if (first_row < 0 || count * column.row_bytes != std::ssize(bytes) ||
      first_row > column.rows - count) {
    throw core::internal_failure("rows that " + column.name + " of " + path_ + " does not have");
  }
  write_at(rows_.get(), column.start + first_row * column.row_bytes, bytes,
           path_ + ":/" + column.name);
  core::ByteFingerprint sum;
  sum.add(bytes, first_row * column.row_bytes);
  Written& all = written(column);
  all.plain += sum.plain;
  all.placed += sum.placed;
  all.bytes += std::ssize(bytes);
}

void RowFile::write_raw(const std::string& name, std::int64_t first_row,
                        std::span<const std::byte> bytes) const {
  write_bytes(column(name), first_row, bytes);
}

void RowFile::write(const std::string& name, std::int64_t first_row,
                    std::span<const std::string> values) const {
  const Column& texts = column(name);
  const std::vector<char> bytes = padded(values, static_cast<std::size_t>(texts.row_bytes));
  write_bytes(texts, first_row, std::as_bytes(std::span<const char>(bytes)));
}

// Sums modulo 2^64 come in any order. A data set that was written in part, or a part of it twice,
// goes without.
void RowFile::write_fingerprints() const {
  std::vector<std::int64_t> sums;
  for (const auto& of_rank : written_) {
    for (const std::uint64_t number : {of_rank.plain.load(), of_rank.placed.load()}) {
      sums.push_back(static_cast<std::int64_t>(number));
    }
    sums.push_back(of_rank.bytes);
  }
  communicator_.sum(sums);
  comm::on_root(communicator_, [&] {
    File file = File::reopen(*target_);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      if (sums[3 * i + 2] != column.rows * column.row_bytes) continue;
      const Handle dataset = open_dataset(file, column.name);
      write_fingerprint(
          dataset.get(),
          {static_cast<std::uint64_t>(sums[3 * i]), static_cast<std::uint64_t>(sums[3 * i + 1])},
          file.where(column.name));
    }
    file.close();
    return std::string();
  });
}

void RowFile::commit() {
  comm::together(communicator_, [&] {
    if (::fsync(rows_.get()) != 0) throw failure(path_, "fsync", errno);
    if (!rows_.close()) throw failure(path_, "closing", errno);
  });
  write_fingerprints();
  comm::on_root(communicator_, [&] {
    target_->commit();
    return std::string();
  });
}

std::string RowFile::lend() {
  comm::together(communicator_, [&] {
    if (!rows_.close()) throw failure(path_, "closing", errno);
  });
  return temporary_;
}

}  // namespace mpilogit::hdf5
