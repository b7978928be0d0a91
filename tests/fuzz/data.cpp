// Data sets: their description, and the values of small and fragile ones, as the trial run of a job
// reads them.

#include "data/trial_read.hpp"
#include "fuzz/fuzz.hpp"
#include "hdf5/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  static const bool started = (hdf5::start_library(), true);
  testing::require(started);
  data::Source source;
  source.files = {testing::file_of(data, size)};
  testing::refused_or_done([&] { data::trial_read(source, [](std::int64_t) { return true; }); });
  return 0;
}
