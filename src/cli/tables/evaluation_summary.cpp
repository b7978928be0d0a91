#include "cli/tables/evaluation_summary.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "cli/tables/output.hpp"
#include "statistics/metric_list.hpp"

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

std::string none(const statistics::Metric& metric) {
  return metric.without.empty() ? "none" : fmt::format("none: {}", metric.without);
}

std::string number(const std::optional<double>& value, int digits) {
  return value ? fmt::format("{:.{}f}", *value, digits) : "none";
}

// What the figure is of, and what else there is to say of it.
std::string remark(const statistics::Metric& metric, const statistics::Assessment& metrics,
                   const std::string& whose) {
  if (metric.key == "calibration_error") {
    return fmt::format(" expected error in {} bins", metrics.calibration.bins.size());
  }
  return metric.scope == statistics::MetricScope::class_one ? whose : "";
}

std::string metric_lines(const statistics::Assessment& metrics, const std::string& whose) {
  std::string text;
  for (const auto& metric : statistics::all_metrics()) {
    const auto value = statistics::value_of(metric, metrics);
    text += fmt::format(
        "{:<16}{}\n", metric.label,
        value ? fmt::format("{:.{}f}{}", *value, metric.digits, remark(metric, metrics, whose))
              : none(metric));
    if (metric.key != "roc_auc" || !metrics.roc_auc_interval) continue;
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

std::string group_table(const scoring::EvaluateResult& result) {
  const bool two_classes = result.classes.size() == 2;
  std::vector<std::vector<std::string>> rows = {
      {"group", "rows", "log-loss", "accuracy", "ROC AUC", "Brier"}};
  if (two_classes) rows[0].insert(rows[0].end(), {"observed", "predicted"});
  const std::size_t shown = std::min(kMostGroups, result.by_group.size());
  for (std::size_t g = 0; g < shown; ++g) {
    const statistics::GroupMetrics& own = result.by_group[g];
    rows.push_back({result.groups.name(g), grouped(own.rows), number(own.log_loss, 6),
                    number(own.accuracy, 5), number(own.roc_auc, 6), number(own.brier, 6)});
    if (!two_classes) continue;
    rows.back().insert(rows.back().end(), {number(own.observed, 5), number(own.mean_predicted, 5)});
  }
  return table(rows) + more(result.by_group.size(), shown);
}

}  // namespace

std::string metrics_markdown() {
  std::string text = "| key | shown as | what it is |\n|---|---|---|\n";
  for (const auto& metric : statistics::all_metrics()) {
    const bool of_class = metric.scope == statistics::MetricScope::class_one;
    text += fmt::format("| `{}` | {} | {}{} |\n", metric.key, metric.title, metric.meaning,
                        of_class ? "; of more than two classes the mean over them" : "");
  }
  return text;
}

std::string describe(const scoring::EvaluateResult& result) {
  const statistics::Assessment& metrics = result.metrics;
  const bool two_classes = result.classes.size() == 2;
  const std::string whose =
      two_classes ? fmt::format(" (of {})", result.classes.name(1)) : " (mean over the classes)";
  std::string text = fmt::format("rows            {}\n", grouped(metrics.rows));
  text += metric_lines(metrics, whose);
  text += threshold_line(metrics.best_threshold);
  text += confusion_table(metrics, result.classes);
  if (!two_classes) text += class_table(metrics, result.classes);
  if (!result.by_group.empty()) text += group_table(result);
  return text;
}

}  // namespace mpilogit::cli
