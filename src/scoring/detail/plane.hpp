#pragma once
// A model over the plane of two of the data's features, and where the data lies in it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "model/model.hpp"
#include "scoring/report.hpp"

namespace mpilogit::scoring {

using FeaturePair = std::pair<std::size_t, std::size_t>;

/// "A,B": two different features of the data, by name or, where there are no names, by number from
/// 0. A name may have commas in it as long as there is one way to read the text. Throws bad input
/// (the same on all ranks).
FeaturePair parse_plane(const std::string& text, const model::Model& model,
                        const data::Shape& shape);

/// The two features with the largest effect of one standard deviation, max |coefficient| ·
/// deviation over the model's features that they are in. None when that would be arbitrary or
/// dear: fewer than two effects, sparse data without names, or more than 20,000 features.
std::optional<FeaturePair> strongest_pair(const model::Model& model, const data::Shape& shape,
                                          std::span<const double> deviations);

/// Collective. `means` of the data's features; `labels` as in ScoredRows. Cost: one read of the
/// rows, then (on every rank alike) the model at kPoints² points.
Plane make_plane(const model::Model& model, const data::Dataset& dataset,
                 std::span<const std::uint32_t> labels, std::span<const double> means,
                 FeaturePair features, int threads, const comm::Communicator& communicator);

}  // namespace mpilogit::scoring
