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
  options.base = arguments.choice<std::optional<std::int64_t>>(
      "base", {{"auto", std::nullopt}, {"0", 0}, {"1", 1}});
  if (arguments.text("features-count") != "auto") {
    constexpr std::int64_t kMost = (std::int64_t{1} << 32) - 2;
    options.features = arguments.integer("features-count", 1, kMost);
  }
  options.like = arguments.text_if_given("like");
  for (const auto* option : {"base", "features-count"}) arguments.refuse_together("like", option);
  options.storage = arguments.choice<std::optional<hdf5::ValueType>>(
      "storage", {{"auto", std::nullopt},
                  {"float32", hdf5::ValueType::float32},
                  {"float64", hdf5::ValueType::float64}});
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
