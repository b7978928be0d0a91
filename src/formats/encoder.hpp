#pragma once
// Rows of raw fields become rows of features, as a schema says.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/level_table.hpp"
#include "formats/row_reader.hpp"
#include "formats/schema.hpp"
#include "formats/survey.hpp"
#include "formats/values.hpp"

namespace mpilogit::formats {

/// What becomes of a category that the schema does not know.
enum class Unseen {
  error,     ///< the row is refused
  baseline,  ///< none of the column's features is 1, as of the dropped level
};

/// What becomes of a row without a value where the schema says that such rows are dropped.
enum class Dropped { left_out, refused };

/// The entries of a row that are not 0, in ascending order of features.
struct EncodedRow {
  std::vector<std::uint32_t> features;
  std::vector<double> values;

  void clear() {
    features.clear();
    values.clear();
  }
  void add(std::int64_t feature, double value) {
    features.push_back(static_cast<std::uint32_t>(feature));
    values.push_back(value);
  }
};

class Encoder {
 public:
  /// Of a table that has the schema's columns, in any order and among others. Throws bad input that
  /// names a column which is not there.
  Encoder(const Schema& schema, const TextFiles& files, const TargetColumns& targets,
          Unseen unseen = Unseen::error, Dropped dropped = Dropped::left_out);
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  /// Replaces what is in `encoded`. False if the row is dropped. Throws bad input, naming row and
  /// column, where a field is not what the schema says.
  bool encode(const Row& row, EncodedRow& encoded);

  /// Of each of the schema's columns: fields with a level that the schema does not know.
  const std::vector<std::int64_t>& unseen() const { return unseen_counts_; }

  const MissingTexts& missing() const { return missing_; }

 private:
  struct Plan {
    const Column* column = nullptr;
    std::size_t index = 0;       // among the columns of the text
    std::int64_t first = 0;      // feature
    std::int64_t indicator = 0;  // feature, if there is one
    LevelTable levels{};
    std::vector<std::int64_t> features{};  // of the levels; −1: dropped
  };

  bool lacks_value(const Row& row) const;
  void encode_missing(const Row& row, const Plan& plan, EncodedRow& encoded) const;
  void encode_value(const Row& row, std::size_t number, std::string_view text, EncodedRow& encoded);

  Schema schema_;
  const TextFiles& files_;
  TargetColumns targets_;
  Unseen unseen_;
  Dropped dropped_;
  MissingTexts missing_;
  std::vector<Plan> plans_;
  std::vector<std::int64_t> unseen_counts_;
};

/// The columns of the table that neither the schema nor the targets name.
std::vector<std::string> columns_without_use(const Schema& schema, const TextFiles& files,
                                             const TargetColumns& targets);

/// Collective. What the encoded rows will be. Throws bad input, the same on all ranks, where one
/// cannot be encoded, or what `check` throws of a row. Cost: a pass over the text.
Extent measure(const TextFiles& files, Encoder& encoder, const TargetColumns& targets,
               core::FunctionRef<void(const Row&)> check, const comm::Communicator& communicator,
               const Progress& progress);

}  // namespace mpilogit::formats
