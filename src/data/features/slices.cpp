// Rows that are looked at while they are in cache: read by several threads at once where HDF5 is
// not needed, else by one while another looks at the slice before.

#include <future>
#include <omp.h>

#include "data/features/row_fingerprints.hpp"
#include "data/features/shard_files.hpp"
#include "hdf5/plain_rows.hpp"

namespace mpilogit::data {

namespace {

constexpr std::int64_t kSliceBytes = std::int64_t{1} << 19;
// HDF5 has more to do for each call.
constexpr std::int64_t kSliceBytesOfHdf5 = std::int64_t{1} << 22;

std::int64_t row_bytes_of(const hdf5::ArrayInfo& info, hdf5::ValueType type) {
  return info.width() * static_cast<std::int64_t>(hdf5::size_of(type));
}

}  // namespace

std::int64_t rows_per_slice(std::int64_t row_bytes) {
  return std::max<std::int64_t>(1, kSliceBytes / std::max<std::int64_t>(1, row_bytes));
}

void for_each_slice(std::int64_t rows, std::int64_t per_slice, int threads, LookAtSlice look) {
  const std::int64_t slices = (rows + per_slice - 1) / per_slice;
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(threads));
#pragma omp parallel num_threads(threads) if (threads > 1)
  {
    const int worker = omp_get_thread_num();
    const int team = omp_get_num_threads();
    try {
      for (std::int64_t slice = slices * worker / team; slice < slices * (worker + 1) / team;
           ++slice) {
        look({slice * per_slice, std::min(rows, (slice + 1) * per_slice)}, worker);
      }
    } catch (...) {
      failures[static_cast<std::size_t>(worker)] = std::current_exception();
    }
  }
  for (const auto& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

// Slices end on borders of chunks. Whatever is thrown, the look that still runs ends first.
void FilePart::read_ahead(const hdf5::Array& source, const hdf5::ArrayInfo& info,
                          hdf5::ValueType type, std::byte* out, LookAtSlice look) {
  const std::int64_t row_bytes = row_bytes_of(info, type);
  const std::int64_t band = info.chunk.empty() ? 1 : info.chunk[0];
  const std::int64_t step =
      std::max<std::int64_t>(1, kSliceBytesOfHdf5 / std::max(row_bytes, row_bytes * band)) * band;
  const auto policy = access_.threads > 1 ? std::launch::async : std::launch::deferred;
  std::future<void> looking;
  for (std::int64_t first = rows_.first; first < rows_.last;) {
    const std::int64_t last = std::min(rows_.last, first / step * step + step);
    source.read(first, last - first, type, out + (first - rows_.first) * row_bytes);
    if (looking.valid()) looking.get();
    const Range seen{first - rows_.first, last - rows_.first};
    looking = std::async(policy, [look, seen] { look(seen, 0); });
    if (policy == std::launch::deferred) looking.get();
    first = last;
  }
  if (looking.valid()) looking.get();
}

void FilePart::read_slices(const Array& array, hdf5::ValueType type, std::byte* out,
                           LookAtSlice look) {
  const std::int64_t row_bytes = row_bytes_of(array.info, type);
  const std::int64_t per_slice = rows_per_slice(row_bytes);
  if (collective()) {
    read(array, rows_, type, out);
    fingerprint(array, rows_, type, out);
    if (!failure_) for_each_slice(rows_.size(), per_slice, access_.threads, look);
    return;
  }
  const auto add = [&](Range rows) {
    if (access_.fingerprints == nullptr) return;
    access_.fingerprints->add(
        metadata_, array, rows_.first + rows.first, type,
        {out + rows.first * row_bytes, static_cast<std::size_t>(rows.size() * row_bytes)});
  };
  attempt([&] {
    const auto plain = hdf5::PlainRows::find(file_, array.name, array.info, type);
    if (!plain) {
      return read_ahead(open(array), array.info, type, out, [&](Range rows, int worker) {
        add(rows);
        look(rows, worker);
      });
    }
    for_each_slice(rows_.size(), per_slice, access_.threads, [&](Range rows, int worker) {
      plain->read(rows_.first + rows.first, rows.size(), out + rows.first * row_bytes);
      add(rows);
      look(rows, worker);
    });
  });
}

}  // namespace mpilogit::data
