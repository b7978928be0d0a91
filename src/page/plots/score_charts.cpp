#include "page/plots/score_charts.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "page/sections/numbers.hpp"

namespace mpilogit::page {

namespace {

using statistics::Curves;

/// One class's curves.
struct ClassCurves {
  const Curves* curves;
  std::size_t of_class;  ///< which is against all others
  std::size_t colour;
};

std::vector<ClassCurves> drawn_curves(const statistics::Assessment& metrics) {
  std::vector<ClassCurves> drawn;
  const bool two = metrics.per_class.size() == 2;
  for (std::size_t k = 0; k < metrics.curves.size() && drawn.size() < kMostCurves; ++k) {
    if (!metrics.curves[k]) continue;
    drawn.push_back({&*metrics.curves[k], two ? 1 : k, drawn.size()});
  }
  return drawn;
}

// Where the palette begins anew the lines are dashed.
Shape line_of(const ClassCurves& of) {
  return of.colour < kPalette.size() ? Shape::line : Shape::dashed;
}

// A few points of a curve can be pointed at, some 40 of all.
std::size_t stride_of_marks(std::size_t points, std::size_t curves) {
  constexpr std::size_t kMarks = 40;
  return std::max<std::size_t>(1, points * curves / kMarks);
}

std::string threshold_words(double threshold) {
  return std::isinf(threshold) ? std::string("none called positive")
                               : "threshold " + shown(threshold, 3);
}

/// A curve from x to y with a threshold at every point.
struct Curve {
  const std::vector<double>& x;
  const std::vector<double>& y;
  const std::vector<double>& threshold;
  const char* x_name;
  const char* y_name;
};

void add_curve(const Curve& curve, const ClassCurves& of, std::size_t curves, const Html& name,
               Chart& chart) {
  Series line{.shape = line_of(of), .colour = palette(of.colour)};
  if (curves > 1) line.name = name;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    line.values.insert(line.values.end(), {curve.x[i], curve.y[i]});
    if (i % stride_of_marks(curve.x.size(), curves) != 0) continue;
    const std::string values =
        fmt::format("{}: {} {}, {} {}", threshold_words(curve.threshold[i]), curve.x_name,
                    shown(curve.x[i], 3), curve.y_name, shown(curve.y[i], 3));
    const Html text = curves > 1 ? name + Html::text(", " + values) : Html::text(values);
    chart.marks.push_back({curve.x[i], curve.y[i], text, line.colour, false});
  }
  chart.series.push_back(std::move(line));
}

Series diagonal() {
  Series line{.shape = Shape::dashed, .colour = kPalette[6], .width = 1.2};
  line.values = {0.0, 0.0, 1.0, 1.0};
  return line;
}

constexpr double kRoomAtEdge = 1.02;  // so that a curve along the edge is seen

Axis unit_axis(const std::string& label) {
  return {.label = Html::text(label), .low = 0.0, .high = kRoomAtEdge};
}

std::string against_rest(const std::vector<ClassCurves>& drawn, std::size_t classes) {
  if (classes == 2) return {};
  if (drawn.size() == classes) return " Each class against all others.";
  return fmt::format(" The first {} of {} classes, each against all others.", drawn.size(),
                     classes);
}

std::string auc_words(const statistics::Assessment& metrics) {
  if (!metrics.roc_auc) return {};
  std::string words = (metrics.per_class.size() == 2 ? " The area under the curve is "
                                                     : " The mean area under the curves is ") +
                      shown(*metrics.roc_auc);
  if (metrics.roc_auc_interval) {
    words += fmt::format(" (95 % interval {} to {})", shown(metrics.roc_auc_interval->lower),
                         shown(metrics.roc_auc_interval->upper));
  }
  return words + ": the probability that a row of the class scores above one of the others.";
}

Chart roc_chart(const statistics::Assessment& metrics, const std::vector<ClassCurves>& drawn,
                const data::ClassSet& classes) {
  Chart chart;
  chart.id = "roc";
  chart.title = Html::text("ROC curve");
  chart.x = unit_axis("false positive rate");
  chart.y = unit_axis("true positive rate");
  chart.series.push_back(diagonal());
  for (const auto& of : drawn) {
    const statistics::RocCurve& roc = of.curves->roc;
    add_curve({roc.fpr, roc.tpr, roc.threshold, "false positives", "true positives"}, of,
              drawn.size(), Html::name(classes.name(of.of_class)), chart);
  }
  chart.description = Html::text(
      "What share of the class is found, for what share of the others "
      "called so by mistake." +
      auc_words(metrics) + against_rest(drawn, classes.size()));
  return chart;
}

Chart precision_chart(const statistics::Assessment& metrics, const std::vector<ClassCurves>& drawn,
                      const data::ClassSet& classes) {
  Chart chart;
  chart.id = "precision-recall";
  chart.title = Html::text("Precision and recall");
  chart.x = unit_axis("recall");
  chart.y = unit_axis("precision");
  std::string words =
      "Of the rows called so, how many are (precision), for what share of the "
      "class that is found (recall).";
  if (classes.size() == 2) {
    const double positives = metrics.per_class[1].weight;
    const double share = positives / (positives + metrics.per_class[0].weight);
    Series chance{.shape = Shape::dashed, .colour = kPalette[6], .width = 1.2};
    chance.values = {0.0, share, 1.0, share};
    chart.series.push_back(std::move(chance));
    words += fmt::format(" By chance precision would be {}, the dashed line.", shown(share, 3));
  }
  for (const auto& of : drawn) {
    const statistics::PrecisionRecallCurve& pr = of.curves->pr;
    add_curve({pr.recall, pr.precision, pr.threshold, "recall", "precision"}, of, drawn.size(),
              Html::name(classes.name(of.of_class)), chart);
  }
  if (metrics.average_precision) {
    words += " Average precision is " + shown(*metrics.average_precision) + ".";
  }
  chart.description = Html::text(words + against_rest(drawn, classes.size()));
  return chart;
}

Chart calibration_chart(const statistics::Assessment& metrics, std::size_t classes) {
  Chart chart;
  chart.id = "calibration";
  chart.title = Html::text("Calibration");
  chart.x = unit_axis("probability predicted (mean of the bin)");
  chart.y = unit_axis("share that came true");
  chart.series.push_back(diagonal());
  Series line;
  for (const auto& bin : metrics.calibration.bins) {
    if (!bin.mean_predicted || !bin.observed) continue;
    line.values.insert(line.values.end(), {*bin.mean_predicted, *bin.observed});
    chart.marks.push_back(
        {*bin.mean_predicted, *bin.observed,
         Html::text(fmt::format("{} rows predicted {} to {}: {} on average, {} came true",
                                shown(bin.rows), shown(bin.lower), shown(bin.upper),
                                percent(*bin.mean_predicted), percent(*bin.observed))),
         kPalette[0], true});
  }
  chart.series.push_back(std::move(line));
  chart.description = Html::text(fmt::format(
      "Whether what is predicted with a probability comes true as often{}: then the points lie on "
      "the dashed line. On average they are off by {}; the Brier score is {}.",
      classes == 2 ? "" : " (of the most probable class)",
      shown(metrics.calibration.expected_error, 3), shown(metrics.calibration.brier, 4)));
  return chart;
}

double total_of(const std::vector<double>& weights) {
  double total = 0.0;
  for (const double weight : weights) total += weight;
  return total;
}

// The shares of a class's rows in the bins, as boxes from 0 up.
void add_scores(const std::vector<double>& edges, const std::vector<double>& weights,
                std::uint32_t colour, const Html& name, Chart& chart) {
  const double total = total_of(weights);
  Series boxes{.shape = Shape::boxes, .colour = colour, .opacity = 0.55};
  boxes.name = name;
  for (std::size_t b = 0; b < weights.size(); ++b) {
    const double share = 100.0 * weights[b] / total;
    chart.y.high = std::max(chart.y.high, 1.05 * share);
    if (share == 0.0) continue;
    boxes.values.insert(boxes.values.end(), {edges[b], edges[b + 1], 0.0, share});
    chart.marks.push_back(
        {0.5 * (edges[b] + edges[b + 1]), share,
         name + Html::text(fmt::format(": {} % of its rows at {} to {}", shown(share, 3),
                                       shown(edges[b]), shown(edges[b + 1]))),
         colour, false});
  }
  chart.series.push_back(std::move(boxes));
}

// The same as an outline, where there are more than two.
void add_score_outline(const ClassCurves& of, const Html& name, Chart& chart) {
  const auto& histogram = of.curves->histogram;
  const double total = total_of(histogram.positives);
  Series line{.shape = line_of(of), .colour = palette(of.colour), .width = 1.6};
  line.name = name;
  for (std::size_t b = 0; b < histogram.positives.size(); ++b) {
    const double share = 100.0 * histogram.positives[b] / total;
    chart.y.high = std::max(chart.y.high, 1.05 * share);
    line.values.insert(line.values.end(),
                       {histogram.edges[b], share, histogram.edges[b + 1], share});
  }
  chart.series.push_back(std::move(line));
}

Chart scores_chart(const std::vector<ClassCurves>& drawn, const data::ClassSet& classes) {
  Chart chart;
  chart.id = "scores";
  chart.title = Html::text("Scores by class");
  chart.y = {.label = Html::text("share of the class’s rows (%)"), .high = 0.0};
  chart.mark_radius = 4.0;
  if (classes.size() == 2) {
    const Html positive = Html::name(classes.name(1));
    chart.x = {.label = Html::text("predicted probability of ") + positive};
    const auto& histogram = drawn.front().curves->histogram;
    add_scores(histogram.edges, histogram.negatives, palette(0),
               Html::text("rows of ") + Html::name(classes.name(0)), chart);
    add_scores(histogram.edges, histogram.positives, palette(1), Html::text("rows of ") + positive,
               chart);
    chart.description = Html::text("How the predicted probability of ") + positive +
                        Html::text(
                            " is spread over the rows of either class. The less they "
                            "overlap, the better the model tells them apart.");
    return chart;
  }
  chart.x = {.label = Html::text("predicted probability of the row’s own class")};
  for (const auto& of : drawn) {
    add_score_outline(of, Html::name(classes.name(of.of_class)), chart);
  }
  chart.description = Html::text(
      "How the predicted probability of a row’s own class is spread, class by class. "
      "The further to the right, the better." +
      against_rest(drawn, classes.size()));
  return chart;
}

}  // namespace

std::vector<Chart> score_charts(const scoring::ReportEvaluation& evaluation,
                                const data::ClassSet& classes) {
  const statistics::Assessment& metrics = evaluation.metrics;
  const std::vector<ClassCurves> drawn = drawn_curves(metrics);
  std::vector<Chart> charts;
  if (!drawn.empty()) {
    charts.push_back(roc_chart(metrics, drawn, classes));
    charts.push_back(precision_chart(metrics, drawn, classes));
  }
  charts.push_back(calibration_chart(metrics, classes.size()));
  if (!drawn.empty()) charts.push_back(scores_chart(drawn, classes));
  return charts;
}

}  // namespace mpilogit::page
