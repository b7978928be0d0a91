#pragma once
// The plots of a model's scores on labelled rows.

#include <vector>

#include "data/labels.hpp"
#include "page/plots/chart.hpp"
#include "scoring/report.hpp"

namespace mpilogit::page {

/// At most so many classes have curves.
inline constexpr std::size_t kMostCurves = 10;

/// Which can be drawn: ROC, precision and recall (each of class 1, or of every class against the
/// rest), calibration, scores by class.
std::vector<Chart> score_charts(const scoring::ReportEvaluation& evaluation,
                                const data::ClassSet& classes);

}  // namespace mpilogit::page
