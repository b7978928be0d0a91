#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/fit_arguments.hpp"
#include "cli/tables/coefficient_table.hpp"
#include "cli/tables/inference_table.hpp"
#include "cli/tables/output.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "inference/summarize.hpp"

namespace mpilogit::cli {

namespace {

inference::SummarizeOptions summarize_options(const Arguments& arguments) {
  inference::SummarizeOptions options;
  if (arguments.positional().size() != 1) {
    refuse_usage(&arguments.command(), "summarize takes one model");
  }
  options.model_path = arguments.positional().front();
  options.test = arguments.text_if_given("test");
  if (!arguments.given("confidence")) return options;
  options.confidence = arguments.share("confidence");
  if (*options.confidence == 0.0 || *options.confidence == 1.0) {
    refuse_usage(&arguments.command(),
                 fmt::format("--confidence is {}, not between 0 and 1", *options.confidence));
  }
  return options;
}

TableLayout layout_from(const Arguments& arguments) {
  TableLayout layout;
  layout.all = arguments.text("top") == "all";
  if (!layout.all && arguments.text("top") != "auto") {
    layout.top = static_cast<std::size_t>(arguments.integer("top", 1));
  }
  layout.strongest = arguments.flag("strongest");
  layout.stars = arguments.flag("stars");
  layout.width = terminal_width();
  layout.see_all = "`--top all`";
  return layout;
}

}  // namespace

int summarize_command(const Arguments& arguments, const comm::Communicator& communicator) {
  inference::SummarizeOptions options;
  TableLayout layout;
  comm::together(communicator, [&] {
    options = summarize_options(arguments);
    layout = layout_from(arguments);
  });
  const auto json = record_path(arguments, communicator);
  const auto report = inference::summarize(options, communicator);
  if (json) write_text(*json, to_json(report), communicator);
  const model::Model& model = report.model;
  const Output output(communicator, false);
  output.result(fmt::format("{:<19} {}\n{:<19} {}\n\n{}{}", "classes", describe_classes(model),
                            "features", grouped(model.features),
                            inference_table(model, report.summary, layout), centre_lines(model)));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
