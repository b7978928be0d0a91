#pragma once
// How many entries each of some sparse rows has, in half the memory of where they start.

#include <cstdint>
#include <vector>

#include "data/metadata/metadata.hpp"

namespace mpilogit::data {

class RowLengths {
 public:
  /// Of global rows `rows`, which have `entries` entries. Not collective. Throws bad input if
  /// indptr is no longer what it was when the entries were counted. Cost: one read of its part.
  RowLengths(const Metadata& metadata, Range rows, std::int64_t entries);

  /// Entries before a row, counted from the first of these rows; it may be the end.
  std::int64_t before(std::int64_t row) const;

  /// Of each of these rows, if all have as many.
  std::int64_t regular() const { return regular_; }

  /// Where each of the rows starts, the first at 0, and their end. Without any if all rows have as
  /// many entries, unless `always`.
  void starts_of(Range rows, bool always, std::vector<std::int64_t>& starts) const;

  std::int64_t bytes() const;
  /// At most, for so many rows.
  static std::int64_t needed_bytes(std::int64_t rows);

 private:
  static constexpr std::int64_t kStride = 1024;

  void add(std::int64_t length, const std::string& path);

  // Without lengths all rows are regular.
  std::vector<std::uint32_t> lengths_;
  std::vector<std::int64_t> sums_;  // before every kStride-th row
  std::int64_t total_ = 0;
  std::int64_t regular_ = 0;
};

}  // namespace mpilogit::data
