#include "importing/import_npy.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "formats/checksum.hpp"
#include "hdf5/memory.hpp"
#include "importing/data_writer.hpp"
#include "importing/detail/rank_parts.hpp"
#include "importing/npy/npy_entries.hpp"
#include "importing/npy/npy_rows.hpp"

namespace mpilogit::importing {

namespace {

constexpr std::int64_t kStepBytes = std::int64_t{1} << 23;
// Columns of Fortran order are read in pieces: larger steps, so that pieces are not too small.
constexpr std::int64_t kFortranStepBytes = std::int64_t{1} << 26;
constexpr std::int64_t kStepRows = std::int64_t{1} << 16;  // of sparse rows, labels and weights

class Import {
 public:
  /// Collective: looks at checksums, and counts what is not stored by rows.
  Import(NpySources sources, const std::string& output_path, const comm::Communicator& communicator,
         const formats::Progress& progress)
      : sources_(std::move(sources)),
        communicator_(communicator),
        progress_(progress),
        mine_(even_part(sources_.rows, communicator)),
        entries_(count_entries()),
        layout_(layout()),
        writer_(output_path, layout_, communicator) {}

  void run();
  const DataLayout& written() const { return layout_; }

 private:
  Extents count_entries();
  void gather(const char* what,
              core::FunctionRef<void(std::int64_t first_row, const SparseRows&)> handle);
  DataLayout layout() const;
  void write_labels(data::Range rows);
  void write_weights(data::Range rows);
  void write_sparse(data::Range rows);
  void write_entries();
  void for_rows(const char* what, std::int64_t per_step, std::int64_t row_bytes,
                core::FunctionRef<void(data::Range)> work);

  NpySources sources_;
  const comm::Communicator& communicator_;
  const formats::Progress& progress_;
  data::Range mine_;
  std::optional<EntriesByRow> by_row_;  // of what is not stored by rows
  Extents entries_;
  DataLayout layout_;
  DataWriter writer_;
};

// Of a matrix that is not stored by rows: how many entries each rank's rows will have, those for
// the same place added up.
Extents Import::count_entries() {
  for (formats::NpyArray* array : sources_.arrays()) {
    formats::require_checksum(array->bytes(), communicator_, progress_);
  }
  if (!sources_.entries) return {};
  const int ranks = communicator_.on_this_host().size();
  comm::together(communicator_, [&] {
    const std::int64_t bytes = 8 * mine_.size();  // a count for each row
    hdf5::require_memory({bytes, bytes * ranks, ranks}, sources_.features_name);
    by_row_.emplace(*sources_.entries, mine_);
  });
  const NpyEntries& matrix = *sources_.entries;
  const std::int64_t bytes = matrix.bytes_of_entry();
  const std::int64_t all = matrix.values.elements() * communicator_.size();
  formats::in_rounds(
      communicator_, [&] { return by_row_->count(); },
      [&](std::int64_t done) { progress_("counting entries", done * bytes, all * bytes); });
  Extent mine{mine_.size(), by_row_->stored()};
  if (matrix.column_numbers) {
    mine.entries = 0;
    gather("adding up entries",
           [&](std::int64_t, const SparseRows& part) { mine.entries += part.starts.back(); });
    by_row_->rewind();
  }
  return add_up(mine, communicator_);
}

void Import::gather(const char* what,
                    core::FunctionRef<void(std::int64_t first_row, const SparseRows&)> handle) {
  const NpyEntries& matrix = *sources_.entries;
  const std::int64_t bytes = matrix.bytes_of_entry();
  const std::int64_t all = communicator_.sum(by_row_->passes()) * matrix.values.elements();
  formats::in_rounds(
      communicator_, [&] { return by_row_->gather(handle); },
      [&](std::int64_t done) { progress_(what, done * bytes, all * bytes); });
}

DataLayout Import::layout() const {
  DataLayout layout;
  layout.rows = sources_.rows;
  layout.features = sources_.columns;
  layout.sparse = sources_.dense == nullptr;
  layout.nonzeros = sources_.sparse ? sources_.sparse->values.elements() : entries_.all.entries;
  layout.values = value_type_of(sources_.values->type());
  if (sources_.labels) {
    const formats::NpyType& type = sources_.labels->type();
    // Of text in UCS-4, too: a letter takes at most four bytes of UTF-8.
    layout.labels = {value_type_of(type), static_cast<std::size_t>(type.is_text() ? type.size : 0)};
  }
  layout.weights = sources_.weights != nullptr;
  return layout;
}

void Import::for_rows(const char* what, std::int64_t per_step, std::int64_t row_bytes,
                      core::FunctionRef<void(data::Range)> work) {
  std::int64_t next = mine_.first;
  formats::in_rounds(
      communicator_,
      [&] {
        const data::Range rows{next, std::min(mine_.last, next + per_step)};
        if (rows.size() > 0) work(rows);
        next = rows.last;
        return rows.size();
      },
      [&](std::int64_t done) { progress_(what, done * row_bytes, layout_.rows * row_bytes); });
}

// Floats are classes if they are whole.
void Import::write_labels(data::Range rows) {
  formats::NpyArray& labels = *sources_.labels;
  if (labels.type().is_text()) {
    const std::vector<std::string> texts = labels.texts(rows.first, rows.size());
    return writer_.write_labels(rows.first, std::span<const std::string>(texts));
  }
  if (labels.type().kind == 'f') {
    const std::vector<double> values = labels.numbers(rows.first, rows.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isfinite(values[i]) && std::trunc(values[i]) == values[i]) continue;
      throw core::bad_input(
          {.what = "row " + std::to_string(rows.first + static_cast<std::int64_t>(i)) +
                   " has the label " + std::to_string(values[i]),
           .where = labels.name(),
           .why = "classes are whole numbers or strings",
           .remedy = "A quantity cannot be learned by a classifier; number the classes"});
    }
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(rows.size() * labels.type().size));
  labels.read_raw(rows.first, bytes);
  writer_.write_raw_labels(rows.first, bytes);
}

void Import::write_weights(data::Range rows) {
  const std::vector<double> weights = sources_.weights->numbers(rows.first, rows.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (std::isfinite(weights[i]) && weights[i] >= 0.0) continue;
    throw core::bad_input({.what = "row " +
                                   std::to_string(rows.first + static_cast<std::int64_t>(i)) +
                                   " has the weight " + std::to_string(weights[i]),
                           .where = sources_.weights->name(),
                           .why = "weights are finite and at least 0",
                           .remedy = "Correct it"});
  }
  writer_.write_weights(rows.first, weights);
}

// Some rows at a time, so many that their entries fit a step; a long row is one by itself.
void Import::write_sparse(data::Range rows) {
  NpySparse& matrix = *sources_.sparse;
  const std::vector<std::int64_t> starts = sparse_starts(matrix, rows);
  const std::int64_t most = kStepBytes / (matrix.values.type().size + 4);
  for (auto first = starts.begin(); first + 1 < starts.end();) {
    auto last = std::upper_bound(first + 1, starts.end(), *first + most) - 1;
    last = std::max(last, first + 1);
    const std::int64_t row = rows.first + (first - starts.begin());
    const SparseRows part = sparse_rows(matrix, row, {first, last + 1});
    writer_.write_sparse(row, part.starts, part.columns, part.values);
    first = last;
  }
}

void Import::write_entries() {
  std::int64_t position = entries_.before.entries;
  gather("writing rows", [&](std::int64_t first_row, const SparseRows& part) {
    std::vector<std::int64_t> starts = part.starts;
    for (auto& start : starts) start += position;
    writer_.write_sparse(first_row, starts, part.columns, part.values);
    position = starts.back();
  });
}

void Import::run() {
  if (sources_.entries) {
    write_entries();
  } else if (sources_.sparse) {
    const NpySparse& matrix = *sources_.sparse;
    const std::int64_t entries = matrix.values.elements() / matrix.rows;  // of a row, about
    for_rows("writing rows", kStepRows, 8 + entries * (matrix.values.type().size + 4),
             [&](data::Range rows) { write_sparse(rows); });
  } else {
    formats::NpyArray& matrix = *sources_.dense;
    const std::int64_t row_bytes = matrix.shape()[1] * matrix.type().size;
    const std::int64_t bytes = matrix.fortran_order() ? kFortranStepBytes : kStepBytes;
    for_rows("writing rows", std::max<std::int64_t>(1, bytes / row_bytes), row_bytes,
             [&](data::Range rows) { writer_.write_dense(rows.first, dense_rows(matrix, rows)); });
  }
  if (sources_.labels) {
    for_rows("writing labels", kStepRows, sources_.labels->type().size,
             [&](data::Range rows) { write_labels(rows); });
  }
  if (sources_.weights) {
    for_rows("writing weights", kStepRows, sources_.weights->type().size,
             [&](data::Range rows) { write_weights(rows); });
  }
  const comm::Phase phase(communicator_, "waiting for the disk");
  writer_.commit();
}

}  // namespace

ImportNpyResult import_npy(const ImportNpyOptions& options, const comm::Communicator& communicator,
                           const formats::Progress& progress) {
  const core::Stopwatch total;
  const comm::Phase phase(communicator, "reading arrays");
  NpySources sources;
  comm::together(communicator, [&] { sources = open_npy(options); });
  ImportNpyResult result;
  result.features = sources.features_name;
  Import import(std::move(sources), options.output_path, communicator, progress);
  import.run();
  const DataLayout& layout = import.written();
  result.rows = layout.rows;
  result.columns = layout.features;
  result.sparse = layout.sparse;
  result.nonzeros = layout.sparse ? layout.nonzeros : layout.rows * layout.features;
  result.storage = layout.values;
  result.ranks = communicator.size();
  result.seconds_total = total.seconds();
  return result;
}

}  // namespace mpilogit::importing
