#pragma once
// A data set as an array: what it is, whether it can be trusted, and its rows.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "hdf5/file.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::hdf5 {

/// No single transfer is larger: HDF5 1.10 fails on contiguous MPI-IO reads of 2 GiB.
inline constexpr std::int64_t kLargestTransfer = std::int64_t{1} << 30;

class TextHeap;

struct ArrayInfo {
  ValueType type = ValueType::float64;
  std::vector<std::int64_t> dimensions;
  std::vector<std::int64_t> chunk;  ///< empty unless stored in chunks
  bool filtered = false;            ///< compressed, checksummed, …
  bool is_virtual = false;          ///< put together from other files
  bool variable_length = false;     ///< texts that lie elsewhere in the file
  /// Decompressed by what believes the bytes that it reads, or texts of variable length: HDF5 may
  /// crash over damaged values (docs/safety.md).
  bool fragile = false;
  std::int64_t stored_bytes = 0;  ///< of one value in the file
  std::int64_t file_bytes = 0;    ///< of the file, or of the files of a virtual data set's parts
  /// Of the values in the file, if we wrote it (hdf5/fingerprint.hpp).
  std::optional<core::ByteFingerprint> fingerprint;

  std::int64_t rows() const { return dimensions.empty() ? 1 : dimensions.front(); }
  /// Elements of one row.
  std::int64_t width() const;
};

/// Reads the metadata of `name` and refuses what cannot be read safely or whole: storage outside of
/// the file, filters that are not there, chunks larger than the data set, a size that what is
/// stored cannot fill, chunks never written, virtual data sets of which a part is missing. Serial
/// files only. Cost: a walk over the chunk index.
ArrayInfo inspect_array(const File& file, const std::string& name);

/// Bytes of all chunks that a row touches, 0 unless stored in chunks: with less of a cache, rows
/// that are read one after the other have them decompressed again and again.
std::int64_t band_bytes(const ArrayInfo& info);

/// A data set opened for reading rows; trusts that `inspect_array` was content with it.
class Array {
 public:
  /// Keeps a band of chunks, but no more than `most_cached` bytes, for the next rows.
  Array(const File& file, const std::string& name, const ArrayInfo& info,
        std::int64_t most_cached = kLargestTransfer);

  /// Rows first … first + count − 1 into `out`, converted to `type`, in pieces of at most 1 GiB
  /// that end on chunk borders. If `collective`, then every rank calls it (count may be 0) and all
  /// make the same number of HDF5 calls.
  void read(std::int64_t first, std::int64_t count, ValueType type, void* out,
            bool collective = false) const;

  /// Likewise in the type that the file stores, never collective; not for texts of variable length.
  void read_stored(std::int64_t first, std::int64_t count, void* out) const;

  /// Likewise for text, never collective.
  std::vector<std::string> read_texts(std::int64_t first, std::int64_t count) const;

 private:
  void transfer(std::int64_t first, std::int64_t count, hid_t memory_type, void* out,
                hid_t mode) const;

  Handle handle_;
  std::string where_;
  ArrayInfo info_;
  std::optional<comm::Communicator> communicator_;
  std::shared_ptr<TextHeap> heap_;  // of texts of variable length, if it can be looked at
};

}  // namespace mpilogit::hdf5
