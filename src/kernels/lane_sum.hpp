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
    std::size_t i = 0;
    for (; i < values.size() && next_ % lane_count != 0; ++i) add(values[i]);
    // Whole rounds in a copy, of which the compiler knows that `values` are no part: vector sums.
    Lanes lanes = lanes_;
    const std::size_t begin = i;
    for (; i + lane_count <= values.size(); i += lane_count) {
      for (std::size_t lane = 0; lane < lane_count; ++lane) lanes[lane] += values[i + lane];
    }
    lanes_ = lanes;
    next_ += i - begin;
    for (; i < values.size(); ++i) add(values[i]);
  }

  /// Every `stride`-th value from number `first` on: one column of a row-major matrix.
  void add(std::span<const double> values, std::size_t first, std::size_t stride) {
    if (stride == 1) return add(values.subspan(first));
    for (std::size_t i = first; i < values.size(); i += stride) add(values[i]);
  }

  double total() const { return std::accumulate(lanes_.begin(), lanes_.end(), 0.0); }

 private:
  static constexpr std::size_t lane_count = 8;
  using Lanes = std::array<double, lane_count>;

  void add(double value) { lanes_[next_++ % lane_count] += value; }

  Lanes lanes_{};
  std::size_t next_ = 0;
};

inline double lane_sum(std::span<const double> values) {
  LaneSum sum;
  sum.add(values);
  return sum.total();
}

}  // namespace mpilogit::kernels
