#pragma once
// A long sum in an order that neither its pieces nor the width of registers change.

#include <array>
#include <cstddef>
#include <numeric>
#include <span>

namespace mpilogit::kernels {

/// Sum of a sequence that arrives in pieces: value i of all goes to lane i mod 8, and the total
/// adds lane 0 to lane 7. The pieces' lengths do not matter.
class LaneSum {
 public:
  void add(std::span<const double> values) {
    for (const double value : values) lanes_[next_++ % lanes_.size()] += value;
  }

  /// Every `stride`-th value from number `first` on: one column of a row-major matrix.
  void add(std::span<const double> values, std::size_t first, std::size_t stride) {
    for (std::size_t i = first; i < values.size(); i += stride) {
      lanes_[next_++ % lanes_.size()] += values[i];
    }
  }

  double total() const { return std::accumulate(lanes_.begin(), lanes_.end(), 0.0); }

 private:
  std::array<double, 8> lanes_{};
  std::size_t next_ = 0;
};

inline double lane_sum(std::span<const double> values) {
  LaneSum sum;
  sum.add(values);
  return sum.total();
}

}  // namespace mpilogit::kernels
