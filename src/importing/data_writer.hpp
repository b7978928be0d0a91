#pragma once
// A data set on its way into a file: laid out once, then written by all ranks, each its own rows.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "hdf5/file.hpp"
#include "hdf5/row_file.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::importing {

/// What the file will hold; the same on every rank.
struct DataLayout {
  std::int64_t rows = 0;
  std::int64_t features = 0;
  bool sparse = false;
  std::int64_t nonzeros = 0;                          ///< of sparse data: stored entries
  hdf5::ValueType values = hdf5::ValueType::float64;  ///< of the features
  std::optional<hdf5::RowType> labels{};              ///< none: no `y`
  bool weights = false;                               ///< float64
  bool offsets = false;                               ///< float64
  std::vector<std::string> feature_names{};           ///< empty: not stored
  std::string schema{};                               ///< of a raw table, or empty
  std::function<void(const hdf5::File&)> further =
      nullptr;  ///< writes what else there is, on the root
  core::Readers readers = core::Readers::as_usual;
};

/// Writes the files that docs/formats.md calls data sets: `X` dense (rows × features) or the group
/// `X` in AnnData's CSR form, `y`, `weights`, `offsets`, `feature_names`, `schema`. Each in one
/// piece and uncompressed; their bytes depend on what is written alone, not on the ranks. Whole or
/// not at all.
class DataWriter {
 public:
  /// Collective. Throws bad input if the disk has no room for all of it, or the path cannot be
  /// written.
  DataWriter(const std::string& path, const DataLayout& layout,
             const comm::Communicator& communicator);

  // The following are not collective: several of them belong into one `comm::together`. Rows are
  // global; any rank may write any rows, in any order and in parts of any size. Values are given as
  // bytes in this machine's order, or in the type that the file stores.

  /// Whole rows of dense features.
  void write_dense(std::int64_t first_row, std::span<const std::byte> values) const;

  /// Rows of CSR: `starts` are those of the rows and the end of the last (rows + 1 numbers, counted
  /// over the whole data set); columns ascend within a row.
  void write_sparse(std::int64_t first_row, std::span<const std::int64_t> starts,
                    std::span<const std::uint32_t> columns,
                    std::span<const std::byte> values) const;

  template <class Label>
  void write_labels(std::int64_t first_row, std::span<const Label> labels) const {
    file_.write(kLabels, first_row, labels);
  }
  void write_labels(std::int64_t first_row, std::span<const std::string> labels) const {
    file_.write(kLabels, first_row, labels);
  }
  void write_raw_labels(std::int64_t first_row, std::span<const std::byte> labels) const {
    file_.write_raw(kLabels, first_row, labels);
  }
  void write_weights(std::int64_t first_row, std::span<const double> weights) const {
    file_.write(kWeights, first_row, weights);
  }
  void write_offsets(std::int64_t first_row, std::span<const double> offsets) const {
    file_.write(kOffsets, first_row, offsets);
  }

  /// Collective. When every rank's rows are on the disk, the file takes its place.
  void commit() { file_.commit(); }

  /// Collective. Or: ends the writing of a file that nobody shall keep. Returns where it can be
  /// read until this object is gone, and the file with it.
  std::string lend() { return file_.lend(); }

 private:
  static constexpr const char* kLabels = "y";
  static constexpr const char* kWeights = "weights";
  static constexpr const char* kOffsets = "offsets";

  static void lay_out(const hdf5::File& file, const DataLayout& layout);

  std::int64_t rows_;
  hdf5::RowFile file_;
};

}  // namespace mpilogit::importing
