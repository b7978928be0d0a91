#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "page/plots/score_charts.hpp"
#include "page/sections/assets.hpp"
#include "page/sections/numbers.hpp"
#include "page/sections/sections.hpp"

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

std::string auc_of(const statistics::Assessment& metrics) {
  if (!metrics.roc_auc) return "none: a class has no rows";
  std::string text = shown(*metrics.roc_auc, 6);
  if (metrics.roc_auc_interval) {
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
  facts += fact("Log-loss", Html::text(shown(metrics.log_loss, 6)));
  facts += fact("Accuracy", Html::text(shown(metrics.accuracy, 5)));
  facts += fact("Balanced accuracy", value_of(metrics.balanced_accuracy));
  facts += fact("ROC AUC" + mean, Html::text(auc_of(metrics)));
  facts += fact("Average precision" + mean, value_of(metrics.average_precision));
  facts += fact("Precision" + mean, value_of(metrics.precision));
  facts += fact("Recall" + mean, value_of(metrics.recall));
  facts += fact("F1" + mean, value_of(metrics.f1));
  facts += fact("Matthews’ correlation", value_of(metrics.mcc));
  facts += fact("Brier score", Html::text(shown(metrics.calibration.brier)));
  facts += fact("Calibration error", Html::text(shown(metrics.calibration.expected_error, 3)));
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
  return fill(kClasses, {{"note", Html::text(note)}, {"rows", Html::markup(rows)}});
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
  return fill(kConfusion, {{"columns", Html::text(std::to_string(classes.size()))},
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
  return fill(kEvaluation, {{"facts", facts_of(*data.evaluation)},
                            {"plots", plots},
                            {"classes", classes_of(*data.evaluation, data.model->classes)},
                            {"confusion", confusion_of(*data.evaluation, data.model->classes)}});
}

}  // namespace mpilogit::page
