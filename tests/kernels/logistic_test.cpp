#include "kernels/logistic.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "kernels/sample_rows.hpp"
#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_vector;
using mpilogit::testing::UsedInstructionSet;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<double, 12> sizes = {0.0,  1e-300, 1e-16, 0.5,  1.0,   37.0,
                                          40.0, 710.0,  745.0, 1e10, 1e308, infinity};
constexpr std::array<double, 5> sample_weights = {0.1, 1.0, 3.0, 1e12, 0x1.fffffffffffffp0};

/// The definitions in extended precision, tails kept by expm1-free forms of their own.
long double exact_sigmoid(double margin) {
  return 1.0L / (1.0L + std::exp(-static_cast<long double>(margin)));
}

long double exact_loss(double margin, bool label) {
  const long double wrongness = label ? -margin : margin;
  return wrongness > 40 ? wrongness + std::exp(-wrongness) : std::log1p(std::exp(wrongness));
}

void check_bounds(double margin, double weight) {
  CAPTURE(margin, weight);
  for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}}) {
    const RowLoss row = row_loss(margin, label, weight);
    CHECK(row.loss >= 0);
    CHECK(std::abs(row.residual) <= weight);
    CHECK((label == 1 ? row.residual <= 0 : row.residual >= 0));
  }
  const double curvature = row_curvature(margin, weight);
  CHECK(curvature >= 0);
  CHECK(curvature <= weight / 4);
}

struct Rows {
  std::vector<double> margins;
  std::vector<std::uint8_t> labels;
  std::vector<double> weights;
};

Rows sample(std::size_t count) {
  std::mt19937_64 random(count);
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.margins.push_back(static_cast<double>(static_cast<std::int64_t>(random())) * 0x1p-57);
    rows.labels.push_back(static_cast<std::uint8_t>(random() % 2));
    rows.weights.push_back(static_cast<double>(random() % 4));
  }
  return rows;
}

}  // namespace

TEST_CASE("bounds hold exactly, at the ends too") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  for (const double size : sizes) {
    for (const double weight : sample_weights) {
      check_bounds(size, weight);
      check_bounds(-size, weight);
    }
  }
}

TEST_CASE("bounds hold exactly, where rounding could break them") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  std::mt19937_64 random(3);
  double worst_curvature = 0;
  double worst_residual = 0;
  for (int n = 0; n < 1'000'000; ++n) {
    const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;
    const double margin = std::exp2(-60 * uniform);  // curvature next to 1/4
    worst_curvature = std::max(worst_curvature, row_curvature(margin, 1.0));
    worst_residual = std::max(worst_residual, row_loss(50 * uniform, 0, 1.0).residual);
  }
  CHECK(worst_curvature == 0.25);
  CHECK(worst_residual == 1.0);
}

TEST_CASE("losses, residuals and curvatures agree with extended precision") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  for (double margin = -700.0; margin <= 700.0; margin += 0.37) {
    CAPTURE(margin);
    const long double sigma = exact_sigmoid(margin);
    const long double other = exact_sigmoid(-margin);
    const auto close = [](double value, long double exact) {
      return std::abs(static_cast<long double>(value) - exact) <= 4 * 0x1p-53L * exact;
    };
    CHECK(close(sigmoid(margin), sigma));
    CHECK(close(row_loss(margin, 0, 1.0).residual, sigma));
    CHECK(close(-row_loss(margin, 1, 1.0).residual, other));
    CHECK(close(row_loss(margin, 0, 1.0).loss, exact_loss(margin, false)));
    CHECK(close(row_loss(margin, 1, 1.0).loss, exact_loss(margin, true)));
    CHECK(close(row_curvature(margin, 1.0), sigma * other));
  }
}

TEST_CASE("known by hand") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  CHECK(row_loss(0.0, 0, 1.0).loss == 0x1.62e42fefa39efp-1);  // ln 2
  CHECK(row_loss(0.0, 1, 2.0).residual == -1.0);
  CHECK(row_curvature(0.0, 2.0) == 0.5);
  CHECK(row_loss(1e-300, 0, 1.0).residual == 0.5);
  CHECK(row_loss(40.0, 0, 1.0).loss == 40.0);
  CHECK(row_loss(-40.0, 1, 3.0).loss == 120.0);
  CHECK(row_loss(40.0, 1, 1.0).loss == Approx(4.248354255291589e-18).epsilon(1e-14));
  CHECK(row_loss(40.0, 1, 1.0).residual == Approx(-4.248354255291589e-18).epsilon(1e-14));
  CHECK(row_curvature(37.0, 1.0) == Approx(8.533047625744065e-17).epsilon(1e-14));
  CHECK(row_loss(1e308, 0, 1.0).loss == 1e308);
  CHECK(row_loss(1e308, 1, 1.0).loss == 0.0);
  CHECK(row_loss(infinity, 0, 1.0).loss == infinity);
  CHECK(row_loss(infinity, 1, 1.0).loss == 0.0);
  CHECK(row_loss(-infinity, 1, 1.0).residual == -1.0);
  CHECK(row_curvature(-infinity, 1.0) == 0.0);
  CHECK(sigmoid(infinity) == 1.0);
  CHECK(sigmoid(-infinity) == 0.0);
}

TEST_CASE("NaN stays NaN") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  const double nan = std::nan("");
  CHECK(std::isnan(row_loss(nan, 0, 1.0).loss));
  CHECK(std::isnan(row_loss(nan, 1, 1.0).residual));
  CHECK(std::isnan(row_curvature(nan, 1.0)));
  CHECK(std::isnan(sigmoid(nan)));
}

TEST_CASE("a row of weight 0 is no row, whatever its margin") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  const std::vector<double> margins = {infinity, -infinity, std::nan(""), 1.0};
  const std::vector<double> weights = {0.0, 0.0, 0.0, 2.0};
  const std::vector<std::uint8_t> labels = {0, 1, 1, 0};
  std::vector<double> residuals(4);
  LaneSum losses;
  losses_and_residuals(margins, labels, weights, residuals, losses);
  CHECK(losses.total() == row_loss(1.0, 0, 2.0).loss);
  CHECK(residuals == std::vector<double>{0, 0, 0, row_loss(1.0, 0, 2.0).residual});
}

TEST_CASE("loops over rows give the bits of single rows") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 63U, 64U, 65U, 257U}) {
    const Rows rows = sample(count);
    for (const bool weighted : {false, true}) {
      CAPTURE(count, weighted);
      const std::span<const double> weights =
          weighted ? std::span<const double>(rows.weights) : std::span<const double>();
      std::vector<double> expected_residuals;
      std::vector<double> expected_losses;
      std::vector<double> expected_curvatures;
      for (std::size_t i = 0; i < count; ++i) {
        const double weight = weighted ? rows.weights[i] : 1.0;
        const RowLoss row = row_loss(rows.margins[i], rows.labels[i], weight);
        expected_losses.push_back(row.loss);
        expected_residuals.push_back(row.residual);
        expected_curvatures.push_back(row_curvature(rows.margins[i], weight));
      }

      std::vector<double> in_place = rows.margins;
      LaneSum losses;
      losses_and_residuals(in_place, rows.labels, weights, in_place, losses);
      CHECK(in_place == expected_residuals);
      CHECK(losses.total() == lane_sum(expected_losses));

      in_place = rows.margins;
      curvatures(in_place, weights, in_place);
      CHECK(in_place == expected_curvatures);

      std::vector<double> products = sample_vector(count, 9);
      for (std::size_t i = 0; i < count; ++i) expected_curvatures[i] *= products[i];
      curvature_products(rows.margins, weights, products);
      CHECK(products == expected_curvatures);
    }
  }
}

TEST_CASE("the sum of losses does not depend on the tiles") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  const Rows rows = sample(257);
  std::vector<double> residuals(257);
  LaneSum whole;
  losses_and_residuals(rows.margins, rows.labels, rows.weights, residuals, whole);
  for (const std::size_t tile : {1U, 5U, 8U, 65U, 100U}) {
    LaneSum pieces;
    std::vector<double> piecewise(257);
    for (std::size_t first = 0; first < 257; first += tile) {
      const std::size_t count = std::min<std::size_t>(tile, 257 - first);
      losses_and_residuals(std::span(rows.margins).subspan(first, count),
                           std::span(rows.labels).subspan(first, count),
                           std::span(rows.weights).subspan(first, count),
                           std::span(piecewise).subspan(first, count), pieces);
    }
    CHECK(pieces.total() == whole.total());
    CHECK(piecewise == residuals);
  }
}

TEST_CASE("instruction sets that fuse give the same bits") {
  const Rows rows = sample(257);
  const auto results = [&] {
    std::vector<double> found(257);
    LaneSum losses;
    losses_and_residuals(rows.margins, rows.labels, rows.weights, found, losses);
    found.push_back(losses.total());
    std::vector<double> products = sample_vector(257, 9);
    curvature_products(rows.margins, rows.weights, products);
    found.insert(found.end(), products.begin(), products.end());
    return found;
  };
  const std::vector<double> widest = results();
  const bool widest_fuses = fuses_products();
  for (const std::string& name : instruction_sets()) {
    const UsedInstructionSet used(name);
    if (fuses_products() == widest_fuses) CHECK(results() == widest);
  }
}
