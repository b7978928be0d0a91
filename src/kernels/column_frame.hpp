#pragma once
// Columns far from zero, or of extreme size, brought to where doubles resolve them.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// How a column is written in its frame: x′ = (x − centre) · 2^−exponent.
struct FramedColumn {
  std::uint32_t column = 0;
  double centre = 0.0;
  int exponent = 0;  ///< other than 0 for doubles only

  friend bool operator==(const FramedColumn&, const FramedColumn&) = default;
};

/// An entry of any storage type without rounding, as high + low: `high` is the nearest double, and
/// `low` the rest, which only integers beyond 2^53 have. Compared in that order, by size.
struct ExactValue {
  double high = 0.0;
  double low = 0.0;

  friend auto operator<=>(const ExactValue&, const ExactValue&) = default;  // NOLINT(*-nullptr)
};

/// Least and greatest entry of some rows; the zeros that sparse rows do not store are entries.
struct Extremes {
  ExactValue least{std::numeric_limits<double>::infinity(), 0.0};
  ExactValue greatest{-std::numeric_limits<double>::infinity(), 0.0};

  void add(const ExactValue& value) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
};

struct ColumnExtremes {
  std::uint32_t column = 0;
  Extremes weighted;  ///< of the rows of positive weight
  Extremes all;       ///< of all rows
};

/// Adds the rows to the extremes of the named columns, which ascend. `weights`: of the rows; empty:
/// all 1. Cost: one look at these columns of dense rows, at all entries of sparse ones.
void add_extremes(const AnyRows& rows, std::span<const double> weights,
                  std::span<ColumnExtremes> columns);

/// How far its values must lie from zero for a column to be brought nearer.
enum class FrameRule {
  none,
  far,       ///< one sign, max|x| ≤ 2 min|x|, and max|x| > 2^10 (max − min)
  one_sign,  ///< the first two of these
};

/// Whether the rule holds for these extremes, exactly. Then x − c is exact in the type of x for
/// every c between them (Sterbenz), and no entry is 0.
bool holds(FrameRule rule, const Extremes& extremes);

/// The columns for which the rule may hold, by some of the rows: no row takes one away for which it
/// holds. Starts with the first row.
class FrameCandidates {
 public:
  struct Candidate {
    std::uint32_t column = 0;
    Extremes extremes;  ///< of the rows seen
  };

  /// Cost: one look at the row, or at the candidates' entries of it.
  void look_at(FrameRule rule, const AnyRows& rows, std::size_t row);

  /// Those for which it may hold by the rows of both.
  void add(FrameRule rule, const FrameCandidates& other);

  bool started() const { return started_; }
  const std::vector<Candidate>& candidates() const { return candidates_; }

 private:
  bool started_ = false;
  std::vector<Candidate> candidates_;
};

/// Writes the columns of `rows` in their frames. `values` is where the rows' values lie. Exact for
/// every entry between the extremes that the frames were made from; an integer that has no place in
/// its type afterwards (of a row of weight 0) becomes the nearest that has. The columns ascend.
void put_in_frames(const AnyRows& rows, std::byte* values, std::span<const FramedColumn> frames);

/// One value in its frame, as `put_in_frames` has it. `value`, `framed`: of the rows' value type.
void put_in_frame(const AnyRows& type, const std::byte* value, const FramedColumn& frame,
                  std::byte* framed);

}  // namespace mpilogit::kernels
