
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/machine_options.hpp"
#include "cli/options/table_arguments.hpp"
#include "cli/tables/output.hpp"
#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "mpilogit/version.h"
#include "page/page.hpp"
#include "scoring/report.hpp"

namespace mpilogit::cli {

namespace {

scoring::ReportOptions report_options(const Arguments& arguments, int automatic_threads) {
  const auto& files = arguments.positional();
  if (files.empty()) {
    refuse_usage(&arguments.command(), fmt::format("a file is missing: mpilogit report {}",
                                                   arguments.command().positional));
  }
  scoring::ReportOptions options;
  options.model_path = files.front();
  if (arguments.given("step")) options.step = arguments.integer("step", 0);
  options.plane = arguments.text_if_given("plane");
  options.threads = threads_from(arguments, automatic_threads);
  if (arguments.given("data")) {
    std::vector<std::string> data = {arguments.required("data")};
    data.insert(data.end(), files.begin() + 1, files.end());
    options.data = source_of(arguments, std::move(data));
  } else if (files.size() > 1) {
    refuse_usage(&arguments.command(),
                 "'" + files[1] +
                     "' has no effect without --data: further files continue its "
                     "data set");
  }
  return options;
}

}  // namespace

int report_command(const Arguments& arguments, const comm::Communicator& communicator,
                   running::Events& events) {
  const int automatic = automatic_threads(communicator);
  scoring::ReportOptions options;
  std::string path;
  page::PageOptions page_options;
  comm::together(communicator, [&] {
    path = arguments.required("output");
    options = report_options(arguments, automatic);
    page_options = {arguments.text("title"), "mpilogit " MPILOGIT_VERSION};
  });
  comm::on_root(communicator, [&] {
    core::require_writable(path);
    return std::string();
  });
  if (options.data) refuse_tables(options.data->files, communicator);
  comm::Phase phase(communicator, "reading the model");
  const scoring::ReportData data = scoring::gather_report(options, communicator);
  phase.turn_to("drawing the page");
  page::Page page;
  page.html = comm::on_root(communicator, [&] {
    page = page::render(data, page_options);
    return page.html;
  });
  const Output output(communicator, arguments.flag("quiet"), events);
  for (const auto& remark : page.remarks) output.warning(remark);
  phase.turn_to("writing the page");
  write_text(path, page.html, communicator);
  output.result(fmt::format("written         {}\n", path));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
