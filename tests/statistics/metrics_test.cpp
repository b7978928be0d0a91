// Metrics against their definitions, over rows dealt out to the ranks in any way.

#include "statistics/metrics.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "statistics/scored_rows.hpp"
#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

// Pairs of a positive and a negative row, straight from the definition.
double naive_auc(const Rows& rows) {
  long double above = 0;
  long double pairs = 0;
  for (std::size_t i = 0; i < rows.margins.size(); ++i) {
    for (std::size_t k = 0; k < rows.margins.size(); ++k) {
      if (rows.labels[i] == 0 || rows.labels[k] != 0) continue;
      const long double pair = rows.weights.empty() ? 1 : rows.weights[i] * rows.weights[k];
      pairs += pair;
      if (rows.margins[i] > rows.margins[k]) above += pair;
      if (rows.margins[i] == rows.margins[k]) above += pair / 2;
    }
  }
  return static_cast<double>(above / pairs);
}

TEST_CASE("ROC AUC counts pairs, ties for half") {
  const auto world = comm::Communicator::world();
  for (const bool weighted : {false, true}) {
    for (const int distinct : {2, 7, 1000000}) {
      const Rows all = make_rows(400, weighted, distinct);
      const auto auc = roc_auc(part_of(all, world).view(), world);
      REQUIRE(auc.has_value());
      CHECK(*auc == Approx(naive_auc(all)).epsilon(1e-13));
    }
  }
}

TEST_CASE("four rows by hand") {
  const auto world = comm::Communicator::world();
  // Margins 1 2 2 3, labels 0 0 1 1: pairs 1<2, 1<3, 2=2, 2<3: 3½ of 4.
  const Rows all{{1, 2, 2, 3}, {0, 0, 1, 1}, {}};
  const Metrics metrics = evaluate(part_of(all, world).view(), world);
  CHECK(metrics.roc_auc == 0.875);
  CHECK(metrics.rows == 4);
  CHECK(metrics.accuracy == 0.5);  // all margins are positive
  CHECK(metrics.confusion[0] == std::vector<std::int64_t>{0, 2});
  CHECK(metrics.confusion[1] == std::vector<std::int64_t>{0, 2});
  const double expected = (std::log1p(std::exp(1.0)) + std::log1p(std::exp(2.0)) +
                           std::log1p(std::exp(-2.0)) + std::log1p(std::exp(-3.0))) /
                          4;
  CHECK(metrics.log_loss == Approx(expected).epsilon(1e-14));
}

TEST_CASE("the AUC of extreme and equal margins") {
  const auto world = comm::Communicator::world();
  const double infinity = std::numeric_limits<double>::infinity();
  const Rows saturated{{800, 900, -800, 800}, {1, 1, 0, 0}, {}};
  CHECK(roc_auc(part_of(saturated, world).view(), world) == 0.875);
  const Rows zeros{{0.0, -0.0, 0.0}, {1, 0, 0}, {}};
  CHECK(roc_auc(part_of(zeros, world).view(), world) == 0.5);
  const Rows infinite{{infinity, -infinity}, {1, 0}, {}};
  CHECK(roc_auc(part_of(infinite, world).view(), world) == 1.0);
}

TEST_CASE("one class has no AUC") {
  const auto world = comm::Communicator::world();
  const Rows all{{1, 2}, {1, 1}, {}};
  CHECK_FALSE(evaluate(part_of(all, world).view(), world).roc_auc.has_value());
  const Rows weightless{{1, 2}, {1, 0}, {1.0, 0.0}};
  CHECK_FALSE(roc_auc(part_of(weightless, world).view(), world).has_value());
}

TEST_CASE("weights weigh accuracy and loss, not the confusion counts") {
  const auto world = comm::Communicator::world();
  const Rows all{{1, -1, 1}, {1, 1, 0}, {1.0, 2.0, 5.0}};
  const Metrics metrics = evaluate(part_of(all, world).view(), world);
  CHECK(metrics.accuracy == 1.0 / 8.0);
  CHECK(metrics.confusion[1] == std::vector<std::int64_t>{1, 1});
}

TEST_CASE("a row of weight 0 counts for nothing, however wrong") {
  const auto world = comm::Communicator::world();
  const Rows all{{1, -std::numeric_limits<double>::infinity()}, {1, 1}, {1.0, 0.0}};
  const Metrics metrics = evaluate(part_of(all, world).view(), world);
  CHECK(metrics.log_loss == Approx(std::log1p(std::exp(-1.0))).epsilon(1e-14));
  CHECK(metrics.accuracy == 1.0);
  CHECK(metrics.rows == 2);
}

// 4 trials with 3 successes, and so on; one row has none at all. The expected values are
// scikit-learn's (log_loss, roc_auc_score, accuracy_score) on one weighted row per outcome.
TEST_CASE("aggregated rows count as their trials") {
  const auto world = comm::Communicator::world();
  const Rows all{{0.5, -1, 2, 0.5, -3}, {}, {1, 2, 1, 0.5, 1}, {}, {3, 1, 0, 2, 0},
                 {4, 3, 0, 5, 2}};
  const Metrics metrics = evaluate(part_of(all, world).view(), world);
  CHECK(metrics.rows == 5);
  CHECK(metrics.log_loss == Approx(0.5729824293398286).epsilon(1e-14));
  CHECK(*metrics.roc_auc == Approx(0.7254901960784313).epsilon(1e-14));
  CHECK(metrics.accuracy == Approx(0.6896551724137931).epsilon(1e-14));
  CHECK(metrics.confusion == std::vector<std::vector<std::int64_t>>{{4, 4}, {1, 5}});
}

TEST_CASE("aggregated rows are the same bits as their rows one by one") {
  const auto world = comm::Communicator::world();
  const Rows single{{0.5, 0.5, 0.5, -1, -1}, {1, 0, 1, 0, 0}, {}};
  const Rows grouped{{0.5, -1}, {}, {}, {}, {2, 0}, {3, 2}};
  const Metrics expected = evaluate(part_of(single, world).view(), world);
  const Metrics metrics = evaluate(part_of(grouped, world).view(), world);
  CHECK(metrics.log_loss == Approx(expected.log_loss).epsilon(1e-15));
  CHECK(metrics.roc_auc == expected.roc_auc);
  CHECK(metrics.accuracy == expected.accuracy);
  CHECK(metrics.confusion == expected.confusion);
}

}  // namespace
}  // namespace mpilogit::statistics
