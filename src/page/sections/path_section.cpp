#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "page/sections/assets.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

constexpr std::size_t kMostNamed = 8;
constexpr std::size_t kMostLines = 60;
constexpr std::size_t kMostTableRows = 200;

/// The course of coefficient `index` (rows × features) over the steps.
double coefficient(const model::Path& path, std::size_t step, std::size_t index) {
  const std::size_t per_step = path.coefficients.size() / path.lambda.size();
  return path.coefficients[step * per_step + index];
}

// The largest magnitudes at the last step first, as far as they are not 0 there.
std::vector<std::size_t> strongest(const model::Path& path) {
  const std::size_t last = path.lambda.size() - 1;
  std::vector<std::size_t> order(path.coefficients.size() / path.lambda.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t taken = std::min(kMostLines, order.size());
  const auto size = [&](std::size_t i) { return std::fabs(coefficient(path, last, i)); };
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(taken), order.end(),
      [&](std::size_t a, std::size_t b) { return size(a) != size(b) ? size(a) > size(b) : a < b; });
  order.resize(taken);
  while (!order.empty() && size(order.back()) == 0.0) order.pop_back();
  return order;
}

Axis lambda_axis(const model::Path& path) {
  const auto [least, most] = std::minmax_element(path.lambda.begin(), path.lambda.end());
  constexpr double kRoom = 1.15;
  return {.label = Html::text("penalty λ, on a logarithmic scale"),
          .low = *least / kRoom,
          .high = *most * kRoom,
          .logarithmic = true};
}

std::string name_of(const model::Model& model, std::size_t index) {
  const auto features = static_cast<std::size_t>(model.features);
  const std::string feature = model.feature_name(static_cast<std::int64_t>(index % features));
  if (model.rows() == 1) return feature;
  const auto row = static_cast<std::int64_t>(index / features);
  return model.classes.name(model.row_class(row)) + " \u2190 " + feature;
}

Series chosen_step(const scoring::ReportData& data, const Axis& y) {
  Series line{.shape = Shape::dashed, .colour = 0x000000, .width = 1.5};
  const double lambda = data.path->lambda[static_cast<std::size_t>(*data.step)];
  line.values = {lambda, y.low, lambda, y.high};
  line.name = Html::text(fmt::format("step {}", *data.step));
  return line;
}

// The strongest have colours and names, the rest is grey and thin.
Chart coefficient_paths(const scoring::ReportData& data) {
  const model::Path& path = *data.path;
  const model::Model model = model::model_at(path, path.steps() - 1);
  const std::vector<std::size_t> order = strongest(path);
  Chart chart;
  chart.id = "coefficient-paths";
  chart.title = Html::text("Coefficients along the path");
  chart.x = lambda_axis(path);
  double low = 0.0;
  double high = 0.0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const bool named = rank < kMostNamed;
    Series line{.colour = named ? palette(rank) : kPalette[6], .width = named ? 2.0 : 0.7};
    for (std::size_t s = 0; s < path.lambda.size(); ++s) {
      const double value = coefficient(path, s, order[rank]);
      line.values.insert(line.values.end(), {path.lambda[s], value});
      low = std::min(low, value);
      high = std::max(high, value);
    }
    const std::size_t last = path.lambda.size() - 1;
    const double end = coefficient(path, last, order[rank]);
    const Html name = Html::name(name_of(model, order[rank]));
    if (named) line.name = name;
    chart.marks.push_back(
        {path.lambda[last], end, name + Html::text(": " + shown(end)), line.colour, named});
    chart.series.push_back(std::move(line));
  }
  const double room = high > low ? 0.05 * (high - low) : 1.0;
  chart.y = {.label = Html::text("coefficient"), .low = low - room, .high = high + room};
  if (data.step) chart.series.push_back(chosen_step(data, chart.y));
  std::string words = fmt::format(
      "As the penalty λ falls from {} to {}, coefficients leave 0: {} of {} have at its end",
      shown(path.lambda.front()), shown(path.lambda.back()), shown(path.nonzeros.back()),
      shown(static_cast<std::int64_t>(model.coefficients.size())));
  if (!order.empty()) {
    words += fmt::format(". The largest there is {} with {}", name_of(model, order.front()),
                         shown(model.coefficients[order.front()]));
  }
  if (static_cast<std::int64_t>(order.size()) < path.nonzeros.back()) {
    words += fmt::format("; the {} largest are drawn", order.size());
  }
  chart.description = Html::text(words + ".");
  return chart;
}

Chart deviance_explained(const scoring::ReportData& data) {
  const model::Path& path = *data.path;
  Chart chart;
  chart.id = "deviance-explained";
  chart.title = Html::text("Deviance explained");
  chart.x = lambda_axis(path);
  Series line;
  double most = 0.0;
  for (std::size_t s = 0; s < path.lambda.size(); ++s) {
    const double share = 100.0 * path.deviance_explained[s];
    most = std::max(most, share);
    line.values.insert(line.values.end(), {path.lambda[s], share});
    chart.marks.push_back(
        {path.lambda[s], share,
         Html::text(fmt::format("step {}: λ = {}, {} % explained, {} coefficients "
                                "not 0",
                                s, shown(path.lambda[s]), shown(share), shown(path.nonzeros[s]))),
         kPalette[0], path.lambda.size() <= kMostLines});
  }
  chart.series.push_back(std::move(line));
  chart.y = {.label = Html::text("deviance explained (%)"),
             .low = 0.0,
             .high = most > 0.0 ? 1.05 * most : 1.0};
  if (data.step) chart.series.push_back(chosen_step(data, chart.y));
  chart.description = Html::text(fmt::format(
      "The share of the null deviance that the models explain on their training data rises from "
      "{} to {}.",
      percent(path.deviance_explained.front()), percent(path.deviance_explained.back())));
  return chart;
}

// Every step, or of many every second, third, …
Html table_rows(const model::Path& path) {
  const std::size_t stride = (path.lambda.size() + kMostTableRows - 1) / kMostTableRows;
  std::string rows;
  for (std::size_t s = 0; s < path.lambda.size(); s += stride) {
    rows += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", s,
        shown(path.lambda[s], 5), shown(path.nonzeros[s]), percent(path.deviance_explained[s]),
        shown(path.data_passes[s]));
  }
  return Html::markup(rows);
}

}  // namespace

Html path_section(const scoring::ReportData& data, Plotter& plotter) {
  if (!data.path || data.path->lambda.empty()) return {};
  return fill(asset("path.html"), {{"coefficients", plotter.figure(coefficient_paths(data))},
                                   {"deviance", plotter.figure(deviance_explained(data))},
                                   {"rows", table_rows(*data.path)}});
}

}  // namespace mpilogit::page
