#pragma once
// One hash for coefficients, of models and of paths.

#include <string>
#include <vector>

namespace mpilogit::model {

/// SHA-256 of both, one after the other, as little-endian doubles.
std::string sha256(const std::vector<double>& coefficients, const std::vector<double>& intercept);

}  // namespace mpilogit::model
