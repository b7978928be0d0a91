#pragma once
// The global heap of a file, where texts of variable length lie.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "hdf5/file.hpp"

namespace mpilogit::hdf5 {

/// HDF5 1.10 believes what a data set says of its texts: a number that the heap has not, or another
/// length than it has there, and it copies from or to memory that is not its own. This looks first,
/// past HDF5.
class TextHeap {
 public:
  /// For the data set `name` of `file`; nothing if its references do not lie in one piece, or in
  /// another form than nearly all files have (addresses and lengths of 8 bytes), or if the file is
  /// open over MPI-IO. Must not outlive the file.
  static std::optional<TextHeap> of(const File& file, hid_t dataset, const std::string& name);

  /// Throws bad input unless each of the texts first … first + count − 1 is in the heap, with the
  /// length that is said of it. Cost: one read of the references and of the heap's headers.
  void require(std::int64_t first, std::int64_t count);

 private:
  /// Lengths by number, of one collection of the heap.
  using Lengths = std::unordered_map<std::uint32_t, std::uint64_t>;

  TextHeap(int descriptor, std::uint64_t start, std::uint64_t base, std::string where);

  void read(std::uint64_t at, std::span<std::byte> bytes) const;
  const Lengths& lengths_at(std::uint64_t address);
  Lengths read_lengths(std::uint64_t address) const;

  int descriptor_;  // of the file, which must live longer
  std::uint64_t file_bytes_ = 0;
  std::uint64_t start_;  // of the references
  std::uint64_t base_;   // what addresses are counted from
  std::string where_;
  std::unordered_map<std::uint64_t, Lengths> known_;
};

}  // namespace mpilogit::hdf5
