#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "assets.hpp"
#include "numbers.hpp"
#include "sections.hpp"

namespace mpilogit::report {

namespace {

constexpr std::size_t kWidestConfusion = 20;

Html files_of(const std::vector<std::string>& files) {
  constexpr std::size_t kMost = 3;
  std::vector<Html> names;
  for (const auto& file : files) {
    names.push_back(Html::name(std::filesystem::path(file).filename().string()));
  }
  return list_of(names, kMost);
}

Html facts_of(const workflow::ReportEvaluation& evaluation) {
  const statistics::Metrics& metrics = evaluation.metrics;
  Html facts = fact("Data", files_of(evaluation.files));
  facts += fact("Rows", Html::text(shown(metrics.rows)));
  facts += fact("Log-loss", Html::text(shown(metrics.log_loss, 6)));
  facts += fact("Accuracy", Html::text(shown(metrics.accuracy, 5)));
  facts += fact(metrics.confusion.size() > 2 ? "ROC AUC, mean of one against rest" : "ROC AUC",
                Html::text(metrics.roc_auc ? shown(*metrics.roc_auc, 6) : "none"));
  return facts;
}

// Shade: the share of the row, so that every class's hits are dark whatever its size.
Html confusion_of(const workflow::ReportEvaluation& evaluation, const data::ClassSet& classes) {
  const auto& confusion = evaluation.metrics.confusion;
  if (confusion.size() > kWidestConfusion) {
    return Html::markup("<p>") +
           Html::text(fmt::format("A confusion matrix of {} classes would be too wide for a page; "
                                  "`mpilogit evaluate --json` has it.",
                                  confusion.size())) +
           Html::markup("</p>");
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

Html evaluation_section(const workflow::ReportData& data, Plotter& plotter) {
  if (!data.evaluation) return {};
  static_cast<void>(plotter);
  return fill(kEvaluation, {{"facts", facts_of(*data.evaluation)},
                            {"curves", Html()},
                            {"confusion", confusion_of(*data.evaluation, data.model->classes)}});
}

}  // namespace mpilogit::report
