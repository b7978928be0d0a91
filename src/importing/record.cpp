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

std::string to_json(const ImportCsvReport& report) {
  const formats::Schema& schema = report.survey.schema;
  const formats::Extent& extent = report.survey.extent;
  Json json;
  json["rows"] = extent.rows;
  json["dropped_rows"] = extent.dropped;
  json["features"] = schema.features();
  json["nonzeros"] = report.sparse ? extent.nonzeros : extent.rows * schema.features();
  json["sparse"] = report.sparse;
  json["storage"] = hdf5::to_string(report.values);
  json["label"] = schema.label.empty() ? Json(nullptr) : Json(schema.label);
  if (!schema.label.empty()) {
    json["classes"] = extent.classes.empty() ? Json(nullptr) : Json(extent.classes);
  }
  json["delimiter"] = std::string(1, report.delimiter);
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    json["columns"].push_back(of_column(schema.columns[i], report.survey.missing[i]));
  }
  json["bytes"] = report.text_bytes;
  json["ranks"] = report.ranks;
  json["seconds"] = {{"total", report.seconds_total}};
  return text_of(json);
}

std::string to_json(const ImportLibsvmReport& report) {
  Json json;
  json["rows"] = report.rows;
  json["features"] = report.features;
  json["nonzeros"] = report.nonzeros;
  json["sparse"] = true;
  json["storage"] = hdf5::to_string(report.storage);
  json["base"] = report.base;
  json["base_certain"] = report.base_certain;
  json["classes"] = report.classes.empty() ? Json(nullptr) : Json(report.classes);
  json["queries"] = report.queries;
  json["bytes"] = report.text_bytes;
  json["ranks"] = report.ranks;
  json["seconds"] = {{"total", report.seconds_total}};
  return text_of(json);
}

std::string to_json(const ImportNpyReport& report) {
  Json json;
  json["rows"] = report.rows;
  json["features"] = report.columns;
  json["nonzeros"] = report.nonzeros;
  json["sparse"] = report.sparse;
  json["storage"] = hdf5::to_string(report.storage);
  json["ranks"] = report.ranks;
  json["seconds"] = {{"total", report.seconds_total}};
  return text_of(json);
}

std::string to_json(const SynthesizeReport& report) {
  Json json;
  json["rows"] = report.rows;
  json["features"] = report.features;
  json["nonzeros"] = report.nonzeros;
  json["class_counts"] = report.class_counts;
  json["bytes"] = report.bytes;
  json["ranks"] = report.ranks;
  json["seconds"] = {{"total", report.seconds_total}};
  return text_of(json);
}

}  // namespace mpilogit::importing
