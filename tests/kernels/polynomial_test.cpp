#include "kernels/polynomial.hpp"

#include <array>
#include <limits>

#include "core/error.hpp"
#include "kernels/sample_rows.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
using mpilogit::testing::Zeros;

namespace {

using Monomials = std::vector<std::vector<std::uint32_t>>;

std::vector<std::string> names_of(const PolynomialShape& shape) {
  std::vector<std::string> names;
  for (const auto& monomial : monomials(shape)) {
    names.push_back(monomial_name(monomial, {"a", "b", "c"}));
  }
  return names;
}

std::vector<double> row_of(const AnyRows& rows, std::size_t row) {
  std::vector<double> values;
  for (std::size_t j = 0; j < feature_count(rows); ++j) {
    values.push_back(reference::entry(rows, row, j));
  }
  return values;
}

/// By the definition: each monomial's entries multiplied from the first to the last.
void check_expansion(const AnyRows& rows, const PolynomialShape& shape, std::size_t first,
                     std::size_t count, PolynomialBuffer& buffer) {
  const AnyRows expanded = buffer.expand(rows, first, count);
  const Monomials products = monomials(shape);
  REQUIRE(row_count(expanded) == count);
  REQUIRE(feature_count(expanded) == products.size());
  CHECK(expanded.index() == rows.index());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < products.size(); ++j) {
      double expected = reference::entry(rows, first + i, products[j][0]);
      for (std::size_t f = 1; f < products[j].size(); ++f) {
        expected *= reference::entry(rows, first + i, products[j][f]);
      }
      CAPTURE(i, j);
      CHECK(reference::entry(expanded, i, j) == expected);
    }
  }
}

}  // namespace

// As PolynomialFeatures(degree, include_bias=False, interaction_only) names and orders them.
TEST_CASE("products come by degree, then lexicographic") {
  CHECK(names_of({3, 1, false}) == std::vector<std::string>{"a", "b", "c"});
  CHECK(names_of({3, 2, false}) ==
        std::vector<std::string>{"a", "b", "c", "a^2", "a:b", "a:c", "b^2", "b:c", "c^2"});
  CHECK(names_of({3, 2, true}) == std::vector<std::string>{"a", "b", "c", "a:b", "a:c", "b:c"});
  CHECK(names_of({2, 3, false}) ==
        std::vector<std::string>{"a", "b", "a^2", "a:b", "b^2", "a^3", "a^2:b", "a:b^2", "b^3"});
  CHECK(names_of({3, 3, true}) ==
        std::vector<std::string>{"a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"});
  CHECK(names_of({3, 5, true}) == names_of({3, 3, true}));
}

TEST_CASE("counts of products") {
  CHECK(expanded_features({3, 2, false}) == 9);
  CHECK(expanded_features({784, 2, false}) == 784 + 784 * 785 / 2);
  CHECK(expanded_features({784, 2, true}) == 784 + 784 * 783 / 2);
  CHECK(expanded_features({10, 4, false}) == 1000);  // C(14, 4) − 1
  CHECK(expanded_features({31, 31, true}) == 2147483647);
  CHECK(expanded_features({0, 3, false}) == 0);
  CHECK(expanded_features({123456, 1, false}) == 123456);
  CHECK(expanded_entries({1000, 2, false}, 0) == 0);
  CHECK(expanded_entries({1000, 2, false}, 4) == 14);
  CHECK(expanded_entries({1000, 3, true}, 2) == 3);
}

TEST_CASE("too many products are refused, whatever their number") {
  for (const PolynomialShape shape : {PolynomialShape{32, 32, true},
                                      {65535, 2, false},
                                      {65536, 2, true},
                                      {100000, 5, false},
                                      {4294967295, 2, false},
                                      {std::numeric_limits<std::size_t>::max(), 3, false},
                                      {3, 1000000000, false},
                                      {2147483647, 2, true}}) {
    CAPTURE(shape.features, shape.degree);
    CHECK_THROWS_AS(expanded_features(shape), mpilogit::core::Error);
    CHECK_THROWS_AS(PolynomialBuffer(shape), mpilogit::core::Error);
  }
  CHECK(expanded_features({65534, 2, false}) == 2147450880 - 1);  // C(65536, 2) − 1
}

TEST_CASE("an expanded row known by hand") {
  const std::array<std::uint8_t, 6> values = {2, 3, 200, 0, 5, 255};
  const AnyRows rows = AnyDenseRows(DenseRows<std::uint8_t>{values.data(), 2, 3});
  PolynomialBuffer squares({3, 2, false});
  const AnyRows expanded = squares.expand(rows, 0, 2);
  CHECK(row_of(expanded, 0) == std::vector<double>{2, 3, 200, 4, 6, 400, 9, 600, 40000});
  CHECK(row_of(expanded, 1) == std::vector<double>{0, 5, 255, 0, 0, 0, 25, 1275, 65025});

  // (0.1 · 0.2) · 0.3 = 0.006000000000000001, 0.1 · (0.2 · 0.3) = 0.006
  const std::array<double, 3> fractions = {0.1, 0.2, 0.3};
  PolynomialBuffer triples({3, 3, true});
  CHECK(row_of(triples.expand(AnyDenseRows(DenseRows<double>{fractions.data(), 1, 3}), 0, 1),
               0)[6] == 0x1.89374bc6a7efbp-8);
}

TEST_CASE("sparse rows store the products of what they store") {
  const std::array<float, 3> values = {2, 0, 3};
  const std::array<std::uint32_t, 3> columns = {1, 4, 6};
  const std::array<std::int64_t, 3> starts = {50, 50, 53};
  const AnyRows rows =
      AnySparseRows(SparseRows<float>{values.data(), columns.data(), starts.data(), 2, 8});
  PolynomialBuffer buffer({8, 2, true});
  const AnyRows any = buffer.expand(rows, 0, 2);
  const auto expanded = std::get<SparseRows<double>>(std::get<AnySparseRows>(any));
  CHECK(std::vector(expanded.starts, expanded.starts + 3) == std::vector<std::int64_t>{0, 0, 6});
  // Pairs of 8 features: (1, 4) is number 7 + 2, (1, 6) 7 + 4, (4, 6) 7 + 6 + 5 + 4 + 1, after
  // the 8.
  std::vector<std::uint32_t> found;
  for (std::size_t n = 0; n < 6; ++n) found.push_back(expanded.columns[n]);
  CHECK(found == std::vector<std::uint32_t>{1, 4, 6, 8 + 9, 8 + 11, 8 + 23});
  CHECK(std::vector(expanded.values, expanded.values + 6) == std::vector<double>{2, 0, 3, 0, 6, 0});
}

TEMPLATE_TEST_CASE("expansions are the products of their entries", "", std::int8_t, Half, float,
                   double) {
  const auto sample = sample_rows<TestType>(30, 6, Zeros::omitted);
  const auto with_zeros = sample_rows<TestType>(30, 6, Zeros::every_other_stored);
  for (const PolynomialShape shape : {PolynomialShape{6, 1, false},
                                      {6, 2, false},
                                      {6, 2, true},
                                      {6, 3, false},
                                      {6, 3, true},
                                      {6, 5, false},
                                      {6, 6, true},
                                      {6, 8, true}}) {
    CAPTURE(shape.degree, shape.interactions_only);
    PolynomialBuffer buffer(shape);
    for (const AnyRows& rows : {sample.as_dense(), sample.as_sparse(), with_zeros.as_sparse()}) {
      check_expansion(rows, shape, 0, 3, buffer);
      check_expansion(rows, shape, 5, 9, buffer);
      check_expansion(rows, shape, 30, 0, buffer);
    }
  }
}
