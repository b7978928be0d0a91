#pragma once
// Data whose truth is known: rows drawn from a model, in any number, on any number of ranks.

#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "formats/rounds.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::importing {

/// docs/synthesize.md says what each means.
struct SynthesizeOptions {
  std::string output_path;
  std::int64_t rows = 0;
  std::int64_t features = 0;
  double density = 1.0;      ///< share of the entries that are stored; below 1: CSR
  double condition = 1.0;    ///< largest over smallest scale of a column, as a power of two
  double correlation = 0.0;  ///< of each two columns
  double balance = 0.5;      ///< share of class 1, of two classes
  std::int64_t classes = 2;
  double signal = 2.0;                                 ///< standard deviation of the margins
  hdf5::ValueType storage = hdf5::ValueType::float32;  ///< or float64, int8, uint8, boolean
  std::uint64_t seed = 0;
  std::string made_by;  ///< kept in the file
};

struct SynthesizeResult {
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::int64_t nonzeros = 0;
  std::vector<std::int64_t> class_counts;
  std::int64_t bytes = 0;  ///< of features and labels
  int ranks = 1;
  double seconds_total = 0.0;
};

/// Collective. Writes a data set with its true coefficients and intercepts. Every number is a
/// function of the options and its place alone. Constant memory: some rows at a time. Throws bad
/// input for options that contradict each other.
SynthesizeResult synthesize(const SynthesizeOptions& options,
                            const comm::Communicator& communicator,
                            const formats::Progress& progress);

}  // namespace mpilogit::importing
