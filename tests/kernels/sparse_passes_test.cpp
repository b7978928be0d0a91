// Compressed rows on every instruction set: to the bit what the plain loops give.

#include <algorithm>
#include <array>

#include "kernels/column_statistics.hpp"
#include "kernels/fused_pass.hpp"
#include "kernels/instruction_set.hpp"
#include "kernels/polynomial.hpp"
#include "kernels/sample_rows.hpp"
#include "kernels/weighted_gram.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::any_value;
using mpilogit::testing::sample_vector;

#define MPILOGIT_STORAGE_TYPES                                                         \
  std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, \
      std::uint64_t, std::int64_t, Half, float, double

namespace {

/// Takes the widest instruction set again when a test ends, however it ends.
struct InstructionSetGuard {
  InstructionSetGuard() = default;
  InstructionSetGuard(const InstructionSetGuard&) = delete;
  InstructionSetGuard& operator=(const InstructionSetGuard&) = delete;
  ~InstructionSetGuard() { use_instruction_set("auto"); }
};

/// Rows of the given lengths; `starts` begin at 1000, for rows may be a part of a larger whole.
template <class Value>
struct Ragged {
  std::size_t features;
  std::vector<Value> values = {};
  std::vector<std::uint32_t> columns = {};
  std::vector<std::int64_t> starts = {1000};
  std::vector<std::uint16_t> narrow_columns = {};

  AnyRows stored() const { return AnySparseRows(view(values.data(), {})); }
  AnyRows implied(Value common) const { return AnySparseRows(view(nullptr, common)); }

  /// With columns of 16 bits, which are made here.
  AnyRows narrow(AnyRows rows) {
    narrow_columns.assign(columns.begin(), columns.end());
    auto view = std::get<SparseRows<Value>>(std::get<AnySparseRows>(rows));
    view.columns = narrow_columns.data();
    return AnySparseRows(view);
  }

  /// Without starts, of rows that all have `length` entries.
  static AnyRows of_length(std::size_t length, AnyRows rows) {
    auto view = std::get<SparseRows<Value>>(std::get<AnySparseRows>(rows));
    view.starts = nullptr;
    view.row_entries = length;
    return AnySparseRows(view);
  }

  SparseRows<Value> view(const Value* stored_values, Value common) const {
    return {stored_values, columns.data(), starts.data(), starts.size() - 1, features, common};
  }
};

template <class Value>
Ragged<Value> ragged(const std::vector<std::size_t>& lengths, std::size_t features) {
  std::mt19937_64 random(features + lengths.size());
  Ragged<Value> rows{features};
  for (const std::size_t length : lengths) {
    std::vector<std::uint32_t> chosen(features);
    for (std::size_t j = 0; j < features; ++j) chosen[j] = static_cast<std::uint32_t>(j);
    std::shuffle(chosen.begin(), chosen.end(), random);
    chosen.resize(length);
    std::sort(chosen.begin(), chosen.end());
    rows.columns.insert(rows.columns.end(), chosen.begin(), chosen.end());
    for (std::size_t n = 0; n < length; ++n) rows.values.push_back(any_value<Value>(random));
    rows.starts.push_back(rows.starts.back() + static_cast<std::int64_t>(length));
  }
  return rows;
}

/// No rows; none with entries; short rows in one tile and in several; a long row after short ones,
/// before them and alone; long rows of all lengths; rows of one length; a row longer than a tile.
std::vector<std::vector<std::size_t>> shapes() {
  std::vector<std::vector<std::size_t>> lengths = {
      {}, {0, 0, 0}, {1}, {3, 0, 1, 2, 5}, {1, 2, 40}, {40, 2, 0, 1}, {37}, {7, 7, 7, 7, 7}};
  lengths.emplace_back(1100, 3);
  lengths.emplace_back(21, 64);
  std::mt19937_64 random(11);
  std::vector<std::size_t> any;
  for (int i = 0; i < 67; ++i) any.push_back(random() % 65);
  lengths.push_back(any);
  lengths.push_back({2, 3000, 0, 1, 40});
  std::vector<std::size_t>
      take_turns;  // some tiles of long rows that end at any time, some at once
  for (int i = 0; i < 200; ++i) take_turns.push_back(random() % 4 == 0 ? 50 : 20 + random() % 60);
  lengths.push_back(take_turns);
  return lengths;
}

std::size_t features_for(const std::vector<std::size_t>& lengths) {
  const auto longest = std::max_element(lengths.begin(), lengths.end());
  return longest == lengths.end() ? 3 : *longest + 2;
}

double halve(double margin) {
  return 0.5 * margin + 0.25;
}

struct Pass {
  std::vector<double> margins;
  std::vector<double> factors;
  std::vector<double> sums;

  bool operator==(const Pass&) const = default;
};

Pass start(const AnyRows& rows, std::size_t columns) {
  return {sample_vector(row_count(rows) * columns, 1),
          {},
          sample_vector(feature_count(rows) * columns, 2)};
}

/// Column k of a row-major matrix, and back.
std::vector<double> column(const std::vector<double>& matrix, std::size_t columns, std::size_t k) {
  std::vector<double> values;
  for (std::size_t n = k; n < matrix.size(); n += columns) values.push_back(matrix[n]);
  return values;
}

void set_column(std::vector<double>& matrix, std::size_t columns, std::size_t k,
                const std::vector<double>& values) {
  for (std::size_t n = 0; n < values.size(); ++n) matrix[n * columns + k] = values[n];
}

/// Column by column with the plain loops.
Pass plain_pass(const AnyRows& rows, const std::vector<double>& coefficients, std::size_t columns) {
  Pass pass = start(rows, columns);
  for (std::size_t k = 0; k < columns; ++k) {
    std::vector<double> margins = column(pass.margins, columns, k);
    reference::add_margins(rows, column(coefficients, columns, k), margins);
    set_column(pass.margins, columns, k, margins);
  }
  pass.factors = pass.margins;
  std::transform(pass.factors.begin(), pass.factors.end(), pass.factors.begin(), halve);
  for (std::size_t k = 0; k < columns; ++k) {
    std::vector<double> sums = column(pass.sums, columns, k);
    reference::add_weighted_rows(rows, column(pass.factors, columns, k), sums);
    set_column(pass.sums, columns, k, sums);
  }
  return pass;
}

Pass separate_passes(const AnyRows& rows, const std::vector<double>& coefficients,
                     std::size_t columns) {
  Pass pass = start(rows, columns);
  add_margins(rows, coefficients, columns, pass.margins);
  pass.factors = pass.margins;
  std::transform(pass.factors.begin(), pass.factors.end(), pass.factors.begin(), halve);
  add_weighted_rows(rows, pass.factors, columns, pass.sums);
  return pass;
}

/// Also checks that the tiles come in order and without gaps.
Pass one_pass(const AnyRows& rows, const std::vector<double>& coefficients, std::size_t columns) {
  Pass pass = start(rows, columns);
  std::vector<double> margins;
  const auto begin = [&](std::size_t first, std::span<double> tile) {
    std::copy_n(&pass.margins[first * columns], tile.size(), tile.begin());
  };
  const auto transform = [&](std::size_t first, std::span<double> tile) {
    CHECK(first * columns == margins.size());
    margins.insert(margins.end(), tile.begin(), tile.end());
    std::transform(tile.begin(), tile.end(), tile.begin(), halve);
    pass.factors.insert(pass.factors.end(), tile.begin(), tile.end());
  };
  fused_pass(rows, coefficients, columns, begin, transform, pass.sums);
  pass.margins = margins;
  return pass;
}

void check_passes(const AnyRows& rows, std::size_t columns) {
  const auto coefficients = sample_vector(feature_count(rows) * columns, 4);
  const Pass expected = plain_pass(rows, coefficients, columns);
  CHECK(separate_passes(rows, coefficients, columns) == expected);
  CHECK(one_pass(rows, coefficients, columns) == expected);
}

}  // namespace

TEMPLATE_TEST_CASE("ragged rows have the bits of the plain loops", "", MPILOGIT_STORAGE_TYPES) {
  const InstructionSetGuard guard;
  std::mt19937_64 random(3);
  const auto common = any_value<TestType>(random);
  for (const auto& lengths : shapes()) {
    auto rows = ragged<TestType>(lengths, features_for(lengths));
    for (const auto& name : instruction_sets()) {
      use_instruction_set(name);
      CAPTURE(name, lengths);
      check_passes(rows.stored(), 1);
      check_passes(rows.implied(common), 1);
      check_passes(rows.narrow(rows.stored()), 1);
      check_passes(rows.narrow(rows.implied(common)), 1);
    }
  }
}

TEMPLATE_TEST_CASE("rows of one length have the bits of the plain loops", "",
                   MPILOGIT_STORAGE_TYPES) {
  const InstructionSetGuard guard;
  std::mt19937_64 random(5);
  const auto common = any_value<TestType>(random);
  for (const auto& name : instruction_sets()) {
    use_instruction_set(name);
    for (std::size_t length = 0; length <= 17; ++length) {
      CAPTURE(name, length);
      // More rows than a tile has; a few; none.
      for (const std::size_t count : {std::size_t{131}, std::size_t{3}, std::size_t{0}}) {
        auto rows = ragged<TestType>(std::vector(count, length), 20);
        check_passes(rows.of_length(length, rows.stored()), 1);
        check_passes(rows.of_length(length, rows.implied(common)), 1);
        check_passes(rows.of_length(length, rows.narrow(rows.stored())), 1);
        check_passes(rows.of_length(length, rows.narrow(rows.implied(common))), 1);
      }
      auto few = ragged<TestType>(std::vector<std::size_t>(9, length), 20);
      check_passes(few.of_length(length, few.narrow(few.stored())), 3);
    }
  }
}

TEST_CASE("columns that 16 bits do not hold have the bits of the plain loops") {
  const InstructionSetGuard guard;
  auto rows = ragged<float>({3, 0, 5, 2, 4, 1}, 66000);
  rows.columns.back() = 65999;
  for (const auto& name : instruction_sets()) {
    use_instruction_set(name);
    CAPTURE(name);
    check_passes(rows.stored(), 1);
  }
}

TEST_CASE("a part of rows of one length is what it is of the same rows with starts") {
  auto rows = ragged<float>(std::vector<std::size_t>(7, 3), 6);
  const AnyRows part = rows_of(rows.of_length(3, rows.narrow(rows.stored())), 2, 4);
  const AnyRows expected = rows_of(rows.stored(), 2, 4);
  REQUIRE(row_count(part) == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      CHECK(reference::entry(part, i, j) == reference::entry(expected, i, j));
    }
  }
}

TEST_CASE(
    "however columns and lengths are stored, statistics, products and matrices are the same") {
  auto rows = ragged<float>(std::vector<std::size_t>(21, 4), 9);
  const AnyRows usual = rows.stored();
  const AnyRows compact = rows.of_length(4, rows.narrow(usual));
  const std::vector<double> weights = sample_vector(21, 6);

  const auto squares = [&](const AnyRows& any) {
    std::vector<double> sums(9, 0.0);
    add_column_squares(any, weights, sums);
    return sums;
  };
  CHECK(squares(compact) == squares(usual));
  std::vector<double> maxima(9, 0.0);
  std::vector<double> usual_maxima(9, 0.0);
  CHECK(scan_rows(compact, maxima).non_zeros.squared ==
        scan_rows(usual, usual_maxima).non_zeros.squared);
  CHECK(maxima == usual_maxima);

  const auto gram = [&](const AnyRows& any, std::vector<std::uint32_t> chosen) {
    std::vector<double> triangle(triangle_size(chosen.size()), 0.0);
    add_weighted_gram(any, chosen, weights, triangle);
    return triangle;
  };
  const std::vector<std::uint32_t> all = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(gram(compact, all) == gram(usual, all));
  CHECK(gram(compact, {1, 4, 7}) == gram(usual, {1, 4, 7}));

  const PolynomialShape shape{.features = 9, .degree = 2};
  PolynomialBuffer of_compact(shape);
  PolynomialBuffer of_usual(shape);
  const AnyRows products = of_compact.expand(compact, 3, 5);
  const AnyRows expected = of_usual.expand(usual, 3, 5);
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < feature_count(expected); ++j) {
      CHECK(reference::entry(products, i, j) == reference::entry(expected, i, j));
    }
  }
}

TEMPLATE_TEST_CASE("every number of columns has the bits of the plain loops", "", std::uint8_t,
                   Half, float, double) {
  const InstructionSetGuard guard;
  auto short_rows = ragged<TestType>({3, 0, 1, 2, 5, 5, 4}, 7);
  const auto long_rows = ragged<TestType>({20, 31, 0, 2, 40, 40, 39}, 41);
  for (const auto& name : instruction_sets()) {
    use_instruction_set(name);
    for (std::size_t columns = 1; columns <= 26; ++columns) {
      CAPTURE(name, columns);
      for (const auto& rows : {short_rows, long_rows}) {
        check_passes(rows.stored(), columns);
        check_passes(rows.implied(rows.values.front()), columns);
      }
      check_passes(short_rows.narrow(short_rows.stored()), columns);
    }
  }
}

TEST_CASE("a part of rows with a common value has that value") {
  const auto rows = ragged<float>({2, 3, 0, 1, 4}, 6);
  const AnyRows part = rows_of(rows.implied(2.5F), 1, 4);
  REQUIRE(row_count(part) == 4);
  CHECK(reference::entry(part, 0, rows.columns[2]) == 2.5);
  check_passes(part, 1);
}

TEST_CASE("products of features with a common value are those of the stored values") {
  auto rows = ragged<float>({2, 3, 0, 1, 4}, 6);
  std::fill(rows.values.begin(), rows.values.end(), 2.5F);
  const PolynomialShape shape{.features = 6, .degree = 3};
  PolynomialBuffer of_implied(shape);
  PolynomialBuffer of_stored(shape);
  const AnyRows implied = of_implied.expand(rows.implied(2.5F), 0, 5);
  const AnyRows stored = of_stored.expand(rows.stored(), 0, 5);
  REQUIRE(feature_count(implied) == feature_count(stored));
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < feature_count(stored); ++j) {
      CHECK(reference::entry(implied, i, j) == reference::entry(stored, i, j));
    }
  }
}

// By hand: rows (2 at columns 0 and 2), (2 at column 1); w = (1, 10, 100).
TEST_CASE("an implied value counts like a stored one") {
  const std::vector<std::uint32_t> columns = {0, 2, 1};
  const std::vector<std::int64_t> starts = {0, 2, 3};
  const AnyRows rows = AnySparseRows(
      SparseRows<std::uint8_t>{nullptr, columns.data(), starts.data(), 2, 3, std::uint8_t{2}});
  std::vector<double> margins = {0.5, 0.0};
  add_margins(rows, std::vector<double>{1, 10, 100}, 1, margins);
  CHECK(margins == std::vector<double>{202.5, 20});
  std::vector<double> sums(3, 1.0);
  add_weighted_rows(rows, std::vector<double>{3, 7}, 1, sums);
  CHECK(sums == std::vector<double>{7, 15, 7});
}
