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
  return core::bad_input({.what = what + metadata.describe_row(finding.row),
                          .where = path + ":/" + name,
                          .why = why,
                          .remedy = remedy})
      .as_agreed();
}

}  // namespace mpilogit::data
