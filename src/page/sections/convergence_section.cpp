#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "page/sections/assets.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

using running::HistoryEntry;

// Below it the estimate is of rounding errors.
constexpr double kLeastGap = 1e-17;

struct By {
  const char* id;
  const char* title;
  const char* axis;
  double (*place)(const HistoryEntry&);
};

Html tip(const HistoryEntry& entry) {
  return Html::text(fmt::format("iteration {}: gap {}, objective {}, {} passes, {}",
                                entry.iteration, shown(entry.estimated_gap, 3),
                                shown(entry.objective, 8), shown(entry.data_passes),
                                duration(entry.seconds)));
}

Chart chart_by(const By& by, const std::vector<HistoryEntry>& history) {
  Chart chart;
  chart.id = by.id;
  chart.title = Html::text(by.title);
  double least = 1.0;
  double most = 0.0;
  Series line;
  for (const auto& entry : history) {
    if (!(entry.estimated_gap > 0.0) || !std::isfinite(entry.estimated_gap)) continue;
    least = std::min(least, entry.estimated_gap);
    most = std::max(most, entry.estimated_gap);
    line.values.insert(line.values.end(), {by.place(entry), entry.estimated_gap});
    chart.marks.push_back({by.place(entry), entry.estimated_gap, tip(entry), kPalette[0], true});
  }
  constexpr double kRoom = 3.0;
  const double last = by.place(history.back());
  chart.x = {.label = Html::text(by.axis), .low = 0.0, .high = last > 0.0 ? last : 1.0};
  chart.y = {.label = Html::text("estimated relative gap"),
             .low = std::max(least, kLeastGap) / kRoom,
             .high = std::max(most, kLeastGap) * kRoom,
             .logarithmic = true};
  chart.description = Html::text(fmt::format(
      "The estimated relative distance of the objective from its optimum falls from {} to {} "
      "within {} passes over the data and {}.",
      shown(line.values[1], 2), shown(line.values.back(), 2), shown(history.back().data_passes),
      duration(history.back().seconds)));
  chart.series.push_back(std::move(line));
  return chart;
}

}  // namespace

Html convergence_section(const scoring::ReportData& data, Plotter& plotter) {
  const std::vector<HistoryEntry>& history = data.record.history;
  const bool any = std::any_of(history.begin(), history.end(), [](const HistoryEntry& entry) {
    return entry.estimated_gap > 0.0 && std::isfinite(entry.estimated_gap) &&
           std::isfinite(entry.seconds);
  });
  if (!data.model || !any) return {};
  const By passes{"gap-by-pass", "By passes over the data", "passes over the data",
                  [](const HistoryEntry& entry) { return static_cast<double>(entry.data_passes); }};
  const By time{"gap-by-time", "By time", "time since training began (s)",
                [](const HistoryEntry& entry) { return entry.seconds; }};
  return fill(asset("convergence.html"), {{"by_pass", plotter.figure(chart_by(passes, history))},
                                          {"by_time", plotter.figure(chart_by(time, history))}});
}

}  // namespace mpilogit::page
