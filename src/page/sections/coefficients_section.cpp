#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "page/sections/assets.hpp"
#include "page/sections/estimates.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

namespace mpilogit::page {

namespace {

constexpr std::size_t kMostRows = 1000;
constexpr std::size_t kMostBars = 25;

// --- The table
// ------------------------------------------------------------------------------------

/// What the table has beside name and coefficient.
struct Columns {
  bool of_class = false;
  bool errors = false;
  bool deviation = false;
};

Html header(const Columns& columns, const model::Model& model) {
  std::string cells;
  const auto add = [&](const std::string& name, const char* kind) {
    cells += fmt::format(
        "<th scope=\"col\" class=\"{}\" aria-sort=\"none\"><button type=\"button\" "
        "data-kind=\"{}\">{}</button></th>",
        kind, kind, Html::text(name).str());
  };
  add("Feature", "text");
  if (columns.of_class) add("Class", "text");
  add("Coefficient", "number");
  if (columns.errors) {
    add("Std. error", "number");
    add("z", "number");
    add("p", "number");
    const std::string share = shown(100.0 * model.inference->confidence) + " %";
    add(share + " from", "number");
    add("to", "number");
  }
  add(model.objective == model::kSoftmax && !model.reference_class() ? "exp(coefficient)"
                                                                     : "Odds ratio",
      "number");
  if (columns.deviation) add("Per std. deviation", "number");
  return Html::markup(cells);
}

// Shown shortly, sorted by in full.
std::string cell(double value, const std::string& text) {
  return fmt::format("<td data-v=\"{}\">{}</td>", exact(value), text);
}

std::string cell(double value) {
  return cell(value, shown(value));
}

const char* why_no_error(model::CoefficientStatus status) {
  switch (status) {
    case model::CoefficientStatus::aliased:
      return "aliased";
    case model::CoefficientStatus::separated:
      return "separates";
    case model::CoefficientStatus::fixed:
      return "fixed";
    case model::CoefficientStatus::estimated:
      break;
  }
  return "\u2013";
}

std::string error_cells(const Estimate& estimate) {
  if (estimate.status != model::CoefficientStatus::estimated) {
    return cell(kUnknown, why_no_error(estimate.status)) + cell(kUnknown) + cell(kUnknown) +
           cell(kUnknown) + cell(kUnknown);
  }
  return cell(estimate.standard_error) + cell(estimate.z, shown(estimate.z, 3)) +
         cell(estimate.log_p, p_value(estimate.log_p)) + cell(estimate.lower) +
         cell(estimate.upper);
}

Html row(const Estimate& estimate, const Columns& columns) {
  const Html name =
      estimate.intercept() ? Html::markup("<i>(intercept)</i>") : Html::name(estimate.feature);
  std::string cells = fmt::format("<tr><th scope=\"row\">{}</th>", name.str());
  if (columns.of_class) {
    cells += fmt::format("<td class=\"words\">{}</td>", Html::name(estimate.of_class).str());
  }
  cells += cell(estimate.value);
  if (columns.errors) cells += error_cells(estimate);
  const double ratio = std::exp(estimate.value);
  cells += estimate.intercept() ? cell(kUnknown, "") : cell(ratio);
  if (columns.deviation) {
    cells += estimate.intercept() ? cell(kUnknown, "") : cell(estimate.value * estimate.deviation);
  }
  return Html::markup(cells + "</tr>\n");
}

// --- The plot
// -------------------------------------------------------------------------------------

/// A coefficient and its interval on the plot's scale.
struct Bar {
  double value = 0.0;
  double lower = 0.0;
  double upper = 0.0;
  double y = 0.0;
};

// Per standard deviation where that is known: features of any unit can then be compared.
double scale_of(const Estimate& estimate) {
  return std::isnan(estimate.deviation) ? 1.0 : estimate.deviation;
}

std::string label_of(const Estimate& estimate) {
  return estimate.of_class.empty() ? estimate.feature
                                   : estimate.of_class + " \u2190 " + estimate.feature;
}

// Cut so that of class and feature something is left.
Html short_label_of(const Estimate& estimate) {
  constexpr std::size_t kLongest = 24;
  constexpr std::size_t kOfClass = 9;
  if (estimate.of_class.empty()) return Html::text(estimate.feature, kLongest);
  return Html::text(estimate.of_class, kOfClass) + Html::text(" \u2190 ") +
         Html::text(estimate.feature, kLongest - 3 - std::min(kOfClass, estimate.of_class.size()));
}

Html tip(const Estimate& estimate, const Bar& bar) {
  std::string text = ": " + shown(bar.value);
  if (!std::isnan(estimate.lower)) {
    text += fmt::format(", {} to {}", shown(bar.lower), shown(bar.upper));
  }
  if (!std::isnan(estimate.log_p)) text += ", p = " + p_value(estimate.log_p);
  return Html::name(label_of(estimate)) + Html::text(text);
}

// The axis spans values and finite ends of intervals, 0 included.
Axis axis_of(const std::vector<Bar>& bars, bool per_deviation) {
  double low = 0.0;
  double high = 0.0;
  for (const auto& bar : bars) {
    for (const double end : {bar.value, bar.lower, bar.upper}) {
      if (!std::isfinite(end)) continue;
      low = std::min(low, end);
      high = std::max(high, end);
    }
  }
  const double room = high > low ? 0.04 * (high - low) : 1.0;
  return {.label = Html::text(per_deviation ? "log-odds per standard deviation of the feature"
                                            : "log-odds per unit of the feature"),
          .low = low - room,
          .high = high + room};
}

Series intervals_of(const std::vector<Bar>& bars, const Axis& axis) {
  Series intervals{.shape = Shape::segments, .colour = kPalette[0], .width = 1.6};
  for (const auto& bar : bars) {
    if (std::isnan(bar.lower) || std::isnan(bar.upper)) continue;
    const auto inside = [&](double x) { return std::clamp(x, axis.low, axis.high); };
    intervals.values.insert(intervals.values.end(),
                            {inside(bar.lower), bar.y, inside(bar.upper), bar.y});
  }
  return intervals;
}

Series bars_of(const std::vector<Bar>& bars) {
  constexpr double kHalf = 0.3;
  Series boxes{.shape = Shape::boxes, .colour = kPalette[0], .opacity = 0.8};
  for (const auto& bar : bars) {
    boxes.values.insert(boxes.values.end(), {std::min(0.0, bar.value), std::max(0.0, bar.value),
                                             bar.y - kHalf, bar.y + kHalf});
  }
  return boxes;
}

std::string forest_words(const std::vector<Estimate>& estimates, const std::vector<Bar>& bars,
                         bool errors, bool per_deviation) {
  std::string words = fmt::format("The {} strongest coefficients, {}", bars.size(),
                                  per_deviation ? "each times the standard deviation of its feature"
                                                : "in the units of the data");
  words += errors ? ", with their intervals. "
                  : ". The model has no standard errors, hence bars without intervals. ";
  return words + fmt::format("The strongest is {} with {}.", label_of(estimates.front()),
                             shown(bars.front().value));
}

Chart forest(const std::vector<Estimate>& estimates, bool errors) {
  constexpr int kLine = 18;
  const bool per_deviation = !std::isnan(estimates.front().deviation);
  std::vector<Bar> bars;
  Chart chart;
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const Estimate& estimate = estimates[i];
    const double scale = scale_of(estimate);
    bars.push_back({estimate.value * scale, estimate.lower * scale, estimate.upper * scale,
                    -static_cast<double>(i)});
    chart.row_names.push_back({bars.back().y, short_label_of(estimate)});
    chart.marks.push_back(
        {bars.back().value, bars.back().y, tip(estimate, bars.back()), kPalette[0], errors});
  }
  chart.id = "forest";
  chart.title = Html::text("The strongest coefficients");
  chart.description = Html::text(forest_words(estimates, bars, errors, per_deviation));
  chart.x = axis_of(bars, per_deviation);
  chart.y = {.low = bars.back().y - 0.7, .high = 0.7, .ticks = false};
  chart.height = Canvas::kTop + Canvas::kBelow + kLine * static_cast<int>(estimates.size() + 1);
  Series zero{.shape = Shape::line, .colour = kPalette[6], .width = 1.2};
  zero.values = {0.0, chart.y.low, 0.0, chart.y.high};
  chart.series.push_back(std::move(zero));
  chart.series.push_back(errors ? intervals_of(bars, chart.x) : bars_of(bars));
  return chart;
}

// --- What it means
// --------------------------------------------------------------------------------

Html meaning(const model::Model& model) {
  if (model.rows() == 1) {
    return Html::text("Each unit of a feature adds its coefficient to the log-odds of ") +
           Html::markup("<bdi>") + Html::name(model.classes.name(1)) + Html::markup("</bdi>") +
           Html::text(", that is, multiplies the odds by the odds ratio.");
  }
  if (model.reference_class()) {
    return Html::text("Each unit of a feature multiplies the odds of the class against ") +
           Html::markup("<bdi>") + Html::name(model.classes.name(0)) + Html::markup("</bdi>") +
           Html::text(", the reference, by the odds ratio.");
  }
  if (model.objective == model::kOneVsRest) {
    return Html::text(
        "Each unit of a feature multiplies the odds of the class against all others by the odds "
        "ratio.");
  }
  return Html::text(
      "Each unit of a feature adds its coefficient to the class’s margin; the odds between two "
      "classes change by the ratio of their exp(coefficient).");
}

Html caution(const model::Model& model) {
  if (!has_errors(model)) {
    return Html::text(
        " The model has no standard errors: how certain the coefficients are is not "
        "known.");
  }
  const model::Inference& inference = *model.inference;
  std::string text;
  if (inference.covariance_kind != "model") {
    text += inference.covariance_kind == "cluster"
                ? " Standard errors are robust to dependence within " + shown(inference.clusters) +
                      " clusters."
                : " Standard errors are robust (" + inference.covariance_kind + ").";
  }
  if (inference.firth) text += " The likelihood is penalised as Firth proposed.";
  if (inference.method == "estimate") {
    text += " Standard errors are estimated by random probes, to about " +
            percent(inference.estimate_error) + ".";
  }
  if (inference.penalised) {
    text +=
        " The coefficients are penalised, that is, drawn towards 0: intervals and p values "
        "do not have their usual meaning.";
  }
  return Html::text(text);
}

// What the data leaves open, each with its reason, in the words of the record.
Html listed(const char* of_one, const char* of_many, const std::vector<std::string>& reasons) {
  constexpr std::size_t kMostReasons = 100;
  if (reasons.empty()) return {};
  Html items;
  for (std::size_t k = 0; k < std::min(kMostReasons, reasons.size()); ++k) {
    items += Html::markup("<li>") + Html::name(reasons[k]) + Html::markup("</li>");
  }
  if (reasons.size() > kMostReasons) {
    const auto more = static_cast<std::int64_t>(reasons.size() - kMostReasons);
    items +=
        Html::markup("<li>") + Html::text("and " + shown(more) + " more") + Html::markup("</li>");
  }
  const std::string summary = fmt::format("{} {}", shown(static_cast<std::int64_t>(reasons.size())),
                                          reasons.size() == 1 ? of_one : of_many);
  return Html::markup("<details><summary>") + Html::text(summary) + Html::markup("</summary><ul>") +
         items + Html::markup("</ul></details>\n");
}

Html undetermined(const running::RecordSummary& record) {
  return listed("column says nothing that others do not say; its coefficient is 0",
                "columns say nothing that others do not say; their coefficients are 0",
                record.aliased) +
         listed("coefficient has no finite value: it tells some rows with certainty",
                "coefficients have no finite value: they tell some rows with certainty",
                record.separating);
}

// The raw intercept of features far from zero says nothing to a reader.
Html at_centre(const model::Model& model) {
  constexpr std::size_t kMost = 6;
  if (model.centre.empty()) return {};
  std::vector<Html> places;
  for (std::size_t j = 0; j < model.centre.size(); ++j) {
    if (model.centre[j] == 0.0) continue;
    const auto& names = model.data_feature_names;
    places.push_back(Html::name(names.empty() ? fmt::format("column {}", j) : names[j]) +
                     Html::text(fmt::format(" = {}", model.centre[j])));
  }
  if (places.empty()) return {};
  std::vector<Html> intercepts;
  for (std::int64_t r = 0; r < model.rows(); ++r) {
    const double value = model.intercept_at_centre[static_cast<std::size_t>(r)];
    Html of_class;
    if (model.rows() > 1) {
      of_class = Html::name(model.classes.name(model.row_class(r))) + Html::text(" ");
    }
    intercepts.push_back(of_class + Html::text(shown(value)));
  }
  return Html::text(" The intercept is where every feature is 0. At ") + list_of(places, kMost) +
         Html::text(" it is ") + list_of(intercepts, kMost) +
         Html::text(", and from there the model’s margins are computed.");
}

std::string count_words(const model::Model& model, std::size_t shown_rows) {
  const auto all = static_cast<std::int64_t>(model.coefficients.size());
  if (static_cast<std::int64_t>(shown_rows) == all) return "All " + shown(all) + " coefficients";
  return fmt::format("The {} strongest of {} coefficients",
                     shown(static_cast<std::int64_t>(shown_rows)), shown(all));
}

}  // namespace

Html coefficients_section(const scoring::ReportData& data, Plotter& plotter) {
  if (!data.model) return {};
  const model::Model& model = *data.model;
  const std::vector<double> none;
  const std::vector<double>& deviations = data.evaluation ? data.evaluation->deviations : none;
  const std::vector<Estimate> estimates = strongest_estimates(model, deviations, kMostRows);
  const Columns columns{model.rows() > 1, has_errors(model), !deviations.empty()};
  const auto first = estimates.begin() + static_cast<std::ptrdiff_t>(model.intercept.size());
  Html intercepts;
  for (auto at = estimates.begin(); at != first; ++at) intercepts += row(*at, columns);
  Html rows;
  for (auto at = first; at != estimates.end(); ++at) rows += row(*at, columns);
  // One intercept leads; many would hide what follows.
  rows = model.rows() == 1 ? intercepts + rows : rows + intercepts;

  // Where a penalty or aliasing leaves few that are not 0, there are few bars.
  std::vector<Estimate> strongest;
  for (auto at = first; at != estimates.end() && strongest.size() < kMostBars; ++at) {
    if (at->value != 0.0) strongest.push_back(*at);
  }
  const Html plot = strongest.empty() ? Html() : plotter.figure(forest(strongest, columns.errors));
  const Html count = Html::text(count_words(model, estimates.size() - model.intercept.size()) +
                                ", " + order_of_strength(model, deviations) + ".");
  return fill(asset("coefficients.html"), {{"meaning", meaning(model) + at_centre(model)},
                                           {"caution", caution(model)},
                                           {"undetermined", undetermined(data.record)},
                                           {"forest", plot},
                                           {"count", count},
                                           {"header", header(columns, model)},
                                           {"rows", rows}});
}

}  // namespace mpilogit::page
