// Aggregated data, groups and values of features, from files that make_files.py wrote.

#include <limits>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "data/dataset.hpp"
#include "hdf5/file.hpp"
#include "support/catch.hpp"

namespace mpilogit::data {
namespace {

const std::string kFolder = MPILOGIT_TEST_FILES "/";
const std::vector<std::string> kWhole = {kFolder + "trials_0.h5"};
const std::vector<std::string> kParts = {kFolder + "trials_1.h5", kFolder + "trials_2.h5"};

template <class Value>
std::vector<double> part_of(const std::vector<Value>& all, Range rows) {
  return {all.begin() + rows.first, all.begin() + rows.last};
}

template <class Value>
std::vector<double> as_doubles(std::span<const Value> values) {
  return {values.begin(), values.end()};
}

TEST_CASE("successes and trials are read in every mode") {
  const auto world = comm::Communicator::world();
  const hdf5::File file = hdf5::File::open(kWhole.front());
  for (const auto mode : {ReadMode::posix, ReadMode::independent, ReadMode::collective}) {
    for (const auto& files : {kWhole, kParts}) {
      Source source;
      source.files = files;
      source.trials = "t";
      source.mode = mode;
      const Dataset dataset = read_dataset(source, world);
      CHECK(dataset.labels().empty());
      CHECK(dataset.classes() == ClassSet{LabelKind::integer, {0, 1}, {}});
      const Range rows = dataset.local_rows();
      CHECK(as_doubles(dataset.successes()) == part_of(hdf5::read_doubles(file, "y"), rows));
      CHECK(as_doubles(dataset.trials()) == part_of(hdf5::read_doubles(file, "t"), rows));
    }
  }
}

// numpy.unique numbered them.
TEST_CASE("groups are numbered in ascending order, the same on any ranks") {
  const auto world = comm::Communicator::world();
  const hdf5::File file = hdf5::File::open(kWhole.front());
  for (const std::string name : {"numbers", "bools", "alone", "same", "texts", "long_texts"}) {
    CAPTURE(name);
    for (const auto& files : {kWhole, kParts}) {
      Source source;
      source.files = files;
      source.labels = std::nullopt;
      source.groups = name;
      const Dataset dataset = read_dataset(source, world);
      const auto expected = hdf5::read_doubles(file, "expected_" + name);
      CHECK(as_doubles(dataset.groups()) == part_of(expected, dataset.local_rows()));
      CHECK(dataset.group_count() == hdf5::read_integers(file, "count_" + name).front());
    }
  }
}

// numpy.unique wrote them.
TEST_CASE("groups are named where that is asked for") {
  const auto world = comm::Communicator::world();
  const hdf5::File file = hdf5::File::open(kWhole.front());
  const auto names_of = [&](const std::string& name, bool wanted) {
    Source source;
    source.files = kParts;
    source.labels = std::nullopt;
    source.groups = name;
    source.group_names = wanted;
    return read_dataset(source, world).group_names();
  };
  for (const std::string name : {"numbers", "bools", "same"}) {
    CHECK(names_of(name, true).numbers == hdf5::read_integers(file, "names_" + name));
  }
  CHECK(names_of("texts", true).texts == hdf5::read_strings(file, "names_texts"));
  CHECK(names_of("texts", false) == ClassSet{});
}

TEST_CASE("values of features come to every rank, infinities too") {
  const auto world = comm::Communicator::world();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string file = kFolder + "feature_values.h5";
  CHECK(read_feature_values(file, "factors", 5, world) ==
        std::vector<double>{0.0, 1.5, infinity, -infinity, 1e-300});
  CHECK(read_feature_values(file, "integers", 5, world) == std::vector<double>{1, 0, 3, -4, 5});
}

TEST_CASE("unusable values of features are refused on all ranks") {
  const auto world = comm::Communicator::world();
  const std::string file = kFolder + "feature_values.h5";
  const auto refusal = [&](const std::string& name, std::int64_t features) {
    try {
      read_feature_values(file, name, features, world);
      return std::string();
    } catch (const core::Error& error) {
      CHECK(error.agreed());
      CHECK(error.code() == core::ExitCode::bad_input);
      return std::string(error.what());
    }
  };
  CHECK_THAT(refusal("nan", 5), testing::contains("/nan: value 2 is NaN"));
  CHECK_THAT(refusal("factors", 4), testing::contains("/factors: has 5 values; one number is "
                                                      "needed for each of the 4 features"));
  CHECK_THAT(refusal("column", 5), testing::contains("/column: has 2 dimensions"));
  CHECK_THAT(refusal("text", 5), testing::contains("/text: holds strings"));
  CHECK_THAT(refusal("absent", 5), testing::contains("there is no 'absent'"));
}

}  // namespace
}  // namespace mpilogit::data
