#include "data/columns/column_frames.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mpilogit::data {

namespace {

using kernels::ColumnExtremes;
using kernels::ExactValue;
using kernels::FramedColumn;

constexpr double kNothing = -std::numeric_limits<double>::infinity();

// A rank without rows of positive weight has nothing to say, and takes no column away.
std::vector<std::uint32_t> common_candidates(const kernels::FrameCandidates& mine,
                                             std::size_t features,
                                             const comm::Communicator& communicator) {
  const bool none = mine.started() && mine.candidates().empty();
  if (communicator.maximum(std::int64_t{none}) == 1) return {};
  const std::int64_t speakers = communicator.sum(std::int64_t{mine.started()});
  if (speakers == 0) return {};
  std::vector<std::int64_t> votes(features, 0);
  for (const auto& candidate : mine.candidates()) votes[candidate.column] = 1;
  communicator.sum(votes);
  std::vector<std::uint32_t> common;
  for (std::size_t j = 0; j < features; ++j) {
    if (votes[j] == speakers) common.push_back(static_cast<std::uint32_t>(j));
  }
  return common;
}

// The greatest of all ranks: by `high`, and of those that have it by `low`.
void greatest_of_ranks(std::span<ExactValue> values, const comm::Communicator& communicator) {
  std::vector<double> highs;
  for (const auto& value : values) highs.push_back(value.high);
  communicator.maximum(highs);
  std::vector<double> lows;
  for (std::size_t v = 0; v < values.size(); ++v) {
    lows.push_back(values[v].high == highs[v] ? values[v].low : kNothing);
  }
  communicator.maximum(lows);
  for (std::size_t v = 0; v < values.size(); ++v) values[v] = {highs[v], lows[v]};
}

// Collective.
std::vector<ColumnExtremes> extremes_of(const FrameSearch& search,
                                        std::span<const std::uint32_t> columns,
                                        core::FunctionRef<void(LocalRowsVisitor)> for_rows,
                                        const comm::Communicator& communicator) {
  std::vector<ColumnExtremes> extremes;
  for (const auto column : columns) extremes.push_back({column, {}, {}});
  for_rows([&](const kernels::AnyRows& rows, std::int64_t first) {
    const auto weights =
        search.weights.empty()
            ? search.weights
            : search.weights.subspan(static_cast<std::size_t>(first), kernels::row_count(rows));
    kernels::add_extremes(rows, weights, extremes);
  });
  const auto negated = [](const ExactValue& value) { return ExactValue{-value.high, -value.low}; };
  std::vector<ExactValue> values;
  for (const auto& [column, weighted, all] : extremes) {
    values.insert(values.end(),
                  {negated(weighted.least), weighted.greatest, negated(all.least), all.greatest});
  }
  greatest_of_ranks(values, communicator);
  for (std::size_t k = 0; k < extremes.size(); ++k) {
    extremes[k].weighted = {negated(values[4 * k]), values[4 * k + 1]};
    extremes[k].all = {negated(values[4 * k + 2]), values[4 * k + 3]};
  }
  return extremes;
}

// The entry nearest to 0, as a double that is not farther from it: between the extremes, in the
// type of every entry, and the same in every type.
double centre_of(const kernels::Extremes& extremes) {
  const ExactValue& nearest = extremes.least.high > 0.0 ? extremes.least : extremes.greatest;
  const bool beyond = nearest.high > 0.0 ? nearest.low < 0.0 : nearest.low > 0.0;
  return beyond ? std::nextafter(nearest.high, 0.0) : nearest.high;
}

double largest_distance(const kernels::Extremes& extremes, double centre) {
  const auto distance = [&](const ExactValue& value) {
    return std::fabs((value.high - centre) + value.low);
  };
  return std::max(distance(extremes.least), distance(extremes.greatest));
}

// 0 for moderate sizes, else what brings `size` to the nearer limit.
int exponent_of(double size, int limit) {
  if (size == 0.0) return 0;
  const int exponent = std::ilogb(size);
  if (exponent >= limit) return exponent - (limit - 1);
  return exponent < -limit ? exponent + limit : 0;
}

}  // namespace

std::vector<FramedColumn> find_frames(const FrameSearch& search,
                                      const kernels::FrameCandidates& candidates,
                                      core::FunctionRef<void(LocalRowsVisitor)> for_rows,
                                      std::span<double> largest,
                                      const comm::Communicator& communicator) {
  std::vector<FramedColumn> frames;
  if (search.rule == kernels::FrameRule::none) return frames;
  const auto columns = common_candidates(candidates, largest.size(), communicator);
  if (!columns.empty()) {
    for (const auto& [column, weighted, all] :
         extremes_of(search, columns, for_rows, communicator)) {
      if (!kernels::holds(search.rule, weighted)) continue;
      frames.push_back({column, centre_of(weighted), 0});
      largest[column] = largest_distance(all, frames.back().centre);
    }
  }
  if (search.storage != hdf5::ValueType::float64) return frames;
  std::vector<FramedColumn> both;
  auto shifted = frames.begin();
  for (std::size_t j = 0; j < largest.size(); ++j) {
    const int exponent = exponent_of(largest[j], search.size_limit);
    const bool has_centre = shifted != frames.end() && shifted->column == j;
    const double centre = has_centre ? (shifted++)->centre : 0.0;
    if (!has_centre && exponent == 0) continue;
    both.push_back({static_cast<std::uint32_t>(j), centre, exponent});
    largest[j] = std::ldexp(largest[j], -exponent);
  }
  return both;
}

}  // namespace mpilogit::data
