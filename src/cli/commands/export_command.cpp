#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/tables/output.hpp"
#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "exporting/export.hpp"
#include "model/distribute.hpp"
#include "mpilogit/version.h"

namespace mpilogit::cli {

namespace {

struct Request {
  std::string model_path;
  std::string output_path;
  std::optional<std::int64_t> step;
  exporting::ExportOptions options;
};

Request request_from(const Arguments& arguments) {
  Request request;
  if (arguments.positional().size() != 1) {
    refuse_usage(&arguments.command(), "export takes one model");
  }
  request.model_path = arguments.positional().front();
  request.output_path = arguments.required("output");
  if (arguments.given("step")) request.step = arguments.integer("step", 0);
  request.options.form = arguments.required("format");
  const auto names = exporting::form_names();
  if (std::find(names.begin(), names.end(), request.options.form) == names.end()) {
    refuse_usage(&arguments.command(), fmt::format("--format is '{}', not {}", request.options.form,
                                                   core::enumerated(names, "or")));
  }
  request.options.name = std::filesystem::path(request.output_path).stem().string();
  request.options.program = "mpilogit " MPILOGIT_VERSION;
  return request;
}

}  // namespace

int export_command(const Arguments& arguments, const comm::Communicator& communicator,
                   running::Events& events) {
  Request request;
  comm::together(communicator, [&] { request = request_from(arguments); });
  comm::on_root(communicator, [&] {
    core::require_writable(request.output_path);
    return std::string();
  });
  comm::Phase phase(communicator, "reading the model");
  const model::Model model =
      model::read_model_or_step(request.model_path, request.step, communicator);
  phase.turn_to("writing the model");
  comm::on_root(communicator, [&] {
    const std::string text = exporting::exported(model, request.options, request.model_path);
    core::AtomicFile file(request.output_path);
    file.write({std::as_bytes(std::span(text))});
    file.commit();
    return std::string();
  });
  const Output output(communicator, arguments.flag("quiet"), events);
  output.result(fmt::format("written         {}\n", request.output_path));
  return static_cast<int>(core::ExitCode::done);
}

}  // namespace mpilogit::cli
