#pragma once
// All that is measured of a model against labelled rows.

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "statistics/calibration.hpp"
#include "statistics/metrics.hpp"
#include "statistics/ranking.hpp"

namespace mpilogit::statistics {

/// What is 0/0 is none.
struct ClassMetrics {
  double weight = 0.0;              ///< of its rows
  bool occurs = false;              ///< among the rows or the predictions
  std::optional<double> precision;  ///< share of the rows predicted to be of it that are
  std::optional<double> recall;     ///< share of its rows that are predicted to be
  std::optional<double> f1;         ///< harmonic mean of both
  std::optional<double> roc_auc;    ///< against all other classes
  std::optional<Interval> roc_auc_interval;
  std::optional<double> average_precision;
  std::map<std::string, std::optional<double>> ranked;  ///< further ones of metric_list.hpp, by key
};

/// `precision`, `recall`, `f1`, `average_precision`: of two classes those of class 1; of more the
/// unweighted means over the classes ("macro"). As scikit-learn's, the means of the first three are
/// over the classes that occur, and there what is none counts as 0; that of average precision needs
/// all classes. (`roc_auc` is Metrics': the mean over all classes, too.)
struct Assessment : Metrics {
  std::optional<Interval> roc_auc_interval;  ///< of two classes
  std::optional<double> average_precision;
  std::optional<double> balanced_accuracy;  ///< mean recall over the classes that have rows
  std::optional<double> precision;
  std::optional<double> recall;
  std::optional<double> f1;
  /// Matthews' correlation of classes and predictions, of more classes Gorodkin's R_K (2004).
  std::optional<double> mcc;
  /// Those of metric_list.hpp that have a `ranking`, by key: of two classes class 1's, of more the
  /// mean over all classes.
  std::map<std::string, std::optional<double>> ranked;
  Calibration calibration;
  std::vector<ClassMetrics> per_class;
  std::optional<BestThreshold> best_threshold;  ///< if a cost was given
  /// If wanted: of each class against all others; of two classes one element, class 1's.
  std::vector<std::optional<Curves>> curves;
};

struct AssessmentOptions {
  std::size_t bins = 10;                    ///< of the reliability table
  std::optional<Cost> cost = std::nullopt;  ///< of two classes only
  bool curves = false;
};

/// Collective. There must be positive weight on some rank. Cost: that of `evaluate`, and some looks
/// at the rows and at the sorted scores: each class is sorted once.
Assessment assess(const ScoredRows& rows, const AssessmentOptions& options,
                  const comm::Communicator& communicator);

}  // namespace mpilogit::statistics
