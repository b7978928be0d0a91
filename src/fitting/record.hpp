#pragma once
// Run records as JSON: keys that scripts rely upon (docs/formats.md).

#include <string>
#include <string_view>

#include "fitting/cross_validate.hpp"
#include "fitting/path.hpp"
#include "fitting/train.hpp"

namespace mpilogit::fitting {

std::string to_json(const TrainResult& result);
std::string to_json(const PathResult& result);
std::string to_json(const CrossValidateResult& result);

}  // namespace mpilogit::fitting
