#pragma once
// The subcommands. All collective; each returns an exit code.

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"
#include "running/events.hpp"

namespace mpilogit::cli {

int train_command(const Arguments& arguments, const comm::Communicator& communicator,
                  running::Events& events);
int path_command(const Arguments& arguments, const comm::Communicator& communicator,
                 running::Events& events);
int cross_validate_command(const Arguments& arguments, const comm::Communicator& communicator,
                           running::Events& events);
int predict_command(const Arguments& arguments, const comm::Communicator& communicator,
                    running::Events& events);
int evaluate_command(const Arguments& arguments, const comm::Communicator& communicator,
                     running::Events& events);
int report_command(const Arguments& arguments, const comm::Communicator& communicator,
                   running::Events& events);
int import_command(const Arguments& arguments, const comm::Communicator& communicator,
                   running::Events& events);
int synthesize_command(const Arguments& arguments, const comm::Communicator& communicator,
                       running::Events& events);
int export_command(const Arguments& arguments, const comm::Communicator& communicator,
                   running::Events& events);
int inspect_command(const Arguments& arguments, const comm::Communicator& communicator);
int summarize_command(const Arguments& arguments, const comm::Communicator& communicator);
int verify_command(const Arguments& arguments, const comm::Communicator& communicator);

}  // namespace mpilogit::cli
