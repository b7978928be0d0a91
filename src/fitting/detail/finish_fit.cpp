#include "fitting/detail/finish_fit.hpp"

#include <utility>

#include "comm/activity.hpp"
#include "fitting/fit.hpp"
#include "inference/named_inference.hpp"
#include "inference/row_diagnostics.hpp"

namespace mpilogit::fitting {

void add_inference(const TrainOptions& options, const inference::InferenceProblem& problem,
                   std::vector<double>& coefficients, bool reliable, TrainResult& result) {
  if (!options.inference) return;
  if (!reliable) {
    result.inference_remark = "training did not converge";
    return;
  }
  inference::InferenceResult found = inference::infer(*options.inference, problem, coefficients);
  result.model.inference = std::move(found.inference);
  result.inference_remark = std::move(found.remark);
}

void finish_fit(const TrainOptions& options, const SolvedProblem& problem, TrainResult& result) {
  model::Model& model = result.model;
  problem.set.frame.complete(model);
  if (!model.centre.empty()) {
    result.raw_log_loss = problem.logistic.mean_loss(raw_margins(problem.set, model));
  }
  if (model.inference) {
    result.unprofiled = inference::add_profiles(
        *options.inference,
        {problem.profiled, problem.logistic.total_weight(), problem.logistic.largest_absolute(),
         problem.coefficients, problem.set.frame},
        model);
    result.test_remark = inference::add_tests(*options.inference, model);
  }
}

void diagnose_rows(const TrainOptions& options, const SolvedProblem& problem,
                   const TrainResult& result) {
  if (!options.diagnostics) return;
  const comm::Phase phase(problem.set.rows.communicator, "writing the diagnostics");
  inference::write_diagnostics(*options.diagnostics, problem.set, problem.logistic,
                               problem.coefficients, result.model);
}

}  // namespace mpilogit::fitting
