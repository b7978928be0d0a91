#pragma once
// Few columns that separate the classes completely.

#include <cstddef>
#include <vector>

#include "objective/logistic_objective.hpp"

namespace mpilogit::inference {

/// Variables other than intercepts that tell all rows of completely separated classes apart, the
/// strongest first: the support of a fit under an L1 penalty in the units of the columns, the
/// strongest of a few penalties whose fit still has every row on its own side. Empty if none has:
/// then it takes many. Collective. Cost: up to three short fits.
std::vector<std::size_t> few_separating(const objective::LogisticObjective& objective);

}  // namespace mpilogit::inference
