#pragma once
// Telling JSON that this program wrote from other JSON.

#include <string_view>

namespace mpilogit::running {

/// Whether the beginning of a file is that of a run record, of a model as JSON, or of the events of
/// runs: JSON with the keys that they have, whatever version of the program wrote it.
bool is_record(std::string_view beginning);

}  // namespace mpilogit::running
