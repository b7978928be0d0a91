#include "problem/solver_registry.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/units.hpp"
#include "objective/logistic_batches.hpp"
#include "solvers/gradient_descent.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/owlqn.hpp"
#include "solvers/proximal_newton.hpp"
#include "solvers/sgd.hpp"

namespace mpilogit::problem {

namespace {

std::size_t pairs_kept(const SolverInput& input) {
  return static_cast<std::size_t>(input.options.history);
}

solvers::Solution run_newton(const SolverInput& input) {
  return solvers::newton(input.objective, input.start, input.limits, input.monitor);
}

solvers::Solution run_lbfgs(const SolverInput& input) {
  return solvers::lbfgs(input.objective, input.start.coefficients, input.limits,
                        {.memory = pairs_kept(input)}, input.monitor);
}

solvers::Solution run_gradient_descent(const SolverInput& input) {
  return solvers::gradient_descent(input.objective, input.start.coefficients, input.limits,
                                   {.learning_rate = input.options.learning_rate}, input.monitor);
}

solvers::Solution run_sgd(const SolverInput& input) {
  const objective::LogisticBatches batches(*input.logistic, input.options.batch_rows,
                                           input.options.seed);
  solvers::SgdOptions sgd;
  sgd.learning_rate = input.options.learning_rate.value_or(sgd.learning_rate);
  sgd.decay = input.options.decay;
  return solvers::sgd(input.objective, batches, input.start.coefficients, input.limits, sgd,
                      input.monitor);
}

solvers::Solution run_proximal_newton(const SolverInput& input) {
  return solvers::proximal_newton(input.objective, *input.l1_and_bounds, input.start.coefficients,
                                  input.limits, {.screening = input.screening}, input.monitor);
}

solvers::Solution run_owlqn(const SolverInput& input) {
  return solvers::owlqn(input.objective, *input.l1_and_bounds, input.start.coefficients,
                        input.limits, {.memory = pairs_kept(input)}, input.monitor);
}

// clang-format off
constexpr std::array kSolvers = {
    //          name, iterations, L1 and bounds, any objective, sequences, exact Hessian, run
    SolverEntry{"newton",            100, false, true,  true,  true,  run_newton},
    SolverEntry{"lbfgs",            1000, false, true,  true,  false, run_lbfgs},
    SolverEntry{"gradient-descent", 10000, false, false, false, false, run_gradient_descent},
    SolverEntry{"sgd",               100, false, false, false, false, run_sgd},
    SolverEntry{"proximal-newton",  1000, true,  false, true,  false, run_proximal_newton},
    SolverEntry{"owlqn",            1000, true,  false, true,  false, run_owlqn},
};
// clang-format on

std::vector<std::string_view> names_of(bool l1_and_bounds, bool sequences) {
  std::vector<std::string_view> names;
  for (const auto& solver : kSolvers) {
    if (solver.takes_l1_and_bounds != l1_and_bounds) continue;
    if (!sequences || solver.for_sequences) names.push_back(solver.name);
  }
  return names;
}

}  // namespace

std::span<const SolverEntry> all_solvers() {
  return kSolvers;
}

const SolverEntry& find_solver(std::string_view name, bool l1_or_bounds) {
  const auto* found = std::find_if(kSolvers.begin(), kSolvers.end(), [&](const auto& solver) {
    return name == "auto" ? solver.takes_l1_and_bounds == l1_or_bounds : solver.name == name;
  });
  if (found == kSolvers.end()) throw core::internal_failure("unknown solver");
  if (l1_or_bounds && !found->takes_l1_and_bounds) {
    throw core::agreed_bad_input(
        {.what = fmt::format("--solver {} can take no L1 penalty and no bounds", name),
         .why = "it needs a smooth objective",
         .remedy = fmt::format("Choose {}, or leave --solver away",
                               core::enumerated(names_of(true, false), "or"))});
  }
  return *found;
}

std::string describe_solvers(bool sequences) {
  return fmt::format("{}; with L1 or bounds {}", core::enumerated(names_of(false, sequences), "or"),
                     core::enumerated(names_of(true, sequences), "or"));
}

std::string describe_iterations() {
  std::map<std::int64_t, std::vector<std::string_view>> by_limit;
  for (const auto& solver : kSolvers) by_limit[solver.iterations].push_back(solver.name);
  std::string text;
  for (const auto& [limit, names] : by_limit) {
    text +=
        fmt::format("{}{} for {}", text.empty() ? "" : ", ", limit, core::enumerated(names, "and"));
  }
  return text;
}

}  // namespace mpilogit::problem
