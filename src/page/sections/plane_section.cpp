#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "page/sections/assets.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

using scoring::Plane;

constexpr std::size_t kGrid = Plane::kPoints;

double at(const scoring::PlaneAxis& axis, std::size_t index, std::size_t parts) {
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

/// Which classes have a colour of their own: all, or of many those with the most rows.
struct ClassColours {
  static constexpr std::uint32_t kOthers = kPalette[6];

  std::vector<std::size_t> own;  ///< the n-th has the palette's n-th colour

  std::uint32_t of(std::size_t k) const {
    const auto found = std::find(own.begin(), own.end(), k);
    return found == own.end() ? kOthers : palette(static_cast<std::size_t>(found - own.begin()));
  }
};

ClassColours colours_of(const Plane& plane, std::size_t classes) {
  constexpr std::size_t kMostOwn = 6;  // the palette without its greys and yellow
  ClassColours colours;
  std::vector<std::int64_t> rows(classes);
  for (std::size_t i = 0; i < plane.counts.size(); ++i) rows[i % classes] += plane.counts[i];
  for (std::size_t k = 0; k < classes; ++k) colours.own.push_back(k);
  if (classes <= kMostOwn) return colours;
  std::stable_sort(colours.own.begin(), colours.own.end(),
                   [&](std::size_t a, std::size_t b) { return rows[a] > rows[b]; });
  colours.own.resize(kMostOwn);
  std::sort(colours.own.begin(), colours.own.end());
  return colours;
}

/// Where on the grid a class is the most probable.
struct Region {
  std::size_t of_class = 0;
  std::size_t points = 0;
  double x = 0.0;  ///< the middle, as the mean of its points
  double y = 0.0;
};

// The largest first.
std::vector<Region> regions_of(const Plane& plane, std::size_t classes) {
  std::vector<Region> regions(classes);
  for (std::size_t i = 0; i < kGrid * kGrid; ++i) {
    const auto first = plane.probability.begin() + static_cast<std::ptrdiff_t>(i * classes);
    const auto best = std::max_element(first, first + static_cast<std::ptrdiff_t>(classes));
    Region& region = regions[static_cast<std::size_t>(best - first)];
    region.of_class = static_cast<std::size_t>(best - first);
    ++region.points;
    region.x += at(plane.x, i % kGrid, kGrid - 1);
    region.y += at(plane.y, i / kGrid, kGrid - 1);
  }
  std::erase_if(regions, [](const Region& region) { return region.points == 0; });
  for (auto& region : regions) {
    region.x /= static_cast<double>(region.points);
    region.y /= static_cast<double>(region.points);
  }
  std::stable_sort(regions.begin(), regions.end(),
                   [](const Region& a, const Region& b) { return a.points > b.points; });
  return regions;
}

// The colours of the classes, mixed by their shares of the cell's rows.
std::uint32_t mixed_colour(std::span<const std::int64_t> counts, std::int64_t total,
                           const ClassColours& colours) {
  std::uint32_t mixed = 0;
  for (const unsigned shift : {16U, 8U, 0U}) {
    double channel = 0.0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      channel += static_cast<double>((colours.of(k) >> shift) & 0xFFU) *
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
void add_density(const Plane& plane, const model::Model& model, const ClassColours& colours,
                 Chart& chart) {
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
    cells.values.insert(
        cells.values.end(),
        {x[0], x[1], y[0], y[1],
         static_cast<double>(transparent << 24U | mixed_colour(counts, total, colours))});
    chart.marks.push_back(
        {0.5 * (x[0] + x[1]), 0.5 * (y[0] + y[1]), cell_tip(model, counts), 0, false});
  }
  chart.series.push_back(std::move(cells));
}

Html class_name(const model::Model& model, std::size_t k) {
  return Html::name(model.classes.name(k));
}

void add_density_legend(const model::Model& model, const ClassColours& colours, Chart& chart) {
  const auto add = [&](std::uint32_t colour, const Html& name) {
    Series box{.shape = Shape::boxes, .colour = colour};
    box.name = name;
    chart.series.push_back(std::move(box));
  };
  for (const std::size_t k : colours.own) {
    add(colours.of(k), Html::text("rows of ") + class_name(model, k));
  }
  if (colours.own.size() < model.classes.size()) {
    add(ClassColours::kOthers, Html::text("rows of other classes"));
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

// Where class k is as probable as the most probable of the others, for the classes that are the
// most probable somewhere; each has its name in the middle of where it is.
void add_class_regions(const Plane& plane, const model::Model& model, Chart& chart) {
  constexpr std::size_t kMost = 12;
  constexpr std::size_t kLongest = 14;
  const std::size_t classes = model.classes.size();
  std::vector<Region> regions = regions_of(plane, classes);
  if (regions.size() > kMost) regions.resize(kMost);
  for (const auto& region : regions) {
    const std::size_t k = region.of_class;
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
    if (chart.labels.empty()) line.name = Html::text("where the most probable class changes");
    chart.series.push_back(std::move(line));
    chart.labels.push_back({region.x, region.y, Html::text(model.classes.name(k), kLongest)});
  }
}

Html words(const scoring::ReportEvaluation& evaluation, const model::Model& model) {
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

Html plane_section(const scoring::ReportData& data, Plotter& plotter) {
  if (!data.evaluation || !data.evaluation->plane) return {};
  const Plane& plane = *data.evaluation->plane;
  const model::Model& model = *data.model;
  Chart chart;
  chart.id = "plane";
  chart.title = Html::name(plane.y.name) + Html::text(" against ") + Html::name(plane.x.name);
  chart.description = words(*data.evaluation, model);
  constexpr std::size_t kLongestLabel = 40;
  chart.x = {
      .label = Html::text(plane.x.name, kLongestLabel), .low = plane.x.low, .high = plane.x.high};
  chart.y = {
      .label = Html::text(plane.y.name, kLongestLabel), .low = plane.y.low, .high = plane.y.high};
  chart.height = 400;
  const ClassColours colours = colours_of(plane, model.classes.size());
  add_density(plane, model, colours, chart);
  if (model.classes.size() == 2) {
    add_two_class_contours(plane, chart);
  } else {
    add_class_regions(plane, model, chart);
  }
  add_density_legend(model, colours, chart);
  const Html how =
      Html::text(plane.chosen ? "The two features that were asked for."
                              : "The two features with the largest effect of one standard "
                                "deviation; --plane chooses others.");
  const Html lines = Html::text(
      model.classes.size() == 2
          ? "The lines are where the model’s probability has the value named."
          : "The lines divide the plane between the classes that are the most probable there.");
  return fill(asset("plane.html"),
              {{"how", how}, {"lines", lines}, {"figure", plotter.figure(chart)}});
}

}  // namespace mpilogit::page
