#include "mpilogit/kernels/fingerprint.hpp"

#include <bit>
#include <cstddef>
#include <vector>

#include "kernels/visit_rows.hpp"
#include "kernels/widen.hpp"

namespace mpilogit::kernels {

namespace {

std::uint64_t key_of(std::uint64_t column) {
  return mixed(column, 0) | 1U;
}

// −0 and 0 count as the same number, for sparse rows do not store either.
std::uint64_t reversed_bytes(double value) {
  return value == 0.0 ? 0 : __builtin_bswap64(std::bit_cast<std::uint64_t>(value));
}

template <class Value>
void fingerprint(const DenseRows<Value>& rows, std::span<std::uint64_t> fingerprints) {
  std::vector<std::uint64_t> keys(rows.features);
  for (std::size_t j = 0; j < keys.size(); ++j) keys[j] = key_of(j);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const Value* row = rows.values + i * rows.features;
    std::uint64_t sum = 0;
    for (std::size_t j = 0; j < keys.size(); ++j) sum += keys[j] * reversed_bytes(widen(row[j]));
    fingerprints[i] = sum;
  }
}

template <class Value>
void fingerprint(const SparseRows<Value>& rows, std::span<std::uint64_t> fingerprints) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    std::uint64_t sum = 0;
    for (std::size_t entry = rows.start(i); entry < rows.start(i + 1); ++entry) {
      const Value value = rows.values == nullptr ? rows.common : rows.values[entry];
      sum += key_of(rows.columns[entry]) * reversed_bytes(widen(value));
    }
    fingerprints[i] = sum;
  }
}

}  // namespace

void fingerprint_rows(const AnyRows& rows, std::span<std::uint64_t> fingerprints) {
  visit_rows(rows, [&](const auto& typed) { fingerprint(typed, fingerprints); });
}

}  // namespace mpilogit::kernels
