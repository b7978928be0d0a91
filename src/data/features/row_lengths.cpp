#include "data/features/row_lengths.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "data/metadata/open_files.hpp"

namespace mpilogit::data {

RowLengths::RowLengths(const Metadata& metadata, Range rows, std::int64_t entries) {
  constexpr std::int64_t kPiece = std::int64_t{1} << 16;
  lengths_.reserve(static_cast<std::size_t>(rows.size()));
  std::vector<std::int64_t> indptr(kPiece + 1);
  metadata.visit_files(rows, [&](std::size_t number, Range in_file, std::int64_t) {
    const FileMetadata& metadata_of_file = metadata.files[number];
    const hdf5::File file = hdf5::File::open(metadata_of_file.path);
    const hdf5::Array array(file, metadata_of_file.indptr.name, metadata_of_file.indptr.info);
    for (std::int64_t first = in_file.first; first < in_file.last; first += kPiece) {
      const std::int64_t count = std::min(kPiece, in_file.last - first);
      array.read(first, count + 1, hdf5::ValueType::int64, indptr.data());
      for (std::size_t row = 0; row < static_cast<std::size_t>(count); ++row) {
        add(indptr[row + 1] - indptr[row], metadata_of_file.path);
      }
    }
  });
  if (total_ != entries) throw changed(metadata.files[metadata.locate(rows.first).file].path);
  if (lengths_.empty()) return;
  const auto is_first = [&](std::uint32_t length) { return length == lengths_.front(); };
  if (!std::all_of(lengths_.begin(), lengths_.end(), is_first)) return;
  regular_ = lengths_.front();
  lengths_ = {};
  sums_ = {};
}

void RowLengths::add(std::int64_t length, const std::string& path) {
  // No row of columns that ascend is longer; how they were counted, none decreases.
  if (!std::in_range<std::uint32_t>(length)) throw changed(path);
  if (static_cast<std::int64_t>(lengths_.size()) % kStride == 0) sums_.push_back(total_);
  lengths_.push_back(static_cast<std::uint32_t>(length));
  total_ += length;
}

// Cost: half a stride of additions on average.
std::int64_t RowLengths::before(std::int64_t row) const {
  if (lengths_.empty()) return row * regular_;
  if (row == static_cast<std::int64_t>(lengths_.size())) return total_;
  const std::int64_t known = row / kStride * kStride;
  return std::accumulate(lengths_.begin() + known, lengths_.begin() + row,
                         sums_[static_cast<std::size_t>(row / kStride)]);
}

void RowLengths::starts_of(Range rows, bool always, std::vector<std::int64_t>& starts) const {
  starts.clear();
  if (lengths_.empty() && !always) return;
  starts.push_back(0);
  for (std::int64_t row = rows.first; row < rows.last; ++row) {
    const std::int64_t length =
        lengths_.empty() ? regular_ : lengths_[static_cast<std::size_t>(row)];
    starts.push_back(starts.back() + length);
  }
}

std::int64_t RowLengths::bytes() const {
  return static_cast<std::int64_t>(lengths_.size() * sizeof(std::uint32_t) +
                                   sums_.size() * sizeof(std::int64_t));
}

std::int64_t RowLengths::needed_bytes(std::int64_t rows) {
  return rows * static_cast<std::int64_t>(sizeof(std::uint32_t)) +
         (rows / kStride + 1) * static_cast<std::int64_t>(sizeof(std::int64_t));
}

}  // namespace mpilogit::data
