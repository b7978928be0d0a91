#pragma once
// Temporary files: their names, and what becomes of those whose process was killed.

#include <string>

namespace mpilogit::core {

/// "path.tmp-<place>-<process>-<random>": the place, eight hexadecimal digits, stands for the host
/// and the name space in which the process has its number; nobody can guess the random ones,
/// sixteen of them. Another name at each call.
std::string temporary_path_of(const std::string& path);

/// Removes the temporary files and folders beside `path`, of the same name, that nobody will
/// finish: those of processes of this place that are no more, and wherever they come from those
/// untouched for a day. What cannot be removed or is not ours stays; this never fails. Cost: a walk
/// over the folder.
void remove_leftovers(const std::string& path);

}  // namespace mpilogit::core
