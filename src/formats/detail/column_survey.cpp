#include "formats/detail/column_survey.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include <fmt/format.h>

#include "core/units.hpp"

namespace mpilogit::formats {

namespace {

constexpr const char* kNotUtf8 = "is not UTF-8";

}  // namespace

const char* ColumnSurvey::see(std::string_view text) {
  ++values_;
  switch (plan_.kind) {
    case ColumnKind::number:
      if (!has_text_) {
        if (const auto value = number_in(text)) return see_number(*value);
      }
      // It becomes a category; what none may be is told now, for it may be the table's first fault.
      has_text_ = true;
      return is_utf8(text) ? nullptr : kNotUtf8;
    case ColumnKind::date:
      if (const auto seconds = date_in(text)) return see_number(*seconds);
      return "is no ISO 8601 date like 2024-02-29 or date and time";
    case ColumnKind::category:
      return see_level(text);
    case ColumnKind::hashed:
      return nullptr;
  }
  return nullptr;
}

const char* ColumnSurvey::see_number(double value) {
  nonzeros_ += value != 0.0 ? 1 : 0;
  single_precision_ &= is_single_precision(value);
  if (plan_.means) sum_.add(value);
  return nullptr;
}

const char* ColumnSurvey::see_level(std::string_view text) {
  std::uint32_t level = levels_.find(text);
  if (level == LevelTable::kNone) {
    if (!is_utf8(text)) return kNotUtf8;
    if (static_cast<std::int64_t>(levels_.size()) >= plan_.max_categories) {
      too_many_levels_ = true;
      return nullptr;
    }
    level = levels_.add(text);
    counts_.push_back(0);
  }
  ++counts_[level];
  return nullptr;
}

namespace {

std::string written(std::int64_t number) {
  return std::to_string(number);
}
const std::string& written(const std::string& text) {
  return text;
}

template <class Value>
Value read_back(const std::string& text) {
  if constexpr (std::is_same_v<Value, std::string>) {
    return text;
  } else {
    return whole_number_in(text).value_or(0);
  }
}

// Each text goes with its length before it, for it may hold any character.
template <class Value>
std::vector<std::string> listed(const FewValues<Value>& mine,
                                const comm::Communicator& communicator) {
  std::string packed;
  for (const auto& value : mine.values()) {
    const std::string text = written(value);
    packed += std::to_string(text.size()) + ":" + text;
  }
  FewValues<Value> all;
  for (std::string_view rest_of_all : communicator.all_gather(packed)) {
    for (std::string_view rest = rest_of_all; !rest.empty();) {
      const std::size_t colon = rest.find(':');
      const auto size = static_cast<std::size_t>(integer_in(rest.substr(0, colon)).value_or(0));
      all.add(read_back<Value>(std::string(rest.substr(colon + 1, size))));
      rest.remove_prefix(colon + 1 + size);
    }
  }
  if (all.too_many()) return {};
  std::vector<std::string> names;
  for (const auto& value : all.values()) names.push_back(written(value));
  return names;
}

void require_value(const Row& row, std::size_t column, const MissingTexts& missing,
                   const TextFiles& files) {
  if (!missing.contains(row.fields[column])) return;
  throw bad_row(files, row, fmt::format("column '{}' has no value", files.columns()[column]),
                "every row needs a label, and a weight where there are weights",
                "--missing drop leaves such rows out");
}

}  // namespace

bool LabelSurvey::lacks_value(const Row& row, const MissingTexts& missing) const {
  return (targets_.label && missing.contains(row.fields[*targets_.label])) ||
         (targets_.weights && missing.contains(row.fields[*targets_.weights]));
}

void LabelSurvey::see(const Row& row, const MissingTexts& missing) {
  if (targets_.label) see_label(row, missing);
  if (!targets_.weights) return;
  require_value(row, *targets_.weights, missing, files_);
  weight_in(row, *targets_.weights, files_);
}

void LabelSurvey::see_label(const Row& row, const MissingTexts& missing) {
  require_value(row, *targets_.label, missing, files_);
  const std::string_view text = row.fields[*targets_.label];
  longest_ = std::max(longest_, text.size());
  // Of every label, for whether all are integers only the last may tell.
  if (text.size() <= core::kLongestLabel && is_utf8(text)) {
    const auto number = whole_number_in(text);
    all_integers_ = all_integers_ && number;
    if (number) numbers_.add(*number);
    texts_.add(text);
    return;
  }
  throw bad_row(files_, row, fmt::format("the label is '{}'", shown(text)),
                fmt::format("a label is UTF-8 of at most {} bytes", core::kLongestLabel),
                "Is --label the right column?");
}

double weight_in(const Row& row, std::size_t column, const TextFiles& files) {
  const auto weight = number_in(row.fields[column]);
  if (weight && *weight >= 0.0) return *weight;
  throw bad_row(files, row,
                fmt::format("the weight in column '{}' is '{}'", files.columns()[column],
                            shown(row.fields[column])),
                "weights are numbers of at least 0", "Correct it");
}

Extent together(const RankExtent& mine, const LabelSurvey& labels,
                const comm::Communicator& communicator) {
  const std::array<std::int64_t, 2> own = {mine.rows, mine.nonzeros};
  const auto all = communicator.all_gather(std::span<const std::int64_t>(own));
  Extent extent;
  for (std::size_t rank = 0; rank < all.size() / 2; ++rank) {
    if (static_cast<int>(rank) == communicator.rank()) {
      extent.first_row = extent.rows;
      extent.first_nonzero = extent.nonzeros;
    }
    extent.rows += all[2 * rank];
    extent.nonzeros += all[2 * rank + 1];
  }
  std::array<std::int64_t, 3> sums = {mine.dropped, mine.single_precision ? 0 : 1,
                                      labels.all_integers() ? 0 : 1};
  communicator.sum(sums);
  extent.dropped = sums[0];
  extent.single_precision = sums[1] == 0;
  extent.label = sums[2] == 0 ? LabelForm::integer : LabelForm::text;
  extent.classes = extent.label == LabelForm::integer ? listed(labels.numbers(), communicator)
                                                      : listed(labels.texts(), communicator);
  extent.label_length =
      static_cast<std::size_t>(communicator.maximum(static_cast<std::int64_t>(labels.longest())));
  return extent;
}

void require_rows(const Extent& extent, const TextFiles& files) {
  if (extent.rows > 0) return;
  throw core::bad_input(
      {.what = "has no rows that can be used",
       .where = files.paths().front(),
       .why = extent.dropped > 0
                  ? fmt::format("all {} were dropped for a value that is missing", extent.dropped)
                  : "it has a header alone",
       .remedy =
           extent.dropped > 0 ? "--ignore leaves out a column; --missing mean fills in" : ""});
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string result;
  for (const char c : text.substr(0, kMost)) {
    result += static_cast<unsigned char>(c) < ' ' ? '?' : c;
  }
  while (!result.empty() && !is_utf8(result) && text.size() > kMost) result.pop_back();
  if (!is_utf8(result)) {
    for (char& c : result) c = static_cast<unsigned char>(c) >= 0x80 ? '?' : c;
  }
  return text.size() > kMost ? result + "..." : result;
}

}  // namespace mpilogit::formats
