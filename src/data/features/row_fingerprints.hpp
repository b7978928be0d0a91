#pragma once
// Whether the rows that were read are those that were written.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"
#include "core/digest.hpp"
#include "data/metadata/metadata.hpp"

namespace mpilogit::data {

/// Adds up what the ranks read of data sets that have a fingerprint.
class RowFingerprints {
 public:
  /// `metadata` must outlive this object.
  explicit RowFingerprints(const Metadata& metadata);

  /// Adds rows of `array` from `first` on that were read as `type`, if the array has a fingerprint
  /// and stores that very type. Each row once, by any thread, in any order.
  void add(const FileMetadata& file, const Array& array, std::int64_t first, hdf5::ValueType type,
           std::span<const std::byte> bytes);
  /// The sum of so many bytes as they are stored.
  void add(const FileMetadata& file, const Array& array, const core::ByteFingerprint& sum,
           std::int64_t bytes);

  /// Collective. Throws the same error on all ranks for the first data set that is not what was
  /// written. Says nothing of those that were not read whole.
  void require(const comm::Communicator& communicator) const;

 private:
  struct Sum {
    std::atomic<std::uint64_t> plain = 0;
    std::atomic<std::uint64_t> placed = 0;
    std::atomic<std::int64_t> bytes = 0;
  };
  struct Written {
    const FileMetadata* file;
    const Array* array;
  };

  std::vector<Written> written_;
  std::unordered_map<std::string, std::size_t> places_;  // by file and data set
  std::vector<Sum> sums_;
};

}  // namespace mpilogit::data
