#pragma once
// NumPy's arrays, and scipy's sparse matrices, as a data set.

#include <cstdint>
#include <optional>
#include <string>

#include "comm/communicator.hpp"
#include "formats/rounds.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::importing {

struct ImportNpyOptions {
  std::string file;                     ///< .npy, or .npz
  std::optional<std::string> features;  ///< array in an .npz; none: the one that can be meant
  std::optional<std::string> labels;    ///< .npy file, or array in the .npz
  std::optional<std::string> weights;   ///< likewise
  std::string output_path;
};

struct ImportNpyResult {
  std::string features;  ///< where they were
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t nonzeros = 0;
  bool sparse = false;
  hdf5::ValueType storage = hdf5::ValueType::float64;
  int ranks = 1;
  double seconds_total = 0.0;
};

/// Collective. Every rank reads its rows; of compressed archives what is before them, too. Values
/// keep their type. Throws bad input for values that are not finite, for labels that are no
/// classes, and for what is no array of numbers.
ImportNpyResult import_npy(const ImportNpyOptions& options, const comm::Communicator& communicator,
                           const formats::Progress& progress);

}  // namespace mpilogit::importing
