#include "formats/detail/column_survey.hpp"

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

}  // namespace mpilogit::formats
