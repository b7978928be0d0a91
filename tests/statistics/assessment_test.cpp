// All metrics against their definitions, written down naively; rows are dealt out to the ranks.

#include "statistics/assessment.hpp"

#include <cmath>
#include <limits>

#include "statistics/group_metrics.hpp"
#include "statistics/scored_rows.hpp"
#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

comm::Communicator world() {
  return comm::Communicator::world();
}

Assessment assess_dealt(const Rows& all, const AssessmentOptions& options = {}) {
  return assess(part_of(all, world()).view(), options, world());
}

double weight_of(const Rows& rows, std::size_t i) {
  return rows.weights.empty() ? 1.0 : rows.weights[i];
}

double sigmoid(double z) {
  return 1.0 / (1.0 + std::exp(-z));
}

// Σ over rows k of class `label` of s_k use(z_k).
template <class Use>
double sum_over(const Rows& rows, std::uint32_t label, Use&& use) {
  double sum = 0.0;
  for (std::size_t k = 0; k < rows.margins.size(); ++k) {
    if (rows.labels[k] == label) sum += weight_of(rows, k) * use(rows.margins[k]);
  }
  return sum;
}

double half_if_tied(double a, double b) {
  return a > b ? 1.0 : (a == b ? 0.5 : 0.0);
}

// Every row of one class against every row of the other: O(n²).
struct NaiveAuc {
  explicit NaiveAuc(const Rows& rows)
      : w0(sum_over(rows, 0, [](double) { return 1.0; })),
        w1(sum_over(rows, 1, [](double) { return 1.0; })) {
    const auto v10 = [&](double z) {
      return sum_over(rows, 0, [&](double other) { return half_if_tied(z, other); }) / w0;
    };
    const auto v01 = [&](double z) {
      return sum_over(rows, 1, [&](double other) { return half_if_tied(other, z); }) / w1;
    };
    auc = sum_over(rows, 1, v10) / w1;
    const auto square = [](double x) { return x * x; };
    variance = sum_over(rows, 1, [&](double z) { return square(v10(z) - auc); }) / (w1 - 1.0) / w1 +
               sum_over(rows, 0, [&](double z) { return square(v01(z) - auc); }) / (w0 - 1.0) / w0;
  }
  double w0;
  double w1;
  double auc = 0.0;
  double variance = 0.0;
};

// Precision at a row's own margin, averaged over the rows of class 1.
double naive_average_precision(const Rows& rows) {
  const auto at_or_above = [&](std::uint32_t label, double z) {
    return sum_over(rows, label, [&](double other) { return other >= z ? 1.0 : 0.0; });
  };
  const double sum = sum_over(rows, 1, [&](double z) {
    return at_or_above(1, z) / (at_or_above(1, z) + at_or_above(0, z));
  });
  return sum / sum_over(rows, 1, [](double) { return 1.0; });
}

TEST_CASE("AUC, its interval and average precision of tied and weighted rows") {
  for (const bool weighted : {false, true}) {
    for (const int distinct : {2, 7, 1000000}) {
      CAPTURE(weighted, distinct);
      const Rows all = make_rows(300, weighted, distinct);
      const NaiveAuc expected(all);
      const Assessment found = assess_dealt(all);
      CHECK(*found.roc_auc == Approx(expected.auc).epsilon(1e-12));
      const double half = 1.959963984540054 * std::sqrt(expected.variance);
      REQUIRE(found.roc_auc_interval.has_value());
      CHECK(found.roc_auc_interval->lower == Approx(expected.auc - half).epsilon(1e-12));
      CHECK(found.roc_auc_interval->upper == Approx(expected.auc + half).epsilon(1e-12));
      CHECK(*found.average_precision == Approx(naive_average_precision(all)).epsilon(1e-12));
    }
  }
}

TEST_CASE("class 0 is found from below") {
  const Rows all = make_rows(300, true, 7);
  Rows mirrored = all;
  for (auto& margin : mirrored.margins) margin = -margin;
  for (auto& label : mirrored.labels) label = 1 - label;
  const Assessment found = assess_dealt(all);
  CHECK(*found.per_class[0].average_precision ==
        Approx(naive_average_precision(mirrored)).epsilon(1e-12));
  CHECK(found.per_class[0].roc_auc == found.roc_auc);
}

// Margins 2 1 1 −1 −2, classes 1 0 1 1 0. Predicted 1 1 1 0 0: TP 2, FP 1, FN 1, TN 1.
TEST_CASE("five rows by hand") {
  const Rows all{{2, 1, 1, -1, -2}, {1, 0, 1, 1, 0}, {}};
  const Assessment found = assess_dealt(all, {.bins = 2, .cost = Cost{1.0, 3.0}});
  CHECK(*found.precision == Approx(2.0 / 3.0));
  CHECK(*found.recall == Approx(2.0 / 3.0));
  CHECK(*found.f1 == Approx(2.0 / 3.0));
  CHECK(*found.balanced_accuracy == Approx((2.0 / 3.0 + 0.5) / 2.0));
  CHECK(*found.mcc == Approx((2.0 * 1.0 - 1.0 * 1.0) / std::sqrt(3.0 * 3.0 * 2.0 * 2.0)));
  CHECK(*found.per_class[0].precision == 0.5);
  CHECK(*found.average_precision == Approx((1.0 + 2.0 / 3.0 + 3.0 / 4.0) / 3.0));
  double brier = 0.0;
  for (std::size_t i = 0; i < 5; ++i) brier += std::pow(sigmoid(all.margins[i]) - all.labels[i], 2);
  CHECK(found.calibration.brier == Approx(brier / 5.0));
  REQUIRE(found.calibration.bins.size() == 2);
  const ReliabilityBin& low = found.calibration.bins[0];
  const ReliabilityBin& high = found.calibration.bins[1];
  CHECK(low.rows == 2);
  CHECK(*low.observed == 0.5);
  CHECK(*low.mean_predicted == Approx((sigmoid(-1) + sigmoid(-2)) / 2.0));
  CHECK(*high.observed == Approx(2.0 / 3.0));
  CHECK(found.calibration.expected_error ==
        Approx(0.4 * std::fabs(*low.mean_predicted - 0.5) +
               0.6 * std::fabs(*high.mean_predicted - 2.0 / 3.0)));
  // Costs of the thresholds ∞, 2, 1, −1, −2: 9, 6, 4, 1, 2.
  REQUIRE(found.best_threshold.has_value());
  CHECK(found.best_threshold->score == -1.0);
  CHECK(found.best_threshold->probability == Approx(sigmoid(-1)));
  CHECK(found.best_threshold->cost == Approx(1.0 / 5.0));
  CHECK(found.best_threshold->true_positive_rate == 1.0);
  CHECK(found.best_threshold->false_positive_rate == 0.5);
}

TEST_CASE("of equal costs the highest threshold, or none at all") {
  const Rows all{{1, 2, 3, 4}, {1, 0, 1, 0}, {}};
  const auto best = assess_dealt(all, {.cost = Cost{1.0, 1.0}}).best_threshold;
  REQUIRE(best.has_value());
  CHECK(best->score == std::numeric_limits<double>::infinity());
  CHECK(best->cost == 0.5);
  CHECK(best->true_positive_rate == 0.0);
  CHECK_FALSE(assess_dealt(all).best_threshold.has_value());
}

TEST_CASE("a probability on the edge of two bins is in the lower one") {
  const std::vector<double> edges = equal_bins(10);
  CHECK(bin_of(edges, 0.0) == 0);
  CHECK(bin_of(edges, 0.1) == 0);
  CHECK(bin_of(edges, std::nextafter(0.1, 1.0)) == 1);
  CHECK(bin_of(edges, 1.0) == 9);
  CHECK(bin_of(edges, std::numeric_limits<double>::quiet_NaN()) < 10);
  CHECK(bin_of(equal_bins(1), 0.3) == 0);
}

TEST_CASE("curves go through the corners, on points of all rows") {
  for (const int distinct : {2, 50, 1000000}) {
    Rows all = make_rows(5000, distinct == 50, distinct);
    for (auto& margin : all.margins) margin *= 5.0 / distinct;  // probabilities that differ
    const auto curves = assess_dealt(all, {.curves = true}).curves.at(0);
    REQUIRE(curves.has_value());
    const RocCurve& roc = curves->roc;
    CHECK(roc.fpr.front() == 0.0);
    CHECK(roc.tpr.back() == 1.0);
    CHECK(roc.fpr.back() == 1.0);
    CHECK(roc.fpr.size() <= 1002);
    if (distinct <= 50) CHECK(roc.fpr.size() == static_cast<std::size_t>(distinct) + 1);
    const double w0 = sum_over(all, 0, [](double) { return 1.0; });
    for (std::size_t i = 1; i < roc.fpr.size(); i += 97) {
      const double above = sum_over(all, 0, [&](double z) {
        return z >= std::log(roc.threshold[i] / (1.0 - roc.threshold[i])) - 1e-9 ? 1.0 : 0.0;
      });
      CHECK(roc.fpr[i] == Approx(above / w0).epsilon(1e-12));
    }
  }
}

TEST_CASE("without a class there is no curve, no correlation, no NaN") {
  const Rows all{{1, 2, -3}, {1, 1, 1}, {}};
  const Assessment found = assess_dealt(all, {.cost = Cost{}, .curves = true});
  CHECK_FALSE(found.roc_auc.has_value());
  CHECK_FALSE(found.roc_auc_interval.has_value());
  CHECK_FALSE(found.mcc.has_value());
  CHECK_FALSE(found.best_threshold.has_value());
  CHECK_FALSE(found.curves.at(0).has_value());
  CHECK_FALSE(found.per_class[0].recall.has_value());
  CHECK(*found.per_class[0].precision == 0.0);
  CHECK(*found.average_precision == 1.0);
  CHECK(*found.balanced_accuracy == Approx(2.0 / 3.0));
}

// Each group by itself, as if there were no other rows.
TEST_CASE("groups are measured as if alone") {
  Rows all = make_rows(400, true, 9);
  for (std::size_t i = 0; i < 400; ++i) {
    all.groups.push_back(static_cast<std::uint32_t>(i * i % 11));  // squares: groups 2, 6, … empty
    if (all.groups[i] == 3) all.weights[i] = 0.0;
    if (all.groups[i] == 9) all.labels[i] = 1;
  }
  const Rows mine = part_of(all, world());
  const auto found = metrics_by_group(mine.view(), mine.groups, 11, world());
  REQUIRE(found.size() == 11);
  for (std::uint32_t group = 0; group < 11; ++group) {
    CAPTURE(group);
    Rows own;
    for (std::size_t i = 0; i < 400; ++i) {
      if (all.groups[i] != group) continue;
      own.margins.push_back(all.margins[i]);
      own.labels.push_back(all.labels[i]);
      own.weights.push_back(all.weights[i]);
    }
    CHECK(found[group].rows == static_cast<std::int64_t>(own.margins.size()));
    CHECK(found[group].log_loss.has_value() == (group != 3 && !own.margins.empty()));
    if (!found[group].log_loss) continue;
    const Assessment alone = assess_dealt(own);
    CHECK(found[group].log_loss == alone.log_loss);
    CHECK(found[group].accuracy == alone.accuracy);
    CHECK(found[group].brier == alone.calibration.brier);
    REQUIRE(found[group].roc_auc.has_value() == (group != 9));
    if (group != 9) CHECK(*found[group].roc_auc == Approx(*alone.roc_auc).epsilon(1e-11));
    CHECK(*found[group].observed ==
          Approx(alone.per_class[1].weight /
                 (alone.per_class[0].weight + alone.per_class[1].weight)));
  }
}

}  // namespace
}  // namespace mpilogit::statistics
