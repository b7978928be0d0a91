#include "exporting/forms/raw_columns.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::exporting {

std::optional<formats::Schema> schema_of(const model::Model& model, const std::string& where) {
  if (model.schema.empty()) return std::nullopt;
  formats::Schema schema = formats::schema_from(model.schema, where + ":/schema");
  if (schema.features() == model.data_features()) return schema;
  throw core::bad_input({.what = fmt::format("the schema has {} features", schema.features()),
                         .where = where + ":/schema",
                         .why = fmt::format("the model was trained on {}", model.data_features()),
                         .remedy = "Import the table again, and train again with what results"});
}

bool has_hashed(const formats::Schema& schema) {
  return std::any_of(schema.columns.begin(), schema.columns.end(),
                     [](const auto& column) { return column.kind == formats::ColumnKind::hashed; });
}

void refuse_hashed(const formats::Schema& schema, const std::string& form,
                   const std::string& where) {
  for (const auto& column : schema.columns) {
    if (column.kind != formats::ColumnKind::hashed) continue;
    throw core::bad_input({.what = fmt::format("column '{}' is hashed", column.name),
                           .where = where,
                           .why = form + " has no such hash",
                           .remedy = "Export it as c or python, or import without hashing"});
  }
}

std::vector<std::pair<std::string, std::int64_t>> known_texts(const formats::Schema& schema,
                                                              const formats::Column& column) {
  std::vector<std::pair<std::string, std::int64_t>> texts;
  std::int64_t place = column.buckets;
  for (const auto& level : column.levels) {
    texts.emplace_back(level, level == column.dropped ? -1 : place++);
  }
  if (!column.indicates_missing) return texts;
  for (const auto& text : schema.missing_texts) texts.emplace_back(text, place);
  return texts;
}

}  // namespace mpilogit::exporting
