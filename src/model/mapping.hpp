#pragma once
// A model's coefficients in the terms of another problem: to start from, or as a prior mean.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/labels.hpp"
#include "model/model.hpp"

namespace mpilogit::model {

/// Where a problem measures its data's features from.
struct TargetCentre {
  std::span<const double> centre;  ///< per data feature; empty: all 0
  /// Of the data's own features; empty: those of the problem, or of products of nameless features
  /// x0, x1, ….
  std::vector<std::string> data_feature_names;
};

/// The coefficients of `from` as the solvers lay them out, (features + 1) × columns, row-major, the
/// intercepts last, for a problem with these classes and (expanded) features. Features go by name:
/// those that the model does not know get 0, those that the data does not have are dropped, as if
/// they were at the model's centre. Where neither has names they go by position. They are those of
/// the features less the problem's centre c': with the model's c
///   b' = b_c + Σ_j (c'_j − c_j) w_j
/// and products likewise, without a detour over 0. A model with a reference class gets rows that
/// sum to 0 over the classes where every class has a column; the other way, class 0's row is
/// subtracted. Throws bad input, naming `from_path`, if the classes differ or the features cannot
/// be matched.
std::vector<double> coefficients_for(const Model& from, const data::ClassSet& classes,
                                     const std::vector<std::string>& feature_names,
                                     std::int64_t features, std::size_t columns,
                                     bool reference_class, const std::string& from_path,
                                     const TargetCentre& target = {});

}  // namespace mpilogit::model
