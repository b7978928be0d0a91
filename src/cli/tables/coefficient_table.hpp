#pragma once
// Coefficients as people read them.

#include <optional>
#include <string>

#include "model/model.hpp"

namespace mpilogit::cli {

/// A line for the intercept and one per feature: name, coefficient, odds ratio. With `top`, only so
/// many features, the largest magnitudes first.
std::string coefficient_table(const model::Model& model, std::optional<std::size_t> top);

/// Below a table of coefficients: the intercepts at the centre of features far from zero, and that
/// centre. Empty where there is none.
std::string centre_lines(const model::Model& model);

}  // namespace mpilogit::cli
