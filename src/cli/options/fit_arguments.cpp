#include "cli/options/fit_arguments.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "cli/options/common_options.hpp"
#include "cli/tables/timing_table.hpp"
#include "problem/solver_registry.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::int64_t kHighestDegree = 20;

std::string solver_name(const Arguments& arguments) {
  const std::string name = arguments.text("solver");
  if (name == "auto") return name;
  std::string known = "auto";
  for (const auto& solver : problem::all_solvers()) {
    if (!solver.for_sequences && arguments.command().command != kTrain) continue;
    if (name == solver.name) return name;
    known += fmt::format(", {}", solver.name);
  }
  refuse_usage(&arguments.command(), fmt::format("--solver is '{}', none of {}", name, known));
}

// label=weight,label=weight; a label may hold '=' itself, and in quotes a comma.
std::vector<std::pair<std::string, double>> class_weights_from(const Arguments& arguments) {
  std::vector<std::pair<std::string, double>> weights;
  for (const auto& item : split_quoted(arguments.text("class-weight"))) {
    const std::size_t at = item.rfind('=');
    const auto weight = at == std::string::npos ? std::nullopt : finite_number(item.substr(at + 1));
    if (weight && *weight == 0.0) {
      refuse_usage(&arguments.command(),
                   fmt::format("--class-weight gives '{}' the weight 0, and a model needs rows of "
                               "every class (a class that shall not take part stays out of the "
                               "data)",
                               item.substr(0, at)));
    }
    if (!weight || *weight < 0.0) {
      refuse_usage(&arguments.command(),
                   fmt::format("--class-weight has '{}', which is neither `balanced` nor "
                               "label=weight with a weight above 0",
                               item));
    }
    weights.emplace_back(item.substr(0, at), *weight);
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (weights[i].first != weights[k].first) continue;
      refuse_usage(&arguments.command(),
                   fmt::format("--class-weight names '{}' twice", weights[i].first));
    }
  }
  return weights;
}

problem::Bound bound_from(const Arguments& arguments, std::string_view option) {
  problem::Bound bound;
  if (!arguments.given(option)) return bound;
  bound.value = finite_number(arguments.text(option));
  if (!bound.value && is_number(arguments.text(option))) {
    refuse_usage(&arguments.command(),
                 fmt::format("--{} is '{}', neither a finite number nor a data set", option,
                             arguments.text(option)));
  }
  if (!bound.value) bound.data_set = arguments.required(option);
  return bound;
}

}  // namespace

std::string timing_texts(const Arguments& arguments, const running::Timing& timing) {
  return straggler_line(timing) +
         (arguments.flag("timings") ? "\n" + timing_table(timing) : std::string());
}

problem::DesignOptions design_from(const Arguments& arguments) {
  arguments.refuse_together("timings", "quiet");
  problem::DesignOptions design;
  design.source = source_from(arguments, 0);
  design.interactions_only = arguments.flag("interactions");
  if (arguments.given("degree")) {
    design.degree = static_cast<std::size_t>(arguments.integer("degree", 2, kHighestDegree));
  } else if (design.interactions_only) {
    design.degree = 2;
  }
  if (arguments.given("class-weight")) {
    static_cast<void>(arguments.required("class-weight"));  // not empty
    design.balanced_classes = arguments.text("class-weight") == "balanced";
    if (!design.balanced_classes) design.class_weights = class_weights_from(arguments);
  }
  return design;
}

problem::PenaltyOptions penalty_from(const Arguments& arguments) {
  problem::PenaltyOptions penalty;
  penalty.factors = arguments.text_if_given("penalty-factors");
  penalty.lower = bound_from(arguments, "lower");
  penalty.upper = bound_from(arguments, "upper");
  penalty.standardize = arguments.flag("standardize");
  penalty.prior = arguments.text_if_given("prior");
  return penalty;
}

fitting::LambdaGrid grid_from(const Arguments& arguments) {
  constexpr std::int64_t kMostLambdas = 10000;
  fitting::LambdaGrid grid;
  const std::int64_t count = arguments.integer("lambdas", 1, kMostLambdas);
  grid.count = static_cast<std::size_t>(count);
  if (arguments.text("lambda-ratio") == "auto") return grid;
  grid.smallest_ratio = arguments.positive("lambda-ratio");
  if (*grid.smallest_ratio >= 1.0) {
    refuse_usage(&arguments.command(), "--lambda-ratio is not below 1");
  }
  if (count == 1)
    refuse_usage(&arguments.command(), "--lambda-ratio has no effect with one lambda");
  return grid;
}

bool bounded(const Arguments& arguments) {
  return arguments.given("lower") || arguments.given("upper");
}

problem::SolverOptions solver_from(const Arguments& arguments, bool needs_proximal) {
  problem::SolverOptions solver;
  solver.name = solver_name(arguments);
  arguments.require_applicable(problem::find_solver(solver.name, needs_proximal).name);
  solver.tolerance = arguments.number("tolerance");
  if (arguments.text("max-iterations") != "auto") {
    solver.max_iterations = arguments.integer("max-iterations", 0);
  }
  solver.history = static_cast<int>(std::min<std::int64_t>(arguments.integer("history", 1), 1000));
  if (arguments.command().command != kTrain) return solver;
  if (arguments.text("learning-rate") != "auto") {
    solver.learning_rate = arguments.positive("learning-rate");
  }
  solver.decay = arguments.number("decay");
  solver.batch_rows = arguments.integer("batch-size", 1);
  solver.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0));
  return solver;
}

std::string describe_classes(const model::Model& model) {
  if (model.objective == model::kLogistic) {
    return fmt::format("P(y = {}) against {}", model.classes.name(1), model.classes.name(0));
  }
  std::string text = fmt::format("{}, {}", model.classes.size(), model.objective);
  if (model.reference_class()) text += fmt::format(" against {}", model.classes.name(0));
  return text;
}

}  // namespace mpilogit::cli
