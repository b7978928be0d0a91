#pragma once
// Rows for the tests of metrics, dealt out to the ranks.

#include <vector>

#include "comm/communicator.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

struct Rows {
  std::vector<double> margins;
  std::vector<std::uint32_t> labels;
  std::vector<double> weights;
  ScoreShape shape = {};
  std::vector<double> successes = {};
  std::vector<double> trials = {};
  std::vector<std::uint32_t> groups = {};
  ScoredRows view() const { return {shape, margins, labels, weights, successes, trials}; }
};

/// Rows of two classes with whole margins from −3 on, `distinct` of them; weights are eighths.
Rows make_rows(std::size_t count, bool weighted, int distinct);

/// Each rank's part: rows whose number hashes to it, so that some ranks get few and the last of
/// several gets none.
Rows part_of(const Rows& all, const comm::Communicator& world);

}  // namespace mpilogit::statistics
