#include "formats/survey.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/memory_limits.hpp"
#include "core/parse_json.hpp"
#include "core/units.hpp"
#include "formats/detail/column_survey.hpp"
#include "formats/row_reader.hpp"

namespace mpilogit::formats {

namespace {

using Plans = std::vector<ColumnSurvey::Plan>;

bool names(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

core::Error unusable(const TextFiles& files, const std::string& what, const std::string& why,
                     const std::string& remedy) {
  return core::bad_input(
      {.what = what, .where = files.paths().front(), .why = why, .remedy = remedy});
}

// Every name that an option gives must be a column that has features.
void require_features(const TextFiles& files, const TableOptions& options) {
  const std::array<std::pair<const char*, const std::vector<std::string>*>, 5> lists = {
      {{"--columns", &options.columns},
       {"--ignore", &options.ignored},
       {"--categorical", &options.categorical},
       {"--dates", &options.dates},
       {"--hash", &options.hashed}}};
  std::map<std::string, const char*> kinds;
  for (const auto& [option, list] : lists) {
    for (const auto& name : *list) {
      column_called(name, files, option);
      if (name == options.label || name == options.weights) {
        throw unusable(files, fmt::format("{} names '{}'", option, name),
                       "that is the label or the weight", "Leave it out there");
      }
      if (list == &options.columns) continue;
      const auto [found, added] = kinds.emplace(name, option);
      if (added) continue;
      throw unusable(files, fmt::format("{} names '{}'", option, name),
                     fmt::format("{} names it, too", found->second), "Name it once");
    }
  }
}

ColumnKind first_guess(const std::string& name, const TableOptions& options) {
  if (names(options.categorical, name)) return ColumnKind::category;
  if (names(options.dates, name)) return ColumnKind::date;
  if (names(options.hashed, name)) return ColumnKind::hashed;
  return ColumnKind::number;
}

Plans plans_of(const TextFiles& files, const TableOptions& options) {
  require_features(files, options);
  Plans plans;
  for (std::size_t i = 0; i < files.columns().size(); ++i) {
    const std::string& name = files.columns()[i];
    if (name == options.label || name == options.weights) continue;
    if (names(options.ignored, name)) continue;
    if (!options.columns.empty() && !names(options.columns, name)) continue;
    const ColumnKind kind = first_guess(name, options);
    plans.push_back({.name = name,
                     .index = i,
                     .kind = kind,
                     .buckets = kind == ColumnKind::hashed ? options.buckets : 0,
                     .max_categories = options.max_categories,
                     .means = options.missing == Missing::mean});
  }
  if (plans.empty())
    throw unusable(files, "no column is left for the features", {}, "Leave fewer out");
  return plans;
}

/// One reading of the table with a guess of what its columns are.
class Reading {
 public:
  Reading(const TextFiles& files, const TableOptions& options, const TargetColumns& targets,
          const Plans& plans)
      : files_(files),
        missing_is_(options.missing),
        missing_(options.missing_texts),
        targets_(targets, files) {
    for (const auto& plan : plans) columns.emplace_back(plan);
  }

  void take(const Row& row) {
    if (missing_is_ == Missing::drop && lacks_value(row)) {
      ++dropped;
      return;
    }
    targets_.see(row, missing_);
    for (auto& column : columns) {
      const std::string_view text = row.fields[column.plan().index];
      if (missing_.contains(text)) {
        if (missing_is_ == Missing::error) refuse_missing(row, column);
        column.see_missing();
      } else if (const char* wrong = column.see(text)) {
        refuse_value(row, column, text, wrong);
      }
    }
    ++rows;
  }

  const LabelSurvey& labels() const { return targets_; }

  std::vector<ColumnSurvey> columns;
  std::int64_t rows = 0;
  std::int64_t dropped = 0;

 private:
  bool lacks_value(const Row& row) const {
    return targets_.lacks_value(row, missing_) ||
           std::any_of(columns.begin(), columns.end(), [&](const ColumnSurvey& column) {
             return missing_.contains(row.fields[column.plan().index]);
           });
  }

  [[noreturn]] void refuse_missing(const Row& row, const ColumnSurvey& column) const {
    throw bad_row(files_, row, fmt::format("column '{}' has no value", column.plan().name),
                  fmt::format("'{}' means so", row.fields[column.plan().index]),
                  "--missing mean or --missing drop says what to do then; --missing-values which "
                  "texts mean so");
  }

  [[noreturn]] void refuse_value(const Row& row, const ColumnSurvey& column, std::string_view text,
                                 const char* wrong) const {
    throw bad_row(files_, row,
                  fmt::format("column '{}' holds '{}'", column.plan().name, shown(text)),
                  fmt::format("that {}", wrong), "Correct it, or leave the column out by --ignore");
  }

  const TextFiles& files_;
  Missing missing_is_;
  MissingTexts missing_;
  LabelSurvey targets_;
};

// Columns that were taken for numbers and hold texts somewhere become categories. Whether any did.
bool correct(Plans& plans, const Reading& reading, const comm::Communicator& communicator) {
  std::vector<std::int64_t> texts;
  for (const auto& column : reading.columns) texts.push_back(column.has_text() ? 1 : 0);
  communicator.sum(texts);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (texts[i] > 0) plans[i].kind = ColumnKind::category;
  }
  return std::any_of(texts.begin(), texts.end(), [](std::int64_t count) { return count > 0; });
}

// The levels of every column that all ranks have seen together.
std::vector<LevelCounts> all_levels(const Reading& reading,
                                    const comm::Communicator& communicator) {
  nlohmann::json mine = nlohmann::json::array();
  for (const auto& column : reading.columns) {
    nlohmann::json levels = nlohmann::json::array();
    for (std::uint32_t level = 0; level < column.levels().size(); ++level) {
      levels.push_back({column.levels()[level], column.count_of(level)});
    }
    mine.push_back(std::move(levels));
  }
  std::vector<std::map<std::string, std::int64_t>> merged(reading.columns.size());
  for (const auto& text : communicator.all_gather(mine.dump())) {
    const auto theirs = core::parse_json<nlohmann::json>(text);
    for (std::size_t i = 0; i < merged.size(); ++i) {
      for (const auto& level : theirs.at(i)) {
        merged[i][level.at(0).get<std::string>()] += level.at(1).get<std::int64_t>();
      }
    }
  }
  std::vector<LevelCounts> all(merged.size());
  for (std::size_t i = 0; i < merged.size(); ++i) {
    for (const auto& [level, count] : merged[i]) {
      all[i].levels.push_back(level);
      all[i].counts.push_back(count);
    }
  }
  return all;
}

void require_few_levels(const TextFiles& files, const Reading& reading,
                        const std::vector<LevelCounts>& levels,
                        const comm::Communicator& communicator) {
  std::vector<std::int64_t> too_many;
  for (const auto& column : reading.columns) too_many.push_back(column.too_many_levels() ? 1 : 0);
  communicator.sum(too_many);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto& plan = reading.columns[i].plan();
    if (too_many[i] == 0 && std::ssize(levels[i].levels) <= plan.max_categories) continue;
    throw unusable(
        files,
        fmt::format("column '{}' has more than {} categories", plan.name, plan.max_categories),
        "each becomes a feature",
        "--ignore leaves the column out, --hash puts its texts into buckets, "
        "--max-categories allows more")
        .as_agreed();
  }
}

std::optional<std::string> dropped_level(const LevelCounts& levels, DropLevel rule) {
  if (rule == DropLevel::none || levels.levels.empty()) return std::nullopt;
  if (rule == DropLevel::first) return levels.levels.front();
  const auto most = std::max_element(levels.counts.begin(), levels.counts.end());
  return levels.levels[static_cast<std::size_t>(most - levels.counts.begin())];
}

/// Sums over all ranks of what each saw of the columns.
struct Totals {
  std::vector<std::int64_t> missing;
  std::vector<std::int64_t> values;
  std::vector<double> means;
};

// A mean is a double even where the sum is beyond them. Then the sum is taken in units of 2^64, its
// two lowest digits away: they are below all doubles, and 0.
double mean_of(std::span<const std::int64_t, core::WideSum::kLimbs> limbs, std::int64_t count) {
  const double sum = core::WideSum::from_limbs(limbs).value();
  if (std::isfinite(sum)) return sum / static_cast<double>(count);
  std::array<std::int64_t, core::WideSum::kLimbs> shifted{};
  std::copy(limbs.begin() + 2, limbs.end() - 1, shifted.begin());
  return 0x1p64 * (core::WideSum::from_limbs(shifted).value() / static_cast<double>(count));
}

Totals totals_of(Reading& reading, const comm::Communicator& communicator) {
  Totals totals;
  std::vector<std::int64_t> limbs;
  for (auto& column : reading.columns) {
    totals.missing.push_back(column.missing());
    totals.values.push_back(column.values());
    column.sum().normalise();
    const auto own = column.sum().limbs();
    limbs.insert(limbs.end(), own.begin(), own.end());
  }
  communicator.sum(totals.missing);
  communicator.sum(totals.values);
  communicator.sum(limbs);
  for (std::size_t i = 0; i < reading.columns.size(); ++i) {
    const auto all =
        std::span(limbs).subspan(i * core::WideSum::kLimbs).first<core::WideSum::kLimbs>();
    totals.means.push_back(mean_of(all, std::max<std::int64_t>(1, totals.values[i])));
  }
  return totals;
}

void require_sound(const TextFiles& files, const Schema& schema, const Totals& totals) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    if (totals.values[i] > 0 || schema.columns[i].kind == ColumnKind::hashed) continue;
    throw unusable(files,
                   fmt::format("column '{}' has no value in any row", schema.columns[i].name), {},
                   "--ignore leaves it out");
  }
  std::vector<std::string> features = schema.feature_names();
  if (features.empty()) {
    throw unusable(files, "no column has two different values", "there is nothing to learn from",
                   {});
  }
  std::sort(features.begin(), features.end());
  const auto twice = std::adjacent_find(features.begin(), features.end());
  if (twice == features.end()) return;
  throw unusable(files, fmt::format("two features would be called '{}'", *twice),
                 "names of columns and levels meet", "Rename one of the columns");
}

// Every rank has the names of all features, for a while more than once.
void require_room_for_names(const TextFiles& files, const Schema& schema,
                            const comm::Communicator& communicator) {
  constexpr std::int64_t kBytesOfName = 128;
  constexpr std::int64_t kMostFeatures =
      std::int64_t{std::numeric_limits<std::uint32_t>::max()} - 1;
  const std::int64_t ranks = communicator.on_this_host().size();
  comm::together(communicator, [&] {
    const std::int64_t features = schema.features();
    const std::int64_t bytes = features * ranks * kBytesOfName;
    const core::MemoryLimit limit = core::host_memory_limit();
    if (features <= kMostFeatures && bytes <= limit.bytes) return;
    throw unusable(
        files, fmt::format("the table would have {} features", features),
        features > kMostFeatures
            ? fmt::format("at most {} are supported", kMostFeatures)
            : fmt::format("their names need {} of memory on this host, and {} may be used (limit "
                          "from {})",
                          core::bytes_text(bytes), core::bytes_text(limit.bytes), limit.source),
        "Take fewer --buckets or columns");
  });
}

Schema schema_of(const TextFiles& files, const TableOptions& options, const Reading& reading,
                 const std::vector<LevelCounts>& levels, const Totals& totals) {
  Schema schema;
  schema.label = options.label.value_or("");
  schema.missing = options.missing;
  schema.missing_texts = options.missing_texts;
  schema.header = files.dialect().header;
  schema.delimiter = files.dialect().delimiter;
  schema.quote = files.dialect().quote;
  for (std::size_t i = 0; i < reading.columns.size(); ++i) {
    const auto& plan = reading.columns[i].plan();
    Column column;
    column.name = plan.name;
    column.kind = plan.kind;
    column.levels = levels[i].levels;
    if (plan.kind == ColumnKind::category) {
      column.dropped = dropped_level(levels[i], options.drop_level);
    }
    column.buckets = plan.buckets;
    if (is_numeric(plan.kind)) column.mean = totals.means[i];
    column.indicates_missing = options.missing == Missing::mean && totals.missing[i] > 0;
    schema.columns.push_back(std::move(column));
  }
  return schema;
}

// Entries that are not zero in this rank's rows.
std::int64_t nonzeros_of(const Reading& reading, const Schema& schema) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const Column& column = schema.columns[i];
    const ColumnSurvey& seen = reading.columns[i];
    count += column.indicates_missing ? seen.missing() : 0;
    if (is_numeric(column.kind)) {
      count += seen.nonzeros() + (column.mean != 0.0 ? seen.missing() : 0);
      continue;
    }
    count += seen.values();
    if (!column.dropped) continue;
    const std::uint32_t dropped = seen.levels().find(*column.dropped);
    if (dropped != LevelTable::kNone) count -= seen.count_of(dropped);
  }
  return count;
}

bool single_precision(const Reading& reading, const Schema& schema) {
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const bool mean = schema.columns[i].indicates_missing;
    if (!reading.columns[i].single_precision()) return false;
    if (mean && !is_single_precision(schema.columns[i].mean)) return false;
  }
  return true;
}

Extent extent_of(const Reading& reading, const Schema& schema,
                 const comm::Communicator& communicator) {
  RankExtent mine;
  mine.rows = reading.rows;
  mine.dropped = reading.dropped;
  mine.nonzeros = nonzeros_of(reading, schema);
  mine.single_precision = single_precision(reading, schema);
  return together(mine, reading.labels(), communicator);
}

}  // namespace

std::size_t column_called(const std::string& name, const TextFiles& files,
                          const std::string& option) {
  if (const auto number = files.column(name)) return *number;
  const auto& columns = files.columns();
  constexpr std::size_t kShown = 20;
  std::string there;
  for (std::size_t i = 0; i < std::min(columns.size(), kShown); ++i) {
    there += fmt::format("{}{}", i == 0 ? "" : ", ", columns[i]);
  }
  if (columns.size() > kShown) there += fmt::format(" and {} more", columns.size() - kShown);
  throw unusable(files, fmt::format("there is no column '{}'", name),
                 fmt::format("{} names it", option), fmt::format("The columns are {}", there));
}

TargetColumns target_columns(const TableOptions& options, const TextFiles& files) {
  TargetColumns targets;
  if (options.label) targets.label = column_called(*options.label, files, "--label");
  if (options.weights) targets.weights = column_called(*options.weights, files, "--weights");
  if (options.label && options.label == options.weights) {
    throw unusable(files, fmt::format("'{}' is both label and weight", *options.label), {},
                   "Name another column");
  }
  return targets;
}

Survey survey(const TextFiles& files, const TableOptions& options,
              const comm::Communicator& communicator, const Progress& progress) {
  Plans plans;
  TargetColumns targets;
  comm::together(communicator, [&] {
    targets = target_columns(options, files);
    plans = plans_of(files, options);
  });
  {
    Reading sample(files, options, targets, plans);
    comm::together(communicator,
                   [&] { sample_rows(files, [&](const Row& row) { sample.take(row); }); });
    correct(plans, sample, communicator);
  }
  std::optional<Reading> reading;
  do {
    reading.emplace(files, options, targets, plans);
    for_each_row(files, communicator, "looking at the columns", progress,
                 [&](const Row& row) { reading->take(row); });
  } while (correct(plans, *reading, communicator));

  const std::vector<LevelCounts> levels = all_levels(*reading, communicator);
  require_few_levels(files, *reading, levels, communicator);
  Totals totals = totals_of(*reading, communicator);
  Survey result;
  result.schema = schema_of(files, options, *reading, levels, totals);
  require_room_for_names(files, result.schema, communicator);
  result.extent = extent_of(*reading, result.schema, communicator);
  result.missing = std::move(totals.missing);
  comm::together(communicator, [&] {
    require_rows(result.extent, files);
    require_sound(files, result.schema, totals);
  });
  return result;
}

}  // namespace mpilogit::formats
