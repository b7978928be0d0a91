#include <filesystem>
#include <fstream>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/hdf5/array.hpp"
#include "mpilogit/hdf5/file.hpp"

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
  for (std::int64_t row = rows.first; row < rows.last; ++row) {
    probabilities.push_back(static_cast<double>(row) / 4.0);
    for (int column = 0; column < 3; ++column) {
      table.push_back(static_cast<double>(10 * row + column));
    }
    numbers.push_back(row << 40);
    truths.push_back(row % 2 == 1 ? 1 : 0);
    labels.push_back("row " + std::to_string(row));
  }
  hdf5::File file = hdf5::File::create(path, world);
  using Kind = hdf5::RowType::Kind;
  hdf5::create_rows(file, "probability", {Kind::float64}, rows.total);
  hdf5::create_rows(file, "table", {Kind::float64}, rows.total, 3);
  hdf5::create_rows(file, "number", {Kind::int64}, rows.total);
  hdf5::create_rows(file, "truth", {Kind::boolean}, rows.total);
  hdf5::create_rows(file, "label", {Kind::text, 8}, rows.total);
  hdf5::write_rows(file, "probability", rows.first, std::span<const double>(probabilities));
  hdf5::write_rows(file, "table", rows.first, std::span<const double>(table));
  hdf5::write_rows(file, "number", rows.first, std::span<const std::int64_t>(numbers));
  hdf5::write_rows(file, "truth", rows.first, std::span<const std::uint8_t>(truths));
  hdf5::write_rows(file, "label", rows.first, std::span<const std::string>(labels));
  const std::vector<std::string> classes = {"no", "yes, größer"};
  hdf5::write_strings(file, "classes", classes, {2});
  hdf5::write_doubles(file, "same", std::vector<double>{1.0, 2.0}, {2});
  hdf5::write_attribute(file, "/", "text", "on every rank");
  file.close();
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
  CHECK(hdf5::read_text_attribute(serial, "/", "text") == "on every rank");
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

TEST_CASE("ranks that meet inside of HDF5 can be seen to wait") {
  const Communicator world = Communicator::world();
  const auto calls = [&] { return world.activity().now().collective; };
  const std::string path = "seen-" + std::to_string(world.size()) + ".h5";
  std::int64_t before = 0;
  {
    hdf5::File file = hdf5::File::create(path, world);
    hdf5::create_rows(file, "x", {hdf5::RowType::Kind::int64, 0}, world.size());
    before = calls();
    const std::vector<std::int64_t> mine = {world.rank()};
    hdf5::write_rows(file, "x", world.rank(), std::span<const std::int64_t>(mine));
    CHECK(calls() - before == 2);  // how many pieces, and the only one
    before = calls();
    file.close();
    CHECK(calls() - before == 1);
    before = calls();
  }
  CHECK(calls() == before);
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
  require_alike([&] { hdf5::File::create("absent/new.h5", world); }, "cannot be created");
  world.barrier();
  if (world.is_root()) std::filesystem::remove(text);
}
