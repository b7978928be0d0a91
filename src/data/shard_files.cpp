#include "data/shard_files.hpp"

#include <algorithm>

#include "mpilogit/comm/agreement.hpp"

namespace mpilogit::data {

namespace {

Range intersection(Range left, Range right) {
  const std::int64_t first = std::max(left.first, right.first);
  return {first, std::max(first, std::min(left.last, right.last))};
}

void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

// Every rank on its own; they meet once, at the end.
void visit_alone(const Access& access, const Metadata& metadata, Range wanted,
                 core::FunctionRef<void(FilePart&)> visit) {
  comm::together(access.communicator, [&] {
    std::int64_t start = 0;
    for (const auto& file : metadata.files) {
      const Range rows = intersection(wanted, {start, start + file.rows});
      if (rows.size() > 0) {
        FilePart part(access, file, hdf5::File::open(file.path),
                      {rows.first - start, rows.last - start}, rows.first - wanted.first);
        visit(part);
        rethrow(part.failure());
      }
      start += file.rows;
    }
  });
}

}  // namespace

hdf5::Array FilePart::open(const Array& array) const {
  return {file_, array.name, array.info};
}

void FilePart::attempt(core::FunctionRef<void()> work) {
  try {
    work();
  } catch (...) {
    if (!failure_) failure_ = std::current_exception();
  }
}

void FilePart::read(const Array& array, Range elements, hdf5::ValueType type, void* out) {
  if (access_.mode != ReadMode::collective) {
    attempt([&] { open(array).read(elements.first, elements.size(), type, out); });
    return;
  }
  std::optional<hdf5::Array> opened;
  comm::together(access_.communicator, [&] { opened.emplace(open(array)); });
  attempt([&] { opened->read(elements.first, elements.size(), type, out, true); });
}

std::vector<std::string> FilePart::read_texts(const Array& array, Range elements) {
  std::vector<std::string> texts;
  attempt([&] { texts = open(array).read_texts(elements.first, elements.size()); });
  return texts;
}

void for_each_file(const Access& access, const Metadata& metadata, Range wanted,
                   core::FunctionRef<void(FilePart&)> visit) {
  if (access.mode == ReadMode::posix) return visit_alone(access, metadata, wanted, visit);
  std::int64_t start = 0;
  for (const auto& file : metadata.files) {
    Range rows = intersection(wanted, {start, start + file.rows});
    if (rows.size() == 0) rows = {start, start};
    FilePart part(access, file, hdf5::File::open(file.path, access.communicator),
                  {rows.first - start, rows.last - start},
                  rows.size() == 0 ? 0 : rows.first - wanted.first);
    visit(part);
    comm::together(access.communicator, [&] { rethrow(part.failure()); });
    start += file.rows;
  }
}

}  // namespace mpilogit::data
