#include "exporting/forms/c_encoder.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "exporting/forms/raw_columns.hpp"
#include "exporting/forms/texts.hpp"

namespace mpilogit::exporting {

namespace {

constexpr std::string_view kEncode = R"c(
/* A row of the raw table. No value: NAN or NULL. Dates are seconds since 1970-01-01T00:00Z. */
struct @name@_row {
@members@};

static inline int @name@_place_(const char *text, const char *const *texts, const int *places,
                                int count, int otherwise) {
  int n;
  for (n = 0; n < count; ++n) {
    if (strcmp(text, texts[n]) == 0) return places[n];
  }
  return otherwise;
}
@hash@
/* Writes the features of a row. Returns 0, or 1 + the number of the first column whose value the
 * model does not know: as a level it has no feature then, as a number it stays what it is. */
static inline int @name@_encode(const struct @name@_row *row, double *features) {
  int unknown = 0;
  memset(features, 0, @name@_feature_count * sizeof *features);
@columns@  return unknown;
}
)c";

// The beginning is ours: what follows it may be a word of the language, a macro of a header or a
// name that belongs to the compiler.
std::string member_of(const formats::Column& column, UniqueNames& names) {
  return names.claim("column_" + identifier(column.name));
}

std::string number_code(const formats::Schema& schema, const formats::Column& column,
                        const std::string& member, std::int64_t number, std::int64_t first) {
  std::string text = fmt::format("  features[{}] = row->{};\n", first, member);
  text += fmt::format("  if (row->{0} != row->{0}) {{\n", member);
  if (!fills(schema)) {
    text += fmt::format("    if (unknown == 0) unknown = {};\n", number + 1);
  } else {
    text += fmt::format("    features[{}] = {};\n", first, number_text(column.mean));
    if (column.indicates_missing) text += fmt::format("    features[{}] = 1.0;\n", first + 1);
  }
  return text + "  }\n";
}

// FNV-1a of 64 bits, as importing hashes.
constexpr std::string_view kHash = R"c(
static inline int @name@_bucket_(const char *text, int buckets) {
  unsigned long long hash = 0xcbf29ce484222325ULL;
  for (; *text; ++text) hash = (hash ^ (unsigned char)*text) * 0x100000001b3ULL;
  return (int)(hash % (unsigned long long)buckets);
}
)c";

// Texts and where each has its feature. A hashed column hashes the others, but knows which mean "no
// value"; it refuses those (−2) if no feature says so.
std::vector<std::pair<std::string, std::int64_t>> places_in(const formats::Schema& schema,
                                                            const formats::Column& column,
                                                            std::int64_t first) {
  auto places = known_texts(schema, column);
  for (auto& [text, place] : places) place += place < 0 ? 0 : first;
  if (column.kind != formats::ColumnKind::hashed || column.indicates_missing) return places;
  for (const auto& text : schema.missing_texts) places.emplace_back(text, -2);
  return places;
}

// NULL is as good as the empty text, which means "no value" in every schema.
std::string text_code(const formats::Schema& schema, const formats::Column& column,
                      const std::string& member, std::int64_t number, std::int64_t first,
                      const std::string& name) {
  std::vector<std::string> texts;
  std::vector<std::string> places;
  for (const auto& [text, place] : places_in(schema, column, first)) {
    texts.push_back(c_text(text));
    places.push_back(std::to_string(place));
  }
  const std::string otherwise =
      column.kind == formats::ColumnKind::hashed
          ? fmt::format("{} + {}_bucket_(text, {})", first, name, column.buckets)
          : "-2";
  return fmt::format(
      "  {{\n    static const char *const texts[] = {{\n{}\n    }};\n"
      "    static const int places[] = {{\n{}\n    }};\n"
      "    const char *text = row->{} ? row->{} : \"\";\n"
      "    const int place = {}_place_(text, texts, places, {}, {});\n"
      "    if (place >= 0) features[place] = 1.0;\n"
      "    if (place < -1 && unknown == 0) unknown = {};\n  }}\n",
      listed(texts, "      "), listed(places, "      "), member, member, name, texts.size(),
      otherwise, number + 1);
}

}  // namespace

std::string listed(const std::vector<std::string>& items, const std::string& indent) {
  std::string text;
  std::string line;
  for (const auto& item : items) {
    if (!line.empty() && indent.size() + line.size() + item.size() > 97) {
      text += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + item + ",";
  }
  return text + indent + line;
}

std::string c_encoder(const formats::Schema& schema, const std::string& name) {
  UniqueNames names;
  std::string members;
  std::string columns;
  std::int64_t number = 0;
  std::int64_t first = 0;
  for (const auto& column : schema.columns) {
    const std::string member = member_of(column, names);
    const bool numeric = formats::is_numeric(column.kind);
    members += fmt::format("  {}{};\n", numeric ? "double " : "const char *", member);
    columns += numeric ? number_code(schema, column, member, number, first)
                       : text_code(schema, column, member, number, first, name);
    first += column.features();
    ++number;
  }
  using Fillings = std::vector<std::pair<std::string, std::string>>;
  const std::string hash = has_hashed(schema) ? filled(kHash, Fillings{{"name", name}}) : "";
  const Fillings values = {
      {"name", name}, {"members", members}, {"columns", columns}, {"hash", hash}};
  return filled(kEncode, values);
}

}  // namespace mpilogit::exporting
