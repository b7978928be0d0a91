#include "scoring/detail/plane.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "core/error.hpp"
#include "kernels/fused_pass.hpp"
#include "objective/design.hpp"
#include "scoring/scoring.hpp"
#include "statistics/scores.hpp"

namespace mpilogit::scoring {

namespace {

constexpr std::int64_t kMostPlaneFeatures = 20'000;

// Two values of each local row, side by side. With unit vectors as coefficients the margins are
// the values themselves: every other product is 0, and stored values are finite.
std::vector<double> two_columns(const data::Dataset& dataset, FeaturePair features, int threads) {
  std::vector<double> units(2 * static_cast<std::size_t>(dataset.shape().features));
  units[2 * features.first] = 1.0;
  units[2 * features.second + 1] = 1.0;
  std::vector<double> values(2 * static_cast<std::size_t>(dataset.local_rows().size()));
  const auto blocks = objective::local_blocks(dataset);
  objective::for_each_block(dataset, blocks, threads, [&](const objective::LocalBlock& block, int) {
    kernels::add_margins(*block.features, units, 2,
                         std::span<double>(values).subspan(2 * block.first, 2 * block.rows));
  });
  return values;
}

// Which of `cells` equal parts of low … high a value in between lies in. From halves, so that no
// difference of finite values overflows.
std::size_t cell_of(double value, double low, double high, std::size_t cells) {
  const double share = (0.5 * value - 0.5 * low) / (0.5 * high - 0.5 * low);
  const auto cell = static_cast<std::size_t>(share * static_cast<double>(cells));
  return std::min(cell, cells - 1);
}

double between(double low, double high, double share) {
  return low * (1.0 - share) + high * share;
}

// The middle 99 % of the values, by a histogram of integers, so that a few stray rows do not press
// all others into a corner; all of them where most are equal. A margin of 4 % on either side.
void set_range(std::span<const double> values, std::size_t offset, PlaneAxis& axis,
               const comm::Communicator& communicator) {
  constexpr std::size_t kCells = 4096;
  double least = HUGE_VAL;
  double most = -HUGE_VAL;
  for (std::size_t i = offset; i < values.size(); i += 2) {
    least = std::min(least, values[i]);
    most = std::max(most, values[i]);
  }
  least = communicator.minimum(least);
  most = communicator.maximum(most);
  axis.low = least - 0.5;
  axis.high = most + 0.5;
  if (least == most) return;

  std::vector<std::int64_t> counts(kCells);
  for (std::size_t i = offset; i < values.size(); i += 2) {
    ++counts[cell_of(values[i], least, most, kCells)];
  }
  communicator.sum(counts);
  const auto rows = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const std::int64_t stray = rows / 200;
  std::size_t first = 0;
  for (std::int64_t below = counts[0]; below <= stray; below += counts[++first]) {
  }
  std::size_t last = kCells - 1;
  for (std::int64_t above = counts[last]; above <= stray; above += counts[--last]) {
  }
  if (last - first < kCells / 50) {
    first = 0;
    last = kCells - 1;
  }
  const auto at = [&](std::size_t edge) {
    return between(least, most, static_cast<double>(edge) / static_cast<double>(kCells));
  };
  constexpr double kMargin = 0.04;
  axis.low = between(at(first), at(last + 1), -kMargin);
  axis.high = between(at(first), at(last + 1), 1.0 + kMargin);
}

// A row of trials is so many rows.
void count_row(const data::Dataset& dataset, std::span<const std::uint32_t> labels, std::size_t row,
               std::span<std::int64_t> classes) {
  if (!labels.empty()) {
    ++classes[labels[row]];
    return;
  }
  const auto successes = static_cast<std::int64_t>(dataset.successes()[row]);
  classes[0] += static_cast<std::int64_t>(dataset.trials()[row]) - successes;
  classes[1] += successes;
}

// Integers, summed over the ranks: the same whoever holds the rows.
void count_rows(const data::Dataset& dataset, std::span<const std::uint32_t> labels,
                std::span<const double> values, std::size_t classes,
                const comm::Communicator& communicator, Plane& plane) {
  plane.counts.assign(Plane::kColumns * Plane::kRows * classes, 0);
  for (std::size_t i = 0; 2 * i < values.size(); ++i) {
    const double x = values[2 * i];
    const double y = values[2 * i + 1];
    if (x < plane.x.low || x > plane.x.high || y < plane.y.low || y > plane.y.high) {
      ++plane.outside;
      continue;
    }
    const std::size_t cell = cell_of(y, plane.y.low, plane.y.high, Plane::kRows) * Plane::kColumns +
                             cell_of(x, plane.x.low, plane.x.high, Plane::kColumns);
    count_row(dataset, labels, i,
              std::span<std::int64_t>(plane.counts).subspan(cell * classes, classes));
  }
  communicator.sum(plane.counts);
  plane.outside = communicator.sum(plane.outside);
}

// Rows of the grid that are made at a time: as few as fit a cache where features are many.
std::vector<double> grid_probabilities(const model::Model& model, std::span<const double> means,
                                       const Plane& plane) {
  constexpr std::size_t kMostValues = std::size_t{1} << 17;
  constexpr std::size_t kAll = Plane::kPoints * Plane::kPoints;
  const std::size_t features = means.size();
  const std::size_t tile = std::clamp<std::size_t>(kMostValues / features, 1, kAll);
  const statistics::ScoreShape shape = score_shape(model);
  std::vector<double> rows(tile * features);
  for (std::size_t i = 0; i < tile; ++i) {
    std::copy(means.begin(), means.end(), rows.begin() + static_cast<std::ptrdiff_t>(i * features));
  }
  const auto coordinate = [](const PlaneAxis& axis, std::size_t point) {
    constexpr double kSteps = static_cast<double>(Plane::kPoints - 1);
    return between(axis.low, axis.high, static_cast<double>(point) / kSteps);
  };
  std::vector<double> probabilities(kAll * shape.classes());
  for (std::size_t first = 0; first < kAll; first += tile) {
    const std::size_t count = std::min(tile, kAll - first);
    for (std::size_t i = 0; i < count; ++i) {
      rows[i * features + plane.x.feature] = coordinate(plane.x, (first + i) % Plane::kPoints);
      rows[i * features + plane.y.feature] = coordinate(plane.y, (first + i) / Plane::kPoints);
    }
    const kernels::AnyDenseRows view = kernels::DenseRows<double>{rows.data(), count, features};
    statistics::class_probabilities(
        shape, margins(model, view),
        std::span<double>(probabilities).subspan(first * shape.classes(), count * shape.classes()));
  }
  return probabilities;
}

const std::vector<std::string>& names_of(const model::Model& model, const data::Shape& shape) {
  return model.data_feature_names.empty() ? shape.feature_names : model.data_feature_names;
}

std::optional<std::size_t> find_feature(const std::string& text,
                                        const std::vector<std::string>& names,
                                        std::int64_t features) {
  if (!names.empty()) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
  }
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  constexpr std::size_t kMostDigits = 12;
  if (text.empty() || text.size() > kMostDigits || std::stoll(text) >= features) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(std::stoll(text));
}

core::Error bad_plane(const std::string& text, const std::string& why,
                      const std::vector<std::string>& names) {
  return core::agreed_bad_input(
      {.what = "--plane is '" + text + "'",
       .why = why,
       .remedy = names.empty() ? "Give two numbers of columns, counted from 0: --plane 0,1"
                               : "Give two names of the data's features: --plane '" +
                                     names.front() + "," + names.back() + "'"});
}

}  // namespace

FeaturePair parse_plane(const std::string& text, const model::Model& model,
                        const data::Shape& shape) {
  const std::vector<std::string>& names = names_of(model, shape);
  std::optional<FeaturePair> found;
  for (std::size_t comma = text.find(','); comma != std::string::npos;
       comma = text.find(',', comma + 1)) {
    const auto x = find_feature(text.substr(0, comma), names, shape.features);
    const auto y = find_feature(text.substr(comma + 1), names, shape.features);
    if (!x || !y) continue;
    if (found) throw bad_plane(text, "there are two ways to read it", names);
    found = FeaturePair(*x, *y);
  }
  if (!found) throw bad_plane(text, "that does not name two features of the data", names);
  if (found->first == found->second) throw bad_plane(text, "both features are the same", names);
  return *found;
}

std::optional<FeaturePair> strongest_pair(const model::Model& model, const data::Shape& shape,
                                          std::span<const double> deviations) {
  const bool named = !names_of(model, shape).empty();
  if (model.features > kMostPlaneFeatures || (shape.sparse && !named)) return std::nullopt;
  std::vector<double> effects(static_cast<std::size_t>(model.data_features()));
  const auto products = kernels::monomials(model.expansion);
  for (std::size_t m = 0; m < products.size(); ++m) {
    for (std::int64_t r = 0; r < model.rows(); ++r) {
      const double coefficient =
          model.coefficients[static_cast<std::size_t>(r * model.features) + m];
      for (const auto j : products[m]) {
        effects[j] = std::max(effects[j], std::fabs(coefficient) * deviations[m]);
      }
    }
  }
  std::vector<std::size_t> order(effects.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return effects[a] > effects[b]; });
  if (order.size() < 2 || !(effects[order[1]] > 0.0)) return std::nullopt;
  return FeaturePair(order[0], order[1]);
}

Plane make_plane(const model::Model& model, const data::Dataset& dataset,
                 std::span<const std::uint32_t> labels, std::span<const double> means,
                 FeaturePair features, int threads, const comm::Communicator& communicator) {
  const std::vector<std::string>& names = names_of(model, dataset.shape());
  const auto name = [&](std::size_t j) {
    return names.empty() ? fmt::format("column {}", j) : names[j];
  };
  Plane plane;
  plane.x = {features.first, name(features.first)};
  plane.y = {features.second, name(features.second)};
  const std::vector<double> values = two_columns(dataset, features, threads);
  set_range(values, 0, plane.x, communicator);
  set_range(values, 1, plane.y, communicator);
  count_rows(dataset, labels, values, model.classes.size(), communicator, plane);
  plane.probability = grid_probabilities(model, means, plane);
  return plane;
}

}  // namespace mpilogit::scoring
