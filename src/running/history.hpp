#pragma once
// How a training run went, iteration by iteration, in a bounded number of lines.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/archive.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::running {

/// The state after an iteration (0: at the start). All but the time is the same on any number of
/// ranks.
struct HistoryEntry {
  std::int64_t iteration = 0;
  double objective = 0.0;
  double estimated_gap = 0.0;
  double gradient_norm = 0.0;
  std::int64_t data_passes = 0;
  double seconds = 0.0;  ///< since the training began, on rank 0
};

/// Keeps every entry until there are more than `kMost`, then every second, fourth, … and always the
/// newest: which ones depends on their count alone.
class History {
 public:
  static constexpr std::size_t kMost = 500;

  void add(const solvers::Progress& progress, double seconds);

  /// As a part of a run's state.
  void visit(core::Archive& archive);

  /// Those kept, in order; at most kMost + 1.
  std::vector<HistoryEntry> entries() const;

 private:
  std::vector<HistoryEntry> kept_;  // every stride-th of all
  HistoryEntry newest_;
  std::size_t seen_ = 0;
  std::size_t stride_ = 1;
};

}  // namespace mpilogit::running
