#pragma once
// Whether the data determines the coefficients, told by name.

#include <cstddef>
#include <string>
#include <vector>

#include "model/model.hpp"
#include "objective/logistic_objective.hpp"
#include "statistics/identifiability.hpp"

namespace mpilogit::inference {

struct Diagnosis {
  bool examined = false;  ///< not under a penalty, nor where Hessian matrices are not affordable
  std::vector<statistics::AliasedColumn> aliased;
  statistics::SeparationResult separation;
  /// Of complete separation: few variables that are enough for it, the strongest first, if there
  /// are.
  std::vector<std::size_t> separator;
};

/// "none", "quasi-complete", "complete", "suspected".
std::string to_string(statistics::Separation separation);

/// Each aliased column with what it is, what is soon said first: "x3 is constant", "b = a",
/// "c = (intercept) - a - b".
std::vector<std::string> describe_aliased(const Diagnosis& diagnosis, const model::Model& model);

/// The coefficients without a finite optimum: "NV -> +inf", of several classes "x (class 2) ->
/// -inf"; "z undetermined" where the rows that speak of z are certain whatever it is.
std::vector<std::string> describe_separating(const Diagnosis& diagnosis, const model::Model& model);

/// The names of `separator`.
std::vector<std::string> describe_separator(const Diagnosis& diagnosis, const model::Model& model);

/// Of an unpenalised fit of `objective` (over these passes and targets) that ended at
/// `coefficients`, in the solvers' layout; those of aliased columns are made 0, as in R, without a
/// change of any margin. `suspicious`: look for rank and
/// separation even where nothing points to them. Examines nothing where Hessian matrices are not
/// affordable. Collective. Cost: a read of the rows; where something points to a fault, a Gram
/// matrix and a few Newton steps.
Diagnosis diagnose(const objective::Passes& passes, const objective::Targets& targets,
                   const objective::LogisticObjective& objective, bool suspicious,
                   std::vector<double>& coefficients);

/// Variables other than intercepts that tell all rows of completely separated classes apart, the
/// strongest first: the support of a fit under an L1 penalty in the units of the columns, the
/// strongest of a few penalties whose fit still has every row on its own side. Empty if none has:
/// then it takes many. Collective. Cost: up to three short fits.
std::vector<std::size_t> few_separating(const objective::LogisticObjective& objective);

}  // namespace mpilogit::inference
