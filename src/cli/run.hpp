#pragma once
// The program, once MPI is up.

#include <optional>
#include <span>
#include <string>

#include "comm/communicator.hpp"
#include "comm/watchdog.hpp"

namespace mpilogit::cli {

/// Collective. Runs the command that `arguments` (without the program's name) ask for; prints, on
/// the root only. Starts `watchdog` as soon as the options say how long it waits. Returns the exit
/// code, the same on all ranks. `companions`: see comm/companions.hpp. Errors that not all ranks
/// share end the job from here.
int run(std::span<const std::string> arguments, const comm::Communicator& communicator,
        comm::Watchdog& watchdog, const std::optional<std::string>& companions = std::nullopt);

/// Whether `arguments` are "--value-of OPTION COMMAND …", by which scripts ask what words mean:
/// then this process is to call `answer`, without MPI, and to leave with the code that it returns.
/// It prints the option's value as given to COMMAND, on its line or in its configuration file.
bool is_question(std::span<const std::string> arguments);
int answer(std::span<const std::string> arguments);

/// Whether `arguments` start a trial run (cli/commands/trial_run.hpp): then this process is to call
/// `trial_run`, without MPI, and to leave with the code that it returns.
bool is_trial_run(std::span<const std::string> arguments);
int trial_run(std::span<const std::string> arguments);

}  // namespace mpilogit::cli
