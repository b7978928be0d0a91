#pragma once
// The command line as a training run's record keeps it, and back.

#include <string>
#include <vector>

#include "cli/options/arguments.hpp"
#include "fitting/train.hpp"
#include "running/provenance.hpp"

namespace mpilogit::cli {

/// What decides the result; not where it goes and how it is shown.
running::Origin origin_of(const Arguments& arguments);

/// The tokens of a recorded command line, its name first, over these files. Only options that
/// decide the result: a model that somebody made up must not make this program write files or load
/// plugins. `shared`: the options of reading, from the command under way.
std::vector<std::string> recorded_tokens(const running::Origin& origin,
                                         const std::vector<std::string>& files,
                                         const Arguments& shared);

/// As `train` takes them.
fitting::TrainOptions train_options(const Arguments& arguments, int automatic_threads);

}  // namespace mpilogit::cli
