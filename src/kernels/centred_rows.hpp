#pragma once
// Rows whose columns are measured from a centre: x_ij − c_j, the difference first.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// Copies rows as doubles and takes the centre from them. The difference is rounded once, of 64-bit
/// integers, too: they are not widened before. In compressed rows an entry that is not there is
/// −c_j. The buffer keeps its memory from call to call; the view stays valid until the next.
class CentredRows {
 public:
  /// `centre`: an element per feature, finite; 0 leaves a column as it is.
  explicit CentredRows(std::span<const double> centre);

  /// Rows first … first + count − 1 of `rows`. Dense rows give DenseRows<double>, compressed ones
  /// SparseRows<double>. Cost: one subtraction per entry; of compressed rows a row's entries and
  /// its columns with a centre are merged.
  AnyRows centred(const AnyRows& rows, std::size_t first, std::size_t count);

 private:
  template <class Value>
  AnyRows centred_rows(const DenseRows<Value>& rows, std::size_t first, std::size_t count);
  template <class Value>
  AnyRows centred_rows(const SparseRows<Value>& rows, std::size_t first, std::size_t count);
  template <class Value>
  void append_row(const SparseRows<Value>& rows, std::size_t row);

  std::vector<double> centre_;
  std::vector<std::uint32_t> far_;  // the columns with a centre
  std::vector<double> values_;
  std::vector<std::uint32_t> columns_;
  std::vector<std::int64_t> starts_;
};

}  // namespace mpilogit::kernels
