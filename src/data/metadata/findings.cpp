#include "data/metadata/findings.hpp"

namespace mpilogit::data {

// Ranks hold rows in ascending order, so the lowest rank with a finding has the first.
std::optional<Finding> combine(const Finding& mine, const comm::Communicator& communicator) {
  const std::int64_t ranks = communicator.size();
  const std::int64_t first = communicator.minimum(mine.count > 0 ? communicator.rank() : ranks);
  if (first == ranks) return std::nullopt;
  Finding all = mine;
  communicator.broadcast(all, static_cast<int>(first));
  all.count = communicator.sum(mine.count);
  return all;
}

core::Error bad_values(const Metadata& metadata, const std::string& name, const Finding& finding,
                       const Fault& fault, const std::string& why, const std::string& remedy) {
  const std::string& path = metadata.files[metadata.locate(finding.row).file].path;
  const std::string what = finding.count == 1 ? "1 " + std::string(fault.of_one) + ", in "
                                              : std::to_string(finding.count) + " " +
                                                    fault.of_several + ", the first in ";
  return core::agreed_bad_input({.what = what + metadata.describe_row(finding.row),
                                 .where = path + ":/" + name,
                                 .why = why,
                                 .remedy = remedy});
}

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
