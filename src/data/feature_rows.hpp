#pragma once
// One rank's rows in memory, in the type that the file stores.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mpilogit/core/buffer.hpp"
#include "mpilogit/data/dataset.hpp"
#include "mpilogit/hdf5/value_type.hpp"

namespace mpilogit::data {

class FeatureRows {
 public:
  virtual ~FeatureRows() = default;
  FeatureRows() = default;
  FeatureRows(const FeatureRows&) = delete;
  FeatureRows& operator=(const FeatureRows&) = delete;

  /// Local rows, counted from 0. Nothing is copied.
  virtual kernels::AnyRows view(Range rows) const = 0;
  virtual std::int64_t bytes() const = 0;
};

/// Row-major values.
class DenseShard : public FeatureRows {
 public:
  DenseShard(hdf5::ValueType type, std::int64_t rows, std::int64_t features);

  std::byte* values() { return values_.data(); }
  kernels::AnyRows view(Range rows) const override;
  std::int64_t bytes() const override { return values_.size(); }

  static std::int64_t needed_bytes(hdf5::ValueType type, std::int64_t rows, std::int64_t features);

 private:
  hdf5::ValueType type_;
  std::int64_t features_;
  core::Buffer values_;
};

/// Compressed rows: starts[row] … starts[row + 1] of columns and values, starts[0] = 0. Values that
/// are all the same, as those of indicators are, need not stay in memory.
class SparseShard : public FeatureRows {
 public:
  SparseShard(hdf5::ValueType type, std::int64_t rows, std::int64_t entries, std::int64_t features);

  std::vector<std::int64_t>& starts() { return starts_; }
  std::uint32_t* columns() { return columns_.as<std::uint32_t>(); }
  std::byte* values() { return values_.data(); }
  std::int64_t entries() const { return entries_; }

  /// Once all are read: frees the values if each has the bits of the first. What views of the rows
  /// are worth does not change. Cost: one read of the values, up to the first that differs.
  void drop_common_values();

  kernels::AnyRows view(Range rows) const override;
  std::int64_t bytes() const override;

  static std::int64_t needed_bytes(hdf5::ValueType type, std::int64_t rows, std::int64_t entries);

 private:
  hdf5::ValueType type_;
  std::int64_t features_;
  std::int64_t entries_;
  std::vector<std::int64_t> starts_;
  core::Buffer columns_;
  core::Buffer values_;
  bool dropped_ = false;
  std::array<std::byte, sizeof(std::uint64_t)> common_{};  // the value that was dropped
};

}  // namespace mpilogit::data
