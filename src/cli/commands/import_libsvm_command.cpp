#include <fmt/format.h>

#include "cli/commands/import_files.hpp"
#include "cli/options/common_options.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "importing/import_libsvm.hpp"
#include "importing/record.hpp"

namespace mpilogit::cli {

namespace {

importing::ImportLibsvmOptions import_libsvm_options(const Arguments& arguments) {
  importing::ImportLibsvmOptions options;
  options.files = import_inputs(arguments);
  const std::string base = arguments.text("base");
  if (base != "auto" && base != "0" && base != "1") {
    refuse_usage(&arguments.command(), fmt::format("--base is '{}', not auto, 0 or 1", base));
  }
  if (base != "auto") options.base = base == "0" ? 0 : 1;
  if (arguments.text("features-count") != "auto") {
    options.features = arguments.integer("features-count", 1);
    constexpr std::int64_t kMost = (std::int64_t{1} << 32) - 2;
    if (*options.features > kMost) {
      refuse_usage(&arguments.command(), fmt::format("--features-count is above {}", kMost));
    }
  }
  options.like = arguments.text_if_given("like");
  for (const auto* option : {"base", "features-count"}) arguments.refuse_together("like", option);
  const std::string storage = arguments.text("storage");
  if (storage == "float32") options.storage = hdf5::ValueType::float32;
  if (storage == "float64") options.storage = hdf5::ValueType::float64;
  if (storage != "auto" && !options.storage) {
    refuse_usage(&arguments.command(),
                 fmt::format("--storage is '{}', not auto, float32 or float64", storage));
  }
  return options;
}

std::string describe(const importing::ImportLibsvmResult& outcome, const std::string& output_path) {
  return fmt::format(
      "rows            {}\nlabels          {}\n"
      "features        {} (columns are numbered from {} there, from 0 here)\n"
      "stored values   {} ({})\nwritten         {} in {:.2f} s\n",
      grouped(outcome.rows), listed_classes(outcome.classes), grouped(outcome.features),
      outcome.base, grouped(outcome.nonzeros), hdf5::to_string(outcome.storage), output_path,
      outcome.seconds_total);
}

}  // namespace

int import_libsvm_command(const Arguments& arguments, const comm::Communicator& communicator,
                          running::Events& events) {
  importing::ImportLibsvmOptions options;
  comm::together(communicator, [&] { options = import_libsvm_options(arguments); });
  options.output_path = import_output(arguments, communicator);
  const auto json = record_path(arguments, communicator);
  const Output output(communicator, arguments.flag("quiet"), events);
  TableProgress progress(output);
  const auto outcome = importing::import_libsvm(options, communicator, progress.line());
  progress.finish();
  if (json) write_text(*json, to_json(outcome), communicator);
  if (!options.base && !options.like) {
    output.remark(outcome.base == 0
                      ? "a column 0 occurs, so columns are numbered from 0 (--base 0)"
                      : "no column 0 occurs, so columns are numbered from 1; if they are not, give "
                        "--base 0, or for rows of a model --like MODEL.h5");
  }
  if (outcome.queries > 0) {
    output.warning(
        fmt::format("qid is ignored: {} rows belong to queries, within which nothing "
                    "is ranked here",
                    grouped(outcome.queries)));
  }
  output.result(describe(outcome, options.output_path));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
