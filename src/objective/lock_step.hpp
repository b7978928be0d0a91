#pragma once
// Several problems over the same rows, solved side by side with shared passes.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "objective/passes.hpp"

namespace mpilogit::objective {

/// Runs one solver per problem, each in a thread of its own, as if it were alone. A solver that
/// asks for a pass waits until all others wait too or are done; then one pass serves them all, each
/// with its own columns. Which requests meet depends on the solvers' own decisions, never on
/// timing, and a column's bits do not depend on its neighbours: results are those of the problems
/// solved one by one. Only the caller's thread communicates.
class LockStep {
 public:
  LockStep(const SharedRows& rows, std::size_t problems);
  ~LockStep();
  LockStep(const LockStep&) = delete;
  LockStep& operator=(const LockStep&) = delete;

  /// Who carries out the passes of problem number `problem`: only from inside of its task.
  const Passes& passes(std::size_t problem) const;

  /// Collective. Runs the tasks (one per problem) to their ends. Rethrows the error of the first
  /// that threw, after all have ended.
  void run(std::span<const std::function<void()>> tasks);

  /// Reads of all data by all problems together: a shared pass counts once.
  const ReadCount& read() const;

 private:
  class Rendezvous;
  std::unique_ptr<Rendezvous> rendezvous_;
};

}  // namespace mpilogit::objective
