#include "exporting/table/csv_text.hpp"

#include <catch2/catch.hpp>

using Records = std::vector<mpilogit::exporting::CsvRecord>;
using mpilogit::exporting::csv_records;

TEST_CASE("records of CSV") {
  CHECK(csv_records("") == Records{});
  CHECK(csv_records("\n\r\n") == Records{});
  CHECK(csv_records("a,b\nc,") == Records{{"a", "b"}, {"c", ""}});
  CHECK(csv_records("\xEF\xBB\xBF"
                    "a\r\nb\r\n") == Records{{"a"}, {"b"}});
  CHECK(csv_records("\"a,\"\"\n\",\"\"\r\nb,c") == Records{{"a,\"\n", ""}, {"b", "c"}});
  CHECK(csv_records("a\"b\n") == Records{{"a\"b"}});
}

TEST_CASE("broken quotes are refused with their record") {
  CHECK_THROWS_WITH(csv_records("a\n\"b"), Catch::Contains("record 2"));
  CHECK_THROWS_WITH(csv_records("\"b\"c"), Catch::Contains("record 1"));
}
