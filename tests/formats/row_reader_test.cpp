#include "formats/row_reader.hpp"

#include <limits>

#include <catch2/catch.hpp>

#include "core/error.hpp"

namespace formats = mpilogit::formats;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(const std::string& text, const formats::Dialect& dialect = {},
             std::size_t columns = 2) {
  Rows rows;
  formats::RowReader reader(formats::stream_of(text), 0, std::numeric_limits<std::int64_t>::max(),
                            dialect, columns,
                            [](std::int64_t offset) { return "byte " + std::to_string(offset); });
  while (reader.next([&](const formats::Row& row) {
    rows.emplace_back(row.fields.begin(), row.fields.end());
  }) > 0) {
  }
  return rows;
}

}  // namespace

TEST_CASE("rows end with LF, CR LF or the text") {
  const Rows expected = {{"a", "b"}, {"c", "d"}};
  CHECK(rows_of("a,b\nc,d\n") == expected);
  CHECK(rows_of("a,b\r\nc,d\r\n") == expected);
  CHECK(rows_of("a,b\nc,d") == expected);
  CHECK(rows_of("\n \n\r\na,b\n\n\nc,d\n  ") == expected);
  CHECK(rows_of("").empty());
}

TEST_CASE("white space goes from around fields, but not from within quotes") {
  CHECK(rows_of(" a , b c\t\n\" a \",\tb\n") == Rows{{"a", "b c"}, {" a ", "b"}});
  CHECK(rows_of("a \t b\n", {.delimiter = '\t'}) == Rows{{"a", "b"}});
  CHECK(rows_of("\t\n", {.delimiter = '\t'}) == Rows{{"", ""}});
}

TEST_CASE("quoted fields hold delimiters, newlines and doubled quotes") {
  CHECK(rows_of("\"a,\"\"b\"\"\",\"c\nd\"\n") == Rows{{"a,\"b\"", "c\nd"}});
  CHECK(rows_of("\"\",\"\"\"\"\n") == Rows{{"", "\""}});
  CHECK(rows_of(" \"a,b\" ,c\n") == Rows{{"a,b", "c"}});
  CHECK(rows_of("'a;b';c\n", {.delimiter = ';', .quote = '\''}) == Rows{{"a;b", "c"}});
  CHECK(rows_of("\"a,b\"\n", {.quote = '\0'}) == Rows{{"\"a", "b\""}});
  CHECK(rows_of("\"\"\n", {}, 1) == Rows{{""}});
}

TEST_CASE("short unescaped texts stay where they are while others come") {
  std::string text;
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"\"\"";
    expected.push_back(std::to_string(i) + "\"");
  }
  CHECK(rows_of(text + "\n", {}, 100) == Rows{expected});
}

TEST_CASE("rows longer than the buffer are whole") {
  const std::string longest(1'000'000, 'x');
  CHECK(rows_of("a,b\n" + longest + ",\"" + longest + "\n\"\nc,d\n") ==
        Rows{{"a", "b"}, {longest, longest + "\n"}, {"c", "d"}});
}

TEST_CASE("many rows over many buffers are all there") {
  std::string text;
  Rows expected;
  for (int i = 0; i < 100'000; ++i) {
    text += std::to_string(i) + ",\"" + std::to_string(i % 7) + "\"\n";
    expected.push_back({std::to_string(i), std::to_string(i % 7)});
  }
  CHECK(rows_of(text) == expected);
}

TEST_CASE("what cannot be split is refused where it is") {
  const auto [text, place, message] =
      GENERATE(Catch::Generators::table<std::string, std::string, std::string>(
          {{"a,b\nc\n", "byte 4", "1 fields"},
           {"a,b\nc,d,e\n", "byte 4", "3 fields"},
           {"a,b\nc,5\" pipe\n\"x\",d\n", "byte 6", "not quoted"},
           {"a,b\nc,\"d\"e\n", "byte 6", "stray quote"},
           {"a,b\nc,\"d\"e\"\n", "byte 6", "stray quote"},
           {"a,b\n\"c,d\n", "byte 4", "not closed"},
           {std::string("a,b\nc\0,d\n", 9), "byte 4", "NUL"}}));
  CHECK_THROWS_WITH(rows_of(text), Catch::Contains(place + ":") && Catch::Contains(message));
}
