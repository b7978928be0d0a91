#pragma once
// A small data set in a file of its own, written by rank 0, and the same numbers in memory.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "objective/logistic_objective.hpp"

namespace mpilogit::objective::testing {

struct SampleData {
  std::int64_t rows = 0;
  std::int64_t features = 0;
  std::vector<double> x;        ///< row-major
  std::vector<std::int64_t> y;  ///< 0 … classes − 1
  std::size_t classes = 2;
  bool reference_class = false;
  std::vector<double> weights;       ///< empty: none
  std::vector<double> offsets;       ///< empty: none
  std::vector<std::int64_t> groups;  ///< empty: none
  std::vector<std::int64_t> trials;  ///< empty: none; then y is the successes

  double at(std::int64_t row, std::int64_t feature) const {
    return x[static_cast<std::size_t>(row * features + feature)];
  }
  std::size_t columns() const { return classes == 2 ? 1 : reference_class ? classes - 1 : classes; }
  double weight(std::int64_t row) const {
    return weights.empty() ? 1.0 : weights[static_cast<std::size_t>(row)];
  }
};

/// Pseudo-random rows with overlapping classes; column j is in units of `units[j]`.
SampleData make_sample(std::int64_t rows, const std::vector<double>& units, bool weighted);

/// The same with three classes or more.
SampleData make_classes(std::int64_t rows, const std::vector<double>& units, bool weighted,
                        std::size_t classes, bool reference_class);

/// Collective: writes the sample, reads it back over all ranks, removes the file.
data::Dataset distribute(const SampleData& sample, const comm::Communicator& communicator);

/// An objective over a data set with all that it refers to.
struct TestObjective {
  TestObjective(const data::Dataset& dataset, const comm::Communicator& communicator,
                RidgePenalty penalty, int threads = 1, bool reference_class = false);
  TestObjective(const data::Dataset& dataset, const comm::Communicator& communicator, double l2,
                int threads = 1, bool reference_class = false)
      : TestObjective(dataset, communicator,
                      uniform_ridge(l2, static_cast<std::size_t>(dataset.shape().features)),
                      threads, reference_class) {}

  Design design;
  Targets targets;
  SharedRows rows;
  DirectPasses passes;
  LogisticObjective objective;
};

// Straight from the definition, in long double; coefficients as the objective lays them out.

/// F at (w, b).
long double naive_value(const SampleData& sample, std::span<const double> coefficients, double l2);

/// ∇F.
std::vector<double> naive_gradient(const SampleData& sample, std::span<const double> coefficients,
                                   double l2);

/// ∇²F; full rows.
std::vector<std::vector<double>> naive_hessian(const SampleData& sample,
                                               std::span<const double> coefficients, double l2);

}  // namespace mpilogit::objective::testing
