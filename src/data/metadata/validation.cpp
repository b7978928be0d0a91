#include "data/metadata/validation.hpp"

namespace mpilogit::data {

namespace {

std::string column_text(const Shape& shape, std::int64_t column) {
  const std::string text = "column " + std::to_string(column);
  if (shape.feature_names.empty()) return text;
  return text + " ('" + shape.feature_names[static_cast<std::size_t>(column)] + "')";
}

}  // namespace

void require_finite(const Finding& mine, const Metadata& metadata, const std::string& name,
                    const comm::Communicator& communicator) {
  const auto finding = combine(mine, communicator);
  if (!finding) return;
  throw bad_values(metadata, name, *finding,
                   {"value is NaN or infinite", "values are NaN or infinite"},
                   "that one is in " + column_text(metadata.shape, finding->column),
                   "Remove these rows or fill the values in");
}

}  // namespace mpilogit::data
