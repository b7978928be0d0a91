#include "statistics/assessment.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "statistics/detail/sums.hpp"
#include "statistics/metric_list.hpp"

namespace mpilogit::statistics {

namespace {

std::optional<double> ratio(double part, double whole) {
  if (whole == 0.0) return std::nullopt;
  return part / whole;
}

// F1 = 2 P R / (P + R) = 2 TP / (2 TP + FP + FN).
ClassMetrics of_predictions(const ClassSums& sums) {
  ClassMetrics metrics;
  metrics.weight = sums.correct + sums.missed;
  metrics.precision = ratio(sums.correct, sums.correct + sums.mistaken);
  metrics.recall = ratio(sums.correct, metrics.weight);
  metrics.f1 = ratio(2.0 * sums.correct, 2.0 * sums.correct + sums.mistaken + sums.missed);
  metrics.occurs = metrics.f1.has_value();
  return metrics;
}

// Of class k, with W the weight of all rows: TP rightly predicted, FN missed, FP mistaken for it,
// and TN = W − TP − FN − FP,
//     MCC = Σ_k (TP TN − FN FP) / √(Σ_k (TP + FP) (TN + FN) · Σ_k (TP + FN) (TN + FP)),
// which is Gorodkin's quotient of covariances without its differences of large numbers. None if all
// rows are, or are predicted to be, of one class.
std::optional<double> matthews(const RowSums& sums) {
  double both = 0.0;
  double predicted = 0.0;
  double actual = 0.0;
  int classes_predicted = 0;
  int classes_actual = 0;
  for (const auto& [tp, fn, fp] : sums.classes) {
    if (tp + fp > 0.0) ++classes_predicted;
    if (tp + fn > 0.0) ++classes_actual;
    const double tn = std::max(0.0, sums.weight - (tp + fn + fp));
    both += tp * tn - fn * fp;
    predicted += (tp + fp) * (tn + fn);
    actual += (tp + fn) * (tn + fp);
  }
  if (classes_predicted < 2 || classes_actual < 2) return std::nullopt;
  return both / (std::sqrt(predicted) * std::sqrt(actual));
}

using Member = std::optional<double> ClassMetrics::*;

std::optional<double> mean_of_occurring(const std::vector<ClassMetrics>& classes, Member member) {
  double sum = 0.0;
  double count = 0.0;
  for (const auto& of_class : classes) {
    if (!of_class.occurs) continue;
    sum += (of_class.*member).value_or(0.0);
    count += 1.0;
  }
  return ratio(sum, count);
}

/// `value` of each class; none if that of one class is.
template <class Value>
std::optional<double> mean_of_all(const std::vector<ClassMetrics>& classes, Value value) {
  double sum = 0.0;
  for (const auto& of_class : classes) {
    const std::optional<double>& one = std::invoke(value, of_class);
    if (!one) return std::nullopt;
    sum += *one;
  }
  return ratio(sum, static_cast<double>(classes.size()));
}

std::optional<double> balanced_accuracy(const std::vector<ClassMetrics>& classes) {
  double sum = 0.0;
  double count = 0.0;
  for (const auto& of_class : classes) {
    if (!of_class.recall) continue;
    sum += *of_class.recall;
    count += 1.0;
  }
  return ratio(sum, count);
}

void rank_class(const RankedScores& ranked, const AssessmentOptions& options, ClassMetrics& metrics,
                std::vector<std::optional<Curves>>& curves,
                const comm::Communicator& communicator) {
  metrics.roc_auc = roc_auc(ranked, communicator);
  if (metrics.roc_auc) {
    metrics.roc_auc_interval = roc_auc_interval(ranked, *metrics.roc_auc, communicator);
  }
  metrics.average_precision = average_precision(ranked, Target::positives, communicator);
  for (const auto& metric : all_metrics()) {
    if (metric.ranking == nullptr) continue;
    metrics.ranked[std::string(metric.key)] = metric.ranking(ranked, communicator);
  }
  if (options.curves) curves.push_back(make_curves(ranked, communicator));
}

// Class 0 is ranked by the same scores from below: its AUC is that of class 1.
void rank_two_classes(const ScoredRows& rows, const AssessmentOptions& options, Assessment& result,
                      const comm::Communicator& communicator) {
  const RankedScores ranked = RankedScores::by_margin(rows, communicator);
  ClassMetrics& zero = result.per_class[0];
  ClassMetrics& one = result.per_class[1];
  rank_class(ranked, options, one, result.curves, communicator);
  zero.roc_auc = one.roc_auc;
  zero.roc_auc_interval = one.roc_auc_interval;
  zero.average_precision = average_precision(ranked, Target::negatives, communicator);
  if (options.cost) result.best_threshold = best_threshold(ranked, *options.cost, communicator);
  result.roc_auc = one.roc_auc;
  result.roc_auc_interval = one.roc_auc_interval;
  result.average_precision = one.average_precision;
  result.precision = one.precision;
  result.recall = one.recall;
  result.f1 = one.f1;
  result.ranked = one.ranked;
}

void rank_each_class(const ScoredRows& rows, std::span<const double> probabilities,
                     const AssessmentOptions& options, Assessment& result,
                     const comm::Communicator& communicator) {
  for (std::size_t k = 0; k < result.per_class.size(); ++k) {
    const auto ranked = RankedScores::by_probability(rows, probabilities,
                                                     static_cast<std::uint32_t>(k), communicator);
    rank_class(ranked, options, result.per_class[k], result.curves, communicator);
  }
  const std::vector<ClassMetrics>& classes = result.per_class;
  result.roc_auc = mean_of_all(classes, &ClassMetrics::roc_auc);
  result.average_precision = mean_of_all(classes, &ClassMetrics::average_precision);
  result.precision = mean_of_occurring(classes, &ClassMetrics::precision);
  result.recall = mean_of_occurring(classes, &ClassMetrics::recall);
  result.f1 = mean_of_occurring(classes, &ClassMetrics::f1);
  for (const auto& [key, value] : classes.front().ranked) {
    result.ranked[key] = mean_of_all(
        classes,
        [&, &name = key ](const ClassMetrics& one) -> const auto& { return one.ranked.at(name); });
  }
}

}  // namespace

Assessment assess(const ScoredRows& rows, const AssessmentOptions& options,
                  const comm::Communicator& communicator) {
  const RowSums sums = sum_rows(rows, communicator);
  Assessment result;
  static_cast<Metrics&>(result) = sums.metrics;
  for (const auto& of_class : sums.classes) result.per_class.push_back(of_predictions(of_class));
  result.balanced_accuracy = balanced_accuracy(result.per_class);
  result.mcc = matthews(sums);
  const std::vector<double> probabilities = event_probabilities(rows.shape, rows.margins);
  result.calibration = calibrate(rows, probabilities, options.bins, communicator);
  if (rows.shape.link == Link::logistic) {
    rank_two_classes(rows, options, result, communicator);
  } else {
    rank_each_class(rows, probabilities, options, result, communicator);
  }
  return result;
}

}  // namespace mpilogit::statistics
