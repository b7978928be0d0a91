#include "data/metadata/open_files.hpp"

#include "core/error.hpp"

namespace mpilogit::data {

namespace {

// HDF5's own conversion would clamp what does not fit, so that −1 became 0: indices are read as
// they are. Narrow signed ones are widened with their sign.
hdf5::ValueType index_type_of(hdf5::ValueType stored) {
  using hdf5::ValueType;
  if (stored == ValueType::uint64 || stored == ValueType::int64) return stored;
  return hdf5::is_signed_integer(stored) ? ValueType::int32 : ValueType::uint32;
}

}  // namespace

ArrayReader::ArrayReader(const hdf5::File& file, const Array& array, hdf5::ValueType type,
                         std::int64_t most_cached)
    : type_(type), plain_(hdf5::PlainRows::find(file, array.name, array.info, type)) {
  if (!plain_) array_.emplace(file, array.name, array.info, most_cached);
}

void ArrayReader::read(std::int64_t first, std::int64_t count, void* out) const {
  if (plain_) {
    plain_->read(first, count, out);
  } else {
    array_->read(first, count, type_, out);
  }
}

OpenFile::OpenFile(const FileMetadata& metadata, hdf5::ValueType storage, std::int64_t most_cached)
    : file(hdf5::File::open(metadata.path)), values(file, metadata.values, storage, most_cached) {
  if (!metadata.sparse) return;
  index_type = index_type_of(metadata.indices.info.type);
  indices.emplace(file, metadata.indices, index_type, most_cached);
}

OpenFiles::OpenFiles(const Metadata& metadata, Range files, std::int64_t most_cached)
    : metadata_(metadata), files_(files), most_cached_(most_cached) {
  for (auto file = files.first; file < files.last; ++file) {
    stamps_.push_back(core::stamp_of(metadata.files[static_cast<std::size_t>(file)].path));
  }
}

OpenFiles::~OpenFiles() = default;

void OpenFiles::require_unchanged(std::size_t file) const {
  const std::string& path = metadata_.files[file].path;
  const auto place = file - static_cast<std::size_t>(files_.first);
  if (core::stamp_of(path) != stamps_[place]) throw changed(path);
}

void OpenFiles::require_unchanged() const {
  for (auto file = files_.first; file < files_.last; ++file) {
    require_unchanged(static_cast<std::size_t>(file));
  }
}

std::shared_ptr<const OpenFile> OpenFiles::open(std::size_t file) {
  const std::scoped_lock lock(mutex_);
  if (open_ && last_ == file) return open_;
  require_unchanged(file);
  open_.reset();
  open_ = std::make_shared<const OpenFile>(metadata_.files[file], metadata_.storage, most_cached_);
  last_ = file;
  return open_;
}

core::Error changed(const std::string& path) {
  return core::bad_input({.what = "changed while it was being read",
                          .where = path,
                          .why = {},
                          .remedy = "Start again when it is written"});
}

}  // namespace mpilogit::data
