#include <fmt/format.h>

#include "cli/commands/import_files.hpp"
#include "cli/options/common_options.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "importing/import_npy.hpp"
#include "importing/record.hpp"

namespace mpilogit::cli {

namespace {

importing::ImportNpyOptions import_npy_options(const Arguments& arguments) {
  importing::ImportNpyOptions options;
  const auto inputs = import_inputs(arguments);
  if (inputs.size() > 1) {
    refuse_usage(&arguments.command(),
                 fmt::format("import npy takes one file; '{}' is another", inputs[1]));
  }
  options.file = inputs.front();
  if (arguments.text("features") != "auto") options.features = arguments.required("features");
  options.labels = arguments.text_if_given("labels");
  options.weights = arguments.text_if_given("weights");
  return options;
}

std::string describe(const importing::ImportNpyResult& outcome, const std::string& output_path) {
  return fmt::format(
      "features of     {}\nrows            {}\nfeatures        {}\n"
      "stored values   {} ({} {})\nwritten         {} in {:.2f} s\n",
      outcome.features, grouped(outcome.rows), grouped(outcome.columns), grouped(outcome.nonzeros),
      outcome.sparse ? "sparse" : "dense", hdf5::to_string(outcome.storage), output_path,
      outcome.seconds_total);
}

}  // namespace

int import_npy_command(const Arguments& arguments, const comm::Communicator& communicator,
                       running::Events& events) {
  importing::ImportNpyOptions options;
  comm::together(communicator, [&] { options = import_npy_options(arguments); });
  options.output_path = import_output(arguments, communicator);
  const auto json = record_path(arguments, communicator);
  const Output output(communicator, arguments.flag("quiet"), events);
  TableProgress progress(output);
  const auto outcome = importing::import_npy(options, communicator, progress.line());
  progress.finish();
  if (json) write_text(*json, to_json(outcome), communicator);
  if (!options.labels) output.remark("without --labels there is nothing to train on");
  output.result(describe(outcome, options.output_path));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
