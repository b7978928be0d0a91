#pragma once
// What each kind of work takes beside the data, so that reading knows how many rows may stay.

#include <cstddef>

#include "data/dataset.hpp"

namespace mpilogit::problem {

/// `problems` that are solved side by side, each with `columns` of coefficients of its own for each
/// that the classes ask for.
data::MemoryPlan needs_of_fits(const data::MemoryPlan& plan, std::size_t problems);

/// Margins of a model with so many columns, and what is made of them.
data::MemoryPlan needs_of_predictions(const data::MemoryPlan& plan, std::size_t columns);
data::MemoryPlan needs_of_metrics(const data::MemoryPlan& plan, std::size_t columns);

}  // namespace mpilogit::problem
