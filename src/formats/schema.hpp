#pragma once
// How the columns of a raw table become features: found once over the whole table, then kept with
// the data and with every model, so that new rows can be given raw.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mpilogit::formats {

enum class ColumnKind {
  number,    ///< a feature of the same name
  date,      ///< a feature of the same name: seconds since 1970-01-01T00:00Z
  category,  ///< a feature "column=level" of each level that is not dropped: 1 in rows of that
             ///< level
  hashed,    ///< likewise of many levels: features "column#0" … "column#<buckets − 1>"
};

/// Whether the column's one value is a feature as it is.
constexpr bool is_numeric(ColumnKind kind) {
  return kind == ColumnKind::number || kind == ColumnKind::date;
}

/// What becomes of a field without a value.
enum class Missing {
  error,  ///< the row is refused
  drop,   ///< the row is left out
  mean,   ///< a number: the column's mean, and 1 in a feature "column=(missing)"; a category: only
          ///< that
};

/// One column of the raw table that has features.
struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::number;
  std::vector<std::string> levels{};  ///< of a category: all, ascending byte by byte
  /// Of a category: the level that has no feature, for it is what the others are compared with.
  std::optional<std::string> dropped{};
  std::int64_t buckets = 0;        ///< of a hashed column
  double mean = 0.0;               ///< of numbers and dates, with Missing::mean: of what is there
  bool indicates_missing = false;  ///< has the feature "column=(missing)", after its others

  /// In the order that they have among the features.
  std::vector<std::string> feature_names() const;
  std::int64_t features() const;
  bool operator==(const Column&) const = default;
};

struct Schema {
  std::vector<Column> columns;  ///< in the order of their features
  std::string label;            ///< name of the label's column; empty: there was none
  Missing missing = Missing::error;
  std::vector<std::string> missing_texts;  ///< fields that mean "no value", the empty one too
  bool header = true;  ///< else columns go by position, and are called "column 0", …
  char delimiter = ',';
  char quote = '"';  ///< 0: none

  std::vector<std::string> feature_names() const;
  std::int64_t features() const;
  bool operator==(const Schema&) const = default;
};

/// As JSON: how it is stored in data and model files (data set `schema`, docs/formats.md). Equal
/// schemas have equal texts.
std::string to_text(const Schema& schema);

/// Throws bad input, naming `where` it stands, if that is no schema or contradicts itself.
Schema schema_from(const std::string& text, const std::string& where);

}  // namespace mpilogit::formats
