#include "statistics/metric_list.hpp"

#include <array>

namespace mpilogit::statistics {

namespace {

using enum MetricScope;
using A = const Assessment&;
using Value = std::optional<double>;

constexpr std::array kMetrics = {
    Metric{"log_loss", "log-loss", "Log-loss", rows, 6, [](A a) { return Value(a.log_loss); },
           "mean of -log P(the row's class)"},
    Metric{"accuracy", "accuracy", "Accuracy", rows, 5, [](A a) { return Value(a.accuracy); },
           "share of the weight that is predicted rightly"},
    Metric{"roc_auc", "ROC AUC", "ROC AUC", class_one, 6, [](A a) { return a.roc_auc; },
           "probability that a row of the class scores above another", "a class has no rows"},
    Metric{"average_precision", "avg. precision", "Average precision", class_one, 5,
           [](A a) { return a.average_precision; }, "area under precision over recall, in steps"},
    Metric{"precision", "precision", "Precision", class_one, 5, [](A a) { return a.precision; },
           "share of the rows predicted to be of the class that are"},
    Metric{"recall", "recall", "Recall", class_one, 5, [](A a) { return a.recall; },
           "share of the class's rows that are predicted to be"},
    Metric{"f1", "F1", "F1", class_one, 5, [](A a) { return a.f1; },
           "harmonic mean of precision and recall"},
    Metric{"balanced_accuracy", "balanced acc.", "Balanced accuracy", rows, 5,
           [](A a) { return a.balanced_accuracy; }, "mean recall of the classes that have rows"},
    Metric{"mcc", "MCC", "Matthews’ correlation", rows, 5, [](A a) { return a.mcc; },
           "correlation of classes and predictions"},
    Metric{"brier", "Brier score", "Brier score", rows, 6,
           [](A a) { return Value(a.calibration.brier); },
           "mean squared distance of the probabilities from what came"},
    Metric{"calibration_error", "calibration", "Calibration error", rows, 6,
           [](A a) { return Value(a.calibration.expected_error); },
           "mean distance of probability and observed share over the bins"},
};

}  // namespace

std::span<const Metric> all_metrics() {
  return kMetrics;
}

}  // namespace mpilogit::statistics
