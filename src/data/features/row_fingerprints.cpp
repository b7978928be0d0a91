#include "data/features/row_fingerprints.hpp"

#include "core/error.hpp"
#include "hdf5/fingerprint.hpp"

namespace mpilogit::data {

namespace {

std::string place_of(const FileMetadata& file, const Array& array) {
  return file.path + ":/" + array.name;
}

std::int64_t stored_bytes(const hdf5::ArrayInfo& info) {
  return info.rows() * info.width() * info.stored_bytes;
}

}  // namespace

RowFingerprints::RowFingerprints(const Metadata& metadata) {
  for (const auto& file : metadata.files) {
    for (const auto* array : file.arrays()) {
      if (!array->info.fingerprint || array->info.variable_length) continue;
      places_.emplace(place_of(file, *array), written_.size());
      written_.push_back({&file, array});
    }
  }
  sums_ = std::vector<Sum>(written_.size());
}

void RowFingerprints::add(const FileMetadata& file, const Array& array, std::int64_t first,
                          hdf5::ValueType type, std::span<const std::byte> bytes) {
  const hdf5::ArrayInfo& info = array.info;
  if (!info.fingerprint || info.type != type ||
      info.stored_bytes != static_cast<std::int64_t>(hdf5::size_of(type))) {
    return;
  }
  core::ByteFingerprint sum;
  sum.add(bytes, first * info.width() * info.stored_bytes);
  add(file, array, sum, std::ssize(bytes));
}

void RowFingerprints::add(const FileMetadata& file, const Array& array,
                          const core::ByteFingerprint& sum, std::int64_t bytes) {
  const auto place = places_.find(place_of(file, array));
  if (place == places_.end()) return;
  Sum& all = sums_[place->second];
  all.plain += sum.plain;
  all.placed += sum.placed;
  all.bytes += bytes;
}

// Sums modulo 2^64 come in any order. What is named twice, as labels and as groups, say, is read
// twice.
void RowFingerprints::require(const comm::Communicator& communicator) const {
  if (written_.empty()) return;
  std::vector<std::int64_t> numbers;
  for (const auto& mine : sums_) {
    numbers.push_back(static_cast<std::int64_t>(mine.plain.load()));
    numbers.push_back(static_cast<std::int64_t>(mine.placed.load()));
    numbers.push_back(mine.bytes);
  }
  communicator.sum(numbers);
  for (std::size_t i = 0; i < written_.size(); ++i) {
    const auto& [file, array] = written_[i];
    const std::int64_t all = stored_bytes(array->info);
    if (all == 0 || numbers[3 * i + 2] == 0 || numbers[3 * i + 2] % all != 0) continue;
    const auto times = static_cast<std::uint64_t>(numbers[3 * i + 2] / all);
    const core::ByteFingerprint& once = *array->info.fingerprint;
    const core::ByteFingerprint found{static_cast<std::uint64_t>(numbers[3 * i]),
                                      static_cast<std::uint64_t>(numbers[3 * i + 1])};
    try {
      hdf5::require_fingerprint({once.plain * times, once.placed * times}, found,
                                place_of(*file, *array));
    } catch (const core::Error& error) {
      throw error.as_agreed();
    }
  }
}

}  // namespace mpilogit::data
