// Reads what make_files.py wrote, on as many ranks as there are.

#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "data/dataset.hpp"
#include "hdf5/file.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

namespace {

using mpilogit::comm::Communicator;
using mpilogit::core::Error;
using mpilogit::core::ExitCode;
using nlohmann::json;
namespace data = mpilogit::data;
namespace hdf5 = mpilogit::hdf5;
namespace kernels = mpilogit::kernels;

// The entries of one kind, "good" or "bad".
json manifest(const std::string& kind) {
  std::ifstream file(MPILOGIT_TEST_FILES "/manifest.json");
  json entries = json::parse(file).at(kind);
  REQUIRE(entries.size() > 50);
  return entries;
}

const std::map<std::string, data::ReadMode> kModes = {{"automatic", data::ReadMode::automatic},
                                                      {"collective", data::ReadMode::collective},
                                                      {"independent", data::ReadMode::independent},
                                                      {"posix", data::ReadMode::posix}};

data::Source source_of(const json& entry, data::ReadMode mode) {
  data::Source source;
  source.files = entry.at("files").get<std::vector<std::string>>();
  if (entry.contains("weights")) source.weights = entry.at("weights").get<std::string>();
  if (entry.contains("offsets")) source.offsets = entry.at("offsets").get<std::string>();
  if (entry.contains("trials")) source.trials = entry.at("trials").get<std::string>();
  if (entry.contains("groups")) source.groups = entry.at("groups").get<std::string>();
  source.mode = mode;
  return source;
}

// The answer that the files carry, all rows.
struct Expected {
  std::vector<double> values;
  std::vector<std::int64_t> classes;
  std::vector<double> weights;
  std::vector<double> offsets;
  std::vector<double> largest;
};

template <class Value>
void append(std::vector<Value>& all, const std::vector<Value>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

Expected expected_of(const data::Source& source) {
  Expected expected;
  for (const auto& path : source.files) {
    const hdf5::File file = hdf5::File::open(path);
    append(expected.values, hdf5::read_doubles(file, "expected"));
    append(expected.classes, hdf5::read_integers(file, "expected_class"));
    const std::vector<double> largest = hdf5::read_doubles(file, "expected_largest");
    expected.largest.resize(largest.size());
    for (std::size_t j = 0; j < largest.size(); ++j) {
      expected.largest[j] = std::max(expected.largest[j], largest[j]);
    }
    if (source.weights) append(expected.weights, hdf5::read_doubles(file, *source.weights));
    if (source.offsets) append(expected.offsets, hdf5::read_doubles(file, *source.offsets));
  }
  return expected;
}

// Ranks hold contiguous ranges in order that cover all rows.
void check_partition(const data::Dataset& dataset, const Communicator& world) {
  const std::vector<std::int64_t> mine = {dataset.local_rows().first, dataset.local_rows().last};
  const auto all = world.all_gather(std::span<const std::int64_t>(mine));
  CHECK(all.front() == 0);
  CHECK(all.back() == dataset.shape().rows);
  for (std::size_t i = 1; i + 1 < all.size(); i += 2) CHECK(all[i] == all[i + 1]);
}

bool rows_equal(const data::Dataset& dataset, const Expected& expected) {
  const auto features = static_cast<std::size_t>(dataset.shape().features);
  for (auto b = dataset.local_blocks().first; b < dataset.local_blocks().last; ++b) {
    const kernels::AnyRows rows = dataset.block(b);
    const data::Range range = dataset.shape().blocks().rows_of(b);
    if (kernels::row_count(rows) != static_cast<std::size_t>(range.size())) return false;
    for (std::size_t i = 0; i < kernels::row_count(rows); ++i) {
      for (std::size_t j = 0; j < features; ++j) {
        const std::size_t at = (static_cast<std::size_t>(range.first) + i) * features + j;
        if (kernels::reference::entry(rows, i, j) != expected.values[at]) return false;
      }
    }
  }
  return true;
}

template <class Values, class Other>
bool part_equal(const Values& mine, data::Range rows, const std::vector<Other>& all) {
  if (all.empty()) return mine.empty();
  if (mine.size() != static_cast<std::size_t>(rows.size())) return false;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    const auto at = static_cast<std::size_t>(rows.first) + i;
    if (static_cast<Other>(mine[i]) != all[at]) return false;
  }
  return true;
}

void check_good(const json& entry, data::ReadMode mode, int threads) {
  const data::Source source = source_of(entry, mode);
  const Communicator world = Communicator::world();
  const data::Dataset dataset = data::read_dataset(source, world, threads);
  const Expected expected = expected_of(source);
  const data::Shape& shape = dataset.shape();
  CHECK(shape.storage == entry.at("storage").get<std::string>());
  CHECK(shape.sparse == entry.value("sparse", false));
  CHECK(shape.rows == static_cast<std::int64_t>(expected.classes.size()));
  CHECK(shape.rows * shape.features == static_cast<std::int64_t>(expected.values.size()));
  CHECK(shape.feature_names == entry.value("feature_names", std::vector<std::string>()));
  CHECK(static_cast<int>(dataset.classes().kind) == entry.value("label_kind", 0));
  CHECK(rows_equal(dataset, expected));
  CHECK(part_equal(dataset.labels(), dataset.local_rows(), expected.classes));
  const auto largest = dataset.largest_absolute();
  CHECK(std::vector<double>(largest.begin(), largest.end()) == expected.largest);
  CHECK(part_equal(dataset.weights(), dataset.local_rows(), expected.weights));
  CHECK(part_equal(dataset.offsets(), dataset.local_rows(), expected.offsets));
  CHECK((dataset.resident_bytes() > 0 || dataset.local_rows().size() == 0));
  check_partition(dataset, world);
}

// The message, or empty if nothing was thrown; in it what was thrown instead of an input error.
std::string refusal(const data::Source& source, const Communicator& world, int threads) {
  try {
    data::read_dataset(source, world, threads);
    return "";
  } catch (const Error& error) {
    CHECK(error.agreed());
    return (error.code() == ExitCode::bad_input ? "" : "NOT AN INPUT ERROR: ") +
           std::string(error.what());
  }
}

void check_bad(const json& entry, data::ReadMode mode, int threads) {
  const Communicator world = Communicator::world();
  const std::string message = refusal(source_of(entry, mode), world, threads);
  CAPTURE(message);
  mpilogit::comm::require_same(world, "messages", message);
  CHECK(message.find("NOT AN INPUT ERROR") == std::string::npos);
  CHECK(message.find("rank ") == std::string::npos);
  for (const auto& part : entry.at("parts")) {
    CHECK_THAT(message, mpilogit::testing::contains(part.get<std::string>()));
  }
}

}  // namespace

TEST_CASE("every type, layout and label kind reads back equal in every mode") {
  const json entries = manifest("good");
  for (const auto& entry : entries) {
    for (const auto& [name, mode] : kModes) {
      const bool over_mpi =
          mode == data::ReadMode::collective || mode == data::ReadMode::independent;
      if (over_mpi && entry.value("serial_only", false)) continue;
      const std::string file = entry.at("name");
      for (const int threads : {1, 2, 5}) {
        if (threads != 1 && !entry.value("large", false) && mode != data::ReadMode::posix) continue;
        CAPTURE(file, name, threads);
        check_good(entry, mode, threads);
      }
    }
  }
}

TEST_CASE("bad input is refused on all ranks with one message") {
  const json entries = manifest("bad");
  for (const auto& entry : entries) {
    for (const auto mode : {"posix", "independent", "collective"}) {
      if (entry.value("mode", mode) != mode) continue;
      const std::string file = entry.at("name");
      for (const int threads : {1, 3}) {
        CAPTURE(file, mode, threads);
        check_bad(entry, kModes.at(mode), threads);
      }
    }
  }
}

TEST_CASE("classes come from all ranks, ascending") {
  const Communicator world = Communicator::world();
  data::Source source;
  source.files = {MPILOGIT_TEST_FILES "/labels_text.h5"};
  const data::ClassSet texts = data::read_dataset(source, world).classes();
  CHECK(texts.texts == std::vector<std::string>{"no, thänks", "yes"});
  CHECK(texts.name(1) == "yes");
  source.files = {MPILOGIT_TEST_FILES "/labels_whole.h5"};
  const data::ClassSet numbers = data::read_dataset(source, world).classes();
  CHECK(numbers.numbers == std::vector<std::int64_t>{-5, -3});
  CHECK(numbers.name(0) == "-5");
  source.files = {MPILOGIT_TEST_FILES "/labels_bool.h5"};
  CHECK(data::read_dataset(source, world).classes().name(0) == "false");
}

TEST_CASE("without labels none are read") {
  data::Source source;
  source.files = {MPILOGIT_TEST_FILES "/part0.h5"};
  source.labels = std::nullopt;
  const data::Dataset dataset = data::read_dataset(source, Communicator::world());
  CHECK(dataset.labels().empty());
  CHECK(dataset.classes().size() == 0);
  CHECK(dataset.trials().empty());
  CHECK(dataset.successes().empty());
  CHECK(dataset.groups().empty());
  CHECK(dataset.group_count() == 0);
  const data::Shape& shape = dataset.shape();
  CHECK(shape.rows == 50);
  CHECK(shape.features == 5);
  CHECK(shape.nonzeros == 250);
  CHECK(shape.storage == "float32");
}

TEST_CASE("sparse rows are shared by their entries, and blocks of other ranks are refused") {
  const Communicator world = Communicator::world();
  data::Source source;
  source.files = {MPILOGIT_TEST_FILES "/csr_2000_rows.h5"};
  const data::Dataset dataset = data::read_dataset(source, world);
  // 125 blocks of about 48 costs each, spread evenly within one block.
  CHECK(std::llabs(dataset.local_blocks().size() - 125 / world.size()) <= 2);
  CHECK_THROWS_AS(dataset.block(dataset.local_blocks().last), Error);
}
