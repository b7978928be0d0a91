#pragma once
// A table of text becomes a data set.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "formats/survey.hpp"
#include "formats/text_files.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::importing {

enum class StorageForm { automatic, dense, csr };
enum class StorageType { automatic, float32, float64 };

struct ImportCsvOptions {
  formats::TextSource source;
  formats::TableOptions table;
  StorageForm form = StorageForm::automatic;
  StorageType type = StorageType::automatic;
  std::string output_path;
};

struct ImportCsvResult {
  formats::Survey survey;
  std::vector<std::string> columns;  ///< of the table
  char delimiter = ',';
  bool sparse = false;
  hdf5::ValueType values = hdf5::ValueType::float64;
  std::int64_t text_bytes = 0;
  int ranks = 1;
  double seconds_total = 0.0;
};

/// Collective. Reads the text three times: for its quotes, for what the columns are, and to write
/// the rows as they are encoded (docs/import.md). The file is whole or not at all, and its data
/// sets are the same for any number of ranks. Throws core::Error, the same on all ranks.
ImportCsvResult import_csv(const ImportCsvOptions& options, const comm::Communicator& communicator,
                           const formats::Progress& progress);

}  // namespace mpilogit::importing
