// `mpilogit import csv FILE...`.

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands/import_files.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/table_arguments.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "importing/import_csv.hpp"
#include "importing/record.hpp"

namespace mpilogit::cli {

namespace {

importing::StorageForm storage_form_from(const Arguments& arguments) {
  using enum importing::StorageForm;
  return arguments.choice<importing::StorageForm>(
      "form", {{"auto", automatic}, {"dense", dense}, {"csr", csr}});
}

importing::StorageType type_from(const Arguments& arguments) {
  using enum importing::StorageType;
  return arguments.choice<importing::StorageType>(
      "storage", {{"auto", automatic}, {"float32", float32}, {"float64", float64}});
}

std::string name_of(char delimiter) {
  if (delimiter == '\t') return "a tab";
  return fmt::format("'{}'", delimiter);
}

// "age: number", "colour: 3 categories, without 'blue'", ...
std::string describe(const formats::Column& column, std::int64_t missing) {
  std::string text;
  switch (column.kind) {
    case formats::ColumnKind::number:
      text = "numbers";
      break;
    case formats::ColumnKind::date:
      text = "dates, as seconds since 1970";
      break;
    case formats::ColumnKind::hashed:
      text = fmt::format("texts in {} buckets", grouped(column.buckets));
      break;
    case formats::ColumnKind::category:
      text = fmt::format("{} categories", grouped(std::ssize(column.levels)));
      if (column.dropped) text += fmt::format(", '{}' dropped", *column.dropped);
      break;
  }
  if (missing > 0) {
    text += fmt::format(", {} missing", grouped(missing));
    text += formats::is_numeric(column.kind) ? fmt::format(" (the mean {:g} instead)", column.mean)
                                             : std::string();
  }
  return text;
}

std::string describe(const importing::ImportCsvResult& outcome, const std::string& output_path) {
  const formats::Schema& schema = outcome.survey.schema;
  const formats::Extent& extent = outcome.survey.extent;
  std::string text = fmt::format("rows            {}\n", grouped(extent.rows));
  if (extent.dropped > 0) {
    text +=
        fmt::format("rows dropped    {}, for values that are missing\n", grouped(extent.dropped));
  }
  text += fmt::format("features        {}\n", grouped(schema.features()));
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    text += fmt::format("{:<16}{}: {}\n", i == 0 ? "columns" : "", schema.columns[i].name,
                        describe(schema.columns[i], outcome.survey.missing[i]));
  }
  if (!schema.label.empty()) {
    text += fmt::format("labels          {}: {}, {}\n", schema.label,
                        extent.label == formats::LabelForm::integer ? "whole numbers" : "texts",
                        listed_classes(extent.classes));
  }
  text += fmt::format("storage         {} {}\n", outcome.sparse ? "sparse (CSR)" : "dense",
                      hdf5::to_string(outcome.values));
  if (outcome.sparse) text += fmt::format("stored values   {}\n", grouped(extent.nonzeros));
  return text + fmt::format("written         {} in {:.2f} s\n", output_path, outcome.seconds_total);
}

}  // namespace

int import_csv_command(const Arguments& arguments, const comm::Communicator& communicator,
                       running::Events& events) {
  const auto inputs = import_inputs(arguments);
  importing::ImportCsvOptions options;
  comm::together(communicator, [&] {
    options.source = text_source_from(arguments, inputs);
    options.table = table_options_from(arguments);
    options.form = storage_form_from(arguments);
    options.type = type_from(arguments);
  });
  options.output_path = import_output(arguments, communicator);
  const auto json = record_path(arguments, communicator);
  const Output output(communicator, arguments.flag("quiet"), events);
  TableProgress progress(output);
  const auto outcome = importing::import_csv(options, communicator, progress.line());
  progress.finish();
  if (options.source.delimiter == '\0') {
    output.remark(fmt::format("fields are delimited by {}, as the first line says",
                              name_of(outcome.delimiter)));
  }
  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(describe(outcome, options.output_path));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
