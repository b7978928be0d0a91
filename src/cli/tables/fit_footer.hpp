#pragma once
// Below the table: how well the model fits, what its standard errors are, tests.

#include <string>

#include "inference/summarize.hpp"
#include "model/model.hpp"

namespace mpilogit::cli {

std::string fit_footer(const model::Model& model, const inference::Summary& summary);

}  // namespace mpilogit::cli
