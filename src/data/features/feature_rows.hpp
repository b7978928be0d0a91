#pragma once
// One rank's rows in memory, in the type that the file stores.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/buffer.hpp"
#include "data/dataset.hpp"
#include "hdf5/value_type.hpp"
#include "kernels/column_frame.hpp"

namespace mpilogit::data {

std::int64_t value_bytes(hdf5::ValueType type);

/// Rows of values that lie one after the other.
kernels::AnyRows dense_view(hdf5::ValueType type, const std::byte* values, std::int64_t rows,
                            std::int64_t features);

/// Where sparse rows lie: a view of them is made from this.
struct SparseParts {
  hdf5::ValueType type = hdf5::ValueType::float64;
  std::int64_t features = 0;
  const std::byte* columns = nullptr;  ///< of the first row's first entry
  bool narrow = false;                 ///< columns have 16 bits, else 32
  const std::byte* values = nullptr;   ///< likewise; null: all are `common`
  const std::byte* common = nullptr;
  const std::int64_t* starts = nullptr;  ///< of the first row; null: all have `row_entries` entries
  std::int64_t row_entries = 0;
};

kernels::AnyRows sparse_view(const SparseParts& parts, std::int64_t rows);

class FeatureRows {
 public:
  virtual ~FeatureRows() = default;
  FeatureRows() = default;
  FeatureRows(const FeatureRows&) = delete;
  FeatureRows& operator=(const FeatureRows&) = delete;

  /// Local rows, counted from 0. Nothing is copied.
  virtual kernels::AnyRows view(Range rows) const = 0;
  virtual std::int64_t bytes() const = 0;

  /// Writes the columns in their frames, in place.
  virtual void put_in_frames(std::span<const kernels::FramedColumn> frames, int threads) = 0;
};

/// Row-major values.
class DenseShard : public FeatureRows {
 public:
  DenseShard(hdf5::ValueType type, std::int64_t rows, std::int64_t features);

  std::int64_t rows() const { return rows_; }

  std::byte* values() { return values_.data(); }
  kernels::AnyRows view(Range rows) const override;
  std::int64_t bytes() const override { return values_.size(); }
  void put_in_frames(std::span<const kernels::FramedColumn> frames, int threads) override;

  static std::int64_t needed_bytes(hdf5::ValueType type, std::int64_t rows, std::int64_t features);

 private:
  hdf5::ValueType type_;
  std::int64_t rows_;
  std::int64_t features_;
  core::Buffer values_;
};

/// Compressed rows: starts[row] … starts[row + 1] of columns and values, starts[0] = 0. Once they
/// are read, what can be told from less does not stay in memory: values that are all the same, as
/// those of indicators are; the upper halves of columns; the starts of rows of one length.
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

  /// Once the rows are known to be sound; `starts` and `columns` are of no use afterwards. Leaves
  /// columns of 16 bits where no feature needs more, and no starts where all rows have as many
  /// entries. Cost: one pass over the columns.
  void compact();

  kernels::AnyRows view(Range rows) const override;
  std::int64_t bytes() const override;
  void put_in_frames(std::span<const kernels::FramedColumn> frames, int threads) override;

  static std::int64_t needed_bytes(hdf5::ValueType type, std::int64_t rows, std::int64_t entries);

 private:
  void put_common_in_frame(std::span<const kernels::FramedColumn> frames);
  template <class Column>
  void remove_columns(std::span<const std::uint32_t> removed);
  void narrow_columns();
  void drop_regular_starts();

  /// First entry of a local row, or the end.
  std::int64_t start(std::int64_t row) const {
    return starts_.empty() ? row * row_entries_ : starts_[static_cast<std::size_t>(row)];
  }

  hdf5::ValueType type_;
  std::int64_t features_;
  std::int64_t entries_;
  std::int64_t rows_;
  std::vector<std::int64_t> starts_;
  core::Buffer columns_;
  core::Buffer values_;
  bool narrow_ = false;           // columns have 16 bits
  std::int64_t row_entries_ = 0;  // without starts
  bool dropped_ = false;
  std::array<std::byte, sizeof(std::uint64_t)> common_{};  // the value that was dropped
};

}  // namespace mpilogit::data
