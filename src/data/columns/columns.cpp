#include "data/columns/columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "data/columns/trials.hpp"
#include "data/metadata/findings.hpp"

namespace mpilogit::data {

namespace {

// In the order of the columns that may have a mask.
struct Findings {
  Finding labels;
  Finding groups;
  std::array<Finding, 5> missing;
};

using MaskedColumn = std::optional<Column> FileMetadata::*;
constexpr std::array<MaskedColumn, 5> kMaskedColumns = {
    &FileMetadata::labels, &FileMetadata::trials, &FileMetadata::weights, &FileMetadata::offsets,
    &FileMetadata::groups};

void find_missing(FilePart& part, std::int64_t first_row, Findings& findings) {
  for (std::size_t i = 0; i < kMaskedColumns.size(); ++i) {
    const std::optional<Column>& column = part.metadata().*kMaskedColumns[i];
    if (!column || !column->mask) continue;
    std::int64_t row = first_row;
    part.read_pieces<std::uint8_t>(*column->mask, part.rows(), column->mask->info.type,
                                   [&](std::span<const std::uint8_t> mask) {
                                     for (const auto is_missing : mask) {
                                       if (is_missing != 0) findings.missing[i].add(row);
                                       ++row;
                                     }
                                   });
  }
}

bool has_mask(const Metadata& metadata, MaskedColumn which) {
  return std::any_of(metadata.files.begin(), metadata.files.end(), [&](const FileMetadata& file) {
    const std::optional<Column>& column = file.*which;
    return column && column->mask;
  });
}

void require_none_missing(const Metadata& metadata, const Findings& findings,
                          const comm::Communicator& communicator) {
  for (std::size_t i = 0; i < kMaskedColumns.size(); ++i) {
    if (!has_mask(metadata, kMaskedColumns[i])) continue;
    const auto found = combine(findings.missing[i], communicator);
    if (!found) continue;
    const std::size_t file = metadata.locate(found->row).file;
    throw bad_values(metadata, (metadata.files[file].*kMaskedColumns[i])->name, *found,
                     {"value is missing", "values are missing"}, "the mask says so",
                     "Remove these rows or fill the values in");
  }
}

void read_numbers(FilePart& part, const std::optional<Column>& array, std::vector<double>& values) {
  if (!array) return;
  const auto position = static_cast<std::size_t>(part.position());
  if (array->info.type != hdf5::ValueType::boolean) {
    part.read(*array, part.rows(), hdf5::ValueType::float64, values.data() + position);
    return;
  }
  auto next = values.begin() + static_cast<std::ptrdiff_t>(position);
  part.read_pieces<std::uint8_t>(*array, part.rows(), hdf5::ValueType::boolean,
                                 [&](std::span<const std::uint8_t> truths) {
                                   next = std::copy(truths.begin(), truths.end(), next);
                                 });
}

template <class Predicate>
std::optional<Finding> find(const std::vector<double>& values, Range rows, const Access& access,
                            Predicate is_bad) {
  Finding mine;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (is_bad(values[i])) mine.add(rows.first + static_cast<std::int64_t>(i));
  }
  return combine(mine, access.communicator);
}

void require_finite(const Access& access, const Metadata& metadata, const std::string& name,
                    const std::vector<double>& values, Range rows) {
  const auto bad = find(values, rows, access, [](double value) { return !std::isfinite(value); });
  if (!bad) return;
  throw bad_values(metadata, name, *bad, {"value is NaN or infinite", "values are NaN or infinite"},
                   "", "Remove these rows");
}

void require_weights(const Access& access, const Metadata& metadata,
                     const std::vector<double>& weights, Range rows) {
  const std::string& name = metadata.files.front().weights->name;
  require_finite(access, metadata, name, weights, rows);
  const auto bad = find(weights, rows, access, [](double value) { return value < 0.0; });
  if (bad) {
    throw bad_values(metadata, name, *bad, {"weight is negative", "weights are negative"},
                     "a row cannot count less than not at all", "Use 0 to leave a row out");
  }
  const double mine = weights.empty() ? 0.0 : *std::max_element(weights.begin(), weights.end());
  const double largest = access.communicator.maximum(mine);
  if (largest == 0.0) {
    throw core::bad_input({.what = "all weights are 0",
                           .where = metadata.files.front().path + ":/" + name,
                           .why = "no row is left",
                           .remedy = "Check the weights"})
        .as_agreed();
  }
}

// Of one part; what cannot be read as a label or group goes to the findings.
void read_part(FilePart& part, Range rows, Columns& columns, Findings& findings) {
  const FileMetadata& file = part.metadata();
  const std::int64_t first_row = rows.first + part.position();
  find_missing(part, first_row, findings);
  for (const auto* array : file.arrays()) {
    if (array == &file.values || array == &file.indices) continue;  // which are large
    // indptr has one number more than rows.
    const bool ends = array == &file.indptr && part.rows().last == file.rows;
    part.fingerprint_stored(*array, {part.rows().first, part.rows().last + (ends ? 1 : 0)});
  }
  if (file.trials) {
    read_numbers(part, file.labels, columns.successes);
    read_numbers(part, file.trials, columns.trials);
  } else if (file.labels) {
    read_labels(
        part, *file.labels, first_row, findings.labels,
        {.numbers = [&](std::span<const std::int64_t> numbers) { columns.labels.add(numbers); },
         .texts = [&](std::span<const std::string> texts) { columns.labels.add(texts); }});
  }
  read_numbers(part, file.weights, columns.weights);
  read_numbers(part, file.offsets, columns.offsets);
  if (file.groups) read_labels(part, *file.groups, first_row, findings.groups, columns.groups);
}

}  // namespace

Columns read_columns(const Access& access, const Metadata& metadata, Range rows) {
  const FileMetadata& first = metadata.files.front();
  const comm::Communicator& communicator = access.communicator;
  const auto count = static_cast<std::size_t>(rows.size());
  Columns columns;
  if (first.labels && !first.trials) columns.labels = CodedLabels(metadata.label_kind, rows.size());
  if (first.trials) columns.successes.resize(count);
  if (first.trials) columns.trials.resize(count);
  if (first.weights) columns.weights.resize(count);
  if (first.offsets) columns.offsets.resize(count);
  if (first.groups && label_kind(*first.groups) == LabelKind::text) {
    columns.groups.kind = LabelKind::text;
  }
  Findings findings;
  for_each_file(access, metadata, rows,
                [&](FilePart& part) { read_part(part, rows, columns, findings); });
  require_none_missing(metadata, findings, communicator);
  if (const auto finding = combine(findings.labels, communicator)) {
    throw bad_labels(metadata, first.labels->name, *finding,
                     {"label is unusable", "labels are unusable"});
  }
  if (const auto finding = combine(findings.groups, communicator)) {
    throw bad_labels(metadata, first.groups->name, *finding,
                     {"group is unusable", "groups are unusable"});
  }
  if (first.trials) require_trials(metadata, rows, columns.successes, columns.trials, communicator);
  if (first.weights) require_weights(access, metadata, columns.weights, rows);
  if (first.offsets) {
    require_finite(access, metadata, first.offsets->name, columns.offsets, rows);
  }
  return columns;
}

}  // namespace mpilogit::data
