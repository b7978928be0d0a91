#include "hdf5/plain_rows.hpp"

#include <filesystem>
#include <fstream>
#include <numeric>
#include <thread>

#include "core/error.hpp"
#include "support/catch.hpp"

namespace {

using mpilogit::core::Error;
using mpilogit::testing::contains;
namespace hdf5 = mpilogit::hdf5;

constexpr std::int64_t kRows = 1001;
constexpr std::int64_t kWidth = 3;

std::vector<double> sample() {
  std::vector<double> values(kRows * kWidth);
  std::iota(values.begin(), values.end(), 0.5);
  return values;
}

// Removed when the test ends.
class SampleFile {
 public:
  SampleFile() {
    hdf5::File file = hdf5::File::create(path);
    hdf5::write_doubles(file, "before", std::vector<double>(77, -1.0), {77});
    hdf5::write_doubles(file, "x", sample(), {kRows, kWidth});
    hdf5::write_strings(file, "texts", std::vector<std::string>{"a"}, {1});
    file.close();
  }
  ~SampleFile() { std::filesystem::remove(path); }
  SampleFile(const SampleFile&) = delete;
  SampleFile& operator=(const SampleFile&) = delete;

  const std::string path = "plain_rows.h5";
};

std::optional<hdf5::PlainRows> find(const hdf5::File& file, hdf5::ValueType type) {
  return hdf5::PlainRows::find(file, "x", hdf5::inspect_array(file, "x"), type);
}

TEST_CASE("plain rows are read from anywhere, by several threads") {
  const SampleFile sample_file;
  const hdf5::File file = hdf5::File::open(sample_file.path);
  const auto rows = find(file, hdf5::ValueType::float64);
  REQUIRE(rows);
  std::vector<double> values(kRows * kWidth, 0.0);
  const auto read = [&](std::int64_t first, std::int64_t last) {
    rows->read(first, last - first, values.data() + first * kWidth);
  };
  std::thread other([&] { read(500, kRows); });
  read(0, 499);
  other.join();
  CHECK(values[499 * kWidth] == 0.0);
  read(499, 500);
  CHECK(values == sample());
  read(kRows, kRows);
  CHECK_THROWS_AS(read(kRows - 1, kRows + 1), Error);
  CHECK_THROWS_AS(read(-1, 1), Error);
}

TEST_CASE("what HDF5 has to convert is left to it") {
  const SampleFile sample_file;
  const hdf5::File file = hdf5::File::open(sample_file.path);
  CHECK_FALSE(find(file, hdf5::ValueType::float32));
  CHECK_FALSE(find(file, hdf5::ValueType::int64));
  CHECK_FALSE(hdf5::PlainRows::find(file, "texts", hdf5::inspect_array(file, "texts"),
                                    hdf5::ValueType::text));
  hdf5::ArrayInfo other = hdf5::inspect_array(file, "x");
  other.dimensions[0] += 1;
  CHECK_FALSE(hdf5::PlainRows::find(file, "x", other, hdf5::ValueType::float64));
}

TEST_CASE(
    "a file that is cut short while it is read is an error, and before that HDF5's business") {
  const SampleFile sample_file;
  const hdf5::File file = hdf5::File::open(sample_file.path);
  const auto rows = find(file, hdf5::ValueType::float64);
  REQUIRE(rows);
  // Into the rows, wherever they are.
  std::filesystem::resize_file(sample_file.path, 77 * 8 + 2000);
  std::vector<double> values(kRows * kWidth);
  try {
    rows->read(0, kRows, values.data());
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), contains("plain_rows.h5:/x: reading failed"));
    CHECK_THAT(error.what(), contains("became shorter"));
  }
  CHECK_FALSE(find(file, hdf5::ValueType::float64));
}

}  // namespace
