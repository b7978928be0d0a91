#include "table/column_survey.hpp"

namespace mpilogit::table {

const char* ColumnSurvey::see(std::string_view text) {
  ++values_;
  switch (plan_.kind) {
    case ColumnKind::number:
      if (has_text_) return nullptr;
      return see_number(number_in(text));
    case ColumnKind::date: {
      const auto seconds = date_in(text);
      return seconds ? see_number(seconds) : "is no ISO 8601 date like 2024-02-29 or date and time";
    }
    case ColumnKind::category:
      return see_level(text);
    case ColumnKind::hashed:
      return nullptr;
  }
  return nullptr;
}

const char* ColumnSurvey::see_number(std::optional<double> value) {
  if (!value) {
    has_text_ = true;
    return nullptr;
  }
  nonzeros_ += *value != 0.0 ? 1 : 0;
  single_precision_ &= is_single_precision(*value);
  if (plan_.means) sum_.add(*value);
  return nullptr;
}

const char* ColumnSurvey::see_level(std::string_view text) {
  std::uint32_t level = levels_.find(text);
  if (level == LevelTable::kNone) {
    if (!is_utf8(text)) return "is not UTF-8";
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

}  // namespace mpilogit::table
