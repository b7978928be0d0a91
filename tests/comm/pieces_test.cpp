#include <limits>
#include <vector>

#include "comm/detail/call_comparison.hpp"
#include "support/catch.hpp"

namespace {

std::vector<std::vector<int>> pieces_of(std::vector<int> values, std::size_t largest) {
  std::vector<std::vector<int>> pieces;
  mpilogit::comm::for_each_piece(std::span<int>(values), largest, [&](std::span<int> piece) {
    pieces.emplace_back(piece.begin(), piece.end());
  });
  return pieces;
}

}  // namespace

TEST_CASE("pieces cover the values once and in order", "[comm]") {
  using Pieces = std::vector<std::vector<int>>;
  CHECK(pieces_of({1, 2, 3, 4, 5}, 2) == Pieces{{1, 2}, {3, 4}, {5}});
  CHECK(pieces_of({1, 2, 3, 4}, 2) == Pieces{{1, 2}, {3, 4}});
  CHECK(pieces_of({1, 2}, 3) == Pieces{{1, 2}});
  CHECK(pieces_of({}, 3).empty());
}

TEST_CASE("the largest piece is one that MPI can count", "[comm]") {
  CHECK(mpilogit::comm::kLargestPiece <= std::size_t{std::numeric_limits<int>::max()});
}
