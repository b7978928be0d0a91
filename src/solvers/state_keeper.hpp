#pragma once
// How a run that was interrupted goes on to the same bits: its state, kept between iterations.

#include <cstddef>
#include <vector>

#include "core/archive.hpp"
#include "core/function_ref.hpp"

namespace mpilogit::solvers {

/// Names the parts of a state, in a fixed order; after reading them it restores what hangs on them.
using StateVisit = core::FunctionRef<void(core::Archive&)>;

/// The states of nested runs, outermost first: that of a path of models, say, and that of the
/// solver that is at work on one of them. Who keeps them, when, and where, is the business of
/// derived classes.
class StateKeeper {
 public:
  StateKeeper() = default;
  /// One that gives back what `state()` of another one has returned.
  explicit StateKeeper(std::vector<std::byte> state) : resumed_(std::move(state)) {}
  virtual ~StateKeeper() = default;
  StateKeeper(const StateKeeper&) = delete;
  StateKeeper& operator=(const StateKeeper&) = delete;

  /// Called by runs where their state is whole, at the latest after each iteration. Cost: none,
  /// unless the state is to be kept. May throw to end the run, after the state was kept.
  virtual void boundary() = 0;

  /// Whether a run that begins now goes on from a kept state.
  bool resuming() const { return !resumed_.at_end(); }

  /// The states of all runs under way. Cost: their size.
  std::vector<std::byte> state() const;

 private:
  friend class StateFrame;
  core::Archive resumed_{std::vector<std::byte>()};
  std::vector<StateVisit> runs_;
};

/// One run's place among those of a keeper, for as long as it lives.
class StateFrame {
 public:
  /// Visits at once if there is a state to go on from. `visit` must outlive the frame. A null
  /// keeper keeps nothing.
  StateFrame(StateKeeper* keeper, StateVisit visit);
  ~StateFrame();
  StateFrame(const StateFrame&) = delete;
  StateFrame& operator=(const StateFrame&) = delete;

  bool resumed() const { return resumed_; }

 private:
  StateKeeper* keeper_;
  bool resumed_ = false;
};

}  // namespace mpilogit::solvers
