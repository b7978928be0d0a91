#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "assets.hpp"
#include "numbers.hpp"
#include "sections.hpp"

namespace mpilogit::report {

namespace {

using workflow::Plane;

constexpr std::size_t kGrid = Plane::kPoints;

double at(const workflow::PlaneAxis& axis, std::size_t index, std::size_t parts) {
  const double share = static_cast<double>(index) / static_cast<double>(parts);
  return axis.low * (1.0 - share) + axis.high * share;
}

// One value of the grid for each of its points: `value` of the point's probabilities.
template <class Value>
Series contours(const Plane& plane, std::size_t classes, Value value) {
  Series series{.shape = Shape::contours};
  series.grid_width = kGrid;
  const std::span<const double> all(plane.probability);
  for (std::size_t i = 0; i < kGrid * kGrid; ++i) {
    series.values.insert(series.values.end(),
                         {at(plane.x, i % kGrid, kGrid - 1), at(plane.y, i / kGrid, kGrid - 1),
                          value(all.subspan(i * classes, classes))});
  }
  return series;
}

// The colours of the classes, mixed by their shares of the cell's rows.
std::uint32_t mixed_colour(std::span<const std::int64_t> counts, std::int64_t total) {
  std::uint32_t mixed = 0;
  for (const unsigned shift : {16U, 8U, 0U}) {
    double channel = 0.0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      channel += static_cast<double>((palette(k) >> shift) & 0xFFU) *
                 static_cast<double>(counts[k]) / static_cast<double>(total);
    }
    mixed |= static_cast<std::uint32_t>(std::lround(channel)) << shift;
  }
  return mixed;
}

std::int64_t total_of(std::span<const std::int64_t> counts) {
  std::int64_t total = 0;
  for (const auto count : counts) total += count;
  return total;
}

Html cell_tip(const model::Model& model, std::span<const std::int64_t> counts) {
  constexpr std::size_t kMost = 4;
  constexpr std::size_t kLongest = 24;
  std::vector<Html> parts;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    parts.push_back(Html::text(model.classes.name(k), kLongest) +
                    Html::text(": " + shown(counts[k])));
  }
  return list_of(parts, kMost);
}

// More rows, more colour: 15 % for one row, 85 % for the fullest cell, by the logarithm.
void add_density(const Plane& plane, const model::Model& model, Chart& chart) {
  const std::size_t classes = model.classes.size();
  const std::span<const std::int64_t> all(plane.counts);
  std::int64_t fullest = 1;
  for (std::size_t c = 0; c < Plane::kColumns * Plane::kRows; ++c) {
    fullest = std::max(fullest, total_of(all.subspan(c * classes, classes)));
  }
  Series cells{.shape = Shape::cells};
  for (std::size_t c = 0; c < Plane::kColumns * Plane::kRows; ++c) {
    const auto counts = all.subspan(c * classes, classes);
    const std::int64_t total = total_of(counts);
    if (total == 0) continue;
    const std::size_t column = c % Plane::kColumns;
    const std::size_t row = c / Plane::kColumns;
    const double full = std::log(static_cast<double>(total)) /
                        std::max(1.0, std::log(static_cast<double>(fullest)));
    const auto transparent = static_cast<std::uint32_t>(std::lround(255.0 * (0.85 - 0.7 * full)));
    const double x[] = {at(plane.x, column, Plane::kColumns),
                        at(plane.x, column + 1, Plane::kColumns)};
    const double y[] = {at(plane.y, row, Plane::kRows), at(plane.y, row + 1, Plane::kRows)};
    cells.values.insert(cells.values.end(),
                        {x[0], x[1], y[0], y[1],
                         static_cast<double>(transparent << 24U | mixed_colour(counts, total))});
    chart.marks.push_back(
        {0.5 * (x[0] + x[1]), 0.5 * (y[0] + y[1]), cell_tip(model, counts), 0, false});
  }
  chart.series.push_back(std::move(cells));
}

Html class_name(const model::Model& model, std::size_t k) {
  return Html::name(model.classes.name(k));
}

void add_density_legend(const model::Model& model, Chart& chart) {
  constexpr std::size_t kMost = 10;
  for (std::size_t k = std::min(kMost, model.classes.size()); k-- > 0;) {
    Series box{.shape = Shape::boxes, .colour = palette(k), .opacity = 0.0};
    box.name = Html::text("rows of ") + class_name(model, k);
    chart.series.push_back(std::move(box));
  }
}

// P(y = 1) at 0.5, and on either side of it.
void add_two_class_contours(const Plane& plane, Chart& chart) {
  const auto add = [&](std::vector<double> levels, std::uint32_t colour, double width,
                       const char* name) {
    Series lines = contours(plane, 2, [](auto p) { return p[1]; });
    lines.levels = std::move(levels);
    lines.colour = colour;
    lines.width = width;
    lines.name = Html::text(name);
    chart.series.push_back(std::move(lines));
  };
  add({0.1, 0.25}, kPalette[4], 1.2, "probability 0.1 and 0.25");
  add({0.75, 0.9}, kPalette[5], 1.2, "probability 0.75 and 0.9");
  add({0.5}, 0x000000, 3.0, "probability 0.5");
}

// Where class k is as probable as the most probable of the others.
void add_class_boundaries(const Plane& plane, std::size_t classes, Chart& chart) {
  constexpr std::size_t kMost = 10;
  for (std::size_t k = 0; k < std::min(kMost, classes); ++k) {
    Series line = contours(plane, classes, [k](auto p) {
      double other = 0.0;
      for (std::size_t l = 0; l < p.size(); ++l) {
        if (l != k) other = std::max(other, p[l]);
      }
      return p[k] - other;
    });
    line.levels = {0.0};
    line.colour = 0x000000;
    line.width = 2.2;
    if (k == 0) line.name = Html::text("where the most probable class changes");
    chart.series.push_back(std::move(line));
  }
}

Html words(const workflow::ReportEvaluation& evaluation, const model::Model& model) {
  const Plane& plane = *evaluation.plane;
  const std::size_t classes = model.classes.size();
  const std::size_t centre = (kGrid / 2) * kGrid + kGrid / 2;
  const std::size_t first = centre * classes;
  const auto best =
      std::max_element(plane.probability.begin() + static_cast<std::ptrdiff_t>(first),
                       plane.probability.begin() + static_cast<std::ptrdiff_t>(first + classes));
  const auto k = static_cast<std::size_t>(best - plane.probability.begin()) - first;
  Html text = Html::text("The model over ") + Html::name(plane.x.name) +
              Html::text(fmt::format(" from {} to {} (across) and ", shown(plane.x.low),
                                     shown(plane.x.high))) +
              Html::name(plane.y.name) +
              Html::text(fmt::format(" from {} to {} (upwards), all other features at their means. "
                                     "In the middle of the picture the most probable class is ",
                                     shown(plane.y.low), shown(plane.y.high))) +
              class_name(model, k) + Html::text(", with a probability of " + shown(*best, 2) + ".");
  if (plane.outside > 0) {
    text += Html::text(fmt::format(" {} of {} rows lie outside of it.", shown(plane.outside),
                                   shown(evaluation.shape.rows)));
  }
  return text;
}

}  // namespace

Html plane_section(const workflow::ReportData& data, Plotter& plotter) {
  if (!data.evaluation || !data.evaluation->plane) return {};
  const Plane& plane = *data.evaluation->plane;
  const model::Model& model = *data.model;
  Chart chart;
  chart.id = "plane";
  chart.title = Html::name(plane.y.name) + Html::text(" against ") + Html::name(plane.x.name);
  chart.description = words(*data.evaluation, model);
  chart.x = {.label = Html::name(plane.x.name), .low = plane.x.low, .high = plane.x.high};
  chart.y = {.label = Html::name(plane.y.name), .low = plane.y.low, .high = plane.y.high};
  chart.height = 400;
  add_density(plane, model, chart);
  if (model.classes.size() == 2) {
    add_two_class_contours(plane, chart);
  } else {
    add_class_boundaries(plane, model.classes.size(), chart);
  }
  add_density_legend(model, chart);
  const Html how =
      Html::text(plane.chosen ? "The two features that were asked for."
                              : "The two features with the largest effect of one standard "
                                "deviation; --plane chooses others.");
  return fill(kPlane, {{"how", how}, {"figure", plotter.figure(chart)}});
}

}  // namespace mpilogit::report
