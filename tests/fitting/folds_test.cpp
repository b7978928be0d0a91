// Folds: balanced, whole groups, and the same whoever holds the rows.

#include "fitting/detail/folds.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"
#include "support/catch.hpp"
#include "support/test_folder.hpp"

namespace mpilogit::fitting {
namespace {

constexpr std::int64_t kRows = 500;

// Class 2 has three rows only; groups of very different sizes.
data::Dataset read(const testing::Folder& folder, const comm::Communicator& world, bool groups) {
  const std::string path = comm::on_root(world, [&] {
    std::vector<double> x;
    std::vector<std::int64_t> y;
    std::vector<std::int64_t> g;
    for (std::int64_t i = 0; i < kRows; ++i) {
      x.push_back(static_cast<double>(i % 7));
      y.push_back(i % 170 == 11 ? 2 : i / 300);
      g.push_back(i < 200 ? 5 : i % 40);
    }
    const std::string name = folder.file("folds.h5");
    hdf5::File file = hdf5::File::create(name);
    hdf5::write_doubles(file, "X", x, {kRows, 1});
    hdf5::write_integers(file, "y", y, {kRows});
    hdf5::write_integers(file, "g", g, {kRows});
    file.close();
    return name;
  });
  data::Source source;
  source.files = {path};
  if (groups) source.groups = "g";
  return data::read_dataset(source, world);
}

// Of all rows, in their order, on every rank.
std::vector<std::uint32_t> all_folds(const data::Dataset& dataset, std::size_t folds,
                                     std::uint64_t seed, const comm::Communicator& world) {
  const auto mine = assign_folds(dataset, folds, seed, world);
  REQUIRE(static_cast<std::int64_t>(mine.size()) == dataset.local_rows().size());
  return world.all_gather(std::span<const std::uint32_t>(mine));
}

TEST_CASE("every class is spread evenly over the folds, by the seed alone") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  const data::Dataset dataset = read(folder, world, false);
  const auto labels = dataset.labels().visit([&](auto own) {
    const std::vector<std::uint32_t> mine(own.begin(), own.end());
    return world.all_gather(std::span<const std::uint32_t>(mine));
  });
  const auto folds = all_folds(dataset, 4, 1, world);
  REQUIRE(folds.size() == static_cast<std::size_t>(kRows));
  std::map<std::uint32_t, std::vector<int>> counts;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    auto& of_class = counts[labels[i]];
    of_class.resize(4);
    ++of_class.at(folds[i]);
  }
  REQUIRE(counts.size() == 3);
  for (const auto& [label, of_class] : counts) {
    const auto [least, most] = std::minmax_element(of_class.begin(), of_class.end());
    CHECK(*most - *least <= 1);
  }
  CHECK(all_folds(dataset, 4, 1, world) == folds);
  CHECK(all_folds(dataset, 4, 2, world) != folds);
  // From a second implementation, in Python: a change of the order would change published results.
  const std::vector<std::uint32_t> first(folds.begin(), folds.begin() + 8);
  CHECK(first == std::vector<std::uint32_t>{2, 0, 3, 1, 2, 1, 0, 3});
}

TEST_CASE("a group is in one fold, and folds fill evenly") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  const data::Dataset dataset = read(folder, world, true);
  const auto groups = world.all_gather(dataset.groups());
  const auto folds = all_folds(dataset, 3, 0, world);
  std::map<std::uint32_t, std::set<std::uint32_t>> folds_of_group;
  std::vector<int> rows(3);
  for (std::size_t i = 0; i < folds.size(); ++i) {
    folds_of_group[groups[i]].insert(folds[i]);
    ++rows.at(folds[i]);
  }
  for (const auto& [group, its_folds] : folds_of_group) CHECK(its_folds.size() == 1);
  // The group of 200 rows and more stands alone, the others share the rest.
  std::sort(rows.begin(), rows.end());
  CHECK(rows[2] >= 200);
  CHECK(rows[2] < 215);
  CHECK(rows[1] - rows[0] <= 8);
}

TEST_CASE("more folds than rows or groups are refused") {
  const auto world = comm::Communicator::world();
  const testing::Folder folder(world);
  CHECK_THROWS_AS(assign_folds(read(folder, world, false), 501, 0, world), core::Error);
  CHECK_THROWS_AS(assign_folds(read(folder, world, true), 41, 0, world), core::Error);
}

}  // namespace
}  // namespace mpilogit::fitting
