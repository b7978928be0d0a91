#include "data/columns/column_order.hpp"

namespace mpilogit::data {

namespace {

enum Disorder { out_of_range, duplicated, unsorted };

constexpr Fault kBadIndices{"row has bad column indices", "rows have bad column indices"};

core::Error disorder(const Metadata& metadata, const Finding& finding) {
  const std::string& name = metadata.files.front().indices.name;
  const std::string column = std::to_string(finding.column);
  if (finding.kind == out_of_range) {
    return bad_values(metadata, name, finding, kBadIndices,
                      "an index there is out of range: there are columns 0 to " +
                          std::to_string(metadata.shape.features - 1),
                      "Write the file again");
  }
  if (finding.kind == duplicated) {
    return bad_values(metadata, name, finding, kBadIndices,
                      "column " + column + " is there twice (duplicated)",
                      "Call X.sum_duplicates() in SciPy and write the file again");
  }
  return bad_values(metadata, name, finding, kBadIndices,
                    "they are unsorted there: column " + column + " follows a larger one",
                    "Call X.sort_indices() in SciPy and write the file again");
}

}  // namespace

Finding find_disorder(const RowColumns& rows, std::int64_t first_row, std::int64_t features) {
  Finding finding;
  for (std::size_t row = 0; row + 1 < rows.starts.size(); ++row) {
    std::int64_t previous = -1;
    for (std::int64_t entry = rows.starts[row]; entry < rows.starts[row + 1]; ++entry) {
      const std::int64_t column = rows.columns[entry];
      if (column > previous && column < features) {
        previous = column;
        continue;
      }
      finding.add(first_row + static_cast<std::int64_t>(row), column,
                  column >= features   ? out_of_range
                  : column == previous ? duplicated
                                       : unsorted);
      break;
    }
  }
  return finding;
}

void require_order(const Finding& mine, const Metadata& metadata,
                   const comm::Communicator& communicator) {
  if (const auto finding = combine(mine, communicator)) throw disorder(metadata, *finding);
}

}  // namespace mpilogit::data
