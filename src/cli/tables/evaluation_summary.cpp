#include "cli/tables/evaluation_summary.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "cli/tables/output.hpp"

namespace mpilogit::cli {

namespace {

// At most so many are shown; the record (--json) has all.
constexpr std::size_t kWidestConfusion = 12;
constexpr std::size_t kMostClasses = 30;
constexpr std::size_t kMostGroups = 50;

std::string confusion_table(const statistics::Metrics& metrics, const data::ClassSet& classes) {
  if (classes.size() > kWidestConfusion) return {};
  std::size_t width = 10;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    width = std::max(width, classes.name(k).size());
  }
  std::string text = fmt::format("{:<{}}", "confusion", width + 10) + "  predicted";
  for (std::size_t k = 0; k < classes.size(); ++k) {
    text += fmt::format(" {:>{}}", classes.name(k), width);
  }
  text += "\n";
  for (std::size_t actual = 0; actual < classes.size(); ++actual) {
    text += fmt::format("  actual {:>{}}{:12}", classes.name(actual), width, "");
    for (const auto count : metrics.confusion[actual]) {
      text += fmt::format(" {:>{}}", grouped(count), width);
    }
    text += "\n";
  }
  return text;
}

std::string number(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "none";
}

std::string line(const char* name, const std::optional<double>& value, const std::string& remark) {
  return fmt::format("{:<16}{}{}\n", name, number(value, 5), value ? remark : "");
}

std::string auc_lines(const statistics::Assessment& metrics, bool two_classes) {
  if (!metrics.roc_auc) return "ROC AUC         none: a class has no rows\n";
  std::string text = fmt::format("ROC AUC         {:.6f}{}\n", *metrics.roc_auc,
                                 two_classes ? "" : " (mean of one against rest)");
  if (metrics.roc_auc_interval) {
    text += fmt::format("AUC, 95 %       {:.6f} to {:.6f}\n", metrics.roc_auc_interval->lower,
                        metrics.roc_auc_interval->upper);
  }
  return text;
}

std::string threshold_line(const std::optional<statistics::BestThreshold>& best) {
  if (!best) return {};
  const std::string where = std::isinf(best->probability)
                                ? "none: call no row positive"
                                : fmt::format("probability {:.6f}", best->probability);
  return fmt::format("best threshold  {} (mean cost {:.6f}, true positives {:.5f}, false {:.5f})\n",
                     where, best->cost, best->true_positive_rate, best->false_positive_rate);
}

// Columns as wide as their widest cell; the first is set to the left.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text = "\n";
  for (const auto& row : rows) {
    text += fmt::format("{:<{}}", row[0], widths[0]);
    for (std::size_t c = 1; c < row.size(); ++c) text += fmt::format("  {:>{}}", row[c], widths[c]);
    text += "\n";
  }
  return text;
}

std::string more(std::size_t all, std::size_t shown) {
  return all > shown
             ? fmt::format("... ({} more)\n", grouped(static_cast<std::int64_t>(all - shown)))
             : "";
}

std::string class_table(const statistics::Assessment& metrics, const data::ClassSet& classes) {
  std::vector<std::vector<std::string>> rows = {
      {"class", "weight", "precision", "recall", "F1", "ROC AUC", "avg. precision"}};
  const std::size_t shown = std::min(kMostClasses, classes.size());
  for (std::size_t k = 0; k < shown; ++k) {
    const statistics::ClassMetrics& own = metrics.per_class[k];
    rows.push_back({classes.name(k), fmt::format("{:g}", own.weight), number(own.precision, 5),
                    number(own.recall, 5), number(own.f1, 5), number(own.roc_auc, 6),
                    number(own.average_precision, 5)});
  }
  return table(rows) + more(classes.size(), shown);
}

std::string group_table(const scoring::EvaluateReport& report) {
  const bool two_classes = report.classes.size() == 2;
  std::vector<std::vector<std::string>> rows = {
      {"group", "rows", "log-loss", "accuracy", "ROC AUC", "Brier"}};
  if (two_classes) rows[0].insert(rows[0].end(), {"observed", "predicted"});
  const std::size_t shown = std::min(kMostGroups, report.by_group.size());
  for (std::size_t g = 0; g < shown; ++g) {
    const statistics::GroupMetrics& own = report.by_group[g];
    rows.push_back({report.groups.name(g), grouped(own.rows), number(own.log_loss, 6),
                    number(own.accuracy, 5), number(own.roc_auc, 6), number(own.brier, 6)});
    if (!two_classes) continue;
    rows.back().insert(rows.back().end(), {number(own.observed, 5), number(own.mean_predicted, 5)});
  }
  return table(rows) + more(report.by_group.size(), shown);
}

}  // namespace

std::string describe(const scoring::EvaluateReport& report) {
  const statistics::Assessment& metrics = report.metrics;
  const bool two_classes = report.classes.size() == 2;
  const std::string whose =
      two_classes ? fmt::format(" (of {})", report.classes.name(1)) : " (mean over the classes)";
  std::string text =
      fmt::format("rows            {}\nlog-loss        {:.6f}\naccuracy        {:.5f}\n",
                  grouped(metrics.rows), metrics.log_loss, metrics.accuracy);
  text += auc_lines(metrics, two_classes);
  text += line("avg. precision", metrics.average_precision, whose);
  text += line("precision", metrics.precision, whose);
  text += line("recall", metrics.recall, whose);
  text += line("F1", metrics.f1, whose);
  text += line("balanced acc.", metrics.balanced_accuracy, "");
  text += line("MCC", metrics.mcc, "");
  text += fmt::format("Brier score     {:.6f}\ncalibration     {:.6f} expected error in {} bins\n",
                      metrics.calibration.brier, metrics.calibration.expected_error,
                      metrics.calibration.bins.size());
  text += threshold_line(metrics.best_threshold);
  text += confusion_table(metrics, report.classes);
  if (!two_classes) text += class_table(metrics, report.classes);
  if (!report.by_group.empty()) text += group_table(report);
  return text;
}

}  // namespace mpilogit::cli
