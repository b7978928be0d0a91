#include "statistics/metric_list.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "statistics/detail/sums.hpp"

namespace mpilogit::statistics {

namespace {

using enum MetricScope;
using A = const Assessment&;
using Value = std::optional<double>;

/// Share of class 1 among the tenth of the weight that scores highest, over its share in all rows:
///     lift = W₁(top) W / (T W₁),   T = W / 10.
/// Rows of one score that the cut goes through count in proportion. Exact sums over groups of equal
/// scores. None when a class has no weight.
Value lift_in_top_decile(const RankedScores& ranked, const comm::Communicator& communicator) {
  if (!ranked.both_classes()) return std::nullopt;
  constexpr double kShare = 0.1;
  const auto positives = static_cast<double>(ranked.total().positives);
  const double weight = positives + static_cast<double>(ranked.total().negatives);
  const double top = kShare * weight;
  core::WideSum hits;
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    const auto own = static_cast<double>(group.weights.positives + group.weights.negatives);
    const double above = weight - static_cast<double>(below.positives + below.negatives) - own;
    const double inside = std::clamp(top - above, 0.0, own);
    if (inside > 0.0) hits.add(static_cast<double>(group.weights.positives) * (inside / own));
  });
  return value_over_ranks(hits, communicator) / (kShare * positives);
}

constexpr std::array kMetrics = {
    Metric{"log_loss", "log-loss", "Log-loss", rows, 6, "mean of -log P(the row's class)",
           [](A a) { return Value(a.log_loss); }},
    Metric{"accuracy", "accuracy", "Accuracy", rows, 5,
           "share of the weight that is predicted rightly", [](A a) { return Value(a.accuracy); }},
    Metric{"roc_auc", "ROC AUC", "ROC AUC", class_one, 6,
           "probability that a row of the class scores above another",
           [](A a) { return a.roc_auc; }, "a class has no rows"},
    Metric{"average_precision", "avg. precision", "Average precision", class_one, 5,
           "area under precision over recall, in steps", [](A a) { return a.average_precision; }},
    Metric{"lift_top_decile", "lift, top 10 %", "Lift in the top decile", class_one, 4,
           "share of the class among the tenth of the rows that scores highest, over its share in "
           "all",
           nullptr, "a class has no rows", lift_in_top_decile},
    Metric{"precision", "precision", "Precision", class_one, 5,
           "share of the rows predicted to be of the class that are",
           [](A a) { return a.precision; }},
    Metric{"recall", "recall", "Recall", class_one, 5,
           "share of the class's rows that are predicted to be", [](A a) { return a.recall; }},
    Metric{"f1", "F1", "F1", class_one, 5, "harmonic mean of precision and recall",
           [](A a) { return a.f1; }},
    Metric{"balanced_accuracy", "balanced acc.", "Balanced accuracy", rows, 5,
           "mean recall of the classes that have rows", [](A a) { return a.balanced_accuracy; }},
    Metric{"mcc", "MCC", "Matthews’ correlation", rows, 5, "correlation of classes and predictions",
           [](A a) { return a.mcc; }},
    Metric{"brier", "Brier score", "Brier score", rows, 6,
           "mean squared distance of the probabilities from what came",
           [](A a) { return Value(a.calibration.brier); }},
    Metric{"calibration_error", "calibration", "Calibration error", rows, 6,
           "mean distance of probability and observed share over the bins",
           [](A a) { return Value(a.calibration.expected_error); }},
};

}  // namespace

std::span<const Metric> all_metrics() {
  return kMetrics;
}

std::optional<double> value_of(const Metric& metric, const Assessment& assessment) {
  if (metric.value != nullptr) return metric.value(assessment);
  return assessment.ranked.at(std::string(metric.key));
}

}  // namespace mpilogit::statistics
