#include "data/features/shard_files.hpp"

#include <algorithm>

#include "comm/agreement.hpp"
#include "data/features/row_fingerprints.hpp"
#include "hdf5/fingerprint.hpp"

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

// By all threads: the values have left the cache.
void FilePart::fingerprint(const Array& array, Range elements, hdf5::ValueType type,
                           const std::byte* bytes) {
  RowFingerprints* sums = access_.fingerprints;
  if (failure_ || sums == nullptr || !array.info.fingerprint) return;
  const std::int64_t size = array.info.width() * array.info.stored_bytes;
  for_each_slice(
      elements.size(), rows_per_slice(size), access_.threads, [&](Range slice, int /*worker*/) {
        sums->add(metadata_, array, elements.first + slice.first, type,
                  {bytes + slice.first * size, static_cast<std::size_t>(slice.size() * size)});
      });
}

void FilePart::fingerprint_stored(const Array& array, Range rows) {
  RowFingerprints* sums = access_.fingerprints;
  if (sums == nullptr || !array.info.fingerprint || array.info.variable_length) return;
  attempt([&] {
    sums->add(metadata_, array,
              hdf5::stored_fingerprint(file_, array.name, array.info, rows.first, rows.size()),
              rows.size() * array.info.width() * array.info.stored_bytes);
  });
}

void FilePart::read(const Array& array, Range elements, hdf5::ValueType type, void* out) {
  if (!collective()) {
    attempt([&] { open(array).read(elements.first, elements.size(), type, out); });
    return;
  }
  std::optional<hdf5::Array> opened;
  comm::together(access_.communicator, [&] { opened.emplace(open(array)); });
  attempt([&] { opened->read(elements.first, elements.size(), type, out, true); });
}

// In collective mode every rank makes as many calls as the one with the most pieces, also after a
// failure.
void FilePart::for_each_piece(const Array& array, Range elements,
                              core::FunctionRef<void(const hdf5::Array&, Range)> read) {
  std::int64_t pieces = (elements.size() + kPiece - 1) / kPiece;
  const auto work = [&](const hdf5::Array& source) {
    for (std::int64_t piece = 0; piece < pieces; ++piece) {
      const std::int64_t first = std::min(elements.last, elements.first + piece * kPiece);
      const Range part{first, std::min(elements.last, first + kPiece)};
      if (!collective()) {
        read(source, part);
      } else {
        attempt([&] { read(source, part); });
      }
    }
  };
  if (!collective()) {
    attempt([&] { work(open(array)); });
    return;
  }
  std::optional<hdf5::Array> opened;
  comm::together(access_.communicator, [&] { opened.emplace(open(array)); });
  pieces = access_.communicator.maximum(pieces);
  work(*opened);
}

// Never collective: HDF5 cannot.
void FilePart::read_text_pieces(const Array& array, Range elements,
                                core::FunctionRef<void(std::span<const std::string>)> look) {
  attempt([&] {
    const hdf5::Array source = open(array);
    for (std::int64_t first = elements.first; first < elements.last; first += kPiece) {
      const auto texts = source.read_texts(first, std::min(kPiece, elements.last - first));
      look(std::span<const std::string>(texts));
    }
  });
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
