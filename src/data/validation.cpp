#include "data/validation.hpp"

#include "mpilogit/kernels/column_statistics.hpp"

#include "data/findings.hpp"

namespace mpilogit::data {

namespace {

std::string column_text(const Shape& shape, std::int64_t column) {
  const std::string text = "column " + std::to_string(column);
  if (shape.feature_names.empty()) return text;
  return text + " ('" + shape.feature_names[static_cast<std::size_t>(column)] + "')";
}

}  // namespace

void require_finite(const FeatureRows& features, const Metadata& metadata, Range rows,
                    const std::string& name, const comm::Communicator& communicator) {
  const kernels::NonFinite found = kernels::find_non_finite(features.view({0, rows.size()}));
  const Finding mine{.count = found.count,
                     .row = rows.first + static_cast<std::int64_t>(found.first_row),
                     .column = static_cast<std::int64_t>(found.first_column)};
  const auto finding = combine(mine, communicator);
  if (!finding) return;
  throw bad_values(metadata, name, *finding,
                   {"value is NaN or infinite", "values are NaN or infinite"},
                   "that one is in " + column_text(metadata.shape, finding->column),
                   "Remove these rows or fill the values in");
}

}  // namespace mpilogit::data
