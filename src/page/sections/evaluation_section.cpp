#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "page/plots/score_charts.hpp"
#include "page/sections/assets.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"
#include "statistics/metric_list.hpp"

namespace mpilogit::page {

namespace {

constexpr std::size_t kWidestConfusion = 20;

Html files_of(const std::vector<std::string>& files) {
  constexpr std::size_t kMost = 3;
  std::vector<Html> names;
  names.reserve(files.size());
  for (const auto& file : files) {
    names.push_back(Html::name(std::filesystem::path(file).filename().string()));
  }
  return list_of(names, kMost);
}

Html value_of(const std::optional<double>& value, int digits = 4) {
  return Html::text(value ? shown(*value, digits) : "none");
}

std::string figure_of(const statistics::Metric& metric, const statistics::Assessment& metrics) {
  const auto value = statistics::value_of(metric, metrics);
  if (!value) return metric.without.empty() ? "none" : fmt::format("none: {}", metric.without);
  std::string text = shown(*value, metric.digits);
  if (metric.key == "roc_auc" && metrics.roc_auc_interval) {
    text += fmt::format(" (95 %: {} to {})", shown(metrics.roc_auc_interval->lower),
                        shown(metrics.roc_auc_interval->upper));
  }
  return text;
}

// Of more than two classes most are means over them.
Html facts_of(const scoring::ReportEvaluation& evaluation) {
  const statistics::Assessment& metrics = evaluation.metrics;
  const std::string mean = metrics.confusion.size() > 2 ? ", mean over the classes" : "";
  std::string rows = shown(metrics.rows);
  if (evaluation.weighted) rows += ", weighted";
  if (evaluation.aggregated) rows += ", aggregated";
  Html facts = fact("Data", files_of(evaluation.files));
  facts += fact("Rows", Html::text(rows));
  for (const auto& metric : statistics::all_metrics()) {
    const bool of_class = metric.scope == statistics::MetricScope::class_one;
    facts += fact(std::string(metric.title) + (of_class ? mean : ""),
                  Html::text(figure_of(metric, metrics)));
  }
  return facts;
}

// Each class against all others; of two classes the facts say all.
Html classes_of(const scoring::ReportEvaluation& evaluation, const data::ClassSet& classes) {
  constexpr std::size_t kMost = 200;
  const auto& per_class = evaluation.metrics.per_class;
  if (per_class.size() <= 2) return {};
  std::string rows;
  const std::size_t listed = std::min(kMost, per_class.size());
  for (std::size_t k = 0; k < listed; ++k) {
    const statistics::ClassMetrics& one = per_class[k];
    rows += "<tr><th scope=\"row\">" + Html::name(classes.name(k)).str() + "</th>";
    rows += "<td>" + shown(one.weight, 9) + "</td>";
    for (const auto& value :
         {one.precision, one.recall, one.f1, one.roc_auc, one.average_precision}) {
      rows += "<td>" + value_of(value).str() + "</td>";
    }
    rows += "</tr>\n";
  }
  const std::string note =
      listed < per_class.size()
          ? fmt::format("The first {} of {} classes.", listed, per_class.size())
          : std::string("Each class against all others.");
  return fill(asset("classes.html"), {{"note", Html::text(note)}, {"rows", Html::markup(rows)}});
}

// Shade: the share of the row, so that every class's hits are dark whatever its size.
Html confusion_of(const scoring::ReportEvaluation& evaluation, const data::ClassSet& classes) {
  const auto& confusion = evaluation.metrics.confusion;
  if (confusion.size() > kWidestConfusion) {
    return Html::markup("<p>") +
           Html::text(fmt::format("A confusion matrix of {} classes would be too wide for a page; ",
                                  confusion.size())) +
           Html::markup("<code>mpilogit evaluate --json</code> has it.</p>");
  }
  std::string heads;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    heads += "<th scope=\"col\">" + Html::name(classes.name(k)).str() + "</th>";
  }
  std::string rows;
  for (std::size_t actual = 0; actual < classes.size(); ++actual) {
    rows += "<tr><th scope=\"row\">" + Html::name(classes.name(actual)).str() + "</th>";
    std::int64_t total = 0;
    for (const auto count : confusion[actual]) total += count;
    for (std::size_t predicted = 0; predicted < classes.size(); ++predicted) {
      const std::int64_t count = confusion[actual][predicted];
      const double share =
          total == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(total);
      rows += fmt::format(
          "<td data-v=\"{}\" class=\"{}\" style=\"--share:{:.3f}\">{}<small>{}</small></td>", count,
          actual == predicted ? "hit" : "miss", share, shown(count), percent(share));
    }
    rows += "</tr>\n";
  }
  return fill(asset("confusion.html"), {{"columns", Html::text(std::to_string(classes.size()))},
                                        {"heads", Html::markup(heads)},
                                        {"rows", Html::markup(rows)}});
}

}  // namespace

Html evaluation_section(const scoring::ReportData& data, Plotter& plotter) {
  if (!data.evaluation) return {};
  Html plots;
  for (const auto& chart : score_charts(*data.evaluation, data.model->classes)) {
    plots += plotter.figure(chart);
  }
  return fill(asset("evaluation.html"),
              {{"facts", facts_of(*data.evaluation)},
               {"plots", plots},
               {"classes", classes_of(*data.evaluation, data.model->classes)},
               {"confusion", confusion_of(*data.evaluation, data.model->classes)}});
}

}  // namespace mpilogit::page
