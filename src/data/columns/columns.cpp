#include "data/columns/columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
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
    throw core::agreed_bad_input({.what = "all weights are 0",
                                  .where = metadata.files.front().path + ":/" + name,
                                  .why = "no row is left",
                                  .remedy = "Check the weights"});
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

namespace {

constexpr double kTwoTo53 = 9007199254740992.0;

enum BadCount { sound_count, count_not_finite, count_not_whole, negative_count, above_trials };

BadCount judge_count(double count) {
  if (!std::isfinite(count)) return count_not_finite;
  if (count != std::trunc(count)) return count_not_whole;
  return count < 0.0 ? negative_count : sound_count;
}

std::string reason(int kind) {
  switch (kind) {
    case count_not_finite:
      return "that one is NaN or infinite";
    case count_not_whole:
      return "that one is not a whole number";
    case negative_count:
      return "that one is negative";
    default:
      return "there are more successes than trials";
  }
}

void require_counts(const Metadata& metadata, Range rows, const std::vector<double>& successes,
                    const std::vector<double>& trials, const comm::Communicator& communicator) {
  Finding bad_trials;
  Finding bad_successes;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::int64_t row = rows.first + static_cast<std::int64_t>(i);
    if (const auto kind = judge_count(trials[i]); kind != sound_count) bad_trials.add(row, 0, kind);
    auto kind = judge_count(successes[i]);
    if (kind == sound_count && successes[i] > trials[i]) kind = above_trials;
    if (kind != sound_count) bad_successes.add(row, 0, kind);
  }
  const FileMetadata& first = metadata.files.front();
  if (const auto found = combine(bad_trials, communicator)) {
    throw bad_values(metadata, first.trials->name, *found,
                     {"number of trials is unusable", "numbers of trials are unusable"},
                     reason(found->kind), "Give the number of trials of each row: 0, 1, 2, …");
  }
  if (const auto found = combine(bad_successes, communicator)) {
    throw bad_values(metadata, first.labels->name, *found,
                     {"number of successes is unusable", "numbers of successes are unusable"},
                     reason(found->kind),
                     "With trials, " + first.labels->name +
                         " counts the successes of each row: 0, 1, … up to its trials");
  }
}

}  // namespace

void require_trials(const Metadata& metadata, Range rows, const std::vector<double>& successes,
                    const std::vector<double>& trials, const comm::Communicator& communicator) {
  require_counts(metadata, rows, successes, trials, communicator);
  // Whole numbers: exact below 2^53 in any order.
  const double mine = std::accumulate(trials.begin(), trials.end(), 0.0);
  const auto all = communicator.all_gather(std::span<const double>(&mine, 1));
  const double total = std::accumulate(all.begin(), all.end(), 0.0);
  if (total > 0.0 && total < kTwoTo53) return;
  const FileMetadata& first = metadata.files.front();
  throw core::agreed_bad_input(
      {.what = total == 0.0 ? "all trials are 0" : "there are 2^53 trials or more",
       .where = first.path + ":/" + first.trials->name,
       .why = total == 0.0 ? "no row is left" : "so many cannot be counted exactly",
       .remedy = "Check the numbers of trials"});
}

}  // namespace mpilogit::data
