#pragma once
// Passes over the rows: what an objective asks for, and who carries it out. Problems that are
// solved in lock-step share passes (lock_step.hpp); a problem alone has each to itself.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/archive.hpp"
#include "core/fixed_point.hpp"
#include "core/function_ref.hpp"
#include "kernels/lane_sum.hpp"
#include "objective/column_bounds.hpp"
#include "objective/design.hpp"

namespace mpilogit::objective {

/// This rank's time in passes, without waiting for other ranks.
struct PassSeconds {
  double products = 0.0;  ///< margins and gradients, or Hessian products: fused passes
  double matrices = 0.0;  ///< other sums that read the rows: Hessian matrices above all
  double lines = 0.0;     ///< sums that read none: searches along a line
};

/// What all problems over the same rows share. Immutable but for a clock that no result depends on.
struct SharedRows {
  /// Collective: measures the columns. `weights` (local rows, empty: all 1) must be at least those
  /// of every problem. Throws bad input on all ranks if a column's sums do not fit in a double.
  SharedRows(const Design& rows, std::span<const double> weights, comm::Communicator ranks,
             int thread_count);

  const Design& design;
  comm::Communicator communicator;
  int threads;
  std::vector<LocalBlock> blocks;  ///< this rank's
  ColumnBounds bounds;
  mutable PassSeconds pass_seconds;

  std::size_t features() const { return design.features(); }
};

/// What a block adds to the pass: zeroed before, taken over after.
struct BlockSums {
  std::span<double> vector;   ///< Σ over the block's rows, one per scale
  std::span<double> scalars;  ///< likewise
};

/// Global sums, rounded once: the same bits for every number of ranks and threads.
struct PassResult {
  std::vector<double> vector;
  std::vector<double> scalars;
};

/// Margins z_ik = offset_i + b_k + Σ_j x_ij w_jk, a function f of them, and Σ_i f_ik x_ij, with
/// Σ_i f_ik last: one read of the rows.
struct FusedPass {
  std::span<const LocalBlock> blocks;
  bool all_blocks = false;  ///< whether `blocks` are all of every rank's: then passes can be shared
  std::int64_t global_rows = 0;  ///< that the pass reads on all ranks together
  std::size_t columns = 1;
  std::span<const double> coefficients;      ///< (features + 1) × columns, intercepts last
  std::span<const double> offsets;           ///< local rows; empty: none
  std::span<const core::FixedPoint> scales;  ///< (features + 1) × columns
  std::size_t scalars = 0;
  /// Turns margins of rows first … of the block (rows × columns) into factors, in place, and adds
  /// what else it sums onto the scalars.
  core::FunctionRef<void(const LocalBlock&, std::size_t first, std::span<double> margins,
                         std::span<kernels::LaneSum> scalars)>
      transform;
};

/// Any other sum over blocks.
struct BlockSum {
  std::span<const LocalBlock> blocks;
  bool all_blocks = false;       ///< as above
  std::int64_t global_rows = 0;  ///< of the data that the body reads; 0 if it reads none
  std::span<const core::FixedPoint> scales;
  std::size_t scalars = 0;
  core::FunctionRef<void(const LocalBlock&, BlockSums)> body;
};

/// How often the data was read so far.
struct ReadCount {
  std::int64_t reads = 0;  ///< passes over all rows or a sample of them: an allreduce each
  std::int64_t rows = 0;   ///< that these read on all ranks together

  /// In units of one pass over `all_rows`, parts rounded up in the total.
  std::int64_t data_passes(std::int64_t all_rows) const { return (rows + all_rows - 1) / all_rows; }

  /// As a part of a run's state.
  void visit(core::Archive& archive) {
    archive(reads);
    archive(rows);
  }
};

/// Carries out passes. Collective: every rank asks for the same passes in the same order.
class Passes {
 public:
  virtual ~Passes() = default;
  Passes() = default;
  Passes(const Passes&) = delete;
  Passes& operator=(const Passes&) = delete;

  virtual const SharedRows& rows() const = 0;
  virtual PassResult run(const FusedPass& pass) const = 0;
  virtual PassResult run(const BlockSum& sum) const = 0;

  /// What was read so far on behalf of those who ask here.
  virtual ReadCount& read() const = 0;

  /// Reads of all data so far, in units of one pass, parts rounded up in the total.
  std::int64_t data_passes() const { return read().data_passes(rows().design.rows()); }
};

/// Carries out each pass at once.
class DirectPasses final : public Passes {
 public:
  explicit DirectPasses(const SharedRows& rows) : rows_(rows) {}

  const SharedRows& rows() const override { return rows_; }
  PassResult run(const FusedPass& pass) const override;
  PassResult run(const BlockSum& sum) const override;
  ReadCount& read() const override { return read_; }

 private:
  const SharedRows& rows_;
  mutable ReadCount read_;
};

}  // namespace mpilogit::objective
