#pragma once
// Messages larger than one MPI call takes.

#include <algorithm>
#include <cstddef>
#include <span>

namespace mpilogit::comm {

/// Elements per call: MPI 3 counts with int.
inline constexpr std::size_t kLargestPiece = std::size_t{1} << 30;

/// Calls `use` with consecutive pieces of `values`, of at most `largest` elements each, in order.
/// Never with an empty piece.
template <class T, class Use>
void for_each_piece(std::span<T> values, std::size_t largest, Use&& use) {
  for (std::size_t first = 0; first < values.size(); first += largest) {
    use(values.subspan(first, std::min(largest, values.size() - first)));
  }
}

}  // namespace mpilogit::comm
