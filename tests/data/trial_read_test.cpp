// What is read before a job reads it.

#include "data/trial_read.hpp"

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "hdf5/file.hpp"
#include "support/catch.hpp"

using namespace mpilogit;

namespace {

constexpr std::int64_t kRows = 600'000;

// More than 4 MiB each of plain features and of texts.
data::Source write_large(const std::string& path) {
  hdf5::File file = hdf5::File::create(path);
  hdf5::write_doubles(file, "X", std::vector<double>(2 * kRows, 1.0), {kRows, 2});
  hdf5::write_strings(file, "y", std::vector<std::string>(kRows, "yes"), {kRows});
  hdf5::write_bytes(file, "small", std::vector<std::uint8_t>(kRows, 1), {kRows});
  file.close();
  data::Source source;
  source.files = {path};
  return source;
}

}  // namespace

TEST_CASE("large data sets are tried piece by piece where they are fragile") {
  const std::string path = "tried.h5";
  data::Source source = write_large(path);
  std::int64_t asked = 0;
  data::trial_read(source, [&](std::int64_t) { return ++asked > 0; });
  CHECK(asked == 3);  // to begin with the texts, and for 524,288 and the rest of them

  SECTION("without leave nothing more is read") {
    asked = 0;
    data::trial_read(source, [&](std::int64_t) { return ++asked < 1; });
    CHECK(asked == 1);
  }

  SECTION("plain ones only if they are small") {
    asked = 0;
    source.labels = std::nullopt;
    data::trial_read(source, [&](std::int64_t) { return ++asked > 0; });
    CHECK(asked == 0);
    source.weights = "small";
    data::trial_read(source, [&](std::int64_t) { return ++asked > 0; });
    CHECK(asked == 2);
  }
  std::remove(path.c_str());
}
