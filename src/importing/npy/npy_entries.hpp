#pragma once
// Rows of a matrix whose entries are stored by columns or in any order.

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include "core/function_ref.hpp"
#include "data/partition.hpp"
#include "importing/npy/npy_rows.hpp"
#include "importing/npy/npy_sources.hpp"

namespace mpilogit::importing {

/// Some entries, in the order in which they are stored.
struct StoredEntries {
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> columns;
  std::vector<std::byte> values;  ///< if asked for
};

/// All entries, a piece at a time; memory does not grow with the matrix.
class EntryScan {
 public:
  /// `matrix` must live as long as this object.
  explicit EntryScan(NpyEntries& matrix) : matrix_(matrix) {}

  /// The next ones; none: that were all. Throws bad input for a row or a column that the matrix
  /// does not have, for starts of columns that do not ascend and for values that are not finite.
  const StoredEntries& next(bool with_values);

 private:
  void find_columns(std::int64_t count);
  std::int64_t next_start();
  void require_end();

  NpyEntries& matrix_;
  std::int64_t position_ = 0;
  StoredEntries entries_;
  // Of CSC:
  std::vector<std::int64_t> starts_;  // some of them
  std::size_t next_in_starts_ = 0;
  std::int64_t starts_read_ = 0;
  std::int64_t column_ = -1;  // of the last entry, and where its entries end
  std::int64_t end_ = 0;
};

/// The entries of some rows, by rows. Every rank looks at all entries and takes those of its rows:
/// once to count them, then as often as it takes to hold them, `batch` at a time. So their order
/// does not depend on the ranks. Cost: passes over the arrays, which a compressed archive
/// decompresses each time.
class EntriesByRow {
 public:
  static constexpr std::int64_t kBatch = std::int64_t{1} << 24;

  EntriesByRow(NpyEntries& matrix, data::Range rows, std::int64_t batch = kBatch);

  // Both do one more piece of their work and return how many entries they have looked at, 0 when
  // all is done.

  std::int64_t count();
  /// After all are counted. Hands on rows in their order, some at a time; their starts begin with
  /// 0. Entries of COO for the same place are added up, one after the other as they are stored and
  /// in the type that they have; of CSC that is bad input, and so is a sum which is beyond the
  /// type.
  std::int64_t gather(core::FunctionRef<void(std::int64_t first_row, const SparseRows&)> handle);

  /// Before any are added up. After all are counted.
  std::int64_t stored() const {
    return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
  }

  /// `gather` begins anew.
  void rewind();

  /// How often `gather` goes through all entries.
  std::int64_t passes() const { return std::ssize(batches_); }

 private:
  void cut_into_batches();
  void begin(const data::Range& rows);
  void take(const StoredEntries& entries, const data::Range& rows);
  void finish(const data::Range& rows);

  NpyEntries& matrix_;
  data::Range rows_;
  std::int64_t most_;
  std::optional<EntryScan> scan_;
  std::vector<std::int64_t> counts_;  // of each row
  std::vector<data::Range> batches_;
  std::size_t batch_ = 0;           // the next
  std::vector<std::int64_t> next_;  // of each row of the batch: where its next entry goes
  SparseRows part_;                 // of the batch
  bool complete_ = false;
};

}  // namespace mpilogit::importing
