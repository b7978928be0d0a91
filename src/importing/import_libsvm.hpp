#pragma once
// LIBSVM's and SVMlight's text as a data set.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "formats/rounds.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::importing {

struct ImportLibsvmOptions {
  std::vector<std::string> files;  ///< rows one after the other
  std::string output_path;
  std::optional<std::int64_t> base;  ///< of the columns' numbers: 0 or 1; none: 1 unless a 0 occurs
  std::optional<std::int64_t> features;  ///< none: up to the last column that occurs
  /// A data set that was imported so, or a model of one: base and number of columns are its own.
  std::optional<std::string> like;
  std::optional<hdf5::ValueType> storage;  ///< float32 or float64; none: the first that is exact
};

struct ImportLibsvmResult {
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::int64_t nonzeros = 0;
  std::int64_t base = 1;
  bool base_certain = false;         ///< a column 0 occurs, or it was given
  std::vector<std::string> classes;  ///< ascending; empty: more than are listed
  std::int64_t queries = 0;          ///< rows with a qid, which was ignored
  hdf5::ValueType storage = hdf5::ValueType::float32;
  std::int64_t text_bytes = 0;
  int ranks = 1;
  double seconds_total = 0.0;
};

/// Collective. Every rank reads a part of the text, twice: what must be known of all is found
/// first. Writes CSR and integer labels.
ImportLibsvmResult import_libsvm(const ImportLibsvmOptions& options,
                                 const comm::Communicator& communicator,
                                 const formats::Progress& progress);

}  // namespace mpilogit::importing
