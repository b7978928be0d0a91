#include "kernels/softmax.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/logistic.hpp"
#include "support/catch.hpp"

using namespace mpilogit::kernels;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Rows {
  SoftmaxShape shape;
  std::vector<double> margins;
  std::vector<std::uint32_t> labels;
  std::vector<double> weights;

  std::size_t classes() const { return shape.columns + (shape.reference_class ? 1 : 0); }
};

struct Result {
  std::vector<double> losses;
  std::vector<double> residuals;
};

/// Multiples of 2^-10, so that differences of margins are exact, up to ±scale.
Rows sample(SoftmaxShape shape, std::size_t count, double scale) {
  std::mt19937_64 random(count * 100 + shape.columns);
  Rows rows{shape, {}, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < shape.columns; ++k) {
      const double uniform = static_cast<double>(static_cast<std::int64_t>(random())) * 0x1p-63;
      rows.margins.push_back(std::round(uniform * scale * 1024) / 1024);
    }
    rows.labels.push_back(static_cast<std::uint32_t>(random() % rows.classes()));
    rows.weights.push_back(static_cast<double>(random() % 4));
  }
  return rows;
}

/// One call per row, so that the losses can be told apart.
Result by_rows(const Rows& rows) {
  const std::size_t columns = rows.shape.columns;
  Result result{{}, std::vector<double>(rows.margins.size())};
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    LaneSum loss;
    softmax_losses_and_residuals(rows.shape, std::span(rows.margins).subspan(i * columns, columns),
                                 std::span(rows.labels).subspan(i, 1),
                                 std::span(rows.weights).subspan(i, 1),
                                 std::span(result.residuals).subspan(i * columns, columns), loss);
    result.losses.push_back(loss.total());
  }
  return result;
}

/// The margins of all classes of row i, the reference's 0 first.
std::vector<long double> class_margins(const Rows& rows, std::size_t i) {
  std::vector<long double> margins(rows.shape.reference_class ? 1 : 0, 0.0L);
  for (std::size_t k = 0; k < rows.shape.columns; ++k) {
    margins.push_back(rows.margins[i * rows.shape.columns + k]);
  }
  return margins;
}

std::vector<long double> exact_exponentials(const std::vector<long double>& margins) {
  const long double largest = *std::max_element(margins.begin(), margins.end());
  std::vector<long double> found;
  for (const long double margin : margins) found.push_back(std::exp(margin - largest));
  return found;
}

long double sum_without(const std::vector<long double>& values, std::size_t skipped) {
  long double sum = 0;
  for (std::size_t k = 0; k < values.size(); ++k) sum += k == skipped ? 0 : values[k];
  return sum;
}

/// log(1 + Σ_{l≠y} e^(z_l − z_y)), whose terms extended precision holds far beyond ±800.
long double exact_loss(const std::vector<long double>& margins, std::size_t label) {
  long double sum = 0;
  for (std::size_t l = 0; l < margins.size(); ++l) {
    if (l != label) sum += std::exp(margins[l] - margins[label]);
  }
  return std::log1p(sum);
}

/// Within some units in the last place of `exact`; what is below 1e-300 may be 0.
bool close(double value, long double exact) {
  return std::abs(static_cast<long double>(value) - exact) <=
         40 * 0x1p-53L * std::abs(exact) + 1e-300L;
}

void check_rows(const Rows& rows) {
  const std::size_t columns = rows.shape.columns;
  const std::size_t shift = rows.classes() - columns;
  const Result result = by_rows(rows);
  std::vector<double> probabilities(rows.margins.size());
  softmax_probabilities(rows.shape, rows.margins, probabilities);
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    CAPTURE(columns, shift, i);
    const std::vector<long double> margins = class_margins(rows, i);
    const std::vector<long double> exponentials = exact_exponentials(margins);
    const std::size_t label = rows.labels[i];
    const long double total = sum_without(exponentials, exponentials.size());
    const double weight = rows.weights[i];
    CHECK(close(result.losses[i], weight * exact_loss(margins, label)));
    CHECK(result.losses[i] >= 0);
    for (std::size_t k = 0; k < columns; ++k) {
      const bool own = k + shift == label;
      const double residual = result.residuals[i * columns + k];
      const long double exact =
          own ? -sum_without(exponentials, label) / total : exponentials[k + shift] / total;
      CHECK(close(residual, weight * exact));
      CHECK(std::abs(residual) <= weight);
      CHECK(close(probabilities[i * columns + k], exponentials[k + shift] / total));
    }
  }
}

constexpr std::array<SoftmaxShape, 8> shapes = {{{1, true},
                                                 {2, false},
                                                 {2, true},
                                                 {3, false},
                                                 {7, true},
                                                 {10, false},
                                                 {26, false},
                                                 {70, true}}};

}  // namespace

TEST_CASE("softmax agrees with extended precision") {
  for (const SoftmaxShape shape : shapes) {
    for (const double scale : {1e-3, 1.0, 5.0, 40.0, 400.0, 800.0})
      check_rows(sample(shape, 33, scale));
  }
}

TEST_CASE("tails of the softmax") {
  for (const double difference : {40.0, 800.0}) {
    for (const std::uint32_t label : {0U, 1U, 2U}) {
      check_rows({{2, true}, {difference, -difference}, {label}, {1.0}});
      check_rows({{3, false}, {-difference, 0, difference}, {label}, {3.0}});
      check_rows({{3, false}, {difference, difference, 0}, {label}, {1.0}});
    }
  }
  // The wrong class by 40 costs 40, the right one e^-40.
  const Result wrong = by_rows({{3, false}, {40, 0, 0}, {1}, {1.0}});
  CHECK(wrong.losses[0] == 40.0);
  const Result right = by_rows({{2, true}, {40, -800}, {1}, {1.0}});
  CHECK(right.losses[0] == Approx(4.248354255291589e-18).epsilon(1e-14));
  CHECK(right.residuals[0] == Approx(-4.248354255291589e-18).epsilon(1e-14));
}

TEST_CASE("softmax of equal margins, by hand") {
  const Result symmetric = by_rows({{4, false}, {7, 7, 7, 7}, {2}, {2.0}});
  CHECK(symmetric.losses[0] == Approx(2 * std::log(4.0)).epsilon(1e-15));
  CHECK(symmetric.residuals == std::vector<double>{0.5, 0.5, -1.5, 0.5});
  const Result referenced = by_rows({{3, true}, {0, 0, 0}, {0}, {4.0}});
  CHECK(referenced.losses[0] == Approx(4 * std::log(4.0)).epsilon(1e-15));
  CHECK(referenced.residuals == std::vector<double>{1, 1, 1});
}

TEST_CASE("one column against the reference is the logistic loss") {
  const auto near = [](double value, double other) {
    return std::abs(value - other) <= 4 * 0x1p-53 * std::abs(other);
  };
  for (double margin = -740.0; margin <= 740.0; margin += 0.37) {
    for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}}) {
      CAPTURE(margin, int{label});
      const Result result = by_rows({{1, true}, {margin}, {label}, {3.0}});
      const RowLoss expected = row_loss(margin, label, 3.0);
      CHECK(near(result.losses[0], expected.loss));
      CHECK(near(result.residuals[0], expected.residual));
      double probability = 0;
      softmax_probabilities({1, true}, {&margin, 1}, {&probability, 1});
      CHECK(near(probability, sigmoid(margin)));
    }
  }
}

TEST_CASE("infinite margins, NaN and weight 0") {
  const double nan = std::nan("");
  CHECK(by_rows({{3, false}, {infinity, 0, 0}, {1}, {1.0}}).losses[0] == infinity);
  CHECK(by_rows({{2, true}, {infinity, 0}, {0}, {1.0}}).losses[0] == infinity);
  CHECK(by_rows({{3, false}, {-infinity, 0, -infinity}, {1}, {1.0}}).losses[0] == 0);
  CHECK(by_rows({{2, true}, {-infinity, -infinity}, {2}, {1.0}}).losses[0] == infinity);
  const Result certain = by_rows({{3, false}, {infinity, 0, 0}, {0}, {1.0}});
  CHECK(certain.losses[0] == 0);
  CHECK(certain.residuals == std::vector<double>{0, 0, 0});
  CHECK(by_rows({{3, false}, {infinity, 0, 0}, {1}, {2.0}}).residuals ==
        std::vector<double>{2, -2, 0});
  for (const std::size_t place : {0U, 1U, 2U}) {
    for (const SoftmaxShape shape : {SoftmaxShape{3, false}, {3, true}}) {
      std::vector<double> margins = {1, 2, 3};
      margins[place] = nan;
      const Result result = by_rows({shape, margins, {1}, {1.0}});
      CHECK(std::isnan(result.losses[0]));
      CHECK(std::all_of(result.residuals.begin(), result.residuals.end(),
                        [](double x) { return std::isnan(x); }));
    }
  }
  for (const double margin : {infinity, nan}) {
    const Result nothing = by_rows({{3, false}, {margin, 0, 0}, {1}, {0.0}});
    CHECK(nothing.losses[0] == 0);
    CHECK(nothing.residuals == std::vector<double>{0, 0, 0});
  }
}

TEST_CASE("softmax of many rows has the bits of single rows, in place too") {
  for (const SoftmaxShape shape : shapes) {
    for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 65U}) {
      CAPTURE(shape.columns, count);
      const Rows rows = sample(shape, count, 5.0);
      const Result expected = by_rows(rows);
      std::vector<double> in_place = rows.margins;
      LaneSum losses;
      softmax_losses_and_residuals(shape, in_place, rows.labels, rows.weights, in_place, losses);
      CHECK(in_place == expected.residuals);
      CHECK(losses.total() == lane_sum(expected.losses));

      std::vector<double> probabilities(rows.margins.size());
      softmax_probabilities(shape, rows.margins, probabilities);
      in_place = rows.margins;
      softmax_probabilities(shape, in_place, in_place);
      CHECK(in_place == probabilities);
    }
  }
}

TEST_CASE("no weights are weights of 1") {
  Rows rows = sample({5, false}, 20, 5.0);
  std::fill(rows.weights.begin(), rows.weights.end(), 1.0);
  const Result expected = by_rows(rows);
  std::vector<double> residuals(rows.margins.size());
  LaneSum losses;
  softmax_losses_and_residuals(rows.shape, rows.margins, rows.labels, {}, residuals, losses);
  CHECK(residuals == expected.residuals);
  CHECK(losses.total() == lane_sum(expected.losses));
}

TEST_CASE("curvature products are the residuals' derivatives") {
  for (const SoftmaxShape shape : shapes) {
    for (const double scale : {1.0, 30.0}) {
      const Rows rows = sample(shape, 33, scale);
      const Rows directions = sample(shape, 33, 2.0);
      std::vector<double> probabilities(rows.margins.size());
      softmax_probabilities(shape, rows.margins, probabilities);
      std::vector<double> products = directions.margins;
      softmax_curvature_products(shape, probabilities, rows.weights, products);
      const std::size_t shift = rows.classes() - shape.columns;
      for (std::size_t i = 0; i < 33; ++i) {
        const std::vector<long double> e = exact_exponentials(class_margins(rows, i));
        const std::vector<long double> u = class_margins(directions, i);
        const long double total = sum_without(e, e.size());
        for (std::size_t k = shift; k < e.size(); ++k) {
          long double exact = 0;  // p_k Σ_l p_l (u_k − u_l)
          long double size = 0;
          for (std::size_t l = 0; l < e.size(); ++l) {
            exact += e[k] / total * e[l] / total * (u[k] - u[l]);
            size += e[k] / total * e[l] / total * std::abs(u[k] - u[l]);
          }
          // The tail below 1e-16 of a row that is sure is known where no class is the reference.
          const long double lost = shape.reference_class ? 1e-14L : 1e-300L;
          const double weight = rows.weights[i];
          const double product = products[i * shape.columns + k - shift];
          CAPTURE(shape.columns, scale, i, k);
          CHECK(std::abs(product - weight * exact) <= weight * (200 * 0x1p-53L * size + lost));
        }
      }
    }
  }
}

TEST_CASE("moving all classes alike has no curvature") {
  const Rows rows = sample({7, false}, 33, 30.0);
  std::vector<double> probabilities(rows.margins.size());
  softmax_probabilities(rows.shape, rows.margins, probabilities);
  std::vector<double> products(rows.margins.size(), 0.3);
  softmax_curvature_products(rows.shape, probabilities, {}, products);
  CHECK(std::all_of(products.begin(), products.end(), [](double x) { return x == 0; }));
}

TEST_CASE("curvatures between columns") {
  for (const SoftmaxShape shape : {SoftmaxShape{2, false}, {5, false}, {4, true}}) {
    for (const double scale : {0.0, 1.0, 30.0}) {
      const Rows rows = sample(shape, 33, scale);
      std::vector<double> probabilities(rows.margins.size());
      softmax_probabilities(shape, rows.margins, probabilities);
      const std::size_t shift = rows.classes() - shape.columns;
      for (std::size_t k = 0; k < shape.columns; ++k) {
        for (std::size_t l = 0; l < shape.columns; ++l) {
          std::vector<double> curvatures(33);
          softmax_curvatures(shape, probabilities, rows.weights, k, l, curvatures);
          for (std::size_t i = 0; i < 33; ++i) {
            CAPTURE(shape.columns, scale, i, k, l);
            const std::vector<long double> e = exact_exponentials(class_margins(rows, i));
            const long double total = sum_without(e, e.size());
            const long double p = e[k + shift] / total;
            const long double exact =
                k == l ? p * (sum_without(e, k + shift) / total) : -p * (e[l + shift] / total);
            const double weight = rows.weights[i];
            const long double lost = shape.reference_class ? 1e-15L : 0.0L;
            CHECK(std::abs(curvatures[i] - weight * exact) <=
                  weight * (40 * 0x1p-53L * std::abs(exact) + lost));
            CHECK((k == l ? curvatures[i] >= 0 : curvatures[i] <= 0));
            CHECK(std::abs(curvatures[i]) <= weight / 4);
          }
        }
      }
    }
  }
}

TEST_CASE("curvatures of all columns with themselves at once") {
  for (const SoftmaxShape shape : {SoftmaxShape{2, false}, {4, true}, {150, false}, {149, true}}) {
    for (const double scale : {0.0, 1.0, 30.0}) {
      const Rows rows = sample(shape, 33, scale);
      std::vector<double> all(rows.margins.size());
      softmax_probabilities(shape, rows.margins, all);
      std::vector<double> expected(all.size());
      std::vector<double> column(33);
      for (std::size_t k = 0; k < shape.columns; ++k) {
        softmax_curvatures(shape, all, rows.weights, k, k, column);
        for (std::size_t i = 0; i < 33; ++i) expected[i * shape.columns + k] = column[i];
      }
      softmax_diagonal_curvatures(shape, all, rows.weights, all);  // in place
      for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(shape.columns, scale, i);
        CHECK(std::abs(all[i] - expected[i]) <= 160 * 0x1p-53 * expected[i]);
        CHECK(all[i] >= 0);
        CHECK(all[i] <= rows.weights[i / shape.columns] / 4);
      }
    }
  }
}

TEST_CASE("curvatures keep their bound where rounding could break it") {
  // The first class has about half, so that p (1 − p) is next to 1/4.
  constexpr std::size_t columns = 10;
  Rows rows = sample({columns, false}, 20'000, 1.0);
  std::vector<double> probabilities(rows.margins.size());
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    double* margins = rows.margins.data() + i * columns;
    double others = 0;
    for (std::size_t k = 1; k < columns; ++k) others += std::exp(margins[k]);
    margins[0] = std::log(others);
  }
  softmax_probabilities(rows.shape, rows.margins, probabilities);
  std::vector<double> curvatures(rows.labels.size());
  softmax_curvatures(rows.shape, probabilities, {}, 0, 0, curvatures);
  CHECK(*std::max_element(curvatures.begin(), curvatures.end()) == 0.25);
}
