#pragma once
// How a Hessian is measured: of which rows, and in what order.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "data/partition.hpp"
#include "objective/design.hpp"
#include "objective/passes.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

struct HessianPlan {
  solvers::HessianMatrixKind kind;
  std::int64_t stride = 1;  ///< one in so many rows is in it
  double passes = 0.0;      ///< what it costs, in passes
};

/// For a whole Hessian or, with several columns, its diagonal blocks.
HessianPlan plan_hessian(const SharedRows& rows, std::int64_t global_rows, std::size_t columns);

/// Whether the exact Hessian over `features` features and their `columns` columns is affordable to
/// a solver that cannot do without it.
bool affordable(const SharedRows& rows, std::size_t features, std::size_t columns);

/// Of every `skip`-th block the first of `parts` parts of its rows. So a sample has pieces from all
/// over a sorted file, and of every rank's rows, however few blocks there are.
struct Sampling {
  std::int64_t skip = 1;
  std::int64_t parts = 1;

  std::int64_t stride() const { return skip * parts; }
  bool operator==(const Sampling&) const = default;
};

/// From how many pieces on a sample takes whole blocks. Each piece costs the rounding of its sums,
/// of which a matrix has many.
constexpr std::int64_t kPieces = 64;
constexpr std::int64_t kPiecesOfMatrix = 24;

/// About one in `stride` of the rows of `sample`, all of them in it: of fewer blocks as long as
/// `pieces` are left, and of shorter parts of them beyond.
Sampling refined(const Sampling& sample, std::int64_t stride, const data::Blocks& blocks,
                 std::int64_t pieces = kPieces);

/// The sample's part of `all` of this rank's blocks.
std::vector<LocalBlock> sampled_blocks(const Sampling& sample, std::span<const LocalBlock> all);

/// Rows in the sample on all ranks together.
std::int64_t sampled_rows(const Sampling& sample, const data::Blocks& blocks);

}  // namespace mpilogit::objective
