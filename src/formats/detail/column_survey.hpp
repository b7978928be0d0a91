#pragma once
// What a survey of a table learns of its columns and of its label.

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/wide_sum.hpp"
#include "formats/level_table.hpp"
#include "formats/row_reader.hpp"
#include "formats/schema.hpp"
#include "formats/survey.hpp"
#include "formats/values.hpp"

namespace mpilogit::formats {

class ColumnSurvey {
 public:
  struct Plan {
    std::string name;
    std::size_t index = 0;  ///< among the columns of the text
    ColumnKind kind = ColumnKind::number;
    std::int64_t buckets = 0;
    std::int64_t max_categories = 0;
    bool means = false;
  };
  explicit ColumnSurvey(const Plan& plan) : plan_(plan) {}

  const Plan& plan() const { return plan_; }

  /// A field that has a value. Returns what is wrong with it, or nothing.
  const char* see(std::string_view text);
  void see_missing() { ++missing_; }

  /// A text was seen in what was taken for numbers.
  bool has_text() const { return has_text_; }

  std::int64_t missing() const { return missing_; }
  std::int64_t values() const { return values_; }
  std::int64_t nonzeros() const { return nonzeros_; }
  bool single_precision() const { return single_precision_; }
  core::WideSum& sum() { return sum_; }

  bool too_many_levels() const { return too_many_levels_; }
  const LevelTable& levels() const { return levels_; }
  std::int64_t count_of(std::uint32_t level) const { return counts_[level]; }

 private:
  const char* see_number(double value);
  const char* see_level(std::string_view text);

  Plan plan_;
  bool has_text_ = false;
  bool single_precision_ = true;
  bool too_many_levels_ = false;
  std::int64_t missing_ = 0;
  std::int64_t values_ = 0;
  std::int64_t nonzeros_ = 0;  // of numbers
  core::WideSum sum_;
  LevelTable levels_;
  std::vector<std::int64_t> counts_;  // of each level
};

/// The levels that all ranks have seen, with how often.
struct LevelCounts {
  std::vector<std::string> levels;  ///< ascending byte by byte
  std::vector<std::int64_t> counts;
};

/// Different values, as long as there are no more than kMostListedClasses.
template <class Value>
class FewValues {
 public:
  template <class Any>
  void add(const Any& value) {
    if (too_many() || values_.find(value) != values_.end()) return;
    values_.emplace(value);
  }
  bool too_many() const { return values_.size() > kMostListedClasses; }
  const std::set<Value, std::less<>>& values() const { return values_; }

 private:
  std::set<Value, std::less<>> values_;
};

class LabelSurvey {
 public:
  LabelSurvey(const TargetColumns& targets, const TextFiles& files)
      : targets_(targets), files_(files) {}

  bool lacks_value(const Row& row, const MissingTexts& missing) const;

  /// Throws bad input if the label or the weight is missing, or cannot be one.
  void see(const Row& row, const MissingTexts& missing);

  bool all_integers() const { return all_integers_; }
  std::size_t longest() const { return longest_; }
  const FewValues<std::int64_t>& numbers() const { return numbers_; }
  const FewValues<std::string>& texts() const { return texts_; }

 private:
  void see_label(const Row& row, const MissingTexts& missing);

  TargetColumns targets_;
  const TextFiles& files_;
  bool all_integers_ = true;
  std::size_t longest_ = 0;
  FewValues<std::int64_t> numbers_;
  FewValues<std::string> texts_;
};

/// The weight in that field of a row; throws bad input unless it is a number of at least 0.
double weight_in(const Row& row, std::size_t column, const TextFiles& files);

/// What the rows of one rank are.
struct RankExtent {
  std::int64_t rows = 0;
  std::int64_t nonzeros = 0;
  std::int64_t dropped = 0;
  bool single_precision = true;
};

/// Collective.
Extent together(const RankExtent& mine, const LabelSurvey& labels,
                const comm::Communicator& communicator);

/// Throws bad input unless there is a row.
void require_rows(const Extent& extent, const TextFiles& files);

/// For a message: cut off where it is long, and without bytes that are no text.
std::string shown(std::string_view text);

}  // namespace mpilogit::formats
