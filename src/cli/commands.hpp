#pragma once
// The subcommands. All collective; each returns an exit code.

#include "mpilogit/comm/communicator.hpp"

#include "arguments.hpp"

namespace mpilogit::cli {

int train_command(const Arguments& arguments, const comm::Communicator& communicator);
int path_command(const Arguments& arguments, const comm::Communicator& communicator);
int cross_validate_command(const Arguments& arguments, const comm::Communicator& communicator);
int predict_command(const Arguments& arguments, const comm::Communicator& communicator);
int evaluate_command(const Arguments& arguments, const comm::Communicator& communicator);
int report_command(const Arguments& arguments, const comm::Communicator& communicator);
int inspect_command(const Arguments& arguments, const comm::Communicator& communicator);
int summarize_command(const Arguments& arguments, const comm::Communicator& communicator);

}  // namespace mpilogit::cli
