#include "core/archive.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/error.hpp"
#include "support/catch.hpp"

namespace mpilogit::core {
namespace {

enum class Colour { red, green };

struct Everything {
  std::int64_t number = 0;
  double real = 0.0;
  bool flag = false;
  Colour colour = Colour::red;
  std::string text;
  std::vector<double> reals;
  std::optional<int> some;
  std::optional<int> none = 7;
  std::vector<std::string> names;

  void visit(Archive& archive) {
    archive(number);
    archive(real);
    archive(flag);
    archive(colour);
    archive(text);
    archive(reals);
    archive(some);
    archive(none);
    archive.each(names, [&](std::string& name) { archive(name); });
  }
};

Everything sample() {
  return {-5,
          std::nextafter(0.1, 1.0),
          true,
          Colour::green,
          "coefficients",
          {-0.0, std::numeric_limits<double>::infinity()},
          3,
          std::nullopt,
          {"a", "", "bc"}};
}

std::vector<std::byte> written() {
  Archive archive;
  sample().visit(archive);
  return archive.bytes();
}

TEST_CASE("An archive gives back what was written") {
  Archive archive(written());
  Everything read;
  read.visit(archive);
  const Everything expected = sample();
  CHECK(archive.at_end());
  CHECK(read.number == expected.number);
  CHECK(read.real == expected.real);
  CHECK(read.flag);
  CHECK(read.colour == Colour::green);
  CHECK(read.text == expected.text);
  REQUIRE(read.reals == expected.reals);
  CHECK(std::signbit(read.reals[0]));
  CHECK(read.some == 3);
  CHECK_FALSE(read.none.has_value());
  CHECK(read.names == expected.names);
}

TEST_CASE("A vector of another length than the run's is refused") {
  Archive written;
  std::vector<double> three = {1.0, 2.0, 3.0};
  std::vector<double> none;
  written.exactly(three, 3);
  written.exactly(none, 3, true);
  Archive sound(written.bytes());
  std::vector<double> values;
  sound.exactly(values, 3);
  CHECK(values == three);
  sound.exactly(values, 3, true);
  CHECK(values.empty());
  for (const std::size_t count : {0U, 2U, 4U}) {
    Archive other(written.bytes());
    CHECK_THROWS_AS(other.exactly(values, count), Error);
  }
  Archive empty(written.bytes());
  empty.exactly(values, 3);
  CHECK_THROWS_AS(empty.exactly(values, 3), Error);
}

TEST_CASE("An archive that is too short anywhere throws and allocates nothing large") {
  const std::vector<std::byte> whole = written();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Archive archive({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    Everything read;
    CHECK_THROWS_AS(read.visit(archive), Error);
  }
  Archive claims;
  std::uint64_t count = std::uint64_t{1} << 60;
  claims(count);
  Archive archive(claims.bytes());
  std::vector<double> values;
  CHECK_THROWS_AS(archive(values), Error);
}

}  // namespace
}  // namespace mpilogit::core
