#include "formats/schema.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/parse_json.hpp"

namespace mpilogit::formats {

// In the namespace of their types, where nlohmann's library looks for them.
NLOHMANN_JSON_SERIALIZE_ENUM(ColumnKind, {{ColumnKind::number, "number"},
                                          {ColumnKind::date, "date"},
                                          {ColumnKind::category, "category"},
                                          {ColumnKind::hashed, "hashed"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Missing, {{Missing::error, "error"},
                                       {Missing::drop, "drop"},
                                       {Missing::mean, "mean"}})

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::int64_t kMostBuckets = std::int64_t{1} << 30;

json pack(const Column& column) {
  json packed = {{"name", column.name}, {"kind", column.kind}};
  if (column.kind == ColumnKind::category) packed["levels"] = column.levels;
  if (column.dropped) packed["dropped"] = *column.dropped;
  if (column.kind == ColumnKind::hashed) packed["buckets"] = column.buckets;
  if (is_numeric(column.kind)) packed["mean"] = column.mean;
  packed["indicates_missing"] = column.indicates_missing;
  return packed;
}

// An enumeration's unknown text would silently become its first value.
template <class Enumeration>
Enumeration named(const json& packed) {
  const auto value = packed.get<Enumeration>();
  if (json(value) != packed) throw std::invalid_argument("unknown word " + packed.dump());
  return value;
}

Column unpack_column(const json& packed) {
  Column column;
  packed.at("name").get_to(column.name);
  column.kind = named<ColumnKind>(packed.at("kind"));
  if (column.kind == ColumnKind::category) packed.at("levels").get_to(column.levels);
  if (packed.contains("dropped")) column.dropped = packed.at("dropped").get<std::string>();
  if (column.kind == ColumnKind::hashed) packed.at("buckets").get_to(column.buckets);
  if (is_numeric(column.kind)) packed.at("mean").get_to(column.mean);
  packed.at("indicates_missing").get_to(column.indicates_missing);
  return column;
}

char character(const json& packed) {
  const auto text = packed.get<std::string>();
  if (text.size() > 1) throw std::invalid_argument("'" + text + "' is more than a character");
  return text.empty() ? '\0' : text.front();
}

std::string text_of(char character) {
  return character == '\0' ? std::string() : std::string(1, character);
}

void require(bool holds, const std::string& what) {
  if (!holds) throw std::invalid_argument(what);
}

void require_sound(const Column& column) {
  const std::string name = "column '" + column.name + "'";
  const auto& levels = column.levels;
  require(std::adjacent_find(levels.begin(), levels.end(), std::greater_equal<>()) == levels.end(),
          "the levels of " + name + " do not ascend");
  require(!column.dropped || std::binary_search(levels.begin(), levels.end(), *column.dropped),
          name + " drops a level that it does not have");
  require(
      column.kind != ColumnKind::hashed || (column.buckets >= 1 && column.buckets <= kMostBuckets),
      name + " has " + std::to_string(column.buckets) + " buckets");
  require(std::isfinite(column.mean), "the mean of " + name + " is not finite");
}

void require_sound(const Schema& schema) {
  std::set<std::string> names;
  for (const auto& column : schema.columns) {
    require_sound(column);
    require(names.insert(column.name).second, "column '" + column.name + "' is there twice");
  }
  require(!names.contains(schema.label), "the label '" + schema.label + "' is a feature, too");
  require(!schema.columns.empty(), "it has no columns");
}

Schema unpack(const std::string& text) {
  const json packed = core::parse_json<json>(text);
  require(packed.at("version").get<int>() == kVersion, "it is of a newer version");
  Schema schema;
  for (const auto& column : packed.at("columns")) schema.columns.push_back(unpack_column(column));
  packed.at("label").get_to(schema.label);
  schema.missing = named<Missing>(packed.at("missing"));
  packed.at("missing_texts").get_to(schema.missing_texts);
  packed.at("header").get_to(schema.header);
  schema.delimiter = character(packed.at("delimiter"));
  schema.quote = character(packed.at("quote"));
  require_sound(schema);
  return schema;
}

}  // namespace

std::vector<std::string> Column::feature_names() const {
  std::vector<std::string> names;
  if (is_numeric(kind)) names.push_back(name);
  for (const auto& level : levels) {
    if (level != dropped) names.push_back(name + "=" + level);
  }
  for (std::int64_t bucket = 0; bucket < buckets; ++bucket) {
    names.push_back(name + "#" + std::to_string(bucket));
  }
  if (indicates_missing) names.push_back(name + "=(missing)");
  return names;
}

std::int64_t Column::features() const {
  return (is_numeric(kind) ? 1 : 0) + std::ssize(levels) - (dropped ? 1 : 0) + buckets +
         (indicates_missing ? 1 : 0);
}

std::vector<std::string> Schema::feature_names() const {
  std::vector<std::string> names;
  for (const auto& column : columns) {
    for (auto& name : column.feature_names()) names.push_back(std::move(name));
  }
  return names;
}

std::int64_t Schema::features() const {
  std::int64_t count = 0;
  for (const auto& column : columns) count += column.features();
  return count;
}

std::string to_text(const Schema& schema) {
  json packed = {{"version", kVersion},
                 {"label", schema.label},
                 {"missing", schema.missing},
                 {"missing_texts", schema.missing_texts},
                 {"header", schema.header},
                 {"delimiter", text_of(schema.delimiter)},
                 {"quote", text_of(schema.quote)},
                 {"columns", json::array()}};
  for (const auto& column : schema.columns) packed["columns"].push_back(pack(column));
  return packed.dump();
}

// The library's own errors (syntax, types, missing keys) are standard exceptions, too.
Schema schema_from(const std::string& text, const std::string& where) {
  try {
    return unpack(text);
  } catch (const std::exception& error) {
    throw core::bad_input({.what = "holds no schema that can be used",
                           .where = where,
                           .why = error.what(),
                           .remedy = "Import the table again, and train again with what results"});
  }
}

}  // namespace mpilogit::formats
