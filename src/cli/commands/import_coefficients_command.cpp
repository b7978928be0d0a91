#include <algorithm>

#include <fmt/format.h>

#include "cli/commands/import_files.hpp"
#include "cli/options/fit_arguments.hpp"
#include "cli/tables/output.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/text_file.hpp"
#include "exporting/coefficient_table.hpp"
#include "model/model_file.hpp"

namespace mpilogit::cli {

namespace {

// "no,yes", or "'no, never',yes" where a class has a comma.
std::vector<std::string> classes_from(const Arguments& arguments) {
  if (!arguments.given("classes")) return {};
  const std::string text = arguments.text("classes");
  const std::vector<std::string> classes = split_quoted(text);
  if (classes.size() < 2) {
    refuse_usage(&arguments.command(),
                 fmt::format("--classes is '{}', not two labels like no,yes", text));
  }
  return classes;
}

std::string read_table(const std::string& path) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 30;  // ten million coefficients and more
  if (auto text = core::read_file(path, kLargest)) return *text;
  throw core::bad_input({.what = "the file is missing",
                         .where = path,
                         .why = {},
                         .remedy = "Check the path of the table"});
}

}  // namespace

// One process does it all: a table of coefficients is small.
int import_coefficients_command(const Arguments& arguments, const comm::Communicator& communicator,
                                running::Events& events) {
  std::vector<std::string> inputs;
  exporting::TableOptions options;
  comm::together(communicator, [&] {
    inputs = import_inputs(arguments);
    if (inputs.size() > 1) {
      refuse_usage(&arguments.command(), "import coefficients takes one table");
    }
    options.classes = classes_from(arguments);
    if (arguments.given("step")) options.step = arguments.integer("step", 0);
  });
  const std::string path = import_output(arguments, communicator);
  const Output output(communicator, arguments.flag("quiet"), events);
  const std::string summary = comm::on_root(communicator, [&] {
    const std::string& table = inputs.front();
    const auto [model, notes] = exporting::model_from_table(read_table(table), options, table);
    for (const auto& note : notes) output.remark("note: " + note);
    model::write_model(path, model);
    const bool two = model.objective == model::kLogistic;
    return fmt::format("{} model of {} classes and {} features{}", model.objective,
                       model.classes.size(), grouped(model.features),
                       two ? ": " + describe_classes(model) : "");
  });
  output.result(fmt::format("imported        {}\nwritten         {}\n", summary, path));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
