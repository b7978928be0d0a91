#include "kernels/centred_rows.hpp"

#include "kernels/dense/centred_value.hpp"
#include "kernels/detail/visit_rows.hpp"
#include "kernels/sparse/loops.hpp"

namespace mpilogit::kernels {

CentredRows::CentredRows(std::span<const double> centre) : centre_(centre.begin(), centre.end()) {
  for (std::size_t j = 0; j < centre_.size(); ++j) {
    if (centre_[j] != 0.0) far_.push_back(static_cast<std::uint32_t>(j));
  }
}

AnyRows CentredRows::centred(const AnyRows& rows, std::size_t first, std::size_t count) {
  return visit_rows(rows, [&](const auto& view) { return centred_rows(view, first, count); });
}

template <class Value>
AnyRows CentredRows::centred_rows(const DenseRows<Value>& rows, std::size_t first,
                                  std::size_t count) {
  const std::size_t features = rows.features;
  if (values_.size() < count * features) values_.resize(count * features);
  for (std::size_t i = 0; i < count; ++i) {
    const Value* row = rows.values + (first + i) * features;
    double* result = values_.data() + i * features;
    for (std::size_t j = 0; j < features; ++j) result[j] = less_centre(row[j], centre_[j]);
  }
  return AnyDenseRows(DenseRows<double>{values_.data(), count, features});
}

template <class Value>
void CentredRows::append_row(const SparseRows<Value>& rows, std::size_t row) {
  const Entries<Value> stored = entries(rows, row);
  auto missing = far_.begin();
  const auto append_missing_before = [&](std::size_t column) {
    for (; missing != far_.end() && *missing < column; ++missing) {
      columns_.push_back(*missing);
      values_.push_back(0.0 - centre_[*missing]);
    }
  };
  for (std::size_t n = 0; n < stored.count; ++n) {
    const std::uint32_t column = stored.columns[n];
    append_missing_before(column);
    if (missing != far_.end() && *missing == column) ++missing;
    columns_.push_back(column);
    values_.push_back(
        less_centre(stored.values == nullptr ? rows.common : stored.values[n], centre_[column]));
  }
  append_missing_before(centre_.size());
}

template <class Value>
AnyRows CentredRows::centred_rows(const SparseRows<Value>& rows, std::size_t first,
                                  std::size_t count) {
  values_.clear();
  columns_.clear();
  starts_.assign(1, 0);
  for (std::size_t i = first; i < first + count; ++i) {
    append_row(rows, i);
    starts_.push_back(static_cast<std::int64_t>(values_.size()));
  }
  return AnySparseRows(
      SparseRows<double>{values_.data(), columns_.data(), starts_.data(), count, rows.features});
}

}  // namespace mpilogit::kernels
