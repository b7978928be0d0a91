#include "data/block_starts.hpp"

#include <algorithm>

#include "mpilogit/core/error.hpp"

namespace mpilogit::data {

namespace {

core::Error bad_indptr(const FileMetadata& file, const std::string& what, const std::string& why) {
  return core::bad_input({.what = what,
                          .where = file.path + ":/" + file.indptr.name,
                          .why = why,
                          .remedy =
                              "Write the file again, with 64-bit indptr if the matrix has more "
                              "than 2^31 entries"});
}

void require_sound(const FilePart& part, const std::vector<std::int64_t>& indptr) {
  const FileMetadata& file = part.metadata();
  const Range rows = part.rows();
  if (rows.first == 0 && indptr.front() != 0) {
    throw bad_indptr(file, "starts with " + std::to_string(indptr.front()), "it must start with 0");
  }
  const auto drop = std::is_sorted_until(indptr.begin(), indptr.end());
  if (drop != indptr.end()) {
    const std::int64_t row = rows.first + (drop - indptr.begin()) - 1;
    throw bad_indptr(file, "decreases in row " + std::to_string(row),
                     "it must be monotone: a row cannot have a negative number of entries");
  }
  if (rows.last == file.rows && indptr.back() != file.nonzeros) {
    throw bad_indptr(file, "ends with " + std::to_string(indptr.back()),
                     "it must end with the number of entries, " + std::to_string(file.nonzeros));
  }
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
Range even_blocks(const Access& access, std::int64_t rows) {
  const std::vector<std::int64_t> cost(static_cast<std::size_t>(block_count(rows)), 1);
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
  const Range blocks = even_blocks(access, rows);
  const std::int64_t per_block = rows_per_block(rows);
  const Range wanted{std::min(rows, blocks.first * per_block),
                     std::min(rows, blocks.last * per_block)};
  std::vector<std::int64_t> mine(static_cast<std::size_t>(blocks.size()), 0);
  for_each_file(access, metadata, wanted, [&](FilePart& part) {
    const auto indptr = read_indptr(part);
    if (indptr.empty() || part.failure()) return;
    part.attempt([&] { require_sound(part, indptr); });
    const std::int64_t before = entries_before(metadata, part.metadata());
    // Wanted rows start with a block: the first block that starts in this part is rounded up to.
    const std::int64_t end = part.position() + part.rows().size();
    std::int64_t row = (part.position() + per_block - 1) / per_block * per_block;
    for (; row < end; row += per_block) {
      mine[static_cast<std::size_t>(row / per_block)] =
          before + indptr[static_cast<std::size_t>(row - part.position())];
    }
  });
  auto starts = access.communicator.all_gather(std::span<const std::int64_t>(mine));
  starts.push_back(metadata.shape.nonzeros);
  return starts;
}

}  // namespace mpilogit::data
