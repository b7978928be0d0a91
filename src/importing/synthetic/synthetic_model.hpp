#pragma once
// What synthetic rows are drawn from.

#include <cstdint>
#include <vector>

#include "importing/synthesize.hpp"

namespace mpilogit::importing {

/// What a row of random numbers is for: each purpose has numbers of its own.
enum class RandomPurpose : std::uint32_t { values, factor, labels, coefficients, pattern };

/// Stored values are `offset + step z` of a normal z, rounded to the storage's values; of booleans:
/// whether z > 0 (in sparse rows they are 1).
struct StorageGrid {
  double offset = 0.0;
  double step = 1.0;
};
StorageGrid grid_of(hdf5::ValueType storage);

/// The margin of class k + 1 is intercept[k] + Σ_j coefficients[k, j] x_j, that of class 0 is 0.
struct SyntheticModel {
  std::vector<double> coefficients;  ///< (classes − 1) × features, in units of the stored values
  std::vector<double> intercept;     ///< classes − 1
  std::vector<double> scales;        ///< of the columns: powers of two, so that nothing rounds
};

/// Cost: (classes − 1) × features random numbers, and for unequal classes 2^20 more.
SyntheticModel synthetic_model(const SynthesizeOptions& options);

}  // namespace mpilogit::importing
