#include "exporting/coefficient_table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "core/error.hpp"
#include "exporting/forms/class_rows.hpp"
#include "exporting/forms/statistics_columns.hpp"
#include "exporting/table/coefficient_json.hpp"
#include "exporting/table/csv_text.hpp"
#include "exporting/table/table_words.hpp"

namespace mpilogit::exporting {

namespace {

using Table = std::vector<CsvRecord>;

constexpr const char* kNotEstimated = "NA";

// A coefficient that R did not estimate is none.
double number(const std::string& field, std::size_t record) {
  if (field == kNotEstimated) return 0.0;
  double value = 0.0;
  std::string_view digits = field;
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  while (!digits.empty() && digits.back() == ' ') digits.remove_suffix(1);
  const char* end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, value);
  require(
      error == std::errc() && last == end && std::isfinite(value),
      fmt::format("record {} has '{}' where a number belongs", record + 1, field.substr(0, 40)));
  return value;
}

// One class's rows as they come: the first that is called so is the intercept.
struct Gathered {
  ClassRow row;
  std::vector<std::string> names;
  bool has_intercept = false;
  std::int64_t not_estimated = 0;

  void add(const std::string& name, const std::string& field, std::size_t record) {
    if (field == kNotEstimated) ++not_estimated;
    add(name, number(field, record));
  }

  void add(const std::string& name, double value) {
    if (!has_intercept && is_intercept(name, names.empty())) {
      row.intercept = value;
      has_intercept = true;
      return;
    }
    names.push_back(name);
    row.coefficients.push_back(value);
  }
};

void require_distinct(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  require(twice == names.end(), fmt::format("the feature '{}' is there twice",
                                            twice == names.end() ? std::string() : *twice));
}

// What a table does not say, and what is taken instead.
void note_gaps(const std::vector<Gathered>& gathered, std::vector<std::string>& notes) {
  std::int64_t not_estimated = 0;
  bool has_intercept = true;
  for (const auto& of_class : gathered) {
    not_estimated += of_class.not_estimated;
    has_intercept = has_intercept && of_class.has_intercept;
  }
  if (!has_intercept) {
    notes.emplace_back("no row is called (Intercept), intercept or const: the intercept is 0");
  }
  if (not_estimated > 0) {
    notes.push_back(
        fmt::format("{} of the coefficients are NA, which is taken for 0", not_estimated));
  }
}

std::optional<std::size_t> column_called(const CsvRecord& header, const std::string& name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

// Row numbers before the names: those that write.csv and pandas put there unless told not to.
bool is_numbered(const CsvRecord& header) {
  if (header.size() < 3 || !header[0].empty()) return false;
  for (const char* word : {kFeature, "term", "name", "variable", "parameter"}) {
    if (header[1] == word) return true;
  }
  return false;
}

// R's write.table writes no name for the column of row names, and no place for it either. Where the
// header names that column, another field is one too many.
Table table_of(const std::string& text) {
  Table table = csv_records(text);
  require(table.size() >= 2, "it has no rows below its header");
  CsvRecord& header = table.front();
  require(header.size() > 1 || header.front().find_first_of(";\t") == std::string::npos,
          "its fields are not separated by commas");
  const bool lacks_first = table[1].size() == header.size() + 1 && !column_called(header, kFeature);
  if (lacks_first) header.insert(header.begin(), "");
  for (std::size_t i = 1; i < table.size(); ++i) {
    require(table[i].size() == header.size(), fmt::format("record {} has {} fields, the header {}",
                                                          i + 1, table[i].size(), header.size()));
  }
  if (is_numbered(header)) {
    for (auto& record : table) record.erase(record.begin());
  }
  return table;
}

std::vector<std::string> two_classes(const TableOptions& options) {
  if (options.classes.empty()) return {"0", "1"};
  require(options.classes.size() == 2,
          fmt::format("--classes names {} classes, the coefficients are of two",
                      options.classes.size()));
  return options.classes;
}

void refuse(bool given, const char* option, const std::string& why) {
  require(!given, fmt::format("{} has no effect: {}", option, why));
}

// A line per coefficient, which names its class: what `export` writes.
ClassRows tidy_rows(const Table& table, std::size_t class_column, const TableOptions& options,
                    std::vector<std::string>& notes) {
  refuse(options.step.has_value(), "--step", "it has one column of coefficients");
  const auto feature = column_called(table.front(), kFeature);
  const auto coefficient = column_called(table.front(), kCoefficient);
  const auto reference = column_called(table.front(), kReference);
  require(feature && coefficient, fmt::format("it has a column '{}', but not '{}' and '{}'", kClass,
                                              kFeature, kCoefficient));
  std::vector<std::string> classes;
  std::vector<Gathered> gathered;
  for (std::size_t i = 1; i < table.size(); ++i) {
    const std::string& name = table[i][class_column];
    auto place =
        static_cast<std::size_t>(std::find(classes.begin(), classes.end(), name) - classes.begin());
    if (place == classes.size()) {
      classes.push_back(name);
      gathered.emplace_back();
    }
    gathered[place].add(table[i][*feature], table[i][*coefficient], i);
    require(!reference || table[i][*reference] == table[1][*reference],
            fmt::format("record {} has another reference than the first", i + 1));
  }
  ClassRows result;
  result.feature_names = gathered.front().names;
  require_distinct(result.feature_names);
  note_gaps(gathered, notes);
  for (auto& of_class : gathered) {
    require(of_class.names == result.feature_names, "the classes have different features");
    result.rows.push_back(std::move(of_class.row));
  }
  const std::string against = reference ? table[1][*reference] : "";
  result.one_vs_rest = against == kOthers;
  result.reference = !against.empty() && !result.one_vs_rest;
  if (result.reference) classes.insert(classes.begin(), against);
  if (classes.size() == 1) {
    require(options.classes.size() == 2 && options.classes.back() == classes.front(),
            fmt::format("it names one class, '{0}': name both with --classes OTHER,{0}",
                        classes.front()));
    result.reference = true;
    classes = options.classes;
  } else {
    refuse(!options.classes.empty(), "--classes", "it names them");
  }
  result.classes = classes_named(classes);
  return result;
}

// s0, s1, … or s=0.01: how glmnet calls the columns of its penalties.
bool is_step_name(const std::string& name) {
  if (name.starts_with("s=")) return true;
  return name.size() > 1 && name.front() == 's' &&
         name.find_first_not_of("0123456789", 1) == std::string::npos;
}

void require_choice(const CsvRecord& header) {
  require(
      !std::all_of(header.begin() + 1, header.end(), is_step_name),
      fmt::format("it has {} columns of coefficients, of as many penalties it seems: choose one "
                  "with --step",
                  header.size() - 1));
}

// Which of the columns after the names hold coefficients.
struct CoefficientColumns {
  std::size_t first = 0;
  bool one = true;  ///< of two classes; else one for each class, from the first
};

void require_classes(const CsvRecord& names) {
  for (const auto& name : names) {
    require(!is_estimate(name) && !is_statistic(name),
            fmt::format("its column '{}' is hardly a class, and no column of coefficients stands "
                        "out beside it. Choose one with --step N (counted from 0 after the "
                        "names), or name all classes: --classes {}",
                        name, fmt::join(names, ",")));
  }
}

CoefficientColumns coefficient_columns(const CsvRecord& header, const TableOptions& options,
                                       std::vector<std::string>& notes) {
  const CsvRecord names(header.begin() + 1, header.end());
  if (options.step) {
    require(names.size() > 1, "--step has no effect: it has one column of coefficients");
    require(*options.step < std::ssize(names),
            fmt::format("it has {} columns of coefficients, from 0 to {}", names.size(),
                        names.size() - 1));
    return {static_cast<std::size_t>(*options.step), true};
  }
  if (names.size() == 1) {
    require(!is_statistic(names.front()),
            fmt::format("its only column is '{}', which is no coefficient", names.front()));
    return {0, true};
  }
  if (options.classes == names) return {0, false};
  if (const auto estimate = estimate_column(names)) {
    notes.push_back(
        fmt::format("coefficients are those of the column '{}'; the {} others are "
                    "taken for statistics and left behind",
                    names[*estimate], names.size() - 1));
    return {*estimate, true};
  }
  require_choice(header);
  refuse(!options.classes.empty(), "--classes", "its columns are named by them");
  require_classes(names);
  return {0, false};
}

// Names, then a column of coefficients, or one for each penalty or class.
ClassRows matrix_rows(const Table& table, const TableOptions& options,
                      std::vector<std::string>& notes) {
  const std::size_t columns = table.front().size() - 1;
  require(columns > 0, "it has one column");
  const CoefficientColumns chosen = coefficient_columns(table.front(), options, notes);
  std::vector<Gathered> gathered(chosen.one ? 1 : columns);
  for (std::size_t i = 1; i < table.size(); ++i) {
    for (std::size_t k = 0; k < gathered.size(); ++k) {
      gathered[k].add(table[i].front(), table[i][1 + chosen.first + k], i);
    }
  }
  ClassRows result;
  result.reference = chosen.one;
  require_distinct(gathered.front().names);
  note_gaps(gathered, notes);
  result.feature_names = std::move(gathered.front().names);
  for (auto& of_class : gathered) result.rows.push_back(std::move(of_class.row));
  result.classes =
      classes_named(chosen.one ? two_classes(options)
                               : CsvRecord(table.front().begin() + 1, table.front().end()));
  return result;
}

ImportedModel model_from_csv(const std::string& text, const TableOptions& options) {
  const Table table = table_of(text);
  const auto class_column = column_called(table.front(), kClass);
  std::vector<std::string> notes;
  ClassRows rows = class_column ? tidy_rows(table, *class_column, options, notes)
                                : matrix_rows(table, options, notes);
  return {model_of(std::move(rows)), std::move(notes)};
}

}  // namespace

ImportedModel model_from_table(const std::string& text, const TableOptions& options,
                               const std::string& where) {
  try {
    require(!text.starts_with("\xFF\xFE") && !text.starts_with("\xFE\xFF"),
            "it is UTF-16: save it as UTF-8");
    // Blanks, and the mark of UTF-8 that some programs put in front.
    const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    const bool json = first != std::string::npos && text[first] == '{';
    return json ? model_from_json(text, options, where) : model_from_csv(text, options);
  } catch (const core::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {  // the JSON library's own, too
    throw core::bad_input({.what = "holds no coefficients that can be used",
                           .where = where,
                           .why = error.what(),
                           .remedy = "docs/export.md shows what a table looks like"});
  }
}

}  // namespace mpilogit::exporting
