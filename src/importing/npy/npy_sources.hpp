#pragma once
// Which arrays an import of NumPy's files is about.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "formats/npy_array.hpp"
#include "hdf5/value_type.hpp"
#include "importing/import_npy.hpp"

namespace mpilogit::importing {

/// scipy's CSR: entry k of row i, starts[i] ≤ k < starts[i + 1].
struct NpySparse {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  formats::NpyArray values;
  formats::NpyArray indices;
  formats::NpyArray starts;
};

/// scipy's CSC, which has the entries by columns, or COO, which has them in any order.
struct NpyEntries {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  formats::NpyArray values;
  formats::NpyArray row_numbers;
  std::unique_ptr<formats::NpyArray> column_numbers;  // of COO, …
  std::unique_ptr<formats::NpyArray> starts;  // … of CSC: of columns, as CSR has them of rows

  /// Of a value and the number of its row.
  std::int64_t bytes_of_entry() const { return values.type().size + row_numbers.type().size; }
};

/// Opened on every rank. What they need is checked: shapes agree, types can be stored.
struct NpySources {
  std::unique_ptr<formats::ZipArchive> archive;  // outlives its members, below
  std::unique_ptr<formats::NpyArray> dense;      // either this
  std::unique_ptr<NpySparse> sparse;             // or this
  std::unique_ptr<NpyEntries> entries;           // or this
  std::unique_ptr<formats::NpyArray> labels;
  std::unique_ptr<formats::NpyArray> weights;
  std::string features_name;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  const formats::NpyArray* values = nullptr;  // of the features, whatever form they have

  /// All of them.
  std::vector<formats::NpyArray*> arrays() const;
};

/// Not collective, but the same on every rank.
NpySources open_npy(const ImportNpyOptions& options);

/// What is wrong with an array or a file.
core::Error refused(const std::string& where, const std::string& what, const std::string& why,
                    const std::string& remedy);

/// How the data set stores numbers of that type.
hdf5::ValueType value_type_of(const formats::NpyType& type);

}  // namespace mpilogit::importing
