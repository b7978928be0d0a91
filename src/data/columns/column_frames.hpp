#pragma once
// Which columns are brought nearer to zero, or to a moderate size, before anything is summed.

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/function_ref.hpp"
#include "hdf5/value_type.hpp"
#include "kernels/column_frame.hpp"

namespace mpilogit::data {

/// What decides about the frames of a data set.
struct FrameSearch {
  kernels::FrameRule rule = kernels::FrameRule::none;
  hdf5::ValueType storage = hdf5::ValueType::float64;
  /// Of doubles: sizes outside 2^−limit … 2^limit are brought to its end by a power of two.
  int size_limit = 0;
  std::span<const double> weights;  ///< of local rows; empty: all 1
};

/// body(rows, first): all local rows, in any order, piece by piece.
using LocalRowsVisitor =
    core::FunctionRef<void(const kernels::AnyRows& rows, std::int64_t first_local_row)>;

/// Collective: the same frames on every rank, ascending by column; most often none. `candidates` of
/// this rank's rows, `largest` = max|x_ij| of all rows, which becomes that of the framed columns.
/// Cost: where there are candidates an allreduce of the features and one look at their columns,
/// else an allreduce of a number.
std::vector<kernels::FramedColumn> find_frames(const FrameSearch& search,
                                               const kernels::FrameCandidates& candidates,
                                               core::FunctionRef<void(LocalRowsVisitor)> for_rows,
                                               std::span<double> largest,
                                               const comm::Communicator& communicator);

}  // namespace mpilogit::data
