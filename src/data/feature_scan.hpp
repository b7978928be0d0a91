#pragma once
// What one look at the features tells, by several threads.

#include <vector>

#include "mpilogit/kernels/column_statistics.hpp"
#include "mpilogit/kernels/rows.hpp"

#include "data/findings.hpp"

namespace mpilogit::data {

class FeatureScan {
 public:
  /// With 0 features only non-finite values are looked for, however many columns there are.
  FeatureScan(std::int64_t features, int workers);

  /// Of all workers, and of what becomes of it.
  static std::int64_t needed_bytes(std::int64_t features, int workers);

  /// Rows in memory, the first of them global row `first_row`. A worker's rows ascend.
  void look(const kernels::AnyRows& rows, std::int64_t first_row, int worker);

  /// NaN and infinite values of this rank.
  Finding non_finite() const;
  /// max_i |x_ij| of this rank's rows, for each feature.
  std::vector<double> largest_absolute() const;
  /// Of this rank's rows.
  kernels::NonZeros non_zeros() const;

 private:
  struct alignas(64) Worker {
    Finding non_finite;
    std::vector<double> largest;
    kernels::NonZeros non_zeros;
  };
  std::vector<Worker> workers_;
};

}  // namespace mpilogit::data
