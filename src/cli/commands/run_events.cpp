#include "cli/commands/run_events.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/options/common_options.hpp"
#include "cli/options/machine_options.hpp"
#include "cli/tables/output.hpp"
#include "comm/agreement.hpp"
#include "core/process.hpp"
#include "mpilogit/version.h"

namespace mpilogit::cli {

namespace {

// Each once, in the order of their first ranks.
std::vector<std::string> hosts_of(const comm::Communicator& communicator) {
  std::vector<std::string> hosts;
  for (const auto& host : communicator.all_gather(core::host_name())) {
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
  }
  return hosts;
}

}  // namespace

void open_events(const Arguments& arguments, const comm::Communicator& communicator,
                 running::Events& events) {
  if (!arguments.given("events")) return;
  comm::together(communicator, [&] { static_cast<void>(arguments.required("events")); });
  const Output output(communicator, arguments.flag("quiet"));
  comm::on_root(communicator, [&] {
    events.open(arguments.text("events"),
                [output](const std::string& why) { output.remark("warning: " + why); });
    return std::string();
  });
  running::RunDescription run;
  run.command = arguments.command().name;
  run.version = MPILOGIT_VERSION;
  run.files = arguments.positional();
  run.options.assign(arguments.all_given().begin(), arguments.all_given().end());
  run.ranks = communicator.size();
  run.hosts = hosts_of(communicator);
  const int automatic = automatic_threads(communicator);
  comm::together(communicator, [&] { run.threads = threads_from(arguments, automatic); });
  events.start(run);
}

}  // namespace mpilogit::cli
