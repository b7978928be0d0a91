#pragma once
// What one rank has seen of one column.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/wide_sum.hpp"
#include "formats/level_table.hpp"
#include "formats/schema.hpp"
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

}  // namespace mpilogit::formats
