#include "formats/schema.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

namespace formats = mpilogit::formats;

namespace {

formats::Schema sample() {
  formats::Schema schema;
  schema.columns = {{.name = "age",
                     .kind = formats::ColumnKind::number,
                     .mean = 38.25,
                     .indicates_missing = true},
                    {.name = "colour",
                     .kind = formats::ColumnKind::category,
                     .levels = {"blue", "red"},
                     .dropped = "blue"},
                    {.name = "word", .kind = formats::ColumnKind::hashed, .buckets = 3},
                    {.name = "day", .kind = formats::ColumnKind::date, .mean = 1e9}};
  schema.label = "bought";
  schema.missing = formats::Missing::mean;
  schema.missing_texts = {"", "NA"};
  schema.delimiter = '\t';
  schema.quote = '\0';
  return schema;
}

// The text of the sample with one piece replaced.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = formats::to_text(sample());
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a schema names its features in their order") {
  CHECK(sample().feature_names() == std::vector<std::string>{"age", "age=(missing)", "colour=red",
                                                             "word#0", "word#1", "word#2", "day"});
  CHECK(sample().features() == 7);
}

TEST_CASE("a schema survives its text") {
  const formats::Schema schema = sample();
  CHECK(formats::schema_from(formats::to_text(schema), "here") == schema);
}

TEST_CASE("a text that is no schema is refused, naming where it stands") {
  const auto [from, to] = GENERATE(Catch::Generators::table<std::string, std::string>(
      {{"\"missing\":\"mean\"", "\"missing\":\"median\""},
       {"\"mean\":38.25", "\"middle\":38.25"},
       {"[\"blue\",\"red\"]", "[\"red\",\"blue\"]"},
       {"\"dropped\":\"blue\"", "\"dropped\":\"green\""},
       {"\"buckets\":3", "\"buckets\":0"},
       {"\"name\":\"day\"", "\"name\":\"age\""},
       {"\"bought\"", "\"age\""},
       {"\"version\":1", "\"version\":2"},
       {"{", ""}}));
  CHECK_THROWS_WITH(formats::schema_from(changed(from, to), "m.h5:/schema"),
                    Catch::Contains("m.h5:/schema"));
}
