#include "importing/npy/npy_entries.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "core/error.hpp"

namespace mpilogit::importing {

namespace {

constexpr std::int64_t kScanPiece = std::int64_t{1} << 18;  // entries
constexpr std::int64_t kStartsPiece = std::int64_t{1} << 16;

core::Error damaged_starts(const formats::NpyArray& starts) {
  return core::bad_input({.what = "does not ascend from 0 to the number of values",
                          .where = starts.name(),
                          .why = "the matrix is damaged",
                          .remedy = "Save it again with scipy.sparse.save_npz"});
}

std::vector<std::int64_t> numbers_below(formats::NpyArray& array, std::int64_t first,
                                        std::int64_t count, std::int64_t limit,
                                        const std::string& what) {
  std::vector<std::int64_t> numbers = array.integers(first, count);
  for (const std::int64_t number : numbers) {
    if (number >= 0 && number < limit) continue;
    throw core::bad_input({.what = "holds the " + what + " " + std::to_string(number),
                           .where = array.name(),
                           .why = "there are " + std::to_string(limit),
                           .remedy = "The matrix is damaged"});
  }
  return numbers;
}

// False: the sum is beyond the type.
template <class Value>
bool add_value(std::byte* sum, const std::byte* term) {
  Value a;
  Value b;
  std::memcpy(&a, sum, sizeof a);
  std::memcpy(&b, term, sizeof b);
  if constexpr (std::is_integral_v<Value>) {
    if (__builtin_add_overflow(a, b, &a)) return false;
  } else {
    a += b;
    if (!std::isfinite(a)) return false;
  }
  std::memcpy(sum, &a, sizeof a);
  return true;
}

bool add_bool(std::byte* sum, const std::byte* term) {
  *sum |= *term;  // as scipy has it
  return true;
}

bool add_nothing(std::byte* /*sum*/, const std::byte* /*term*/) {
  return false;  // of float16 there is no arithmetic
}

using Add = bool (*)(std::byte* sum, const std::byte* term);

Add addition_of(const formats::NpyType& type) {
  if (type.kind == 'b') return add_bool;
  if (type.kind == 'f') {
    return type.size == 8 ? add_value<double> : type.size == 4 ? add_value<float> : add_nothing;
  }
  const bool is_signed = type.kind == 'i';
  switch (type.size) {
    case 1:
      return is_signed ? add_value<std::int8_t> : add_value<std::uint8_t>;
    case 2:
      return is_signed ? add_value<std::int16_t> : add_value<std::uint16_t>;
    case 4:
      return is_signed ? add_value<std::int32_t> : add_value<std::uint32_t>;
    default:
      return is_signed ? add_value<std::int64_t> : add_value<std::uint64_t>;
  }
}

core::Error sum_too_large(const formats::NpyArray& values, std::int64_t row, std::uint32_t column) {
  return core::bad_input({.what = "row " + std::to_string(row) + " has the column " +
                                  std::to_string(column) + " several times",
                          .where = values.name(),
                          .why = "their type does not hold the sum",
                          .remedy = "Save it as X.astype(float)"});
}

}  // namespace

const StoredEntries& EntryScan::next(bool with_values) {
  const std::int64_t count = std::min(kScanPiece, matrix_.values.elements() - position_);
  if (count == 0) {
    require_end();
    entries_ = {};
    return entries_;
  }
  entries_.rows = numbers_below(matrix_.row_numbers, position_, count, matrix_.rows, "row");
  if (matrix_.column_numbers) {
    entries_.columns =
        numbers_below(*matrix_.column_numbers, position_, count, matrix_.columns, "column");
  } else {
    find_columns(count);
  }
  if (with_values) {
    entries_.values.resize(static_cast<std::size_t>(count * matrix_.values.type().size));
    matrix_.values.read_raw(position_, entries_.values);
    require_finite(matrix_.values, entries_.values,
                   [&](std::int64_t at) { return "value " + std::to_string(position_ + at); });
  }
  position_ += count;
  return entries_;
}

void EntryScan::find_columns(std::int64_t count) {
  entries_.columns.clear();
  if (column_ < 0 && next_start() != 0) throw damaged_starts(*matrix_.starts);
  for (std::int64_t entry = position_; entry < position_ + count; ++entry) {
    while (entry >= end_) {
      end_ = next_start();
      ++column_;
    }
    entries_.columns.push_back(column_);
  }
}

// Throws if there is none, or if it is not where one can be.
std::int64_t EntryScan::next_start() {
  const std::int64_t all = matrix_.starts->elements();
  if (next_in_starts_ == starts_.size()) {
    if (starts_read_ == all) throw damaged_starts(*matrix_.starts);
    starts_ = matrix_.starts->integers(starts_read_, std::min(kStartsPiece, all - starts_read_));
    starts_read_ += std::ssize(starts_);
    next_in_starts_ = 0;
  }
  const std::int64_t start = starts_[next_in_starts_++];
  if (start < end_ || start > matrix_.values.elements()) throw damaged_starts(*matrix_.starts);
  return start;
}

// Columns behind the last entry have none.
void EntryScan::require_end() {
  if (!matrix_.starts) return;
  while (next_in_starts_ < starts_.size() || starts_read_ < matrix_.starts->elements()) {
    end_ = next_start();
  }
  if (end_ != matrix_.values.elements()) throw damaged_starts(*matrix_.starts);
}

EntriesByRow::EntriesByRow(NpyEntries& matrix, data::Range rows, std::int64_t batch)
    : matrix_(matrix),
      rows_(rows),
      most_(batch),
      scan_(matrix),
      counts_(static_cast<std::size_t>(rows.size()), 0) {}

std::int64_t EntriesByRow::count() {
  if (!scan_) return 0;
  const StoredEntries& entries = scan_->next(false);
  for (const std::int64_t row : entries.rows) {
    if (row >= rows_.first && row < rows_.last)
      ++counts_[static_cast<std::size_t>(row - rows_.first)];
  }
  if (!entries.rows.empty()) return std::ssize(entries.rows);
  scan_.reset();
  cut_into_batches();
  return 0;
}

// A row of more entries is a batch by itself.
void EntriesByRow::cut_into_batches() {
  std::int64_t first = rows_.first;
  std::int64_t entries = 0;
  for (std::int64_t row = rows_.first; row < rows_.last; ++row) {
    const std::int64_t more = counts_[static_cast<std::size_t>(row - rows_.first)];
    if (row > first && entries + more > most_) {
      batches_.push_back({first, row});
      first = row;
      entries = 0;
    }
    entries += more;
  }
  if (first < rows_.last) batches_.push_back({first, rows_.last});
}

void EntriesByRow::rewind() {
  batch_ = 0;
  complete_ = complete_ && batches_.size() == 1;
}

std::int64_t EntriesByRow::gather(
    core::FunctionRef<void(std::int64_t first_row, const SparseRows&)> handle) {
  if (batch_ == batches_.size()) return 0;
  const data::Range& rows = batches_[batch_];
  if (!complete_) {
    if (!scan_) begin(rows);
    const StoredEntries& entries = scan_->next(true);
    take(entries, rows);
    if (!entries.rows.empty()) return std::ssize(entries.rows);
    finish(rows);
  }
  handle(rows.first, part_);
  ++batch_;
  complete_ = batches_.size() == 1;  // then it is there for the next time
  return 1;
}

void EntriesByRow::begin(const data::Range& rows) {
  scan_.emplace(matrix_);
  part_.starts.assign(1, 0);
  for (std::int64_t row = rows.first; row < rows.last; ++row) {
    part_.starts.push_back(part_.starts.back() +
                           counts_[static_cast<std::size_t>(row - rows_.first)]);
  }
  next_.assign(part_.starts.begin(), part_.starts.end() - 1);
  const auto entries = static_cast<std::size_t>(part_.starts.back());
  part_.columns.resize(entries);
  part_.values.resize(entries * static_cast<std::size_t>(matrix_.values.type().size));
}

void EntriesByRow::take(const StoredEntries& entries, const data::Range& rows) {
  const auto size = static_cast<std::size_t>(matrix_.values.type().size);
  for (std::size_t i = 0; i < entries.rows.size(); ++i) {
    const std::int64_t row = entries.rows[i];
    if (row < rows.first || row >= rows.last) continue;
    const auto place =
        static_cast<std::size_t>(next_[static_cast<std::size_t>(row - rows.first)]++);
    part_.columns[place] = static_cast<std::uint32_t>(entries.columns[i]);
    std::memcpy(&part_.values[place * size], &entries.values[i * size], size);
  }
}

// Sorts each row, and moves rows up where entries of those before were added up.
void EntriesByRow::finish(const data::Range& rows) {
  scan_.reset();
  const auto size = static_cast<std::size_t>(matrix_.values.type().size);
  const bool sums = matrix_.column_numbers != nullptr;
  const Add add = addition_of(matrix_.values.type());
  std::size_t end = 0;
  for (std::size_t i = 0; i + 1 < part_.starts.size(); ++i) {
    const auto first = static_cast<std::size_t>(part_.starts[i]);
    const auto count = static_cast<std::size_t>(part_.starts[i + 1]) - first;
    sort_row(std::span(part_.columns).subspan(first, count),
             std::span(part_.values).subspan(first * size, count * size), size);
    const std::size_t begin = end;
    for (std::size_t k = first; k < first + count; ++k) {
      const std::uint32_t column = part_.columns[k];
      const std::byte* const value = part_.values.data() + k * size;
      if (end > begin && part_.columns[end - 1] == column) {
        const std::int64_t row = rows.first + static_cast<std::int64_t>(i);
        if (!sums) throw column_twice(matrix_.row_numbers, row, column);
        if (add(part_.values.data() + (end - 1) * size, value)) continue;
        throw sum_too_large(matrix_.values, row, column);
      }
      part_.columns[end] = column;
      std::memmove(part_.values.data() + end * size, value, size);
      ++end;
    }
    part_.starts[i] = static_cast<std::int64_t>(begin);
  }
  part_.starts.back() = static_cast<std::int64_t>(end);
  part_.columns.resize(end);
  part_.values.resize(end * size);
}

}  // namespace mpilogit::importing
