#include "data/streaming/block_starts.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "data/metadata/findings.hpp"

namespace mpilogit::data {

namespace {

enum BadStart { not_zero, decreasing, not_all };

// The faulty number of indptr is kept as the finding's column.
void find_unsound(const FilePart& part, std::int64_t first_row,
                  const std::vector<std::int64_t>& indptr, Finding& finding) {
  const FileMetadata& file = part.metadata();
  const Range rows = part.rows();
  if (rows.first == 0 && indptr.front() != 0) finding.add(first_row, indptr.front(), not_zero);
  const auto drop = std::is_sorted_until(indptr.begin(), indptr.end());
  if (drop != indptr.end()) {
    finding.add(first_row + (drop - indptr.begin()) - 1, *drop, decreasing);
  }
  if (rows.last == file.rows && indptr.back() != file.nonzeros) {
    finding.add(first_row + rows.size() - 1, indptr.back(), not_all);
  }
}

core::Error bad_indptr(const Metadata& metadata, const Finding& finding) {
  const Location location = metadata.locate(finding.row);
  const FileMetadata& file = metadata.files[location.file];
  std::string what;
  std::string why;
  if (finding.kind == not_zero) {
    what = "starts with " + std::to_string(finding.column);
    why = "it must start with 0";
  } else if (finding.kind == decreasing) {
    what = "decreases in row " + std::to_string(location.row);
    why = "it must be monotone: a row cannot have a negative number of entries";
  } else {
    what = "ends with " + std::to_string(finding.column);
    why = "it must end with the number of entries, " + std::to_string(file.nonzeros);
  }
  return core::agreed_bad_input(
      {.what = what,
       .where = file.path + ":/" + file.indptr.name,
       .why = why,
       .remedy = "Write the file again, with 64-bit indptr if the matrix has more "
                 "than 2^31 entries"});
}

std::int64_t entries_before(const Metadata& metadata, const FileMetadata& file) {
  std::int64_t entries = 0;
  for (const auto& other : metadata.files) {
    if (&other == &file) break;
    entries += other.nonzeros;
  }
  return entries;
}

// Blocks of the rank's even part of the rows.
Range even_blocks(const Access& access, const Blocks& blocks) {
  const std::vector<std::int64_t> cost(static_cast<std::size_t>(blocks.count()), 1);
  const auto parts = balanced_partition(cost, access.communicator.size());
  return parts[static_cast<std::size_t>(access.communicator.rank())];
}

}  // namespace

std::vector<std::int64_t> read_indptr(FilePart& part) {
  const Range rows = part.rows();
  const std::int64_t count = rows.size() == 0 ? 0 : rows.size() + 1;
  std::vector<std::int64_t> indptr(static_cast<std::size_t>(count), 0);
  part.read(part.metadata().indptr, {rows.first, rows.first + count}, hdf5::ValueType::int64,
            indptr.data());
  return indptr;
}

std::vector<std::int64_t> read_block_starts(const Access& access, const Metadata& metadata) {
  const std::int64_t rows = metadata.shape.rows;
  const Range blocks = even_blocks(access, metadata.shape.blocks());
  const std::int64_t per_block = metadata.shape.blocks().rows_per_block();
  const Range wanted{std::min(rows, blocks.first * per_block),
                     std::min(rows, blocks.last * per_block)};
  std::vector<std::int64_t> mine(static_cast<std::size_t>(blocks.size()), 0);
  Finding unsound;
  for_each_file(access, metadata, wanted, [&](FilePart& part) {
    const auto indptr = read_indptr(part);
    if (indptr.empty() || part.failure()) return;
    find_unsound(part, wanted.first + part.position(), indptr, unsound);
    const std::int64_t before = entries_before(metadata, part.metadata());
    // Wanted rows start with a block: the first block that starts in this part is rounded up to.
    const std::int64_t end = part.position() + part.rows().size();
    std::int64_t row = (part.position() + per_block - 1) / per_block * per_block;
    for (; row < end; row += per_block) {
      mine[static_cast<std::size_t>(row / per_block)] =
          before + indptr[static_cast<std::size_t>(row - part.position())];
    }
  });
  if (const auto finding = combine(unsound, access.communicator)) {
    throw bad_indptr(metadata, *finding);
  }
  auto starts = access.communicator.all_gather(std::span<const std::int64_t>(mine));
  starts.push_back(metadata.shape.nonzeros);
  return starts;
}

}  // namespace mpilogit::data
