#include "kernels/fingerprint.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "kernels/dense/kernels.hpp"
#include "kernels/dense/widen.hpp"
#include "kernels/detail/fingerprint_terms.hpp"
#include "kernels/detail/visit_rows.hpp"

namespace mpilogit::kernels {

namespace {

std::uint64_t key_of(std::uint64_t column) {
  return mixed(column, 0);
}

void fingerprint_tile(const DenseRows<float>& rows, const std::vector<std::uint64_t>& keys,
                      std::uint64_t* sums) {
  dense::fingerprint(rows, keys.data(), sums);
}

void fingerprint_tile(const DenseRows<double>& rows, const std::vector<std::uint64_t>& keys,
                      std::uint64_t* sums) {
  dense::fingerprint(rows, keys.data(), sums);
}

// Other types by way of a copy of some rows.
template <class Value>
void fingerprint_tile(const DenseRows<Value>& rows, const std::vector<std::uint64_t>& keys,
                      std::uint64_t* sums) {
  using Wide = std::conditional_t<(sizeof(Value) < sizeof(float)), float, double>;
  constexpr std::size_t kEntries = 4096;
  const std::size_t step = std::max<std::size_t>(1, kEntries / rows.features);
  std::vector<Wide> copy(std::min(step, rows.rows) * rows.features);
  for (std::size_t i = 0; i < rows.rows; i += step) {
    const std::size_t count = std::min(step, rows.rows - i);
    dense::widen(rows.values + i * rows.features, count * rows.features, copy.data());
    dense::fingerprint(DenseRows<Wide>{copy.data(), count, rows.features}, keys.data(), sums + i);
  }
}

template <class Value>
void fingerprint(const DenseRows<Value>& rows, std::span<std::uint64_t> fingerprints) {
  std::vector<std::uint64_t> keys(rows.features);
  std::uint64_t of_zeros = 0;
  for (std::size_t j = 0; j < keys.size(); ++j) {
    keys[j] = key_of(j);
    of_zeros += fingerprint_term(0.0, keys[j]);
  }
  fingerprint_tile(rows, keys, fingerprints.data());
  for (std::uint64_t& sum : fingerprints) sum -= of_zeros;
}

/// What the entries of compressed rows add to their fingerprints.
template <class Value>
class SparseTerms {
 public:
  /// Columns are looked up where there are more entries than columns.
  explicit SparseTerms(const SparseRows<Value>& rows) : rows_(rows) {
    if (rows.start(rows.rows) < rows.features) return;
    keys_.resize(rows.features);
    less_.resize(rows.features);
    for (std::size_t j = 0; j < rows.features; ++j) {
      keys_[j] = key_of(j);
      less_[j] = fingerprint_term(0.0, keys_[j]);
      if (rows.values == nullptr) less_[j] -= fingerprint_term(widen(rows.common), keys_[j]);
    }
  }

  template <class Column>
  std::uint64_t sum(const Column* columns, std::size_t first, std::size_t last) const {
    std::uint64_t sum = 0;
    if (keys_.empty()) {
      for (std::size_t entry = first; entry < last; ++entry) {
        const double value = widen(rows_.values == nullptr ? rows_.common : rows_.values[entry]);
        const std::uint64_t key = key_of(columns[entry]);
        sum += fingerprint_term(value, key) - fingerprint_term(0.0, key);
      }
    } else if (rows_.values == nullptr) {
      for (std::size_t entry = first; entry < last; ++entry) sum -= less_[columns[entry]];
    } else {
      for (std::size_t entry = first; entry < last; ++entry) {
        const std::size_t j = columns[entry];
        sum += fingerprint_term(widen(rows_.values[entry]), keys_[j]) - less_[j];
      }
    }
    return sum;
  }

 private:
  const SparseRows<Value>& rows_;
  std::vector<std::uint64_t> keys_;
  std::vector<std::uint64_t> less_;  // the term of 0; of entries that are all alike, less theirs
};

template <class Value>
void fingerprint(const SparseRows<Value>& rows, std::span<std::uint64_t> fingerprints) {
  const SparseTerms<Value> terms(rows);
  rows.columns.visit([&](const auto* columns) {
    for (std::size_t i = 0; i < rows.rows; ++i) {
      fingerprints[i] = terms.sum(columns, rows.start(i), rows.start(i + 1));
    }
  });
}

}  // namespace

void fingerprint_rows(const AnyRows& rows, std::span<std::uint64_t> fingerprints) {
  visit_rows(rows, [&](const auto& typed) { fingerprint(typed, fingerprints); });
}

}  // namespace mpilogit::kernels
