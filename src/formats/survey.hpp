#pragma once
// What the columns of a table are, found over all of its rows.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "formats/rounds.hpp"
#include "formats/schema.hpp"
#include "formats/text_files.hpp"

namespace mpilogit::formats {

enum class DropLevel { first, most_frequent, none };

/// What the user wants of the columns, by name.
struct TableOptions {
  std::optional<std::string> label;
  std::optional<std::string> weights;
  std::vector<std::string> columns;  ///< the only ones that become features; empty: all
  std::vector<std::string> ignored;
  std::vector<std::string> categorical;  ///< numbers that are codes
  std::vector<std::string> dates;
  std::vector<std::string> hashed;
  std::int64_t buckets = 1024;
  std::int64_t max_categories = 1000;
  Missing missing = Missing::error;
  std::vector<std::string> missing_texts;
  DropLevel drop_level = DropLevel::first;
};

/// Where label and weight are among the columns of the text.
struct TargetColumns {
  std::optional<std::size_t> label;
  std::optional<std::size_t> weights;
};

enum class LabelForm { integer, text };

inline constexpr std::size_t kMostListedClasses = 100;

/// How much the rows of a table will be when they are encoded. The same on every rank but for what
/// is this rank's.
struct Extent {
  std::int64_t rows = 0;
  std::int64_t nonzeros = 0;
  std::int64_t dropped = 0;        ///< rows, for a value that is missing
  std::int64_t first_row = 0;      ///< of this rank
  std::int64_t first_nonzero = 0;  ///< of this rank
  LabelForm label = LabelForm::integer;
  std::size_t label_length = 0;        ///< bytes of the longest
  std::vector<std::string> classes{};  ///< in ascending order; empty: more than are listed, or none
  bool single_precision = true;        ///< every number is a float32 exactly
};

struct Survey {
  Schema schema;
  Extent extent;
  std::vector<std::int64_t> missing;  ///< fields of each of the schema's columns
};

/// The column of that name; throws bad input, saying what there is, if there is none. `option` is
/// what named it.
std::size_t column_called(const std::string& name, const TextFiles& files,
                          const std::string& option);

/// Of the label and weights that the options name.
TargetColumns target_columns(const TableOptions& options, const TextFiles& files);

/// Collective. A column is numeric if every field that has a value is a number, else a category,
/// whose levels ascend byte by byte; so it is the same whatever ranks there are. Rows that are
/// dropped play no part. Throws bad input, the same on all ranks, where a row or column cannot be
/// used. Cost: a pass over the text, and another one where a column looks numeric for long and is
/// not.
Survey survey(const TextFiles& files, const TableOptions& options,
              const comm::Communicator& communicator, const Progress& progress);

}  // namespace mpilogit::formats
