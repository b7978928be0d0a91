#pragma once
// The message of one exact pass: a fixed-point vector and a few wide scalars in one buffer.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/fixed_point.hpp"
#include "core/wide_sum.hpp"

namespace mpilogit::core {

/// Accumulates block sums of a vector and of scalars as integers. Blocks may come in any order,
/// on any thread and rank: adding the buffers of two accumulators as int64, as MPI_SUM does, is
/// exact, so every order gives the same bits.
class ExactVectorSum {
 public:
  /// `scales`: one for each component, from bounds of Σ |term|; must outlive this object.
  ExactVectorSum(std::span<const FixedPoint> scales, std::size_t scalars);

  /// Takes over the partial sums of one block, which are all 0 afterwards, ready for the next.
  /// Cost: one rounding per component. A value that is not finite makes every result NaN.
  void take_vector(std::span<double> block_sums);

  /// Adds one term to scalar number `index`, exactly.
  void add_scalar(std::size_t index, double term) { scalars_[index].add(term); }

  void merge(const ExactVectorSum& other);

  /// The buffer to be summed over the ranks: components, one flag, then the scalars' limbs, and
  /// kSpareWords for whoever carries it.
  std::span<std::int64_t> pack();
  static constexpr std::size_t kSpareWords = 2;
  /// Takes over the buffer of `pack()` after it was summed in place.
  void unpack();

  /// The sums, rounded once. `out`: one double per component.
  void vector(std::span<double> out) const;
  double scalar(std::size_t index) const;

 private:
  std::span<const FixedPoint> scales_;
  std::vector<double> multipliers_;  // of the scales
  std::vector<std::int64_t>
      buffer_;  // components, count of blocks that were not finite, limbs, spare
  std::vector<WideSum> scalars_;
};

}  // namespace mpilogit::core
