#pragma once
// Memory for numbers of local rows. Points come and go at every step, and fresh pages cost as much
// as a pass: what one gives back the next one takes.

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/buffer.hpp"

namespace mpilogit::objective {

/// Hands out arrays of one length. Not for several threads at once.
class RowValuePool {
 public:
  explicit RowValuePool(std::size_t length) : length_(length) {}

  std::size_t length() const { return length_; }

 private:
  friend class RowValues;

  core::Buffer take() {
    if (free_.empty()) return core::Buffer(static_cast<std::int64_t>(length_ * sizeof(double)));
    core::Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }

  std::size_t length_;
  std::vector<core::Buffer> free_;
};

/// One such array, with what happened to be in it; goes back to its pool, which must outlive it.
class RowValues {
 public:
  explicit RowValues(RowValuePool& pool) : pool_(pool), buffer_(pool.take()) {}
  ~RowValues() { pool_.free_.push_back(std::move(buffer_)); }
  RowValues(const RowValues&) = delete;
  RowValues& operator=(const RowValues&) = delete;

  std::span<double> values() { return {buffer_.as<double>(), pool_.length()}; }
  std::span<const double> values() const { return {buffer_.as<double>(), pool_.length()}; }

 private:
  RowValuePool& pool_;
  core::Buffer buffer_;
};

}  // namespace mpilogit::objective
