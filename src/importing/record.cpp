// The records of imports, and of data that was made.

#include "importing/record.hpp"

#include <nlohmann/json.hpp>

#include "importing/import_csv.hpp"

namespace mpilogit::importing {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of(formats::ColumnKind kind) {
  switch (kind) {
    case formats::ColumnKind::number:
      return "number";
    case formats::ColumnKind::date:
      return "date";
    case formats::ColumnKind::category:
      return "category";
    case formats::ColumnKind::hashed:
      return "hashed";
  }
  return "";
}

Json of_column(const formats::Column& column, std::int64_t missing) {
  Json json;
  json["name"] = column.name;
  json["kind"] = name_of(column.kind);
  json["features"] = column.features();
  json["missing"] = missing;
  if (column.kind == formats::ColumnKind::category) {
    json["categories"] = column.levels.size();
    json["dropped_level"] = column.dropped ? Json(*column.dropped) : Json(nullptr);
  }
  return json;
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const ImportCsvResult& result) {
  const formats::Schema& schema = result.survey.schema;
  const formats::Extent& extent = result.survey.extent;
  Json json;
  json["rows"] = extent.rows;
  json["dropped_rows"] = extent.dropped;
  json["features"] = schema.features();
  json["nonzeros"] = result.sparse ? extent.nonzeros : extent.rows * schema.features();
  json["sparse"] = result.sparse;
  json["storage"] = hdf5::to_string(result.values);
  json["label"] = schema.label.empty() ? Json(nullptr) : Json(schema.label);
  if (!schema.label.empty()) {
    json["classes"] = extent.classes.empty() ? Json(nullptr) : Json(extent.classes);
  }
  json["delimiter"] = std::string(1, result.delimiter);
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    json["columns"].push_back(of_column(schema.columns[i], result.survey.missing[i]));
  }
  json["bytes"] = result.text_bytes;
  json["ranks"] = result.ranks;
  json["seconds"] = {{"total", result.seconds_total}};
  return text_of(json);
}

std::string to_json(const ImportLibsvmResult& result) {
  Json json;
  json["rows"] = result.rows;
  json["features"] = result.features;
  json["nonzeros"] = result.nonzeros;
  json["sparse"] = true;
  json["storage"] = hdf5::to_string(result.storage);
  json["base"] = result.base;
  json["base_certain"] = result.base_certain;
  json["classes"] = result.classes.empty() ? Json(nullptr) : Json(result.classes);
  json["queries"] = result.queries;
  json["bytes"] = result.text_bytes;
  json["ranks"] = result.ranks;
  json["seconds"] = {{"total", result.seconds_total}};
  return text_of(json);
}

std::string to_json(const ImportNpyResult& result) {
  Json json;
  json["rows"] = result.rows;
  json["features"] = result.columns;
  json["nonzeros"] = result.nonzeros;
  json["sparse"] = result.sparse;
  json["storage"] = hdf5::to_string(result.storage);
  json["ranks"] = result.ranks;
  json["seconds"] = {{"total", result.seconds_total}};
  return text_of(json);
}

std::string to_json(const SynthesizeResult& result) {
  Json json;
  json["rows"] = result.rows;
  json["features"] = result.features;
  json["nonzeros"] = result.nonzeros;
  json["class_counts"] = result.class_counts;
  json["bytes"] = result.bytes;
  json["ranks"] = result.ranks;
  json["seconds"] = {{"total", result.seconds_total}};
  return text_of(json);
}

}  // namespace mpilogit::importing
