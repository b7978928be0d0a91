#pragma once
// The rows of one pass: those in memory as they are, the others read ahead of the work by threads
// of their own.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "core/function_ref.hpp"
#include "data/dataset.hpp"
#include "kernels/rows.hpp"

namespace mpilogit::data {

class BlockStream {
 public:
  /// `wanted`: rows of the rank, each range within one block. Both must outlive this object. There
  /// is one stream of a data set at a time, and nobody calls HDF5 while it lives.
  BlockStream(const Dataset& dataset, std::span<const Range> wanted);
  /// Ends the reading, also before its end.
  ~BlockStream();

  struct Lease {
    std::size_t index = 0;  ///< of the range among those that were wanted
    kernels::AnyRows rows;
    std::size_t piece = 0;  ///< where they lie
  };

  /// By any number of threads: rows that nobody has taken yet, those first that lie in buffers for
  /// which others wait. The order may be any. Waits where nothing is there yet; nothing when all
  /// are taken or reading has failed.
  std::optional<Lease> take();
  /// Every lease, as soon as its rows are of no use.
  void give_back(const Lease& lease);

  /// When all is taken and given back. Throws bad input if rows could not be read, or are not what
  /// they were.
  void finish();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// body(index of the range, its rows, thread) for each of the `wanted` rows, in any order, on
/// `threads` threads. Throws what `body` throws, and bad input as the stream does.
void for_each_rows(const Dataset& dataset, std::span<const Range> wanted, int threads,
                   core::FunctionRef<void(std::size_t, const kernels::AnyRows&, int)> body);

}  // namespace mpilogit::data
