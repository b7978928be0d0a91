#include "formats/table_rows.hpp"

namespace mpilogit::formats {

// Ranks meet after each step: seldom enough to cost nothing, often enough to be seen alive.
void for_each_row(const TextFiles& files, const comm::Communicator& communicator, const char* what,
                  const Progress& progress, core::FunctionRef<void(const Row&)> handle) {
  constexpr std::int64_t kBytesPerStep = std::int64_t{1} << 23;
  std::size_t next = 0;
  std::unique_ptr<RowReader> reader;
  const auto step = [&] {
    std::int64_t done = 0;
    while (done < kBytesPerStep) {
      if (!reader) {
        if (next == files.stretches().size()) break;
        reader = std::make_unique<RowReader>(files, files.stretches()[next++]);
      }
      const std::int64_t size = reader->next(handle);
      if (size == 0) reader.reset();
      done += size;
    }
    return done;
  };
  in_rounds(communicator, step, [&](std::int64_t done) { progress(what, done, files.bytes()); });
}

void sample_rows(const TextFiles& files, core::FunctionRef<void(const Row&)> handle) {
  if (files.stretches().empty()) return;
  try {
    RowReader(files, files.stretches().front()).next(handle);
  } catch (const core::Error&) {  // who reads all rows meets it at its turn
  }
}

core::Error bad_row(const TextFiles& files, const Row& row, const std::string& what,
                    const std::string& why, const std::string& remedy) {
  return core::bad_input(
      {.what = what, .where = files.where(row.file, row.offset), .why = why, .remedy = remedy});
}

}  // namespace mpilogit::formats
