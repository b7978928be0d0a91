#pragma once
// Temporary files: their names, and what becomes of those whose process was killed.

#include <string>

namespace mpilogit::core {

/// "path.tmp-<place>-<process>": the place, eight hexadecimal digits, stands for the host and the
/// name space in which the process has its number.
std::string temporary_path_of(const std::string& path);

/// Removes the temporary files beside `path`, of the same name, that nobody will finish: those of
/// processes of this place that are no more, and wherever they come from those untouched for a day.
/// What cannot be removed stays; this never fails. Cost: a walk over the folder.
void remove_leftovers(const std::string& path);

}  // namespace mpilogit::core
