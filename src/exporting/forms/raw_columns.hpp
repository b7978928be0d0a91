#pragma once
// The columns of the raw table that a model's data came from, as the forms need them.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/schema.hpp"
#include "model/model.hpp"

namespace mpilogit::exporting {

/// The schema of the model, nothing if it has none. Throws bad input if it is not of the model's
/// features.
std::optional<formats::Schema> schema_of(const model::Model& model, const std::string& where);

bool has_hashed(const formats::Schema& schema);

/// Throws bad input if the schema has a hashed column: `form` has no such hash.
void refuse_hashed(const formats::Schema& schema, const std::string& form,
                   const std::string& where);

/// Of a category or a hashed column: texts that it knows, each with its place among the column's
/// features; that of the dropped level is −1. Those that mean "no value" are known where a feature
/// says so.
std::vector<std::pair<std::string, std::int64_t>> known_texts(const formats::Schema& schema,
                                                              const formats::Column& column);

/// Whether rows may lack values: a number then becomes the column's mean.
inline bool fills(const formats::Schema& schema) {
  return schema.missing == formats::Missing::mean;
}

}  // namespace mpilogit::exporting
