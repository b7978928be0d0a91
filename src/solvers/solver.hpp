#pragma once
// What all solvers share: limits, progress, and how they tell why they stopped.

#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/function_ref.hpp"
#include "solvers/objective.hpp"
#include "solvers/state_keeper.hpp"

namespace mpilogit::solvers {

enum class StopReason {
  tolerance_reached,  ///< estimated relative gap ≤ tolerance
  precision_reached,  ///< no step changes the objective beyond rounding: as good as doubles get
  iteration_limit,    ///< max_iterations iterations were made
  no_progress,        ///< the line search failed far from rounding level, or values became NaN
  asked_to_stop,      ///< the monitor said so
};

/// "tolerance reached", "iteration limit", …: as the run record prints it.
std::string_view to_string(StopReason reason);

/// True for tolerance_reached and precision_reached.
bool converged(StopReason reason);

/// One line of progress. `estimated_gap` is relative: (F − F*) / |F| as estimated by half the
/// squared Newton decrement (newton), or by a cheaper figure in step with it (others).
struct Progress {
  std::int64_t iteration = 0;
  double objective = 0.0;
  double estimated_gap = 0.0;
  double gradient_norm = 0.0;  ///< largest |∂F/∂w_j|
  double step_length = 0.0;    ///< t of the step that led here; 0 at the start
  std::int64_t data_passes = 0;
};

/// Who follows a run. Meant for parameters: does not own what it is made of.
class Monitor {
 public:
  using Report = core::FunctionRef<bool(const Progress&)>;

  /// `report` is called after every iteration, and once with iteration 0. It returns false to stop
  /// the solver; must return the same on every rank. `keeper`, if any, keeps the run's state.
  template <class Callable>
  requires(!std::is_same_v<std::remove_cvref_t<Callable>, Monitor> &&
           std::is_constructible_v<Report, Callable>)
      Monitor(Callable&& report,  // NOLINT(bugprone-forwarding-reference-overload)
              StateKeeper* keeper = nullptr)
      : report_(std::forward<Callable>(report)), keeper_(keeper) {}

  bool operator()(const Progress& progress) const { return report_(progress); }

  StateKeeper* keeper() const { return keeper_; }

  /// The run's state is whole here.
  void boundary() const {
    if (keeper_ != nullptr) keeper_->boundary();
  }

 private:
  Report report_;
  StateKeeper* keeper_;
};

struct Limits {
  double tolerance = 1e-8;            ///< on the estimated relative gap; 0: go on to full precision
  std::int64_t max_iterations = 100;  ///< outer iterations (sgd: epochs)
};

struct Solution {
  std::vector<double> coefficients;  ///< the best point seen
  double objective = 0.0;            ///< F there
  double gradient_norm = 0.0;        ///< largest |∂F/∂w_j| there
  double estimated_gap = 0.0;        ///< relative, there; an upper one if stopped by tolerance
  std::optional<double> gap_bound;   ///< relative, there: no estimate; where one exists
  std::int64_t iterations = 0;
  StopReason stop_reason = StopReason::iteration_limit;

  /// Whether the bound itself is within the tolerance that was reached.
  bool bounded(double tolerance) const { return gap_bound && *gap_bound <= tolerance; }

  /// As a part of a run's state.
  void visit(core::Archive& archive, std::size_t dimension);
};

}  // namespace mpilogit::solvers
