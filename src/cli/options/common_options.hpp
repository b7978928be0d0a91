#pragma once
// Options that several commands share, as the types that the workflow takes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"
#include "data/dataset.hpp"

namespace mpilogit::cli {

/// Whether the command has an option of this name.
bool takes(const Arguments& arguments, std::string_view name);

/// From the data options and the positional arguments after the first `skip`. Throws if no file is
/// named.
data::Source source_from(const Arguments& arguments, std::size_t skip);

/// From the data options, for these files.
data::Source source_of(const Arguments& arguments, std::vector<std::string> files);

/// --threads; `automatic` where the user does not say.
int threads_from(const Arguments& arguments, int automatic);

/// --stall-timeout in seconds; 0 is for ever.
double stall_timeout_from(const Arguments& arguments);

/// --json, to be checked for writing before the work.
std::optional<std::string> record_path(const Arguments& arguments,
                                       const comm::Communicator& communicator);

}  // namespace mpilogit::cli
