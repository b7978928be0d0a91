#pragma once
// Raw rows for a model that knows their schema.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "core/private_folder.hpp"
#include "data/dataset.hpp"
#include "formats/encoder.hpp"
#include "formats/rounds.hpp"
#include "model/model.hpp"

namespace mpilogit::importing {
class DataWriter;
}

namespace mpilogit::scoring {

/// How the files of a table are read for a model.
struct RawOptions {
  formats::Unseen unseen = formats::Unseen::error;
  std::optional<std::string> label;    ///< its column; nullopt: the schema's
  std::optional<std::string> weights;  ///< its column
  formats::Progress progress = [](const char*, std::int64_t, std::int64_t) {};
};

/// What is worth a word.
struct RawTableResult {
  std::vector<std::string> unused_columns;
  std::vector<std::pair<std::string, std::int64_t>> unseen;  ///< column, fields
  std::int64_t dropped = 0;                                  ///< rows
};

/// Collective. Whether the files are there and none of them is HDF5; throws bad input if some are.
bool are_raw_tables(const std::vector<std::string>& files, const comm::Communicator& communicator);

/// The rows of a table as the model's features, in a file that is there as long as this object: so
/// they are read, cut into blocks and streamed like those of any data set, and give the same bits
/// as the imported table.
class RawTable {
 public:
  /// What is wanted of the rows. Predictions need one for every row, and no labels.
  enum class For { prediction, evaluation };

  /// Collective. The file is in a folder `<beside>.rows.tmp-…` that its owner alone may look into.
  /// Throws bad input, the same on all ranks.
  RawTable(const std::vector<std::string>& files, const RawOptions& options, For use,
           const model::Model& model, const std::string& model_path, const std::string& beside,
           const comm::Communicator& communicator);
  ~RawTable();
  RawTable(const RawTable&) = delete;
  RawTable& operator=(const RawTable&) = delete;

  const data::Source& source() const { return source_; }
  const RawTableResult& report() const { return report_; }

 private:
  data::Source source_;
  RawTableResult report_;
  std::unique_ptr<core::PrivateFolder> folder_;  // on the root
  std::unique_ptr<importing::DataWriter> file_;  // in it, so it goes first
};

/// Collective. A place for such a file where no other file is written: the folder of temporary
/// files if all ranks are on one host, else the current folder, which they share.
std::string place_for_rows(const comm::Communicator& communicator);

}  // namespace mpilogit::scoring
