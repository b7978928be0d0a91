#include "solve.hpp"

#include <vector>

#include "mpilogit/core/error.hpp"
#include "mpilogit/objective/logistic_batches.hpp"
#include "mpilogit/solvers/gradient_descent.hpp"
#include "mpilogit/solvers/lbfgs.hpp"
#include "mpilogit/solvers/newton.hpp"
#include "mpilogit/solvers/sgd.hpp"

namespace mpilogit::workflow {

solvers::Solution solve(const objective::LogisticObjective& objective, const TrainOptions& options,
                        solvers::Monitor monitor) {
  const std::vector<double> start = objective.start();
  switch (options.solver) {
    case SolverKind::newton:
      return solvers::newton(objective, start, options.limits, monitor);
    case SolverKind::lbfgs:
      return solvers::lbfgs(objective, start, options.limits,
                            {.memory = static_cast<std::size_t>(options.history)}, monitor);
    case SolverKind::gradient_descent:
      return solvers::gradient_descent(objective, start, options.limits,
                                       {.learning_rate = options.learning_rate}, monitor);
    case SolverKind::sgd: {
      const objective::LogisticBatches batches(objective, options.batch_rows, options.seed);
      solvers::SgdOptions sgd;
      sgd.learning_rate = options.learning_rate.value_or(sgd.learning_rate);
      sgd.decay = options.decay;
      return solvers::sgd(objective, batches, start, options.limits, sgd, monitor);
    }
  }
  throw core::internal_failure("unknown solver");
}

}  // namespace mpilogit::workflow
