#pragma once
// Labels and weights of the rows that one rank has seen, and how much these rows are.

#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "formats/survey.hpp"
#include "formats/table_rows.hpp"
#include "formats/values.hpp"

namespace mpilogit::formats {

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
