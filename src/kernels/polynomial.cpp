#include "kernels/polynomial.hpp"

#include <algorithm>
#include <span>

#include "core/error.hpp"
#include "kernels/dense/widen.hpp"
#include "kernels/detail/visit_rows.hpp"
#include "kernels/sparse/loops.hpp"

namespace mpilogit::kernels {

namespace {

constexpr std::size_t most_products = (std::size_t{1} << 31) - 1;

/// Products of 1 … degree of `features` features, or most_products + 1 if there are more. Of
/// exactly d: C(n, d) without repetition, C(n + d − 1, d) with; each from the one before.
std::size_t count_products(const PolynomialShape& shape, std::size_t features) {
  std::size_t total = 0;
  std::size_t of_degree = 1;
  for (std::size_t d = 1; d <= shape.degree; ++d) {
    if (features > most_products || (shape.interactions_only && d > features)) break;
    // Both factors are below 2^32.
    of_degree = of_degree * (shape.interactions_only ? features - d + 1 : features + d - 1) / d;
    total += of_degree;
    if (total > most_products) break;
  }
  return features > most_products ? features : std::min(total, most_products + 1);
}

}  // namespace

// N_d(j) = N_d(j + 1) + N_(d−1)(j or, without repetition, j + 1): the products that do without
// feature j, and those that begin with it.
ProductCounts::ProductCounts(const PolynomialShape& shape)
    : step_(shape.interactions_only ? 1 : 0), stride_(shape.features + 1) {
  for (std::size_t j = 0; j < stride_; ++j) counts_.push_back(shape.features - j);
  for (std::size_t d = 2; d <= shape.degree; ++d) {
    counts_.resize(d * stride_, 0);
    for (std::size_t j = shape.features; j-- > 0;) {
      counts_[(d - 1) * stride_ + j] = from(j + 1, d) + from(j + step_, d - 1);
    }
  }
}

namespace {

void append_monomials(const PolynomialShape& shape, std::size_t missing,
                      std::vector<std::uint32_t>& factors,
                      std::vector<std::vector<std::uint32_t>>& found) {
  if (missing == 0) {
    found.push_back(factors);
    return;
  }
  const std::size_t step = shape.interactions_only ? 1 : 0;
  for (std::size_t j = factors.empty() ? 0 : factors.back() + step; j < shape.features; ++j) {
    factors.push_back(static_cast<std::uint32_t>(j));
    append_monomials(shape, missing - 1, factors, found);
    factors.pop_back();
  }
}

template <class Value>
void widen_row(const Value* values, std::size_t count, std::vector<double>& widened) {
  widened.resize(count);
  std::transform(values, values + count, widened.begin(), [](Value x) { return widen(x); });
}

template <class Value>
void enlarge(std::vector<Value>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

/// Appends the products of `prefix` with `missing` of the row's entries from number `first` on.
/// Returns the end of what it wrote. `step` is 1 where no feature may repeat.
double* append_products(std::span<const double> row, std::size_t step, std::size_t missing,
                        std::size_t first, double prefix, double* products) {
  if (missing == 1) {
    for (std::size_t n = first; n < row.size(); ++n) *products++ = prefix * row[n];
    return products;
  }
  for (std::size_t n = first; n + (missing - 1) * step < row.size(); ++n) {
    products = append_products(row, step, missing - 1, n + step, prefix * row[n], products);
  }
  return products;
}

/// The columns of the same products of sparse entries, in the same order. `start` is the least
/// feature that may follow, `before` the number of products in front of those that begin so.
std::uint32_t* append_columns(std::span<const std::uint32_t> row, const ProductCounts& counts,
                              std::size_t missing, std::size_t first, std::size_t start,
                              std::size_t before, std::uint32_t* columns) {
  const std::size_t step = counts.step();
  for (std::size_t n = first; n + (missing - 1) * step < row.size(); ++n) {
    const std::size_t j = row[n];
    const std::size_t place = before + counts.from(start, missing) - counts.from(j, missing);
    if (missing == 1) {
      *columns++ = static_cast<std::uint32_t>(place);
    } else {
      columns = append_columns(row, counts, missing - 1, n + step, j + step, place, columns);
    }
  }
  return columns;
}

}  // namespace

std::size_t expanded_features(const PolynomialShape& shape) {
  if (shape.identity()) return shape.features;
  const std::size_t products = count_products(shape, shape.features);
  if (products <= most_products) return products;
  throw core::bad_input(
      {.what = "the products of up to " + std::to_string(shape.degree) + " of " +
               std::to_string(shape.features) + " features are too many",
       .why = "an expansion has at most " + std::to_string(most_products) + " features",
       .remedy = "Lower the degree"});
}

std::size_t expanded_entries(const PolynomialShape& shape, std::size_t entries) {
  return shape.identity() ? entries : count_products(shape, entries);
}

std::vector<std::vector<std::uint32_t>> monomials(const PolynomialShape& shape) {
  std::vector<std::vector<std::uint32_t>> found;
  found.reserve(expanded_features(shape));
  std::vector<std::uint32_t> factors;
  for (std::size_t d = 1; d <= shape.degree; ++d) append_monomials(shape, d, factors, found);
  return found;
}

std::string monomial_name(const std::vector<std::uint32_t>& monomial,
                          const std::vector<std::string>& names) {
  std::string name;
  for (auto factor = monomial.begin(); factor != monomial.end();) {
    const auto next = std::find_if(factor, monomial.end(), [&](auto j) { return j != *factor; });
    if (!name.empty()) name += ':';
    name += names[*factor];
    if (next - factor > 1) name += '^' + std::to_string(next - factor);
    factor = next;
  }
  return name;
}

PolynomialBuffer::PolynomialBuffer(const PolynomialShape& shape)
    : shape_(shape), features_(expanded_features(shape)), counts_(shape) {}

AnyRows PolynomialBuffer::expand(const AnyRows& rows, std::size_t first, std::size_t count) {
  return visit_rows(rows, [&](const auto& view) { return expand_rows(view, first, count); });
}

/// Cost: one product per entry of the result, and about as much again for its inner products.
template <class Value>
AnyRows PolynomialBuffer::expand_rows(const DenseRows<Value>& rows, std::size_t first,
                                      std::size_t count) {
  enlarge(values_, count * features_);
  double* products = values_.data();
  for (std::size_t i = first; i < first + count; ++i) {
    widen_row(rows.values + i * rows.features, rows.features, row_);
    for (std::size_t d = 1; d <= shape_.degree; ++d) {
      products = append_products(row_, counts_.step(), d, 0, 1.0, products);
    }
  }
  return AnyDenseRows(DenseRows<double>{values_.data(), count, features_});
}

template <class Value>
AnyRows PolynomialBuffer::expand_rows(const SparseRows<Value>& rows, std::size_t first,
                                      std::size_t count) {
  starts_.assign(1, 0);
  for (std::size_t i = first; i < first + count; ++i) {
    const auto products = expanded_entries(shape_, entries(rows, i).count);
    starts_.push_back(starts_.back() + static_cast<std::int64_t>(products));
  }
  const auto total = static_cast<std::size_t>(starts_.back());
  enlarge(values_, total);
  enlarge(columns_, total);
  double* products = values_.data();
  std::uint32_t* columns = columns_.data();
  for (std::size_t i = first; i < first + count; ++i) {
    const Entries<Value> row = entries(rows, i);
    if (row.values == nullptr) {
      row_.assign(row.count, widen(rows.common));
    } else {
      widen_row(row.values, row.count, row_);
    }
    row_columns_.resize(row.count);
    row.columns.visit(
        [&](const auto* numbers) { std::copy_n(numbers, row.count, row_columns_.begin()); });
    std::size_t before = 0;
    for (std::size_t d = 1; d <= shape_.degree; ++d) {
      products = append_products(row_, counts_.step(), d, 0, 1.0, products);
      columns = append_columns(row_columns_, counts_, d, 0, 0, before, columns);
      before += counts_.from(0, d);
    }
  }
  return AnySparseRows(
      SparseRows<double>{values_.data(), columns_.data(), starts_.data(), count, features_});
}

}  // namespace mpilogit::kernels
