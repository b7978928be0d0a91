#pragma once
// The loops over dense rows that are compiled once per instruction set. They work on floats, which
// hold every narrow type exactly, and on doubles.

#include <cstddef>
#include <cstdint>

#include "kernels/rows.hpp"

namespace mpilogit::kernels::dense {

/// Some rows of a block, and as many later ones to fetch while they are worked on, so that memory
/// is never idle: margins of floats fetch the first half of those, column sums the second. Margins
/// of doubles are better off without: their column sums fetch all.
template <class Value>
struct Tile : DenseRows<Value> {
  const Value* next = nullptr;

  /// What a loop fetches while it works on so many entries.
  static constexpr std::size_t fetched_by_margins(std::size_t entries) {
    return sizeof(Value) == sizeof(float) ? entries / 2 : 0;
  }
  static constexpr std::size_t fetched_by_sums(std::size_t entries) {
    return sizeof(Value) == sizeof(float) ? entries / 2 : entries;
  }

  /// Rows i … of the tile, for margins.
  Tile from(std::size_t i) const {
    const std::size_t skipped = i * this->features;
    return {{this->values + skipped, this->rows - i, this->features},
            next == nullptr ? nullptr : next + fetched_by_margins(skipped)};
  }

  const Value* next_of_sums() const {
    return next == nullptr ? nullptr : next + fetched_by_margins(this->rows * this->features);
  }
};

/// margins[i, k] += Σ_j x_ij w[j, k]; margins and coefficients as in `kernels::add_margins`.
void add_margins(const Tile<float>& rows, const double* coefficients, std::size_t columns,
                 double* margins);
void add_margins(const Tile<double>& rows, const double* coefficients, std::size_t columns,
                 double* margins);

/// sums[k, j] += Σ_i f[i, k] x_ij: factors are rows × columns, but sums are columns × features, so
/// that neighbouring lanes are neighbouring features whatever the number of columns.
void add_weighted_rows(const Tile<float>& rows, const double* factors, std::size_t columns,
                       double* sums);
void add_weighted_rows(const Tile<double>& rows, const double* factors, std::size_t columns,
                       double* sums);

/// maxima[j] = max(maxima[j], max_i |x_ij|), counts[i] = entries of row i that are not zero. False
/// if an entry is NaN or infinite: then the maxima are without meaning.
bool scan(const DenseRows<float>& rows, float* maxima, std::uint32_t* counts);
bool scan(const DenseRows<double>& rows, double* maxima, std::uint32_t* counts);

/// absolute[j] += Σ_i s_i |x_ij| unless there is no `absolute`, and squares[j] += Σ_i s_i (x_ij²),
/// ascending i, each operation rounded by itself. No `weights`: all are 1.
void add_statistics(const DenseRows<float>& rows, const double* weights, double* absolute,
                    double* squares);
void add_statistics(const DenseRows<double>& rows, const double* weights, double* absolute,
                    double* squares);

/// sums[i] = Σ_j fingerprint_term(x_ij, keys[j]) modulo 2^64 (kernels/fingerprint_terms.hpp).
void fingerprint(const DenseRows<float>& rows, const std::uint64_t* keys, std::uint64_t* sums);
void fingerprint(const DenseRows<double>& rows, const std::uint64_t* keys, std::uint64_t* sums);

/// Copies `count` entries. Exact, except for integers beyond 2^53, which are rounded once.
void widen(const std::uint8_t* values, std::size_t count, float* widened);
void widen(const std::int8_t* values, std::size_t count, float* widened);
void widen(const std::uint16_t* values, std::size_t count, float* widened);
void widen(const std::int16_t* values, std::size_t count, float* widened);
void widen(const Half* values, std::size_t count, float* widened);
void widen(const std::uint32_t* values, std::size_t count, double* widened);
void widen(const std::int32_t* values, std::size_t count, double* widened);
void widen(const std::uint64_t* values, std::size_t count, double* widened);
void widen(const std::int64_t* values, std::size_t count, double* widened);

}  // namespace mpilogit::kernels::dense
