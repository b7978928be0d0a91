#include "hdf5/file.hpp"

#include <filesystem>
#include <fstream>
#include <limits>

#include "core/error.hpp"
#include "hdf5/array.hpp"
#include "support/catch.hpp"

namespace {

using mpilogit::core::Error;
using mpilogit::testing::contains;
namespace hdf5 = mpilogit::hdf5;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

void write_sample(const std::string& path) {
  hdf5::File file = hdf5::File::create(path);
  const std::vector<double> doubles = {1.5, -2.0, 0.1, 1e300, 5e-324, 7.0};
  const std::vector<double> scalar = {2.5};
  const std::vector<std::int64_t> integers = {kLeast, kMost};
  const std::vector<std::uint8_t> booleans = {1, 0, 7};
  const std::vector<std::string> strings = {"a", "", "größer"};
  hdf5::write_doubles(file, "doubles", doubles, {2, 3});
  hdf5::write_doubles(file, "scalar", scalar, {});
  hdf5::write_integers(file, "group/integers", integers, {2});
  hdf5::write_booleans(file, "booleans", booleans, {3});
  hdf5::write_strings(file, "strings", strings, {3});
  hdf5::write_attribute(file, "/", "text", std::string("naïve"));
  hdf5::write_attribute(file, "/", "double", 0.1);
  hdf5::write_attribute(file, "/doubles", "integer", std::int64_t{-3});
  file.close();
}

// The message of what `work` throws.
template <class Work>
std::string message_of(Work work) {
  try {
    work();
    return "nothing was thrown";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("what was written is read back") {
  write_sample("serial.h5");
  const hdf5::File file = hdf5::File::open("serial.h5");
  CHECK(hdf5::read_doubles(file, "doubles") ==
        std::vector<double>{1.5, -2.0, 0.1, 1e300, 5e-324, 7.0});
  CHECK(hdf5::dimensions(file, "/doubles") == std::vector<std::int64_t>{2, 3});
  CHECK(hdf5::dimensions(file, "scalar").empty());
  CHECK(hdf5::read_doubles(file, "scalar") == std::vector<double>{2.5});
  CHECK(hdf5::read_integers(file, "group/integers") == std::vector<std::int64_t>{kLeast, kMost});
  CHECK(hdf5::read_integers(file, "booleans") == std::vector<std::int64_t>{1, 0, 1});
  CHECK(hdf5::read_doubles(file, "booleans") == std::vector<double>{1.0, 0.0, 1.0});
  CHECK(hdf5::read_strings(file, "strings") == std::vector<std::string>{"a", "", "größer"});
  CHECK(hdf5::read_text_attribute(file, "/", "text") == "naïve");
  CHECK(hdf5::read_double_attribute(file, "/", "double") == 0.1);
  CHECK(hdf5::read_integer_attribute(file, "doubles", "integer") == -3);
  CHECK(hdf5::has_attribute(file, "/", "text"));
  CHECK_FALSE(hdf5::has_attribute(file, "/", "texts"));
}

TEST_CASE("equal contents are equal bytes") {
  const auto bytes = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  write_sample("serial.h5");
  write_sample("again.h5");
  CHECK(bytes("serial.h5") == bytes("again.h5"));
  std::filesystem::remove("again.h5");
}

TEST_CASE("a file knows what is in it") {
  write_sample("serial.h5");
  const hdf5::File file = hdf5::File::open("serial.h5");
  CHECK(file.contains("group/integers"));
  CHECK(file.contains("/"));
  CHECK_FALSE(file.contains("group/other"));
  CHECK_FALSE(file.contains("none/at/all"));
  CHECK(file.is_group("group"));
  CHECK_FALSE(file.is_group("doubles"));
  CHECK(file.members("/") ==
        std::vector<std::string>{"booleans", "doubles", "group", "scalar", "strings"});
}

TEST_CASE("failures name the file, the data set and the reason") {
  write_sample("serial.h5");
  const hdf5::File file = hdf5::File::open("serial.h5");
  CHECK_THAT(message_of([&] { hdf5::read_doubles(file, "x"); }),
             contains("serial.h5: there is no 'x'; the file has: booleans, doubles, group"));
  CHECK_THAT(message_of([&] { hdf5::read_doubles(file, "strings"); }),
             contains("serial.h5:/strings: holds string values"));
  CHECK_THAT(message_of([&] { hdf5::read_integers(file, "doubles"); }),
             contains("serial.h5:/doubles: holds float64 values; integers are needed"));
  CHECK_THAT(message_of([&] { hdf5::read_doubles(file, "group"); }),
             contains("serial.h5:/group: is a group, not a data set"));
  CHECK_THAT(message_of([&] { hdf5::read_text_attribute(file, "/", "double"); }),
             contains("(attribute double): is not a string"));
  CHECK_THAT(message_of([&] { hdf5::read_double_attribute(file, "/", "none"); }),
             contains("(attribute none): is missing"));
  CHECK_THAT(message_of([] { hdf5::File::open("absent.h5"); }),
             contains("absent.h5: cannot be opened: No such file or directory"));
  CHECK_THAT(message_of([] { hdf5::File::create("absent/new.h5"); }),
             contains("absent/new.h5: cannot be created: No such file or directory"));
  CHECK_THAT(message_of([] { hdf5::File::open("."); }), contains("is a folder"));
  CHECK_THAT(message_of([&] { hdf5::write_attribute(file, "/", "late", 1.0); }),
             contains("(attribute late): creating failed; "));
}

TEST_CASE("a file cut short is said to be truncated") {
  write_sample("cut.h5");
  std::filesystem::resize_file("cut.h5", std::filesystem::file_size("cut.h5") - 100);
  CHECK_THAT(message_of([] { hdf5::File::open("cut.h5"); }),
             contains("cut.h5: the HDF5 file is truncated"));
  std::filesystem::remove("cut.h5");
}

TEST_CASE("rows are read from anywhere, in another type, or not at all") {
  write_sample("serial.h5");
  const hdf5::File file = hdf5::File::open("serial.h5");
  const hdf5::Array array(file, "doubles", hdf5::inspect_array(file, "doubles"));
  std::vector<float> row(3, -1.0F);
  array.read(1, 0, hdf5::ValueType::float32, row.data());
  CHECK(row == std::vector<float>{-1.0F, -1.0F, -1.0F});
  array.read(0, 1, hdf5::ValueType::float32, row.data());
  CHECK(row == std::vector<float>{1.5F, -2.0F, 0.1F});
  CHECK_THROWS_AS(array.read(1, 2, hdf5::ValueType::float64, row.data()), Error);
  const hdf5::Array strings(file, "strings", hdf5::inspect_array(file, "strings"));
  CHECK(strings.read_texts(2, 1) == std::vector<std::string>{"größer"});
}
