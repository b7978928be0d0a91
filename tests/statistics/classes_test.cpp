// Metrics of several classes. Expected values are scikit-learn's: log_loss, roc_auc_score of each
// class against the others, accuracy_score, confusion_matrix; probabilities by scipy.special.

#include <cmath>
#include <random>

#include "statistics/metrics.hpp"
#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

using Confusion = std::vector<std::vector<std::int64_t>>;

const ScoreShape kSoftmax{Link::softmax, 3, false};
const ScoreShape kReference{Link::softmax, 2, true};
const ScoreShape kOneVsRest{Link::one_vs_rest, 3, false};

// Eight rows; row 3 has all margins equal, row 5 two of them.
const std::vector<double> kMargins = {1, 0.5, -2,  0.25, 2,   1,   -1,   -3, 0.5, 0,  0,  0,
                                      3, -1,  2.5, -0.5, 1.5, 1.5, 0.75, -2, -1,  -4, -5, -3.5};
const std::vector<std::uint32_t> kLabels = {0, 1, 2, 1, 2, 1, 0, 2};
const std::vector<double> kWeights = {1, 2, 0.5, 3, 1, 0, 4, 1.5};

// The first `columns` margins of each row.
std::vector<double> margins(std::size_t columns) {
  std::vector<double> result;
  for (std::size_t i = 0; i < kMargins.size(); ++i) {
    if (i % 3 < columns) result.push_back(kMargins[i]);
  }
  return result;
}

// Rows i with i mod ranks = rank.
Metrics evaluate_dealt(const ScoreShape& shape, const std::vector<double>& all,
                       const std::vector<std::uint32_t>& labels,
                       const std::vector<double>& weights) {
  const auto world = comm::Communicator::world();
  std::vector<double> mine;
  std::vector<std::uint32_t> my_labels;
  std::vector<double> my_weights;
  const auto ranks = static_cast<std::size_t>(world.size());
  for (auto i = static_cast<std::size_t>(world.rank()); i < labels.size(); i += ranks) {
    const auto row = std::span(all).subspan(i * shape.columns, shape.columns);
    mine.insert(mine.end(), row.begin(), row.end());
    my_labels.push_back(labels[i]);
    if (!weights.empty()) my_weights.push_back(weights[i]);
  }
  return evaluate({shape, mine, my_labels, my_weights, {}, {}}, world);
}

struct Expected {
  ScoreShape shape;
  bool weighted;
  double log_loss;
  double roc_auc;
  double accuracy;
};

TEST_CASE("metrics of three classes are scikit-learn's") {
  for (const auto& expected : {
           Expected{kSoftmax, false, 0.6029113113256341, 0.9277777777777777, 0.75},
           Expected{kSoftmax, true, 0.5787446128539175, 0.9666666666666667, 9.0 / 13.0},
           Expected{kOneVsRest, false, 0.7399391527297023, 0.9333333333333332, 0.75},
           Expected{kOneVsRest, true, 0.7365669942032758, 0.9583333333333334, 9.0 / 13.0},
           Expected{kReference, false, 2.5904498625753165, 0.25555555555555554, 0.0},
           Expected{kReference, true, 2.077676992692655, 0.2, 0.0},
       }) {
    const Metrics metrics = evaluate_dealt(expected.shape, margins(expected.shape.columns), kLabels,
                                           expected.weighted ? kWeights : std::vector<double>());
    CAPTURE(static_cast<int>(expected.shape.link), expected.weighted);
    CHECK(metrics.rows == 8);
    CHECK(metrics.log_loss == Approx(expected.log_loss).epsilon(1e-14));
    CHECK(metrics.accuracy == Approx(expected.accuracy).margin(1e-15));
    REQUIRE(metrics.roc_auc.has_value());
    CHECK(*metrics.roc_auc == Approx(expected.roc_auc).epsilon(1e-13));
    CHECK(metrics.confusion == (expected.shape.reference_class
                                    ? Confusion{{0, 2, 0}, {1, 0, 2}, {2, 1, 0}}
                                    : Confusion{{2, 0, 0}, {1, 2, 0}, {1, 0, 2}}));
  }
}

TEST_CASE("a class without rows leaves no AUC of several classes") {
  const std::vector<std::uint32_t> labels = {0, 1, 1, 1, 0, 1, 0, 1};
  const Metrics metrics = evaluate_dealt(kSoftmax, kMargins, labels, {});
  CHECK_FALSE(metrics.roc_auc.has_value());
  CHECK(metrics.confusion[2] == std::vector<std::int64_t>{0, 0, 0});
}

void check_row(const ScoreShape& shape, std::vector<double> row, std::vector<double> expected) {
  std::vector<double> probabilities(shape.classes());
  class_probabilities(shape, row, probabilities);
  for (std::size_t k = 0; k < expected.size(); ++k) {
    CHECK(probabilities[k] == Approx(expected[k]).epsilon(1e-6).margin(1e-30));
  }
}

TEST_CASE("probabilities of all classes") {
  check_row({}, {0.5}, {0.37754067, 0.62245933});
  check_row(kSoftmax, {0.25, 2, 1}, {0.1127192, 0.64865424, 0.23862656});
  check_row(kReference, {0.25, 2}, {0.10337967, 0.13274213, 0.7638782});
  check_row(kOneVsRest, {0.25, 2, 1}, {0.25858702, 0.40514446, 0.33626852});
  // σ(z) is 0 in doubles: the ratios are those of e^z.
  check_row(kOneVsRest, {-800, -801, -900}, {0.73105858, 0.26894142, 0.0});
  check_row(kOneVsRest, {800, 801, -900}, {0.5, 0.5, 0.0});
}

TEST_CASE("of equal margins the first class is predicted") {
  const auto predicted = [](const ScoreShape& shape, std::vector<double> row) {
    return predicted_class(shape, row);
  };
  CHECK(predicted({}, {0.0}) == 0);
  CHECK(predicted({}, {1e-300}) == 1);
  CHECK(predicted(kSoftmax, {1, 2, 2}) == 1);
  CHECK(predicted(kOneVsRest, {-1, -1, -1}) == 0);
  CHECK(predicted(kReference, {0, 0}) == 0);
  CHECK(predicted(kReference, {-1, -2}) == 0);
  CHECK(predicted(kReference, {0.5, 2}) == 2);
}

TEST_CASE("losses keep their tails") {
  const auto loss = [](const ScoreShape& shape, std::vector<double> row, std::uint32_t label) {
    double result = 0.0;
    log_losses(shape, row, {&label, 1}, {&result, 1});
    return result;
  };
  CHECK(loss({}, {-800}, 1) == 800.0);
  CHECK(loss(kSoftmax, {0, 900, 0}, 2) == 900.0);
  CHECK(loss(kReference, {900, -900}, 0) == 900.0);
  CHECK(loss(kOneVsRest, {-800, 5, 5}, 0) == Approx(800 + std::log(2 / (1 + std::exp(-5.0)))));
}

// 3000 rows of five classes: dealt to any ranks they give the bits that one rank gets from all.
TEST_CASE("the same bits on any ranks") {
  std::mt19937_64 engine(5);
  std::vector<double> all;
  std::vector<std::uint32_t> labels;
  std::vector<double> weights;
  for (int i = 0; i < 3000; ++i) {
    for (int k = 0; k < 5; ++k) all.push_back(static_cast<double>(engine() % 4001) / 1000.0 - 2.0);
    labels.push_back(static_cast<std::uint32_t>(engine() % 5));
    weights.push_back(static_cast<double>(engine() % 1000) / 7.0);
  }
  for (const auto link : {Link::softmax, Link::one_vs_rest}) {
    const ScoreShape shape{link, 5, false};
    const Metrics dealt = evaluate_dealt(shape, all, labels, weights);
    // All rows on the last rank.
    const auto world = comm::Communicator::world();
    const bool mine = world.rank() == world.size() - 1;
    const Metrics whole = mine ? evaluate({shape, all, labels, weights, {}, {}}, world)
                               : evaluate({shape, {}, {}, {}, {}, {}}, world);
    CHECK(dealt.log_loss == whole.log_loss);
    CHECK(dealt.accuracy == whole.accuracy);
    CHECK(*dealt.roc_auc == *whole.roc_auc);
    CHECK(dealt.confusion == whole.confusion);
  }
}

}  // namespace
}  // namespace mpilogit::statistics
