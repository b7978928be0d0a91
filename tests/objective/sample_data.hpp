#pragma once
// A small data set in a file of its own, written by rank 0, and the same numbers in memory.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/dataset.hpp"

namespace mpilogit::objective::testing {

struct SampleData {
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::vector<double> x;  ///< row-major
  std::vector<std::int64_t> y;
  std::vector<double> weights;  ///< empty: none
  std::vector<double> offsets;  ///< empty: none

  double at(std::int64_t row, std::int64_t feature) const {
    return x[static_cast<std::size_t>(row * features + feature)];
  }
  double weight(std::int64_t row) const {
    return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(row)];
  }
};

/// Pseudo-random rows with overlapping classes; column j is in units of `units[j]`.
SampleData make_sample(std::int64_t rows, const std::vector<double>& units, bool weighted);

/// Collective: writes the sample, reads it back over all ranks, removes the file.
data::Dataset distribute(const SampleData& sample, const comm::Communicator& communicator);

/// F at (w, b) in long double, straight from the definition.
long double naive_value(const SampleData& sample, std::span<const double> coefficients, double l2);

/// ∇F, likewise.
std::vector<double> naive_gradient(const SampleData& sample, std::span<const double> coefficients,
                                   double l2);

/// ∇²F, likewise; full rows.
std::vector<std::vector<double>> naive_hessian(const SampleData& sample,
                                               std::span<const double> coefficients, double l2);

}  // namespace mpilogit::objective::testing
