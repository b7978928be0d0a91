// What is written row by row is what is read, whoever wrote it.

#include "importing/data_writer.hpp"

#include <array>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "hdf5/array.hpp"
#include "support/catch.hpp"
#include "support/test_folder.hpp"

namespace mpilogit::importing {
namespace {

constexpr std::int64_t kRows = 20;

// Row i has i % 3 entries: those of columns 0, 2, … in order.
std::vector<std::int64_t> starts_until(std::int64_t last) {
  std::vector<std::int64_t> starts = {0};
  for (std::int64_t i = 0; i < last; ++i) starts.push_back(starts.back() + i % 3);
  return starts;
}

// Ranks take turns, row by row.
bool is_mine(std::int64_t row, const comm::Communicator& world) {
  return row % world.size() == world.rank();
}

TEST_CASE("sparse rows, labels and weights are read as they were written") {
  const comm::Communicator world = comm::Communicator::world();
  const testing::Folder folder(world);
  const std::vector<std::int64_t> starts = starts_until(kRows);
  DataLayout layout;
  layout.rows = kRows;
  layout.features = 4;
  layout.sparse = true;
  layout.nonzeros = starts.back();
  layout.values = hdf5::ValueType::float32;
  layout.labels = {hdf5::ValueType::text, 6};
  layout.weights = true;
  layout.feature_names = {"a", "b", "c", "d"};
  layout.schema = "{}";
  DataWriter writer(folder.file("sparse.h5"), layout, world);
  comm::together(world, [&] {
    for (std::int64_t i = 0; i < kRows; ++i) {
      if (!is_mine(i, world)) continue;
      const std::array<float, 2> values = {static_cast<float>(i), 0.5F};
      const std::array<std::uint32_t, 2> columns = {0, 2};
      const auto entries = static_cast<std::size_t>(i % 3);
      const auto at = static_cast<std::size_t>(i);
      writer.write_sparse(i, std::span(starts).subspan(at, 2), std::span(columns).first(entries),
                          std::as_bytes(std::span(values).first(entries)));
      writer.write_labels(i, std::array<std::string, 1>{i % 2 == 0 ? "even" : "uneven"});
      writer.write_weights(i, std::array{static_cast<double>(i)});
    }
  });
  writer.commit();
  comm::together(world, [&] {
    const hdf5::File file = hdf5::File::open(folder.file("sparse.h5"));
    CHECK(hdf5::read_integers(file, "X/indptr") == starts);
    CHECK(hdf5::read_integers_attribute(file, "X", "shape") == std::vector<std::int64_t>{kRows, 4});
    CHECK(hdf5::read_strings(file, "feature_names") == layout.feature_names);
    CHECK(hdf5::read_strings(file, "schema") == std::vector<std::string>{"{}"});
    CHECK(hdf5::inspect_array(file, "X/data").type == hdf5::ValueType::float32);
    CHECK(hdf5::inspect_array(file, "X/indices").type == hdf5::ValueType::int32);
    const auto values = hdf5::read_doubles(file, "X/data");
    const auto columns = hdf5::read_integers(file, "X/indices");
    const auto labels = hdf5::read_strings(file, "y");
    const auto weights = hdf5::read_doubles(file, "weights");
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto first = static_cast<std::size_t>(starts[i]);
      if (i % 3 > 0) CHECK((values[first] == static_cast<double>(i) && columns[first] == 0));
      if (i % 3 > 1) CHECK((values[first + 1] == 0.5 && columns[first + 1] == 2));
      CHECK(labels[i] == (i % 2 == 0 ? "even" : "uneven"));
      CHECK(weights[i] == static_cast<double>(i));
    }
  });
}

TEST_CASE("dense rows are read as they were written, and nothing is there before all are") {
  const comm::Communicator world = comm::Communicator::world();
  const testing::Folder folder(world);
  DataLayout layout;
  layout.rows = kRows;
  layout.features = 2;
  layout.values = hdf5::ValueType::uint8;
  layout.labels = {hdf5::ValueType::int64};
  layout.further = [](const hdf5::File& file) {
    hdf5::write_doubles(file, "truth", std::array{1.5}, {1});
  };
  {
    DataWriter writer(folder.file("dense.h5"), layout, world);
    comm::together(world, [&] {
      for (std::int64_t i = 0; i < kRows; ++i) {
        if (!is_mine(i, world)) continue;
        const std::array values = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(7)};
        writer.write_dense(i, std::as_bytes(std::span(values)));
        writer.write_labels(i, std::span<const std::int64_t>(&i, 1));
      }
    });
    comm::on_root(world, [&] {
      CHECK_FALSE(std::filesystem::exists(folder.file("dense.h5")));
      return std::string();
    });
    writer.commit();
  }
  comm::together(world, [&] {
    const hdf5::File file = hdf5::File::open(folder.file("dense.h5"));
    const auto values = hdf5::read_doubles(file, "X");
    const auto labels = hdf5::read_integers(file, "y");
    CHECK(hdf5::read_doubles(file, "truth") == std::vector{1.5});
    for (std::size_t i = 0; i < kRows; ++i) {
      CHECK(values[2 * i] == static_cast<double>(i));
      CHECK(values[2 * i + 1] == 7.0);
      CHECK(labels[i] == static_cast<std::int64_t>(i));
    }
  });
}

TEST_CASE("a data set larger than the disk is refused before anything is written") {
  const comm::Communicator world = comm::Communicator::world();
  const testing::Folder folder(world);
  DataLayout layout;
  layout.rows = std::int64_t{1} << 40;
  layout.features = 1000;
  CHECK_THROWS_AS(DataWriter(folder.file("huge.h5"), layout, world), core::Error);
  layout.rows = std::int64_t{1} << 60;  // its bytes cannot be counted
  CHECK_THROWS_AS(DataWriter(folder.file("huge.h5"), layout, world), core::Error);
  CHECK_FALSE(std::filesystem::exists(folder.file("huge.h5")));
}

}  // namespace
}  // namespace mpilogit::importing
