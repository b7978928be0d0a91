#pragma once
// Below the table: how well the model fits, what its standard errors are, tests.

#include <string>

#include "model/model.hpp"
#include "inference/summarize.hpp"

namespace mpilogit::cli {

std::string fit_footer(const model::Model& model, const workflow::Summary& summary);

}  // namespace mpilogit::cli
