#include "importing/data_writer.hpp"

#include <array>
#include <limits>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/file_status.hpp"

namespace mpilogit::importing {

namespace {

using hdf5::RowType;
using hdf5::ValueType;

constexpr const char* kDense = "X";
constexpr const char* kGroup = "X";
constexpr const char* kValues = "X/data";
constexpr const char* kColumns = "X/indices";
constexpr const char* kStarts = "X/indptr";

// As scipy and AnnData have them, as long as they can be signed: the same bits.
ValueType column_type(const DataLayout& layout) {
  return layout.features <= std::numeric_limits<std::int32_t>::max() ? ValueType::int32
                                                                     : ValueType::uint32;
}

std::int64_t label_bytes(const RowType& type) {
  return static_cast<std::int64_t>(type.type == ValueType::text ? type.length
                                                                : hdf5::size_of(type.type));
}

// Of the long data sets; the small ones and HDF5's own do not decide whether a disk is too small.
std::int64_t bytes_of(const DataLayout& layout, const std::string& path) {
  const auto value = static_cast<std::int64_t>(hdf5::size_of(layout.values));
  const std::int64_t beside = (layout.labels ? label_bytes(*layout.labels) : 0) +
                              (layout.weights ? 8 : 0) + (layout.offsets ? 8 : 0) +
                              (layout.sparse ? 8 : 0);
  const std::int64_t entries_per_row = layout.sparse ? 0 : layout.features;
  const std::int64_t per_entry = value + 4;
  std::int64_t per_row = 0;
  std::int64_t rows = 0;
  std::int64_t entries = 0;
  std::int64_t bytes = 0;
  const bool overflow = __builtin_mul_overflow(entries_per_row, value, &per_row) ||
                        __builtin_add_overflow(per_row, beside, &per_row) ||
                        __builtin_mul_overflow(per_row, layout.rows, &rows) ||
                        __builtin_mul_overflow(layout.nonzeros, per_entry, &entries) ||
                        __builtin_add_overflow(rows, layout.sparse ? entries : 0, &bytes);
  if (!overflow) return bytes;
  throw core::bad_input({.what = "would have more bytes than can be counted",
                         .where = path,
                         .why = {},
                         .remedy = "Choose fewer rows or features"});
}

}  // namespace

void DataWriter::lay_out(const hdf5::File& file, const DataLayout& layout) {
  if (layout.sparse) {
    hdf5::create_rows(file, kValues, {layout.values}, layout.nonzeros);
    hdf5::create_rows(file, kColumns, {column_type(layout)}, layout.nonzeros);
    hdf5::create_rows(file, kStarts, {ValueType::int64}, layout.rows + 1);
    hdf5::write_attribute(file, kGroup, "encoding-type", "csr_matrix");
    hdf5::write_attribute(file, kGroup, "encoding-version", "0.1.0");
    hdf5::write_attribute(file, kGroup, "shape", std::array{layout.rows, layout.features});
  } else {
    hdf5::create_rows(file, kDense, {layout.values}, layout.rows, layout.features);
  }
  if (layout.labels) hdf5::create_rows(file, kLabels, *layout.labels, layout.rows);
  if (layout.weights) hdf5::create_rows(file, kWeights, {ValueType::float64}, layout.rows);
  if (layout.offsets) hdf5::create_rows(file, kOffsets, {ValueType::float64}, layout.rows);
  if (!layout.feature_names.empty()) {
    hdf5::write_strings(file, "feature_names", layout.feature_names, {layout.features});
  }
  if (!layout.schema.empty()) {
    hdf5::write_strings(file, "schema", std::array{layout.schema}, {});
  }
  if (layout.further) layout.further(file);
}

DataWriter::DataWriter(const std::string& path, const DataLayout& layout,
                       const comm::Communicator& communicator)
    : rows_(layout.rows),
      file_(
          path, communicator,
          [&](const hdf5::File& file) {
            core::require_space(path, bytes_of(layout, path));
            lay_out(file, layout);
          },
          layout.readers) {}

void DataWriter::write_dense(std::int64_t first_row, std::span<const std::byte> values) const {
  file_.write_raw(kDense, first_row, values);
}

void DataWriter::write_sparse(std::int64_t first_row, std::span<const std::int64_t> starts,
                              std::span<const std::uint32_t> columns,
                              std::span<const std::byte> values) const {
  if (starts.empty() || starts.back() - starts.front() != std::ssize(columns)) {
    throw core::internal_failure("the starts of rows and their columns disagree");
  }
  // The end of these rows is the start of the next, whoever writes them, so only the last rows have
  // theirs written: of what is written twice there is no fingerprint.
  const std::int64_t rows = std::ssize(starts) - 1;
  if (rows == 0 && rows_ > 0) return;
  const bool last = first_row + rows == rows_;
  file_.write(kStarts, first_row, last ? starts : starts.first(starts.size() - 1));
  if (columns.empty()) return;
  file_.write_raw(kColumns, starts.front(), std::as_bytes(columns));
  file_.write_raw(kValues, starts.front(), values);
}

}  // namespace mpilogit::importing
