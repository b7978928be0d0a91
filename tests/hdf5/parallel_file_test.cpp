#include <filesystem>
#include <fstream>
#include <numeric>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "hdf5/array.hpp"
#include "hdf5/file.hpp"
#include "hdf5/row_file.hpp"
#include "support/catch.hpp"

namespace {

using mpilogit::comm::Communicator;
using mpilogit::core::Error;
namespace hdf5 = mpilogit::hdf5;

// Rows 0 … 10 · ranks − 1, unevenly: rank 0 has none of them if there are others.
struct Rows {
  std::int64_t total;
  std::int64_t first;
  std::int64_t last;
};

Rows rows_of(const Communicator& world) {
  const std::int64_t total = 10 * world.size();
  const std::int64_t parts = std::max(1, world.size() - 1);
  const std::int64_t part = world.size() == 1 ? 0 : world.rank() - 1;
  if (part < 0) return {total, 0, 0};
  return {total, total * part / parts, total * (part + 1) / parts};
}

void write_sample(const std::string& path, const Communicator& world) {
  const Rows rows = rows_of(world);
  std::vector<double> probabilities;
  std::vector<double> table;
  std::vector<std::int64_t> numbers;
  std::vector<std::uint8_t> truths;
  std::vector<std::string> labels;
  std::vector<std::uint32_t> indices;
  for (std::int64_t row = rows.first; row < rows.last; ++row) {
    probabilities.push_back(static_cast<double>(row) / 4.0);
    for (int column = 0; column < 3; ++column) {
      table.push_back(static_cast<double>(10 * row + column));
    }
    numbers.push_back(row << 40);
    truths.push_back(row % 2 == 1 ? 1 : 0);
    labels.push_back("row " + std::to_string(row));
    indices.push_back(static_cast<std::uint32_t>(7 * row));
  }
  if (world.is_root()) std::filesystem::remove(path);  // of an earlier run
  world.barrier();
  using enum hdf5::ValueType;
  hdf5::RowFile target(path, world, [&](const hdf5::File& file) {
    hdf5::create_rows(file, "probability", {float64}, rows.total);
    hdf5::create_rows(file, "table", {float64}, rows.total, 3);
    hdf5::create_rows(file, "number", {int64}, rows.total);
    hdf5::create_rows(file, "truth", {boolean}, rows.total);
    hdf5::create_rows(file, "label", {text, 8}, rows.total);
    hdf5::create_rows(file, "group/of indices", {uint32}, rows.total);
    const std::vector<std::string> classes = {"no", "yes, größer"};
    hdf5::write_strings(file, "classes", classes, {2});
    hdf5::write_doubles(file, "same", std::vector<double>{1.0, 2.0}, {2});
    hdf5::write_attribute(file, "/", "text", "by the root");
  });
  mpilogit::comm::together(world, [&] {
    target.write("probability", rows.first, std::span<const double>(probabilities));
    target.write("table", rows.first, std::span<const double>(table));
    target.write("number", rows.first, std::span<const std::int64_t>(numbers));
    target.write("truth", rows.first, std::span<const std::uint8_t>(truths));
    target.write("label", rows.first, std::span<const std::string>(labels));
    target.write("group/of indices", rows.first, std::span<const std::uint32_t>(indices));
  });
  CHECK_FALSE(std::filesystem::exists(path));
  world.barrier();
  target.commit();
}

}  // namespace

TEST_CASE("rows written by all ranks are read back in order, serially and in parallel") {
  const Communicator world = Communicator::world();
  const std::string path = "parallel-" + std::to_string(world.size()) + ".h5";
  write_sample(path, world);
  world.barrier();

  const hdf5::File serial = hdf5::File::open(path);
  const std::vector<double> all = hdf5::read_doubles(serial, "probability");
  REQUIRE(all.size() == static_cast<std::size_t>(10 * world.size()));
  for (std::size_t row = 0; row < all.size(); ++row) CHECK(all[row] == double(row) / 4.0);
  CHECK(hdf5::dimensions(serial, "table") == std::vector<std::int64_t>{10 * world.size(), 3});
  const std::vector<double> table = hdf5::read_doubles(serial, "table");
  for (std::size_t i = 0; i < table.size(); ++i) CHECK(table[i] == double(10 * (i / 3) + i % 3));
  CHECK(hdf5::read_strings(serial, "label").back() == "row " + std::to_string(all.size() - 1));
  CHECK(hdf5::read_strings(serial, "classes").back() == "yes, größer");
  const std::vector<std::int64_t> indices = hdf5::read_integers(serial, "group/of indices");
  for (std::size_t row = 0; row < all.size(); ++row)
    CHECK(indices[row] == static_cast<std::int64_t>(7 * row));
  CHECK(hdf5::read_text_attribute(serial, "/", "text") == "by the root");
  const hdf5::ArrayInfo info = hdf5::inspect_array(serial, "number");

  const hdf5::File parallel = hdf5::File::open(path, world);
  const Rows rows = rows_of(world);
  for (const bool collective : {false, true}) {
    std::vector<std::int64_t> mine(static_cast<std::size_t>(rows.last - rows.first), -1);
    hdf5::Array(parallel, "number", info)
        .read(rows.first, rows.last - rows.first, hdf5::ValueType::int64, mine.data(), collective);
    for (std::size_t i = 0; i < mine.size(); ++i) {
      CHECK(mine[i] == (rows.first + static_cast<std::int64_t>(i)) << 40);
    }
  }
}

TEST_CASE("rows that a column does not have are refused, and the file is not there then") {
  const Communicator world = Communicator::world();
  const std::string path = "refused-" + std::to_string(world.size()) + ".h5";
  {
    const hdf5::RowFile target(path, world, [&](const hdf5::File& file) {
      hdf5::create_rows(file, "number", {hdf5::ValueType::int64}, 4);
    });
    const std::vector<std::int64_t> two = {1, 2};
    CHECK_THROWS_AS(target.write("number", 3, std::span<const std::int64_t>(two)), Error);
    CHECK_THROWS_AS(target.write("number", -1, std::span<const std::int64_t>(two)), Error);
    CHECK_THROWS_AS(target.write("absent", 0, std::span<const std::int64_t>(two)), Error);
    const std::vector<double> doubles = {1.0, 2.0};
    CHECK_THROWS_AS(target.write("number", 0, std::span<const double>(doubles)), Error);
    world.barrier();
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("ranks that meet inside of HDF5 can be seen to wait") {
  const Communicator world = Communicator::world();
  const auto calls = [&] { return world.activity().now().collective; };
  const std::string path = "seen-" + std::to_string(world.size()) + ".h5";
  if (world.is_root()) {
    hdf5::File file = hdf5::File::create(path);
    std::vector<std::int64_t> values(static_cast<std::size_t>(world.size()));
    std::iota(values.begin(), values.end(), 0);
    hdf5::write_integers(file, "x", values, {world.size()});
    file.close();
  }
  std::int64_t before = 0;
  world.barrier();
  {
    const hdf5::ArrayInfo info = hdf5::inspect_array(hdf5::File::open(path), "x");
    const hdf5::File file = hdf5::File::open(path, world);
    const hdf5::Array array(file, "x", info);
    std::int64_t value = -1;
    before = calls();
    array.read(world.rank(), 1, hdf5::ValueType::int64, &value, true);
    CHECK(calls() - before == 2);
    CHECK(value == world.rank());
    before = calls();
  }
  CHECK(calls() - before == 1);  // closing
  world.barrier();
  if (world.is_root()) std::filesystem::remove(path);
}

TEST_CASE("a file that cannot be opened or created fails alike on all ranks") {
  const Communicator world = Communicator::world();
  const std::string text = "text-" + std::to_string(world.size());
  if (world.is_root()) std::ofstream(text) << "no HDF5 here";
  world.barrier();
  const auto require_alike = [&](auto work, const std::string& part) {
    std::string message;
    try {
      work();
    } catch (const Error& error) {
      message = error.what();
    }
    CHECK_THAT(message, mpilogit::testing::contains(part));
    mpilogit::comm::require_same(world, "messages", message);
  };
  require_alike([&] { hdf5::File::open("absent.h5", world); }, "No such file");
  require_alike([&] { hdf5::File::open(text, world); }, "is not an HDF5 file");
  require_alike([&] { hdf5::RowFile("absent/new.h5", world, [](const hdf5::File&) {}); },
                "absent/new.h5: creating a file failed: No such file");
  world.barrier();
  if (world.is_root()) std::filesystem::remove(text);
}
