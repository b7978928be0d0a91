#include "data/columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "mpilogit/core/error.hpp"

#include "data/findings.hpp"

namespace mpilogit::data {

namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

enum BadLabel { not_finite, not_whole, too_large };

// Labels of one part, and what is wrong with them.
struct LabelReader {
  FilePart& part;
  std::int64_t first_row;  // global, of the part
  RawLabels& labels;
  Finding& finding;

  void read_floats() {
    std::vector<double> values(static_cast<std::size_t>(part.rows().size()));
    part.read(*part.metadata().labels, part.rows(), hdf5::ValueType::float64, values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      if (!std::isfinite(value)) {
        keep_bad(i, not_finite);
      } else if (value != std::trunc(value)) {
        keep_bad(i, not_whole);
      } else if (std::abs(value) >= kTwoTo63) {
        keep_bad(i, too_large);
      } else {
        labels.numbers.push_back(static_cast<std::int64_t>(value));
      }
    }
  }

  template <class Integer>
  void read_integers(hdf5::ValueType type) {
    std::vector<Integer> values(static_cast<std::size_t>(part.rows().size()));
    part.read(*part.metadata().labels, part.rows(), type, values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::in_range<std::int64_t>(values[i])) keep_bad(i, too_large);
      labels.numbers.push_back(static_cast<std::int64_t>(values[i]));
    }
  }

  void read() {
    const hdf5::ValueType stored = part.metadata().labels->info.type;
    if (stored == hdf5::ValueType::text) {
      for (auto& text : part.read_texts(*part.metadata().labels, part.rows())) {
        labels.texts.push_back(std::move(text));
      }
    } else if (hdf5::is_floating(stored)) {
      read_floats();
    } else if (stored == hdf5::ValueType::boolean) {
      read_integers<std::uint8_t>(hdf5::ValueType::boolean);
    } else if (stored == hdf5::ValueType::uint64) {
      read_integers<std::uint64_t>(hdf5::ValueType::uint64);
    } else {
      read_integers<std::int64_t>(hdf5::ValueType::int64);
    }
  }

  void keep_bad(std::size_t row, BadLabel kind) {
    finding.add(first_row + static_cast<std::int64_t>(row), 0, kind);
  }
};

core::Error bad_labels(const Metadata& metadata, const Finding& finding) {
  const std::string& name = metadata.files.front().labels->name;
  switch (finding.kind) {
    case not_finite:
      return bad_values(metadata, name, finding, "labels are unusable",
                        "that one is NaN or infinite", "Remove these rows or label them");
    case not_whole:
      return bad_values(metadata, name, finding, "labels are unusable",
                        "that one is not a whole number; classes are needed, not a target of a "
                        "regression",
                        "Turn it into classes first, for example y > threshold");
    default:
      return bad_values(metadata, name, finding, "labels are unusable",
                        "that one does not fit 64 bits with a sign", "Use smaller numbers");
  }
}

void read_numbers(FilePart& part, const std::optional<Array>& array, std::vector<double>& values) {
  if (!array) return;
  const auto position = static_cast<std::size_t>(part.position());
  const auto rows = static_cast<std::size_t>(part.rows().size());
  if (array->info.type != hdf5::ValueType::boolean) {
    part.read(*array, part.rows(), hdf5::ValueType::float64, values.data() + position);
    return;
  }
  std::vector<std::uint8_t> truths(rows);
  part.read(*array, part.rows(), hdf5::ValueType::boolean, truths.data());
  std::copy(truths.begin(), truths.end(), values.begin() + static_cast<std::ptrdiff_t>(position));
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
  throw bad_values(metadata, name, *bad, "values are NaN or infinite", "", "Remove these rows");
}

void require_weights(const Access& access, const Metadata& metadata,
                     const std::vector<double>& weights, Range rows) {
  const std::string& name = metadata.files.front().weights->name;
  require_finite(access, metadata, name, weights, rows);
  const auto bad = find(weights, rows, access, [](double value) { return value < 0.0; });
  if (bad) {
    throw bad_values(metadata, name, *bad, "weights are negative",
                     "a row cannot count less than not at all", "Use 0 to leave a row out");
  }
  const double largest = weights.empty() ? 0.0 : *std::max_element(weights.begin(), weights.end());
  if (access.communicator.maximum(largest) == 0.0) {
    throw core::bad_input({.what = "all weights are 0",
                           .where = metadata.files.front().path + ":/" + name,
                           .why = "no row is left",
                           .remedy = {}})
        .as_agreed();
  }
}

}  // namespace

Columns read_columns(const Access& access, const Metadata& metadata, Range rows) {
  const FileMetadata& first = metadata.files.front();
  const auto count = static_cast<std::size_t>(rows.size());
  Columns columns;
  columns.labels.kind = metadata.label_kind;
  if (first.weights) columns.weights.resize(count);
  if (first.offsets) columns.offsets.resize(count);
  Finding bad;
  for_each_file(access, metadata, rows, [&](FilePart& part) {
    if (part.metadata().labels) {
      LabelReader{part, rows.first + part.position(), columns.labels, bad}.read();
    }
    read_numbers(part, part.metadata().weights, columns.weights);
    read_numbers(part, part.metadata().offsets, columns.offsets);
  });
  if (const auto finding = combine(bad, access.communicator)) throw bad_labels(metadata, *finding);
  if (first.weights) require_weights(access, metadata, columns.weights, rows);
  if (first.offsets) {
    require_finite(access, metadata, first.offsets->name, columns.offsets, rows);
  }
  return columns;
}

}  // namespace mpilogit::data
