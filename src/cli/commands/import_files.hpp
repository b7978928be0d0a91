#pragma once
// What the forms of `import` share: files in, one file out.

#include <string>
#include <vector>

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"
#include "running/events.hpp"

namespace mpilogit::cli {

/// One for each form. All collective; each returns an exit code.
int import_csv_command(const Arguments& arguments, const comm::Communicator& communicator,
                       running::Events& events);
int import_libsvm_command(const Arguments& arguments, const comm::Communicator& communicator,
                          running::Events& events);
int import_npy_command(const Arguments& arguments, const comm::Communicator& communicator,
                       running::Events& events);
int import_coefficients_command(const Arguments& arguments, const comm::Communicator& communicator,
                                running::Events& events);

/// The files after the form. Throws if there are none.
std::vector<std::string> import_inputs(const Arguments& arguments);

/// Collective. The path given with --output. Throws if nothing can be written there.
std::string import_output(const Arguments& arguments, const comm::Communicator& communicator);

/// "3 classes: a, b, c", or with no names "more than 100 classes".
std::string listed_classes(const std::vector<std::string>& names);

}  // namespace mpilogit::cli
