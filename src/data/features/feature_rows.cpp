#include "data/features/feature_rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/error.hpp"
#include "data/features/shard_files.hpp"

namespace mpilogit::data {

namespace {

// Calls visitor(std::type_identity<Value>{}) for the C++ type that holds `type` in memory.
template <class Visitor>
kernels::AnyRows visit(hdf5::ValueType type, Visitor&& visitor) {
  using hdf5::ValueType;
  switch (type) {
    case ValueType::uint8:
    case ValueType::boolean:
      return visitor(std::type_identity<std::uint8_t>{});
    case ValueType::int8:
      return visitor(std::type_identity<std::int8_t>{});
    case ValueType::uint16:
      return visitor(std::type_identity<std::uint16_t>{});
    case ValueType::int16:
      return visitor(std::type_identity<std::int16_t>{});
    case ValueType::uint32:
      return visitor(std::type_identity<std::uint32_t>{});
    case ValueType::int32:
      return visitor(std::type_identity<std::int32_t>{});
    case ValueType::uint64:
      return visitor(std::type_identity<std::uint64_t>{});
    case ValueType::int64:
      return visitor(std::type_identity<std::int64_t>{});
    case ValueType::float16:
      return visitor(std::type_identity<kernels::Half>{});
    case ValueType::float32:
      return visitor(std::type_identity<float>{});
    case ValueType::float64:
      return visitor(std::type_identity<double>{});
    case ValueType::text:
      break;
  }
  throw core::internal_failure("features cannot be text");
}

}  // namespace

std::int64_t value_bytes(hdf5::ValueType type) {
  return static_cast<std::int64_t>(hdf5::size_of(type));
}

kernels::AnyRows dense_view(hdf5::ValueType type, const std::byte* values, std::int64_t rows,
                            std::int64_t features) {
  return visit(type, [&]<class Value>(std::type_identity<Value>) -> kernels::AnyRows {
    return kernels::AnyDenseRows(kernels::DenseRows<Value>{reinterpret_cast<const Value*>(values),
                                                           static_cast<std::size_t>(rows),
                                                           static_cast<std::size_t>(features)});
  });
}

kernels::AnyRows sparse_view(const SparseParts& parts, std::int64_t rows) {
  return visit(parts.type, [&]<class Value>(std::type_identity<Value>) -> kernels::AnyRows {
    kernels::SparseRows<Value> view;
    if (parts.narrow) {
      view.columns = reinterpret_cast<const std::uint16_t*>(parts.columns);
    } else {
      view.columns = reinterpret_cast<const std::uint32_t*>(parts.columns);
    }
    view.starts = parts.starts;
    view.row_entries = static_cast<std::size_t>(parts.row_entries);
    view.rows = static_cast<std::size_t>(rows);
    view.features = static_cast<std::size_t>(parts.features);
    if (parts.values == nullptr) {
      std::memcpy(&view.common, parts.common, sizeof(Value));
    } else {
      view.values = reinterpret_cast<const Value*>(parts.values);
    }
    return kernels::AnySparseRows(view);
  });
}

DenseShard::DenseShard(hdf5::ValueType type, std::int64_t rows, std::int64_t features)
    : type_(type), rows_(rows), features_(features), values_(rows * features * value_bytes(type)) {}

kernels::AnyRows DenseShard::view(Range rows) const {
  return dense_view(type_, values_.data() + rows.first * features_ * value_bytes(type_),
                    rows.size(), features_);
}

void DenseShard::put_in_frames(std::span<const kernels::FramedColumn> frames, int threads) {
  const std::int64_t row_bytes = features_ * value_bytes(type_);
  for_each_slice(rows_, rows_per_slice(row_bytes), threads, [&](Range slice, int) {
    kernels::put_in_frames(view(slice), values_.data() + slice.first * row_bytes, frames);
  });
}

std::int64_t DenseShard::needed_bytes(hdf5::ValueType type, std::int64_t rows,
                                      std::int64_t features) {
  return rows * features * value_bytes(type);
}

SparseShard::SparseShard(hdf5::ValueType type, std::int64_t rows, std::int64_t entries,
                         std::int64_t features)
    : type_(type),
      features_(features),
      entries_(entries),
      rows_(rows),
      starts_(static_cast<std::size_t>(rows) + 1, 0),
      columns_(entries * value_bytes(hdf5::ValueType::uint32)),
      values_(entries * value_bytes(type)) {}

// All are equal if each equals the one before it.
void SparseShard::drop_common_values() {
  if (entries_ == 0) return;
  const auto size = static_cast<std::size_t>(value_bytes(type_));
  const auto pairs = static_cast<std::size_t>(entries_ - 1);
  if (std::memcmp(values_.data(), values_.data() + size, pairs * size) != 0) return;
  std::copy_n(values_.data(), size, common_.begin());
  values_ = core::Buffer();
  dropped_ = true;
}

void SparseShard::compact() {
  if (features_ - 1 <= std::numeric_limits<std::uint16_t>::max()) narrow_columns();
  drop_regular_starts();
}

// In place: a narrow number ends before the next wide one begins.
void SparseShard::narrow_columns() {
  std::byte* bytes = columns_.data();
  for (std::int64_t n = 0; n < entries_; ++n) {
    std::uint32_t wide = 0;
    std::memcpy(&wide, bytes + n * 4, sizeof wide);
    const auto narrow = static_cast<std::uint16_t>(wide);
    std::memcpy(bytes + n * 2, &narrow, sizeof narrow);
  }
  columns_.shrink(entries_ * value_bytes(hdf5::ValueType::uint16));
  narrow_ = true;
}

void SparseShard::drop_regular_starts() {
  const auto rows = static_cast<std::int64_t>(starts_.size()) - 1;
  if (rows == 0) return;
  for (std::int64_t row = 0; row <= rows; ++row) {
    if (start(row) != row * starts_[1]) return;
  }
  row_entries_ = starts_[1];
  starts_ = std::vector<std::int64_t>();
}

void SparseShard::put_in_frames(std::span<const kernels::FramedColumn> frames, int /*threads*/) {
  if (dropped_) {
    put_common_in_frame(frames);
  } else {
    kernels::put_in_frames(view({0, rows_}), values_.data(), frames);
  }
}

// Of entries that are all the same, a column that has a centre is constant: in its frame it is 0,
// which is not stored. Every other column is of the same size.
void SparseShard::put_common_in_frame(std::span<const kernels::FramedColumn> frames) {
  std::vector<std::uint32_t> constant;
  const auto before = common_;
  for (const auto& frame : frames) {
    if (frame.centre != 0.0) {
      constant.push_back(frame.column);
    } else {
      kernels::put_in_frame(view({0, 0}), before.data(), frame, common_.data());
    }
  }
  if (constant.empty()) return;
  if (narrow_) {
    remove_columns<std::uint16_t>(constant);
  } else {
    remove_columns<std::uint32_t>(constant);
  }
  drop_regular_starts();
}

// Their entries; `removed` ascends.
template <class Column>
void SparseShard::remove_columns(std::span<const std::uint32_t> removed) {
  auto* columns = columns_.as<Column>();
  std::vector<std::int64_t> kept = {0};
  std::int64_t next = 0;
  for (std::int64_t row = 0; row < rows_; ++row) {
    for (std::int64_t n = start(row); n < start(row + 1); ++n) {
      const Column column = columns[n];
      if (std::binary_search(removed.begin(), removed.end(), column)) continue;
      columns[next++] = column;
    }
    kept.push_back(next);
  }
  starts_ = std::move(kept);
  row_entries_ = 0;
  entries_ = next;
}

kernels::AnyRows SparseShard::view(Range rows) const {
  const std::int64_t first = start(rows.first);
  const auto column_type = narrow_ ? hdf5::ValueType::uint16 : hdf5::ValueType::uint32;
  return sparse_view({.type = type_,
                      .features = features_,
                      .columns = columns_.data() + first * value_bytes(column_type),
                      .narrow = narrow_,
                      .values = dropped_ ? nullptr : values_.data() + first * value_bytes(type_),
                      .common = common_.data(),
                      .starts = starts_.empty() ? nullptr : starts_.data() + rows.first,
                      .row_entries = row_entries_},
                     rows.size());
}

std::int64_t SparseShard::bytes() const {
  return columns_.size() + values_.size() +
         static_cast<std::int64_t>(starts_.size() * sizeof(std::int64_t));
}

std::int64_t SparseShard::needed_bytes(hdf5::ValueType type, std::int64_t rows,
                                       std::int64_t entries) {
  return entries * (value_bytes(hdf5::ValueType::uint32) + value_bytes(type)) +
         (rows + 1) * value_bytes(hdf5::ValueType::int64);
}

}  // namespace mpilogit::data
