#include "firth.hpp"

#include <utility>

#include <fmt/format.h>

#include "mpilogit/core/error.hpp"
#include "mpilogit/objective/firth_objective.hpp"

#include "diagnostics.hpp"
#include "fit.hpp"
#include "solve.hpp"

namespace mpilogit::workflow {

void require_two_classes(const TrainingSet& set, const std::string& option) {
  if (set.targets.classes == 2) return;
  throw core::bad_input(
      {.what = fmt::format("{} is for two classes, and there are {}", option, set.targets.classes),
       .where = set.source_file,
       .why = "it is defined by the margin between two",
       .remedy = fmt::format("Leave {} away, or give data with two classes", option)})
      .as_agreed();
}

void require_matrix_fits(const TrainingSet& set, const std::string& option) {
  constexpr std::size_t kMost = 4096;  // 128 MiB as a square
  const std::size_t features = set.design.features();
  if (features <= kMost) return;
  throw core::bad_input(
      {.what = fmt::format("{} with {} features", option, features),
       .where = set.source_file,
       .why = fmt::format("it needs the inverse of a matrix over all of them; up to {} are allowed",
                          kMost),
       .remedy = fmt::format("Leave {} away, or give fewer features", option)})
      .as_agreed();
}

void fit_firth(const TrainOptions& options, const TrainingSet& set,
               std::optional<std::vector<double>> start, solvers::Monitor monitor,
               TrainReport& report) {
  require_two_classes(set, "--firth");
  require_matrix_fits(set, "--firth");
  const objective::DirectPasses passes(set.rows);
  objective::LogisticObjective logistic(passes, set.targets,
                                        objective::uniform_penalty(0.0, set.design.features()));
  const objective::FirthObjective firth(logistic);
  std::vector<double> begin = start ? std::move(*start) : logistic.start();
  for (const std::size_t j : firth.left_out()) begin[j] = 0.0;
  report.solution = solve_smooth(firth, options.solver, {std::move(begin)}, monitor);
  const auto parts = firth.parts(report.solution.coefficients);
  report.total_weight = logistic.total_weight();
  report.log_loss = parts.log_loss;
  report.penalised_log_likelihood =
      0.5 * parts.log_determinant - report.total_weight * parts.log_loss;
  report.data_passes = passes.data_passes();
  report.reads = passes.read().reads;
  report.model.objective = model::kLogistic;
  report.model.firth = true;
  append_coefficients(report.solution.coefficients, 1, report.model.coefficients,
                      report.model.intercept);
  if (options.diagnostics) {
    write_diagnostics(*options.diagnostics, set, logistic, report.solution.coefficients,
                      report.model);
  }
}

}  // namespace mpilogit::workflow
