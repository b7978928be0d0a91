#pragma once
// What one look at the features tells, by several threads.

#include <cstdint>
#include <span>
#include <vector>

#include "data/metadata/findings.hpp"
#include "kernels/column_frame.hpp"
#include "kernels/column_statistics.hpp"
#include "kernels/rows.hpp"

namespace mpilogit::data {

class FeatureScan {
 public:
  /// With 0 features only non-finite values are looked for, however many columns there are.
  FeatureScan(std::int64_t features, int workers);

  /// Of all workers, and of what becomes of it.
  static std::int64_t needed_bytes(std::int64_t features, int workers);

  /// From here on also looks for columns for which `rule` may hold, in some of the rows of positive
  /// weight. `weights` of this rank's rows, of which the first is global row `first_row`; empty:
  /// all 1.
  void seek_frames(kernels::FrameRule rule, std::span<const double> weights,
                   std::int64_t first_row);

  /// Rows in memory, the first of them global row `first_row`. A worker's rows ascend.
  void look(const kernels::AnyRows& rows, std::int64_t first_row, int worker);

  /// NaN and infinite values of this rank.
  Finding non_finite() const;
  /// max_i |x_ij| of this rank's rows, for each feature.
  std::vector<double> largest_absolute() const;
  /// Of this rank's rows.
  kernels::NonZeros non_zeros() const;
  kernels::FrameCandidates frame_candidates() const;

 private:
  struct alignas(64) Worker {
    Finding non_finite;
    std::vector<double> largest;
    kernels::NonZeros non_zeros;
    kernels::FrameCandidates candidates;
  };

  void look_at_samples(const kernels::AnyRows& rows, std::int64_t first_row, Worker& mine) const;

  std::vector<Worker> workers_;
  kernels::FrameRule rule_ = kernels::FrameRule::none;
  std::span<const double> weights_;
  std::int64_t first_row_ = 0;
};

}  // namespace mpilogit::data
